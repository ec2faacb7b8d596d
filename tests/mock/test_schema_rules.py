"""Each keyword of a schema refuses a body that breaks it, and says where and what; values that keep it pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import pytest

from .asking import ask, document, engine_of, operation

Case: TypeAlias = tuple[Any, list[Any], list[tuple[Any, str]]]

RULES: dict[str, Case] = {
    "type": ({"type": "string"}, ["a"], [(1, "body.value 1 is not of type string")]),
    "type, several": ({"type": ["string", "null"]}, ["a", None], [(1, "body.value 1 is not of type string or null")]),
    "type, a bool is no number": ({"type": "integer"}, [1, 1.0], [(True, "true is not of type integer")]),
    "enum": ({"enum": ["a", 1, None]}, ["a", 1, None], [("b", 'body.value "b" is not one of "a", 1, null')]),
    "const": ({"const": 0}, [0], [(False, "false is not 0"), (1, "1 is not 0")]),
    "multipleOf": ({"multipleOf": 0.5}, [1, 1.5], [(0.7, "0.7 is not a multiple of 0.5")]),
    "minimum": ({"minimum": 1}, [1], [(0, "0 is less than the minimum of 1")]),
    "maximum": ({"maximum": 1}, [1], [(2, "2 is greater than the maximum of 1")]),
    "exclusiveMinimum": ({"exclusiveMinimum": 1}, [1.1], [(1, "1 is less than or equal to the minimum of 1")]),
    "exclusiveMaximum": ({"exclusiveMaximum": 1}, [0.9], [(1, "1 is greater than or equal to the maximum of 1")]),
    "minLength": ({"minLength": 2}, ["ab", "🙂🙂"], [("a", '"a" is shorter than 2 characters')]),
    "maxLength": ({"maxLength": 2}, ["ab", "🙂🙂"], [("abc", '"abc" is longer than 2 characters')]),
    "pattern": ({"pattern": "^a+$"}, ["aa", 5], [("b", '"b" does not match the pattern ^a+$')]),
    "format date-time": ({"format": "date-time"}, ["2025-01-01T00:00:00Z"], [("today", "format 'date-time'")]),
    "format uuid": (
        {"format": "uuid"},
        ["8a1b6f4e-1c4d-4a0c-9a3c-0b8b6f1d2e3f"],
        [("x", "format 'uuid'")],
    ),
    "format email": ({"format": "email"}, ["a@b.c"], [("a b@c", "format 'email'"), ("ab", "format 'email'")]),
    "format ipv4": ({"format": "ipv4"}, ["127.0.0.1"], [("127.0.0.256", "format 'ipv4'")]),
    "format int32": ({"type": "integer", "format": "int32"}, [2**31 - 1], [(2**31, "format 'int32'")]),
    "format, unknown": ({"format": "smell"}, ["any", 5], []),
    "items": ({"items": {"type": "integer"}}, [[], [1]], [([1, "a"], 'body.value[1] "a" is not of type integer')]),
    "prefixItems": (
        {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}},
        [[1, "a"], [1], []],
        [(["a"], "body.value[0]"), ([1, 2], "body.value[1]")],
    ),
    "contains": (
        {"contains": {"const": 1}, "minContains": 2},
        [[1, 1, 2]],
        [([1], "has 1 items of a kind of which it needs at least 2")],
    ),
    "minItems": ({"minItems": 1}, [[1]], [([], "has 0 items, fewer than 1")]),
    "maxItems": ({"maxItems": 1}, [[1]], [([1, 2], "has 2 items, more than 1")]),
    "uniqueItems": ({"uniqueItems": True}, [[1, 2]], [([{"a": 1}, {"a": 1}], "an object occurs more than once")]),
    "properties": ({"properties": {"a": {"type": "null"}}}, [{"a": None}, {}], [({"a": 1}, "body.value.a 1")]),
    "required": ({"required": ["a"]}, [{"a": 1}, 5], [({}, "body.value.a is required")]),
    "additionalProperties": (
        {"properties": {"metadata": {}}, "additionalProperties": False},
        [{"metadata": 1}],
        [({"metdata": 1}, "body.value.metdata is an unknown property; did you mean 'metadata'?")],
    ),
    "additionalProperties, a schema": (
        {"additionalProperties": {"type": "integer"}},
        [{"a": 1}],
        [({"a": "x"}, 'body.value.a "x" is not of type integer')],
    ),
    "patternProperties": (
        {"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False},
        [{"x-a": 1}],
        [({"x-a": "b"}, "body.value.x-a"), ({"y": 1}, "body.value.y is an unknown property")],
    ),
    "propertyNames": (
        {"propertyNames": {"maxLength": 2}},
        [{"ab": 1}],
        [({"abc": 1}, "is no allowed name of a property")],
    ),
    "minProperties": ({"minProperties": 1}, [{"a": 1}], [({}, "body.value")]),
    "maxProperties": ({"maxProperties": 1}, [{"a": 1}], [({"a": 1, "b": 2}, "body.value")]),
    "dependentRequired": ({"dependentRequired": {"a": ["b"]}}, [{"b": 1}, {"a": 1, "b": 1}], [({"a": 1}, "'b'")]),
    "dependentSchemas": (
        {"dependentSchemas": {"a": {"required": ["c"]}}},
        [{"a": 1, "c": 1}],
        [({"a": 1}, "body.value.c is required")],
    ),
    "unevaluatedProperties": (
        {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
        [{"a": 1}],
        [({"b": 1}, "body.value")],
    ),
    "allOf": (
        {"allOf": [{"required": ["a"]}, {"required": ["b"]}]},
        [{"a": 1, "b": 1}],
        [({"a": 1}, "body.value.b is required")],
    ),
    "anyOf": (
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        ["a", ["a"]],
        [([1], "body.value[0] 1 is not of type string"), (1, "fits none of the forms it may have (string, array)")],
    ),
    "oneOf, more than one is let pass": ({"oneOf": [{"type": "integer"}, {"minimum": 1}]}, [2], []),
    "oneOf, tagged": (
        {
            "oneOf": [
                {"properties": {"type": {"const": "a"}, "size": {"type": "integer"}}, "required": ["type"]},
                {"properties": {"type": {"const": "b"}, "name": {"type": "string"}}, "required": ["type"]},
            ]
        },
        [{"type": "a", "size": 1}, {"type": "b", "name": "x"}],
        [
            ({"type": "b", "name": 5}, "body.value.name 5 is not of type string"),
            ({"type": "c"}, 'body.value.type "c" is not one of "a", "b"'),
        ],
    ),
    "not": ({"not": {"type": "null"}}, [1], [(None, "null is not allowed here")]),
    "if": (
        {"if": {"const": 1}, "then": False, "else": {"type": "string"}},
        ["a"],
        [(1, "is not allowed here"), (2, "2 is not of type string")],
    ),
    "readOnly": (
        {"properties": {"id": {"readOnly": True}, "name": {}}, "required": ["id", "name"]},
        [{"name": 1}],
        [({"id": 1}, "body.value.name is required")],
    ),
    "false": (False, [], [(1, "is not allowed here")]),
}


def engine_for(folder: Path, schema: Any, version: str = "3.1.0") -> Any:
    body = {"type": "object", "properties": {"value": schema}}
    return engine_of(folder, document({"/things": {"post": operation(body=body)}}, version=version))


@pytest.mark.parametrize("name", RULES)
def test_a_rule(name: str, tmp_path: Path) -> None:
    schema, good, bad = RULES[name]
    engine = engine_for(tmp_path, schema)
    for value in good:
        got = ask(engine, "POST", "/things", {"value": value})
        assert got.status == 204, (value, got.body)
    for value, message in bad:
        got = ask(engine, "POST", "/things", {"value": value})
        assert got.status == 400, value
        assert message in got.error["message"]
        assert got.error["param"].startswith("value")


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, ["a", None], [1]),
        ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None], ["b"]),
        ({"nullable": True, "allOf": [{"$ref": "#/components/schemas/Text"}]}, ["a", None], [1]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": True}, [0], [1]),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": False}, [1], [2]),
    ],
)
def test_what_openapi_3_0_writes_otherwise(schema: Any, good: list[Any], bad: list[Any], tmp_path: Path) -> None:
    body = {"type": "object", "properties": {"value": schema}}
    content = document({"/things": {"post": operation(body=body)}}, {"Text": {"type": "string"}}, "3.0.3")
    engine = engine_of(tmp_path, content)
    assert [ask(engine, "POST", "/things", {"value": value}).status for value in good] == [204] * len(good)
    assert [ask(engine, "POST", "/things", {"value": value}).status for value in bad] == [400] * len(bad)


def test_kinds_of_errors_have_codes(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}
    engine = engine_for(tmp_path, {**schema, "required": ["a"]})
    codes = [
        ask(engine, "POST", "/things", {"value": value}).error["code"] for value in ({}, {"a": "x"}, {"a": 1, "b": 1})
    ]
    assert codes == ["missing_required_parameter", "invalid_type", "unknown_parameter"]


def test_several_problems_are_told_at_once(tmp_path: Path) -> None:
    engine = engine_for(tmp_path, {"required": ["a", "b", "c"]})
    assert (
        "(and 2 more: body.value.b is required; body.value.c is required)"
        in (ask(engine, "POST", "/things", {"value": {}}).error["message"])
    )


def test_references_in_circles(tmp_path: Path) -> None:
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/components/schemas/Node"}, "name": {"type": "string"}},
        "additionalProperties": False,
    }
    ring = {"allOf": [{"$ref": "#/components/schemas/Ring"}]}
    paths = {
        "/nodes": {"post": operation(body={"$ref": "#/components/schemas/Node"})},
        "/rings": {"post": operation(body={"$ref": "#/components/schemas/Ring"})},
    }
    engine = engine_of(tmp_path, document(paths, {"Node": node, "Ring": ring}))
    assert ask(engine, "POST", "/nodes", {"next": {"next": {"name": "a"}}}).status == 204
    assert ask(engine, "POST", "/nodes", {"next": {"next": {"name": 1}}}).error["param"] == "next.next.name"
    assert ask(engine, "POST", "/rings", {"any": 1}).status == 204


def test_a_reference_that_leads_nowhere_allows_anything(tmp_path: Path) -> None:
    engine = engine_for(tmp_path, {"$ref": "#/components/schemas/Missing"})
    assert ask(engine, "POST", "/things", {"value": 1}).status == 204


def test_strict_refuses_what_the_document_does_not_know(tmp_path: Path) -> None:
    body: Any = {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {}}}}}
    content = document({"/things": {"post": operation(body=body)}})
    lenient, strict = engine_of(tmp_path, content), engine_of(tmp_path, content, strict=True)
    for target, sent in (("/things", {"a": {"c": 1}}), ("/things?x=1", {"a": {"b": 1}})):
        assert ask(lenient, "POST", target, sent).status == 204
        assert ask(strict, "POST", target, sent).error["code"] == "unknown_parameter"
    assert lenient.received[1].remarks == ("query.x is an unknown query parameter",)
