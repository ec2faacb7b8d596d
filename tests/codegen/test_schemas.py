"""Schemas as types: what combinations of keywords mean, in 3.0 and in 3.1."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime.transports.scripted import Answer
from antiphon_codegen.ir.types import Object
from antiphon_codegen.problems import Refused

from .sdks import build, document, json_answer, kinds, operation, stages, type_of

A: dict[str, Any] = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
B: dict[str, Any] = {"type": "object", "properties": {"b": {"type": "integer"}}}


def tagged(value: str, **more: Any) -> dict[str, Any]:
    properties = {"kind": {"type": "string", "const": value}, **more}
    return {"type": "object", "required": ["kind"], "properties": properties}


CASES: dict[str, tuple[Any, str]] = {
    # --- plain ---
    "text": ({"type": "string"}, "str"),
    "a date": ({"type": "string", "format": "date-time"}, "str:date-time"),
    "bytes": ({"type": "string", "format": "binary"}, "bytes"),
    "bytes, as 3.1 says it": ({"type": "string", "contentMediaType": "application/octet-stream"}, "bytes"),
    "nothing said": ({}, "?"),
    "true": (True, "?"),
    "false": (False, "?"),
    "null": ({"type": "null"}, "null"),
    "several types": ({"type": ["string", "integer"]}, "str | int"),
    "several types and null": ({"type": ["string", "integer", "null"]}, "str | int | null"),
    "one type in a list": ({"type": ["boolean"]}, "bool"),
    "every type": ({"type": ["string", "number", "integer", "boolean", "object", "array"]}, "?"),
    "a type that is none": ({"type": "strin"}, "?"),
    "null from YAML in the list": ({"type": ["string", None]}, "str | null"),
    # --- constants and enums ---
    "const": ({"const": "a"}, '="a"'),
    "const null": ({"const": None}, "null"),
    "const false": ({"const": False}, "=false"),
    "const 0": ({"const": 0}, "=0"),
    "const or null": ({"type": ["string", "null"], "const": "a"}, '="a" | null'),
    "enum": ({"type": "string", "enum": ["a", "b"]}, 'enum["a", "b"]'),
    "enum of one": ({"type": "string", "enum": ["a"]}, '="a"'),
    "enum without a type": ({"enum": ["a", 1]}, 'enum["a", 1]'),
    "enum with null": ({"type": ["string", "null"], "enum": ["a", "b", None]}, 'enum["a", "b"] | null'),
    "enum of null": ({"enum": [None]}, "null"),
    "enum of numbers": ({"type": "integer", "enum": [1, 2]}, "enum[1, 2]"),
    "enum of floats": ({"type": "number", "enum": [0.5, 1.5]}, "enum[0.5, 1.5]"),
    "enum with the empty text": ({"type": "string", "enum": ["", "a"]}, 'enum["", "a"]'),
    "enum with repetitions": ({"type": "string", "enum": ["a", "b", "a"]}, 'enum["a", "b"]'),
    "enum of booleans and numbers": ({"enum": [True, 1, False, 0]}, "enum[true, 1, false, 0]"),
    "enum of numbers, said to be text": ({"type": "string", "enum": [1, 2.5, True]}, 'enum["1", "2.5", "true"]'),
    "enum of text, said to be numbers": ({"type": "integer", "enum": ["1", "-2"]}, "enum[1, -2]"),
    "enum of what is no number": ({"type": "integer", "enum": ["1", "x"]}, 'enum["1", "x"]'),
    "enum of a list's items": ({"type": "array", "items": {"type": "string"}, "enum": ["a", "b"]}, '[enum["a", "b"]]'),
    "enum without values": ({"type": "string", "enum": []}, "str"),
    "enum that is no list": ({"type": "string", "enum": "a"}, "str"),
    "enum of objects": ({"enum": [{"a": 1}]}, "?"),
    # --- arrays ---
    "a list": ({"type": "array", "items": {"type": "integer"}}, "[int]"),
    "a list of anything": ({"type": "array"}, "[?]"),
    "items without a type": ({"items": {"type": "integer"}}, "[int]"),
    "a tuple": ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}, "[str | int]"),
    "a tuple as it was": ({"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}, "[str | int]"),
    # --- objects ---
    "an object": (A, "(a: str)"),
    "properties without a type": ({"properties": {"a": {"type": "string"}}}, "(a?: str)"),
    "any keys": ({"type": "object"}, "{?}"),
    "any keys, said": ({"type": "object", "additionalProperties": True}, "{?}"),
    "keys with a type": ({"type": "object", "additionalProperties": {"type": "integer"}}, "{int}"),
    "patterns of keys": ({"type": "object", "patternProperties": {"^x": {"type": "integer"}}}, "{int}"),
    "no keys": ({"type": "object", "additionalProperties": False}, "()"),
    "properties and other keys": ({**A, "additionalProperties": {"type": "integer"}}, "(a: str, ...: int)"),
    "required, but no property": ({**A, "required": ["a", "zz"]}, "(a: str)"),
    "required as it was": ({"type": "object", "properties": {"a": {"type": "string", "required": True}}}, "(a?: str)"),
    # --- unions ---
    "one of": ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "str | int"),
    "any of with null": ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "str | null"),
    "nested unions": (
        {"oneOf": [{"anyOf": [{"type": "string"}, {"type": "integer"}]}, {"type": "boolean"}]},
        "str | int | bool",
    ),
    "the same twice": ({"oneOf": [{"type": "string"}, {"type": "string"}]}, "str"),
    "one of one": ({"oneOf": [{"$ref": "#/components/schemas/A"}]}, "A"),
    "one of nothing": ({"oneOf": []}, "?"),
    "any branch": ({"oneOf": [{"type": "string"}, {}]}, "?"),
    "only required": ({**A, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "(a: str)"),
    "properties beside alternatives": (
        {"type": "object", "properties": {"c": {"type": "boolean"}}, "oneOf": [A, B]},
        "(c?: bool, a: str) | (c?: bool, b?: int)",
    ),
    # --- allOf ---
    "objects joined": ({"allOf": [A, B]}, "(a: str, b?: int)"),
    "a reference with a description": (
        {"allOf": [{"$ref": "#/components/schemas/A"}], "description": "d"},
        "A",
    ),
    "a combined reference that may be null": (
        {"allOf": [{"$ref": "#/components/schemas/A"}], "type": ["object", "null"]},
        "A | null",
    ),
    "an enum that may be null": (
        {"allOf": [{"type": "string", "enum": ["a", "b"]}, {"nullable": True}]},
        'enum["a", "b"]',
    ),
    "text and text": ({"allOf": [{"type": "string"}, {"minLength": 1}]}, "str"),
    "text and a narrower text": ({"allOf": [{"type": "string"}, {"enum": ["a", "b"]}]}, 'enum["a", "b"]'),
    "references joined": (
        {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
        "(a: str, b?: int)",
    ),
    "required beside": ({"allOf": [{"$ref": "#/components/schemas/B"}], "required": ["b"]}, "(b: int)"),
    "required in a part": ({"allOf": [B, {"required": ["b"]}]}, "(b: int)"),
    "one property twice": (
        {"allOf": [A, {"properties": {"a": {"type": "string", "enum": ["x", "y"]}}}]},
        '(a: enum["x", "y"])',
    ),
    "unions inside": (
        {"allOf": [B, {"oneOf": [A, {"properties": {"c": {"type": "string"}}}]}]},
        "(b?: int, a: str) | (b?: int, c?: str)",
    ),
    "nothing can satisfy it": ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "str"),
    "an object and any keys": (
        {"allOf": [A, {"type": "object", "additionalProperties": {"type": "integer"}}]},
        "(a: str, ...: int)",
    ),
    # --- $ref ---
    "a reference": ({"$ref": "#/components/schemas/A"}, "A"),
    "a reference with siblings": (
        {"$ref": "#/components/schemas/A", "properties": {"z": {"type": "boolean"}}},
        "(a: str, z?: bool)",
    ),
    "a reference with prose": ({"$ref": "#/components/schemas/A", "description": "d"}, "A"),
    "a reference that may be null": ({"$ref": "#/components/schemas/A", "type": ["object", "null"]}, "A | null"),
    # --- discriminators ---
    "told apart by what is said": (
        {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind"},
        },
        "Cat | Dog by kind",
    ),
    "told apart by constants": (
        {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]},
        "Cat | Dog by kind",
    ),
    "as OpenAPI 2 said it": (
        {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": "kind",
        },
        "Cat | Dog by kind",
    ),
    "a tag that two have": (
        {"oneOf": [tagged("x"), tagged("x", n={"type": "string"})]},
        '(kind: ="x") | (kind: ="x", n?: str)',
    ),
    "told apart by nothing": (
        {"oneOf": [A, B], "discriminator": {"propertyName": "kind"}},
        "(a: str) | (b?: int)",
    ),
    "told apart, or null": (
        {"anyOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}, {"type": "null"}]},
        "Cat | Dog | null by kind",
    ),
}

KNOWN: dict[str, Any] = {
    "A": A,
    "B": B,
    "Cat": tagged("cat", lives={"type": "integer"}),
    "Dog": tagged("dog", name={"type": "string"}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_schema_means(tmp_path: Path, name: str) -> None:
    schema, expected = CASES[name]
    assert type_of(tmp_path, schema, KNOWN) == expected


DIALECTS: dict[str, tuple[Any, str, str]] = {
    "nullable": ({"type": "string", "nullable": True}, "str | null", "str | null"),
    "nullable as text": ({"type": "string", "nullable": "True"}, "str | null", "str | null"),
    "nullable without a type": ({"nullable": True}, "?", "?"),
    "nullable beside texts only": ({"nullable": True, "description": "x", "example": 1}, "?", "?"),
    "nullable as an alternative": (
        {"anyOf": [{"$ref": "#/components/schemas/A"}, {"nullable": True}]},
        "A | null",
        "A | null",
    ),
    "nullable beside allOf": (
        {"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": True},
        "A | null",
        "A | null",
    ),
    "nullable enum": ({"type": "string", "enum": ["a"], "nullable": True}, '="a" | null', '="a" | null'),
    "nullable beside a reference": (
        {"$ref": "#/components/schemas/A", "nullable": True},
        "A | null",
        "A | null",
    ),
    "exclusive limits": ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, "int", "int"),
    "exclusive limits of 3.1": ({"type": "integer", "exclusiveMinimum": 1}, "int", "int"),
    "const": ({"const": "a"}, '="a"', '="a"'),
    "lists of types": ({"type": ["string", "null"]}, "str | null", "str | null"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_both_dialects(tmp_path: Path, name: str) -> None:
    schema, old, new = DIALECTS[name]
    assert type_of(tmp_path, schema, KNOWN, "3.0.3") == old
    assert type_of(tmp_path, schema, KNOWN, "3.1.0") == new


VERSIONS: dict[str, tuple[Any, str]] = {
    "Swagger 1.2": ({"swagger": "1.2", "paths": {}}, "Swagger 1.2 document; convert it to OpenAPI 3"),
    "no version": ({"info": {}, "paths": {}}, "no `openapi` version"),
    "a list": ([], "an OpenAPI document is an object"),
    "text": ("just text", "an OpenAPI document is an object"),
    "nothing": ("", "an OpenAPI document is an object"),
}


@pytest.mark.parametrize(("made", "said"), VERSIONS.values(), ids=VERSIONS.keys())
def test_what_is_no_openapi_document_is_refused(tmp_path: Path, made: Any, said: str) -> None:
    with pytest.raises(Refused) as caught:
        stages(tmp_path, made if isinstance(made, str) else json.dumps(made))
    assert said in caught.value.problem.message


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.2.0", "4.0.0"])
def test_versions_that_are_read(tmp_path: Path, version: str) -> None:
    found, problems = stages(tmp_path, document({"/x": {"get": operation()}}, version=version))
    assert len(found.api.root.resources) == 1
    assert kinds(problems) == (["unsupported"] if version.startswith("4") else [])


RECURSIVE: dict[str, Any] = {
    "a tree": {"X": {"type": "object", "properties": {"children": {"type": "array", "items": "X"}}}},
    "a chain": {"X": {"type": "object", "properties": {"y": "Y"}}, "Y": {"type": "object", "properties": {"x": "X"}}},
    "a list of itself": {"X": {"type": "array", "items": "X"}},
    "a union with itself": {"X": {"oneOf": [{"type": "string"}, {"type": "array", "items": "X"}]}},
    "a map of itself": {"X": {"type": "object", "additionalProperties": "X"}},
    "itself": {"X": "X"},
    "each other": {"X": "Y", "Y": "X"},
    "allOf itself": {"X": {"allOf": ["X", A]}},
    "allOf each other": {"X": {"allOf": ["Y"]}, "Y": {"allOf": ["X", A]}},
    "oneOf itself": {"X": {"oneOf": ["X", A]}},
    "a union of each other": {"X": {"oneOf": ["Y", A]}, "Y": {"oneOf": ["X", B]}},
}


@pytest.mark.parametrize("name", RECURSIVE)
def test_what_refers_to_itself_ends(tmp_path: Path, name: str) -> None:
    text = re.sub(r'"([XY])"(?!:)', r'{"$ref": "#/components/schemas/\1"}', json.dumps(RECURSIVE[name]))
    found = json.loads(text)
    both = operation(
        body={"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}},
        answer=json_answer({"$ref": "#/components/schemas/X"}),
    )
    sdk = build(tmp_path, document({"/x": {"post": both}}, found))
    sdk.import_all()
    body = "[]" if name in ("a list of itself", "a union with itself") else "{}"
    client = sdk.client(Answer(200, body, {"content-type": "application/json"}))
    client.x.create()
    assert len(client.sent) == 1


def test_work_is_bounded_where_schemas_double(tmp_path: Path) -> None:
    schemas: dict[str, Any] = {"S0": A}
    for number in range(1, 40):
        part = {"$ref": f"#/components/schemas/S{number - 1}"}
        keyword = ("allOf", "anyOf", "oneOf")[number % 3]
        schemas[f"S{number}"] = {keyword: [part, part, {"properties": {f"p{number}": {"type": "string"}}}]}
    found, _ = stages(tmp_path, document({}, schemas))
    assert len(found.api.types) == 40


def test_a_long_chain_of_schemas(tmp_path: Path) -> None:
    schemas: dict[str, Any] = {
        f"S{n}": {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/S{n + 1}"}}}
        for n in range(3000)
    }
    schemas["S3000"] = A
    used = operation(answer=json_answer({"$ref": "#/components/schemas/S0"}))
    found, problems = stages(tmp_path, document({"/x": {"get": used}}, schemas))
    assert len(found.api.types) == 3001
    assert set(kinds(problems)) == {"too-large"}


LAST = 1500
LINKS = ("objects", "two ways", "lists", "maps", "unions", "references", "descriptions")


def chain(name: str, length: int) -> dict[str, Any]:
    """Schemas that are each made of the next."""

    def link(after: Any) -> Any:
        match name:
            case "objects":
                return {"type": "object", "properties": {"next": after, "name": {"type": "string"}}}
            case "two ways":
                end = {"$ref": f"#/components/schemas/S{length}"}
                return {"type": "object", "properties": {"next": after, "other": after, "end": end}}
            case "lists":
                return {"type": "array", "items": after}
            case "maps":
                return {"type": "object", "additionalProperties": after}
            case "unions":
                return {"oneOf": [{"type": "string"}, {"type": "array", "items": after}]}
            case "references":
                return after
            case _:
                return {"allOf": [after, {"title": "t"}]}

    return {**{f"S{n}": link({"$ref": f"#/components/schemas/S{n + 1}"}) for n in range(length)}, f"S{length}": A}


@pytest.mark.parametrize("name", LINKS)
def test_long_chains_are_of_use(tmp_path: Path, name: str) -> None:
    first = {"$ref": "#/components/schemas/S0"}
    paths: dict[str, Any] = {"/x": {"get": operation(answer=json_answer(first))}}
    if name not in ("references", "descriptions"):  # of those, bodies are put together part by part
        paths["/y"] = {"post": operation(body={"content": {"application/json": {"schema": first}}})}
    sdk = build(tmp_path, document(paths, chain(name, LAST)))
    assert set(kinds(sdk.problems)) == {"too-large"}
    sdk.import_all()
    has_next = name in ("objects", "two ways")
    body: Any = {} if has_next or name == "maps" else []
    for _ in range(60):
        body = {"next": body} if has_next else {"k": body} if name == "maps" else [body]
    resource = sdk.client(Answer(200, json.dumps(body), {"content-type": "application/json"})).x
    found = resource.list() if name == "lists" else resource.retrieve()
    assert (found.to_dict() if has_next else found) == body
    if has_next:
        assert type(found.next.next.next).__name__ == "S3"
    if name == "two ways":  # short ways stay, though long ones lead to the same type
        assert f"end: S{LAST}" in sdk.text("types/s0.py")


def test_chains_as_documents_have_them_are_whole(tmp_path: Path) -> None:
    used = operation(answer=json_answer({"$ref": "#/components/schemas/S0"}))
    found, problems = stages(tmp_path, document({"/x": {"get": used}}, chain("objects", 49)))
    assert problems == ()
    assert len(found.plan.types) == 50


def test_an_enum_of_ten_thousand_values(tmp_path: Path) -> None:
    values = [f"v{n}" for n in range(10_000)]
    assert type_of(tmp_path, {"enum": values}).count(",") == 9_999


WRONG: dict[str, Any] = {
    "a list for a schema": [],
    "a number for a schema": 5,
    "text for properties": {"type": "object", "properties": "x"},
    "a list for properties": {"type": "object", "properties": [1]},
    "a number for a property": {"type": "object", "properties": {"a": 5}},
    "text for allOf": {"allOf": "x"},
    "a number in oneOf": {"oneOf": [5, {"type": "string"}]},
    "a number for items": {"type": "array", "items": 5},
    "a number for required": {"type": "object", "required": 5, "properties": {"a": {}}},
    "a number in required": {"type": "object", "required": [5], "properties": {"a": {}}},
    "a list for $ref": {"$ref": []},
    "a number for discriminator": {"oneOf": [A, B], "discriminator": 5},
    "a list for a mapping": {"oneOf": [A, B], "discriminator": {"propertyName": "a", "mapping": []}},
    "an object for type": {"type": {}},
    "a number for nullable": {"type": "string", "nullable": 5},
    "a list for description": {"type": "string", "description": []},
}


@pytest.mark.parametrize("schema", WRONG.values(), ids=WRONG.keys())
def test_wrong_shapes_cost_their_own_node_only(tmp_path: Path, schema: Any) -> None:
    holder = {"type": "object", "properties": {"bad": schema, "good": {"type": "string"}}}
    found, problems = stages(tmp_path, document({}, {"X": holder}))
    assert len(problems) >= 1
    made = next(iter(found.api.types.values())).type
    assert isinstance(made, Object)
    assert [each.name for each in made.properties] == ["bad", "good"]
