"""Parameters of every place and style are read as the values they stand for, and refused where they do not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from antiphon.mock.answer.calls import Call
from antiphon_codegen.document import JSON

from .asking import ask, document, engine_of, operation

INTEGERS = {"type": "array", "items": {"type": "integer"}}
POINT = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}}
NUMBER = {"type": "integer"}

# place, style, explode, schema, what is sent, the value it stands for
READ: list[tuple[str, str | None, bool | None, Any, str, JSON]] = [
    ("query", None, None, NUMBER, "value=5", 5),
    ("query", None, None, {"type": "boolean"}, "value=true", True),
    ("query", None, None, {"type": "boolean"}, "value=False", False),
    ("query", None, None, {"type": "number"}, "value=1e2", 100.0),
    ("query", None, None, {"type": "string"}, "value=5", "5"),
    ("query", None, None, {"type": "string"}, "value=", ""),
    ("query", None, None, {"type": "string"}, "value=a%20b+c%2B%C3%A9", "a b c+é"),
    ("query", None, None, {"type": ["integer", "null"]}, "value=null", None),
    ("query", None, None, {"anyOf": [{"type": "integer"}, {"const": "auto"}]}, "value=7", 7),
    ("query", None, None, {"anyOf": [{"type": "integer"}, {"const": "auto"}]}, "value=auto", "auto"),
    ("query", "form", True, INTEGERS, "value=1&value=2", [1, 2]),
    ("query", "form", True, INTEGERS, "value=1", [1]),
    ("query", "form", False, INTEGERS, "value=1,2", [1, 2]),
    ("query", "form", True, INTEGERS, "value[]=1&value[]=2", [1, 2]),
    ("query", "spaceDelimited", False, INTEGERS, "value=1%202", [1, 2]),
    ("query", "pipeDelimited", False, INTEGERS, "value=1|2", [1, 2]),
    ("query", "form", True, POINT, "x=1&y=2", {"x": 1, "y": 2}),
    ("query", "form", False, POINT, "value=x,1,y,2", {"x": 1, "y": 2}),
    ("query", "deepObject", True, POINT, "value[x]=1&value[y]=2", {"x": 1, "y": 2}),
    ("path", None, None, NUMBER, "5", 5),
    ("path", None, None, {"type": "string"}, "a%2Fb%20c", "a/b c"),
    ("path", "simple", False, INTEGERS, "1,2", [1, 2]),
    ("path", "simple", False, {"type": "array", "items": {"type": "string"}}, "a%2Cb,c%2520", ["a,b", "c%20"]),
    ("path", "simple", False, POINT, "x,1,y,2", {"x": 1, "y": 2}),
    ("path", "simple", True, POINT, "x=1,y=2", {"x": 1, "y": 2}),
    ("path", "label", False, NUMBER, ".5", 5),
    ("path", "label", False, INTEGERS, ".1,2", [1, 2]),
    ("path", "label", True, INTEGERS, ".1.2", [1, 2]),
    ("path", "label", True, POINT, ".x=1.y=2", {"x": 1, "y": 2}),
    ("path", "matrix", False, NUMBER, ";value=5", 5),
    ("path", "matrix", False, INTEGERS, ";value=1,2", [1, 2]),
    ("path", "matrix", True, INTEGERS, ";value=1;value=2", [1, 2]),
    ("path", "matrix", False, POINT, ";value=x,1,y,2", {"x": 1, "y": 2}),
    ("path", "matrix", True, POINT, ";x=1;y=2", {"x": 1, "y": 2}),
    ("header", None, None, NUMBER, "5", 5),
    ("header", None, None, {"type": "boolean"}, "true", True),
    ("header", "simple", False, INTEGERS, "1, 2", [1, 2]),
    ("header", "simple", False, POINT, "x,1,y,2", {"x": 1, "y": 2}),
    ("header", "simple", True, POINT, "x=1,y=2", {"x": 1, "y": 2}),
    ("cookie", None, None, NUMBER, "5", 5),
    ("cookie", "form", False, INTEGERS, '"1,2"', [1, 2]),
]


def asked(folder: Path, parameter: dict[str, Any], sent: str) -> tuple[int, Any]:
    """The status, and the value that a behaviour is given."""
    seen: list[Call] = []

    def look(call: Call) -> JSON:
        seen.append(call)
        return {}

    place = parameter["in"]
    path = "/things/{value}" if place == "path" else "/things"
    content = document({path: {"get": operation({}, parameters=[parameter], operationId="get")}})
    engine = engine_of(folder, content, behaviours={"get": look})
    target, headers = "/things", {}
    match place:
        case "query":
            target += f"?{sent}"
        case "path":
            target += f"/{sent}"
        case "header":
            headers = {"value": sent}
        case _:
            headers = {"cookie": f"other=1; value={sent}"}
    got = ask(engine, "GET", target, headers=headers)
    if not seen:
        return got.status, got.error["message"]
    call = seen[0]
    if place in ("query", "path"):
        return got.status, (call.query if place == "query" else call.path).get("value")
    return got.status, None


@pytest.mark.parametrize(("place", "style", "explode", "schema", "sent", "value"), READ)
def test_a_parameter(
    place: str, style: str | None, explode: bool | None, schema: Any, sent: str, value: JSON, tmp_path: Path
) -> None:
    parameter = {"name": "value", "in": place, "schema": schema, "required": place == "path"}
    parameter |= {} if style is None else {"style": style}
    parameter |= {} if explode is None else {"explode": explode}
    status, seen = asked(tmp_path, parameter, sent)
    assert status == 200, seen
    if place in ("query", "path"):
        assert seen == value
        assert type(seen) is type(value)
    # Where the value is not given to behaviours, a schema that wants just this value shows that it was read.
    exact = {**parameter, "schema": {"allOf": [schema, {"const": value}]}}
    assert asked(tmp_path, exact, sent)[0] == 200
    other = {**parameter, "schema": {"allOf": [schema, {"not": {"const": value}}]}}
    assert asked(tmp_path, other, sent)[0] == 400


@pytest.mark.parametrize(
    ("parameter", "sent", "message"),
    [
        ({"in": "query", "schema": NUMBER}, "value=five", 'query.value "five" is not of type integer'),
        ({"in": "query", "schema": NUMBER, "required": True}, "", "query.value is required"),
        ({"in": "query", "schema": INTEGERS}, "value=1&value=b", 'query.value[1] "b" is not of type integer'),
        ({"in": "query", "schema": {"enum": ["asc", "desc"]}}, "value=up", 'query.value "up" is not one of'),
        ({"in": "query", "schema": {"type": "integer", "maximum": 9}}, "value=10", "greater than the maximum"),
        ({"in": "query", "schema": POINT, "style": "deepObject"}, "value[x]=a", 'query.value.x "a" is not of'),
        ({"in": "query", "content": {"application/json": {"schema": POINT}}}, "value={", "query.value"),
        ({"in": "query", "content": {"application/json": {"schema": POINT}}}, 'value={"x":"a"}', "query.value.x"),
        ({"in": "header", "schema": NUMBER, "required": True}, "", "header.value is required"),
        ({"in": "header", "schema": NUMBER}, "x", "header.value"),
        ({"in": "path", "schema": {"format": "uuid", "type": "string"}, "required": True}, "x", "path.value"),
        ({"in": "cookie", "schema": {"enum": ["a"]}}, "b", 'cookie.value "b" is not one of "a"'),
    ],
)
def test_a_parameter_that_does_not_fit(parameter: dict[str, Any], sent: str, message: str, tmp_path: Path) -> None:
    status, seen = asked(tmp_path, {"name": "value", **parameter}, sent)
    assert status == 400
    assert message in seen


def test_parameters_of_the_path_item_are_overridden(tmp_path: Path) -> None:
    both = {"name": "a", "in": "query", "schema": NUMBER}
    own = {"name": "a", "in": "query", "schema": {"type": "string"}}
    needed: Any = {"name": "b", "in": "query", "required": True, "schema": {}}
    item: Any = {"parameters": [both, needed], "get": operation(parameters=[own]), "post": operation()}
    engine = engine_of(tmp_path, document({"/things": item}))
    assert ask(engine, "GET", "/things?a=x&b=1").status == 204
    assert ask(engine, "GET", "/things?a=x").status == 400
    assert ask(engine, "POST", "/things?a=x&b=1").status == 400


def test_parameters_by_reference(tmp_path: Path) -> None:
    content = document({"/things": {"get": operation(parameters=[{"$ref": "#/components/parameters/Limit"}])}})
    content["components"]["parameters"] = {"Limit": {"name": "limit", "in": "query", "schema": NUMBER}}
    engine = engine_of(tmp_path, content)
    assert ask(engine, "GET", "/things?limit=x").error["param"] == "limit"


@pytest.mark.parametrize(
    "query", ["&&=&a", "a=%zz&b=%ff", "a=" + "b" * 50_000, "a[b[c]=1&]=2", "[=1", "a[" * 200 + "=1"]
)
def test_odd_queries_are_let_pass(query: str, tmp_path: Path) -> None:
    engine = engine_of(tmp_path, document({"/things": {"get": operation()}}))
    assert ask(engine, "GET", f"/things?{query}").status == 204


def test_a_query_without_end_is_refused(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, document({"/things": {"get": operation()}}))
    got = ask(engine, "GET", "/things?" + "a=1&" * 30_000)
    assert (got.status, got.error["code"]) == (400, "invalid_query")
