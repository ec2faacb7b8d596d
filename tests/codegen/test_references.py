"""References: where they lead, and what happens to those that lead nowhere, in circles, or out of the folder."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from antiphon_codegen.ir.model import ValueResult
from antiphon_codegen.ir.types import Object, Reference

from .sdks import document, json_answer, json_body, operation, spelled, stages, written

TEXT = {"type": "string"}


def target(folder: Path, ref: str, made: dict[str, Any] | None = None) -> tuple[str, list[str]]:
    """The type of a property that is a reference, and what was reported."""
    holder = {"type": "object", "properties": {"p": {"$ref": ref}}}
    base = made or document({}, {})
    base["components"]["schemas"]["Holder"] = holder
    found, problems = stages(folder, base)
    named = {key: each.name for key, each in found.api.types.items()}
    own = next(each.type for each in found.api.types.values() if each.name == "Holder")
    assert isinstance(own, Object)
    said = [problem.message for problem in problems if problem.kind == "bad-reference"]
    return spelled(own.properties[0].type, named), said


POINTERS = {
    "a schema": ("#/components/schemas/Pet", "Pet"),
    "a slash in a name": ("#/components/schemas/a~1b", "a/b"),
    "a tilde in a name": ("#/components/schemas/a~0b", "a~b"),
    "a percent sign": ("#/components/schemas/a%25b", "a%b"),
    "a space": ("#/components/schemas/a%20b", "a b"),
    "a brace": ("#/components/schemas/a%7Bb%7D", "a{b}"),
    "beyond ASCII": ("#/components/schemas/%C3%A9", "é"),
    "beyond ASCII, as it is": ("#/components/schemas/é", "é"),
    "into a schema": ("#/components/schemas/Pet/properties/name", "Pet name"),
    "into a path": ("#/paths/~1x~1{id}/get/parameters/0/schema", "/x/{id} get 0"),
    "a schema of a parameter": ("#/components/parameters/Limit/schema", "Limit"),
    "a slash at the end": ("#/components/schemas/Pet/", "Pet"),
}


@pytest.mark.parametrize(("ref", "expected"), POINTERS.values(), ids=POINTERS.keys())
def test_pointers_lead_to(tmp_path: Path, ref: str, expected: str) -> None:
    names = ("a/b", "a~b", "a%b", "a b", "a{b}", "é")
    pet = {"type": "object", "properties": {"name": {"type": "object", "properties": {"first": TEXT}}}}
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "object", "properties": {"k": TEXT}}}
    made = document(
        {"/x/{id}": {"get": operation(parameters=[parameter])}},
        {"Pet": pet, **{name: {"type": "object", "properties": {"k": TEXT}} for name in names}},
        components={"parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"enum": ["a", "b"]}}}},
    )
    found, problems = target(tmp_path, ref, made)
    assert problems == []
    assert found == expected


MARKED = {
    "an anchor": {"$ref": "#pet"},
    "a dynamic anchor": {"$dynamicRef": "#tree"},
    "an id": {"$ref": "https://example.test/schemas/pet"},
    "below an id": {"$ref": "https://example.test/schemas/pet#/$defs/Name"},
    "definitions of its own": {"$ref": "#/$defs/Own", "$defs": {"Own": {"type": "object", "properties": {"k": TEXT}}}},
}


@pytest.mark.parametrize("name", MARKED)
def test_schemas_are_found_by_what_they_call_themselves(tmp_path: Path, name: str) -> None:
    named = {"type": "object", "properties": {"k": TEXT}}
    made = document(
        {"/x": {"get": operation(answer=json_answer(MARKED[name]))}},
        {
            "Pet": {"$id": "https://example.test/schemas/pet", "$anchor": "pet", **named, "$defs": {"Name": named}},
            "Tree": {"$dynamicAnchor": "tree", **named},
        },
    )
    found, problems = stages(tmp_path, made)
    assert problems == ()
    result = found.api.root.resources[0].methods[0].operation.result
    assert isinstance(result, ValueResult)
    assert isinstance(result.type, Reference)


def test_what_stands_beside_a_reference_to_a_path_item_counts(tmp_path: Path) -> None:
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    made = document(
        {"/b/{id}": {"$ref": "#/components/pathItems/B", "parameters": [parameter]}},
        components={"pathItems": {"B": {"get": operation()}}},
    )
    found, problems = stages(tmp_path, made)
    assert problems == ()
    (param,) = found.api.root.resources[0].methods[0].operation.params
    assert spelled(param.type, {}) == "int"


NOWHERE = {
    "nothing there": ("#/components/schemas/Nothing", "leads nowhere"),
    "nearly": ("#/components/schemas/Pets", "leads nowhere; there is '#/components/schemas/Pet'"),
    "another case": ("#/components/schemas/pet", "leads nowhere; there is '#/components/schemas/Pet'"),
    "the wrong section": ("#/components/schema/Pet", "leads nowhere; there is '#/components/schemas/Pet'"),
    "an anchor": ("#pet", "names an anchor that is nowhere"),
    "a network": ("https://example.test/openapi.json#/X", "leads out of the document's folder"),
    "a network in capitals": ("HTTPS://example.test/openapi.json#/X", "leads out of the document's folder"),
    "a network without a scheme": ("//example.test/openapi.json#/X", "leads out of the document's folder"),
    "a file by URL": ("file:///etc/passwd", "leads out of the document's folder"),
    "a file by path": ("/etc/passwd", "leads out of the document's folder"),
    "a file above": ("../secret.json", "leads out of the document's folder"),
    "a file above, hidden": ("%2e%2e/secret.json", "leads out of the document's folder"),
    "a file of a share": ("\\\\server\\share\\x.json", "leads out of the document's folder"),
    "a drive": ("C:/x.json", "leads out of the document's folder"),
    "no file": ("nothing.json#/X", "cannot be read"),
    "a NUL": ("a\0b.json", "leads out of the document's folder"),
    "nothing at all": ("", None),
}


@pytest.mark.parametrize(("ref", "said"), NOWHERE.values(), ids=NOWHERE.keys())
def test_what_leads_nowhere_is_anything_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ref: str, said: str | None
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    written(tmp_path, {"type": "string"}, "secret.json")
    made = document({}, {"Pet": {"type": "object", "properties": {"name": TEXT}}})
    found, problems = target(tmp_path / "inner", ref, made)
    assert found == "?" if said else True
    if said:
        assert any(said in problem for problem in problems), problems


def test_links_do_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    written(tmp_path, {"X": {"type": "object", "properties": {"k": TEXT}}}, "secret.json")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "link.json").symlink_to(tmp_path / "secret.json")
    found, problems = target(tmp_path / "inner", "link.json#/X")
    assert found == "?"
    assert "leads out of the document's folder" in problems[0]


def test_other_files_of_the_folder(tmp_path: Path) -> None:
    written(
        tmp_path,
        {"Dog": {"type": "object", "properties": {"owner": {"$ref": "../people.json#/Owner"}}}},
        "pets/dogs.json",
    )
    written(
        tmp_path, {"Owner": {"type": "object", "properties": {"dog": {"$ref": "pets/dogs.json#/Dog"}}}}, "people.json"
    )
    found, problems = target(tmp_path, "pets/dogs.json#/Dog")
    assert (found, problems) == ("Dog", [])


def test_everything_can_be_a_reference(tmp_path: Path) -> None:
    components = {
        "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}},
        "requestBodies": {"Make": json_body({"$ref": "#/components/schemas/Thing"})},
        "responses": {
            "Made": json_answer({"$ref": "#/components/schemas/Thing"}),
            "Again": {"$ref": "#/components/responses/Made"},
        },
        "pathItems": {"Things": {"post": {"$ref": "#/x-operations/make"}}},
    }
    made = document(
        {"/things": {"$ref": "#/components/pathItems/Things"}},
        {"Thing": {"type": "object", "required": ["name"], "properties": {"name": TEXT}}},
        components=components,
    )
    made["x-operations"] = {
        "make": {
            "parameters": [{"$ref": "#/components/parameters/Limit"}],
            "requestBody": {"$ref": "#/components/requestBodies/Make"},
            "responses": {"200": {"$ref": "#/components/responses/Again"}},
        }
    }
    found, problems = stages(tmp_path, made)
    assert problems == ()
    (things,) = found.api.root.resources
    (make,) = things.methods
    assert make.name == "create"
    assert [each.name for each in make.operation.params] == ["limit"]
    (planned,) = found.plan.client.resources[0].methods
    assert [str(each.name) for each in planned.arguments] == ["name", "limit"]
    assert planned.result.kind == "value"


CIRCLES = {
    "a parameter": {"parameters": {"P": {"$ref": "#/components/parameters/P"}}},
    "two parameters": {
        "parameters": {"P": {"$ref": "#/components/parameters/Q"}, "Q": {"$ref": "#/components/parameters/P"}}
    },
}


@pytest.mark.parametrize("components", CIRCLES.values(), ids=CIRCLES.keys())
def test_circles_of_other_things_are_left_out(tmp_path: Path, components: dict[str, Any]) -> None:
    used = operation(parameters=[{"$ref": "#/components/parameters/P"}, {"name": "q", "in": "query", "schema": TEXT}])
    found, problems = stages(tmp_path, document({"/x": {"get": used}}, components=components))
    assert [each.name for each in found.api.root.resources[0].methods[0].operation.params] == ["q"]
    assert "leads in a circle" in problems[0].message


def test_a_reference_to_the_wrong_kind_is_reported(tmp_path: Path) -> None:
    used = operation(parameters=[{"$ref": "#/components/schemas/Pet"}], body={"$ref": "#/components/schemas/List"})
    made = document({"/x": {"post": used}}, {"Pet": {"type": "object"}, "List": []})
    found, problems = stages(tmp_path, made)
    assert found.api.root.resources[0].methods[0].operation.params == ()
    assert len(problems) >= 2
