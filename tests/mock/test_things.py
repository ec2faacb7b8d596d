"""Things behave as things do, told from the paths alone: created, had again, changed, listed, deleted, finished."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from antiphon.mock.engine import Engine

from .asking import ask, document, engine_of, operation

STATES = ["queued", "in_progress", "completed", "failed", "cancelled"]


def thing(*states: str, **more: Any) -> Any:
    properties: Any = {"id": {"type": "string"}, "name": {"type": "string"}, "size": {"type": "integer"}, **more}
    if states:
        properties["status"] = {"type": "string", "enum": list(states)}
    return {"type": "object", "properties": properties, "required": list(properties)}


def identified(name: str = "thing_id") -> Any:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def api(schema: Any, **more: Any) -> Any:
    """Things with everything that can be done to them."""
    one = {"$ref": "#/components/schemas/Thing"}
    listed = {
        "type": "object",
        "properties": {
            "object": {"type": "string"},
            "data": {"type": "array", "items": one},
            "has_more": {"type": "boolean"},
        },
        "required": ["data", "has_more"],
    }
    gone = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "deleted": {"type": "boolean"}},
        "required": ["id", "deleted"],
    }
    given: Any = {"type": "object", "properties": {"name": {}, "size": {}}}
    own = [identified()]
    paths: Any = {
        "/things": {
            "post": operation(one, body=given),
            "get": operation(listed, parameters=[{"name": name, "in": "query"} for name in ("limit", "after")]),
        },
        "/things/{thing_id}": {
            "get": operation(one, parameters=own),
            "post": operation(one, body=given, parameters=own),
            "delete": operation(gone, parameters=own),
        },
        "/things/{thing_id}/cancel": {"post": operation(one, parameters=own)},
        **more,
    }
    return document(paths, {"Thing": schema})


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return engine_of(tmp_path, api(thing(*STATES)))


def test_what_was_sent_comes_back(engine: Engine) -> None:
    made = ask(engine, "POST", "/things", {"name": "mine", "size": 5}).value
    assert (made["name"], made["size"]) == ("mine", 5)
    made = ask(engine, "POST", "/things", {"name": 7, "size": "large"}).value
    assert isinstance(made["name"], str)
    assert isinstance(made["size"], int)


def test_a_thing_from_its_creation_to_its_end(engine: Engine) -> None:
    first = ask(engine, "POST", "/things", {"name": "first"}).value
    second = ask(engine, "POST", "/things", {"name": "second"}).value
    assert first["id"] != second["id"]
    path = f"/things/{first['id']}"
    assert ask(engine, "GET", path).value["name"] == "first"
    assert ask(engine, "POST", path, {"name": "renamed"}).value["name"] == "renamed"
    assert ask(engine, "GET", path).value["name"] == "renamed"
    names = [each["name"] for each in ask(engine, "GET", "/things").value["data"]]
    assert names[:2] == ["second", "renamed"]
    assert ask(engine, "DELETE", path).value == {"id": first["id"], "deleted": True}
    for method, body in (("GET", None), ("POST", {"name": "x"}), ("DELETE", None)):
        got = ask(engine, method, path, body)
        assert (got.status, got.error["code"]) == (404, "not_found")
    assert ask(engine, "POST", f"{path}/cancel").status == 404
    names = [each["name"] for each in ask(engine, "GET", "/things").value["data"]]
    assert "renamed" not in names
    assert "second" in names


def test_samples_of_a_list_are_things_too(engine: Engine) -> None:
    listed = ask(engine, "GET", "/things").value["data"]
    path = f"/things/{listed[3]['id']}"
    assert ask(engine, "GET", path).value["name"] == listed[3]["name"]
    ask(engine, "DELETE", path)
    assert ask(engine, "GET", path).status == 404
    assert listed[3]["id"] not in [each["id"] for each in ask(engine, "GET", "/things").value["data"]]


def test_an_id_that_was_never_given_out_is_answered(engine: Engine) -> None:
    assert ask(engine, "GET", "/things/any").value["id"] == "any"
    assert ask(engine, "POST", "/things/any", {"name": "x"}).value["id"] == "any"
    assert ask(engine, "DELETE", "/things/any").value["deleted"] is True
    assert ask(engine, "GET", "/things/any").status == 200


def test_what_belongs_to_one_thing_is_not_anothers(tmp_path: Path) -> None:
    one: Any = {"$ref": "#/components/schemas/Thing"}
    parts = {
        "/things/{thing_id}/parts": {
            "parameters": [identified()],
            "post": operation(one, body={}),
            "get": operation({"type": "array", "items": one}, parameters=[{"name": "limit", "in": "query"}]),
        },
        "/things/{thing_id}/parts/{part_id}": {
            "parameters": [identified(), identified("part_id")],
            "get": operation(one),
            "delete": operation(),
        },
    }
    engine = engine_of(tmp_path, api(thing(), **parts))
    part = ask(engine, "POST", "/things/a/parts", {"name": "of a"}).value
    assert ask(engine, "GET", f"/things/a/parts/{part['id']}").value["name"] == "of a"
    assert ask(engine, "GET", f"/things/b/parts/{part['id']}").value["name"] != "of a"
    assert ask(engine, "DELETE", f"/things/a/parts/{part['id']}").status == 204
    assert ask(engine, "GET", f"/things/a/parts/{part['id']}").status == 404
    assert ask(engine, "GET", f"/things/b/parts/{part['id']}").status == 200


@pytest.mark.parametrize(
    ("states", "end"),
    [
        (["queued", "in_progress", "completed", "failed"], "completed"),
        (["failed", "succeeded", "running", "queued"], "succeeded"),
        (["validating", "in_progress", "finalizing", "completed", "expired"], "completed"),
        (["uploaded", "processed", "error"], "processed"),
        (["pending", "active", "cancelled"], "active"),
        (["in_progress", "done"], "done"),
        (["creating", "ready", "failed"], "ready"),
    ],
)
def test_what_is_begun_is_done_when_it_is_looked_at_again(states: list[str], end: str, tmp_path: Path) -> None:
    engine = engine_of(tmp_path, api(thing(*states)))
    made = ask(engine, "POST", "/things", {}).value
    assert made["status"] not in (end, "failed", "error", "cancelled", "expired")
    assert ask(engine, "GET", f"/things/{made['id']}").value["status"] == end
    assert ask(engine, "GET", f"/things/{made['id']}").value["status"] == end
    assert ask(engine, "GET", "/things/unknown").value["status"] == end


def test_a_status_of_any_text(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, api(thing(status={"type": "string"})))
    made = ask(engine, "POST", "/things", {}).value
    assert made["status"] == "queued"
    assert ask(engine, "GET", f"/things/{made['id']}").value["status"] == "completed"


def test_what_was_stopped_stays_so(engine: Engine) -> None:
    made = ask(engine, "POST", "/things", {}).value
    assert ask(engine, "POST", f"/things/{made['id']}/cancel").value["status"] == "cancelled"
    assert ask(engine, "GET", f"/things/{made['id']}").value["status"] == "cancelled"


def test_answers_are_the_same_in_every_run_and_others_for_other_seeds(tmp_path: Path) -> None:
    content = api(thing(*STATES))

    def told(**options: Any) -> list[bytes]:
        engine = engine_of(tmp_path, content, **options)
        asked = [("POST", "/things", {"name": "a"}), ("GET", "/things", None), ("GET", "/things/x", None)]
        return [ask(engine, *each).body for each in asked]

    assert told() == told()
    assert told(seed="other") != told()


@pytest.mark.parametrize(
    ("schema", "verdict"),
    [({"type": "integer"}, int), ({"type": "string", "format": "uuid"}, str), ({"enum": ["a"]}, str)],
)
def test_ids_of_any_kind(schema: Any, verdict: type, tmp_path: Path) -> None:
    engine = engine_of(tmp_path, api(thing(id=schema)))
    made = ask(engine, "POST", "/things", {"name": "mine"}).value
    assert isinstance(made["id"], verdict)
    assert ask(engine, "GET", f"/things/{made['id']}").value["name"] == "mine"


def test_the_documents_example_is_the_answer_where_it_fits(tmp_path: Path) -> None:
    good, bad = {"id": "e", "name": "example", "size": 1}, {"id": 5}
    content: Any = {"schema": thing(), "example": good}
    get: Any = {"responses": {"200": {"description": "", "content": {"application/json": content}}}}
    engine = engine_of(tmp_path, document({"/thing": {"get": get}}))
    assert ask(engine, "GET", "/thing").value == good
    content["example"] = bad
    engine = engine_of(tmp_path, document({"/thing": {"get": get}}))
    assert isinstance(ask(engine, "GET", "/thing").value["id"], str)


@pytest.mark.parametrize(
    ("responses", "status"),
    [
        ({"201": {"description": ""}}, 201),
        ({"202": {"description": ""}, "400": {"description": ""}}, 202),
        ({"2XX": {"description": ""}}, 200),
        ({"default": {"description": ""}}, 200),
        ({"204": {"description": ""}, "200": {"description": ""}}, 200),
        ({"302": {"description": ""}}, 200),
        ({}, 200),
        (None, 200),
        ("odd", 200),
    ],
)
def test_the_status_is_the_documents(responses: Any, status: int, tmp_path: Path) -> None:
    engine = engine_of(tmp_path, document({"/things": {"get": {"responses": responses}}}))
    assert ask(engine, "GET", "/things").status == status
