"""`openapi.transforms`: what paths pick out of a document, what commands make of it, and what is not applied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from antiphon_codegen.problems import Problem
from antiphon_codegen.spec.jsonpath import PathError, compiled

from .sdks import SDK, build, document, json_answer, operation, stages, written

TREE: Any = {
    "info": {"title": "T", "version": "1.0"},
    "paths": {
        "/pets/{id}": {"get": {"parameters": [{"name": "id", "in": "path"}, {"name": "n", "in": "query", "top": 5}]}},
        "/a.json": {"get": {"parameters": [{"name": "n", "in": "query"}], "responses": {"200": {"x": 1}}}},
    },
    "components": {"schemas": {"A": {"$ref": "#/b", "deprecated": True}, "B": {"type": "object", "deprecated": False}}},
}

FOUND: dict[str, list[str]] = {
    "$": [""],
    "$.info.title": ["info title"],
    "$['info'][\"title\"]": ["info title"],
    "$.info['title', 'version']": ["info title", "info version"],
    "$.nothing.here": [],
    "$.info.title.deeper": [],
    "$.info.*": ["info title", "info version"],
    "$.info[*]": ["info title", "info version"],
    "$.paths./pets/{id}.get.parameters[0].name": ["paths /pets/{id} get parameters 0 name"],
    "$.paths['/a.json'].get.parameters[-1]": ["paths /a.json get parameters 0"],
    "$.paths['/a.json'].get.responses.200.x": ["paths /a.json get responses 200 x"],
    "$.paths['/a.json'].get.responses[200]": ["paths /a.json get responses 200"],
    "$.paths./pets/{id}.get.parameters[9]": [],
    "$.components.schemas.A.$ref": ["components schemas A $ref"],
    "$..title": ["info title"],
    "$..parameters[?(@.name == 'n')]": ["paths /pets/{id} get parameters 1", "paths /a.json get parameters 0"],
    '$.paths..parameters[?(@.name === "n" && @.top)].in': ["paths /pets/{id} get parameters 1 in"],
    "$..parameters[?(@.top > 4 || @.in == 'path')].name": [
        "paths /pets/{id} get parameters 0 name",
        "paths /pets/{id} get parameters 1 name",
    ],
    "$..parameters[?(@.top >= 6)]": [],
    "$..parameters[?@.name != 'n']": ["paths /pets/{id} get parameters 0"],
    "$..parameters[?(!(@.in == 'query'))]": ["paths /pets/{id} get parameters 0"],
    "$.components.schemas[?(@.deprecated)]": ["components schemas A"],
    "$.components.schemas[?(@.deprecated == false)]": ["components schemas B"],
    "$.components.schemas[?(@['$ref'])]": ["components schemas A"],
    "$.components.schemas[?(@property == 'B')].type": ["components schemas B type"],
    "$.paths[?(@property === '/a.json')].get.responses": ["paths /a.json get responses"],
    "$.paths[?(@.get.parameters[0].name == $.components.x)]": [],
    "$..*.title": ["info title"],
    "$..['title']": ["info title"],
}


@pytest.mark.parametrize("path", FOUND)
def test_paths_find(path: str) -> None:
    assert [" ".join(map(str, each)) for each in compiled(path)(TREE)] == FOUND[path]


WRONG = [
    "", "info", "$info", "$.", "$..", "$.a.", "$[", "$[]", "$['a'", "$[a]", "$[0:2]", "$[(@.length-1)]", "$.a^",
    "$.a~", "$[?(@.a =~ 'x')]", "$[?(@.a == )]", "$[?(@.a == 'x']", "$[?(@path == 'x')]", "$[?(@.a.match(/x/))]",
    "$.`a", "$[?()]",
    "$[?(" + "(" * 5000 + "]", "$[?(" + "!" * 5000 + "@)]", "$.a[?(x == 1)]",
]  # fmt: skip


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path[:20])
def test_what_is_no_path_is_said(path: str) -> None:
    with pytest.raises(PathError):
        compiled(path)


# --- commands ---

TEXT = {"type": "string"}
PET: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "secret": TEXT, "tags": {"type": "array", "items": TEXT}},
}


def made() -> dict[str, Any]:
    parameters = [{"name": "limit", "in": "query", "schema": TEXT, "description": "How many."}]
    listed = operation(parameters=parameters, answer=json_answer({"$ref": "#/components/schemas/Pet"}), summary="Pets")
    return document({"/pets": {"get": listed}, "/old": {"get": operation()}}, {"Pet": PET})


def changed(folder: Path, *transforms: Any, key: str = "transforms") -> tuple[Any, tuple[Problem, ...]]:
    """The document after transforms; as it was where none is applied."""
    found, problems = stages(folder, made(), {"openapi": {key: list(transforms)}})
    return found.changed if found.changed is not None else made(), problems


def said(command: str, target: Any, **args: Any) -> dict[str, Any]:
    return {"command": command, "reason": "why", "args": {"target": target, **args}}


ID = "$.components.schemas.Pet.properties.id"
LIMIT = "$.paths..parameters[?(@.name == 'limit')]"
APPLIED: dict[str, tuple[dict[str, Any], str, Any]] = {
    "a value": (said("update", f"{ID}.type", value="string"), f"{ID}.type", "string"),
    "null": (said("update", f"{ID}.type", value=None), f"{ID}.type", None),
    "an object": (said("update", f"{LIMIT}.schema", value={"type": "integer"}), f"{LIMIT}.schema", {"type": "integer"}),
    "text around text": (
        said("update", f"{LIMIT}.description", value="{{value}} At most 9.", template=True),
        f"{LIMIT}.description",
        "How many. At most 9.",
    ),
    "braces as they are": (
        said("update", f"{LIMIT}.description", value="{{value}}"),
        f"{LIMIT}.description",
        "{{value}}",
    ),
    "several targets": (
        said("update", [f"{ID}.type", "$.info.title"], value="string"),
        "$.info.title",
        "string",
    ),
    "a property more": (
        said("append", "$.components.schemas.Pet.properties", value={"name": TEXT}),
        "$.components.schemas.Pet.properties.name",
        TEXT,
    ),
    "an item more": (
        said("append", "$.components.schemas.Pet.required", value="tags"),
        "$.components.schemas.Pet.required",
        ["id", "tags"],
    ),
    "items more": (
        said("append", "$.components.schemas.Pet.required", value=["tags"]),
        "$.components.schemas.Pet.required",
        ["id", "tags"],
    ),
    "merged": (said("merge", ID, object={"format": "int64"}), ID, {"type": "integer", "format": "int64"}),
    "merged deeply": (
        said("merge", "$.components.schemas.Pet", value={"properties": {"id": {"type": "string"}, "b": TEXT}}),
        "$.components.schemas.Pet.properties",
        {**PET["properties"], "id": TEXT, "b": TEXT},
    ),
    "removed": (said("remove", "$.paths./old"), "$.paths./old", "nothing"),
    "an item removed": (said("remove", LIMIT), "$.paths./pets.get.parameters", []),
    "keys removed": (
        said("remove", "$.components.schemas.Pet.properties", keys=["secret", "unknown"]),
        "$.components.schemas.Pet.properties",
        {"id": {"type": "integer"}, "tags": PET["properties"]["tags"]},
    ),
}


@pytest.mark.parametrize("name", APPLIED)
@pytest.mark.parametrize("key", ["transforms", "transformations"])
def test_transforms_are_applied(tmp_path: Path, name: str, key: str) -> None:
    transform, place, expected = APPLIED[name]
    found, problems = changed(tmp_path, transform, key=key)
    assert problems == ()
    values: list[Any] = []
    for path in compiled(place)(found):
        value = found
        for step in path:
            value = value[step]
        values.append(value)
    assert values == ([] if expected == "nothing" else [expected])
    untouched = json.loads(json.dumps(found))
    for tree in (untouched, before := made()):
        tree["info"] = tree["components"] = tree["paths"] = None
    assert untouched == before


NOT_APPLIED: dict[str, tuple[Any, str]] = {
    "another command": (said("shuffle", ID), "of the command 'shuffle' is not applied: known are update, append"),
    "no command": ({"args": {"target": ID}}, "of the command None is not applied"),
    "text": ("remove", "of the command None is not applied"),
    "no arguments": ({"command": "remove"}, "of the command 'remove' is not applied"),
    "entries that may change what is meant": ({**said("remove", ID), "only": ["go"]}, "with 'only' is not applied"),
    "arguments that may change what is meant": (said("remove", ID, recursive=True), "'recursive' is no argument"),
    "nothing to set": (said("update", ID), "'value' is missing"),
    "nothing to merge": (said("merge", ID), "'object' is missing"),
    "nothing there": (said("update", "$.components.schemas.Dog", value={}), "nothing is at '$.components.schemas.Dog'"),
    "one of two not there": (said("remove", [ID, "$.x"]), "nothing is at '$.x'"),
    "no target": ({"command": "remove", "args": {}}, "a target is a JSONPath"),
    "no targets": (said("remove", []), "a target is a part"),
    "a target of another kind": (said("remove", [{"matches_schema": ID}]), "a target is a JSONPath"),
    "a path of another kind": (said("remove", "$.paths[0:2]"), "cannot be read"),
    "everything": (said("remove", "$"), "a target is a part of the document"),
    "keys of a list": (said("remove", "$.components.schemas.Pet.required", keys=["id"]), "only of objects"),
    "appended to text": (said("append", "$.info.title", value="x"), "only lists and objects"),
    "text appended to an object": (said("append", ID, value="x"), "only lists and objects"),
    "what is there already": (said("append", ID, value={"type": "string"}), "'type' is there already"),
    "text merged": (said("merge", "$.info.title", object={}), "only objects can be merged"),
    "lists merged": (said("merge", "$.components.schemas.Pet", object={"required": ["x"]}), "both have a list"),
    "a template of no text": (said("update", ID, value="{{value}}", template=True), "a template is a text"),
}


@pytest.mark.parametrize("name", NOT_APPLIED)
def test_what_is_not_applied_is_said_and_changes_nothing(tmp_path: Path, name: str) -> None:
    transform, message = NOT_APPLIED[name]
    found, problems = changed(tmp_path, transform)
    assert found == made()
    [problem] = problems
    assert message in problem.message
    assert problem.origin.file == "stainless.json"
    assert problem.origin.line == 1


def test_one_after_the_other(tmp_path: Path) -> None:
    found, problems = changed(
        tmp_path,
        said("append", "$.components.schemas", value={"Dog": {"type": "object"}}),
        said("remove", "$.nothing"),
        said("merge", "$.components.schemas.Dog", object={"title": "Hound"}),
        said("update", "$..[?(@.title == 'Hound')].title", value="Dog"),
    )
    assert found["components"]["schemas"]["Dog"] == {"type": "object", "title": "Dog"}
    assert len(problems) == 1


def test_what_yaml_shares_changes_only_where_it_is_meant(tmp_path: Path) -> None:
    text = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths: {}
components: {schemas: {A: &shared {type: object, properties: {x: {type: string}}}, B: *shared}}
"""
    path = written(tmp_path, text)
    transform = said("update", "$.components.schemas.A.properties.x.type", value="integer")
    found, _ = stages(tmp_path, path.read_text("utf-8"), {"openapi": {"transforms": [transform]}})
    schemas: Any = found.changed
    assert schemas["components"]["schemas"]["A"]["properties"]["x"] == {"type": "integer"}
    assert schemas["components"]["schemas"]["B"]["properties"]["x"] == {"type": "string"}


def test_an_sdk_of_the_document_as_it_was_changed(tmp_path: Path) -> None:
    transforms = [
        said("update", f"{LIMIT}.schema.type", value="integer"),
        said("merge", ID, object={"type": "string"}),
        said("remove", "$.paths./old"),
    ]
    config = {"openapi": {"transforms": transforms}}
    sdk: SDK = build(tmp_path, made(), config)
    assert sdk.problems == ()
    assert "id: str" in sdk.text("types/pet.py")
    assert not hasattr(sdk.client(), "old")
    served = json.loads(sdk.generation.scaffold["tests/openapi.json"])
    assert list(served["paths"]) == ["/pets"]
    assert json.loads((tmp_path / "openapi.json").read_text("utf-8")) == made()


def test_documents_of_two_zero_are_changed_as_they_are_written(tmp_path: Path) -> None:
    swagger = {
        "swagger": "2.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/pets": {"get": {"responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Pet"}}}}}
        },
        "definitions": {"Pet": PET},
    }
    transform = said("update", "$.definitions.Pet.properties.id.type", value="string")
    sdk = build(tmp_path, swagger, {"openapi": {"transforms": [transform]}})
    assert "id: str" in sdk.text("types/pet.py")
