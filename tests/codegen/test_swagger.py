"""Swagger 2.0 documents: read in the form of OpenAPI 3.0, with nothing lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest

from antiphon.mock import serve
from antiphon.runtime.transports.scripted import Answer
from antiphon_codegen.document import load
from antiphon_codegen.problems import Problems
from antiphon_codegen.spec.swagger import as_openapi_3

from .sdks import SDK, build, kinds, sent_json, stages, written

TEXT: dict[str, Any] = {"type": "string"}
LIST: dict[str, Any] = {"type": "array", "items": TEXT}
PET = {"$ref": "#/definitions/Pet"}


def swagger(paths: dict[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    return {
        "swagger": "2.0",
        "info": {"title": "Made Up", "version": "1.0"},
        "host": "api.example.test",
        "basePath": "/v1",
        "schemes": ["http", "https"],
        "paths": paths or {},
        "definitions": {"Pet": {"type": "object", "required": ["name"], "properties": {"name": TEXT}}},
        **rest,
    }


def converted(folder: Path, made: dict[str, Any]) -> Any:
    problems = Problems()
    found = as_openapi_3(load(written(folder, made), problems), problems)
    assert list(problems) == []
    return found.root


SERVERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "https first": ({}, ["https://api.example.test/v1", "http://api.example.test/v1"]),
    "no schemes": ({"schemes": None}, ["https://api.example.test/v1"]),
    "sockets are no servers": ({"schemes": ["wss"]}, ["https://api.example.test/v1"]),
    "no base path": ({"basePath": None, "schemes": ["http"]}, ["http://api.example.test"]),
    "a base path without a slash": ({"basePath": "v1", "schemes": ["https"]}, ["https://api.example.test/v1"]),
    "no host": ({"host": None}, ["/v1"]),
    "nothing": ({"host": None, "basePath": "/"}, []),
}


@pytest.mark.parametrize("name", SERVERS)
def test_servers(tmp_path: Path, name: str) -> None:
    said, expected = SERVERS[name]
    made = {key: value for key, value in {**swagger(), **said}.items() if value is not None}
    assert [each["url"] for each in converted(tmp_path, made).get("servers", [])] == expected


QUERIES: dict[str, tuple[dict[str, Any], Any, str]] = {
    "text": (TEXT, "a", "p=a"),
    "a list": (LIST, ["a", "b"], "p=a,b"),
    "multi": ({**LIST, "collectionFormat": "multi"}, ["a", "b"], "p=a&p=b"),
    "ssv": ({**LIST, "collectionFormat": "ssv"}, ["a", "b"], "p=a b"),
    "pipes": ({**LIST, "collectionFormat": "pipes"}, ["a", "b"], "p=a|b"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_parameters(tmp_path: Path, name: str) -> None:
    schema, value, expected = QUERIES[name]
    used = {"parameters": [{"name": "p", "in": "query", **schema}], "responses": {"200": {"description": ""}}}
    sdk = build(tmp_path, swagger({"/x": {"get": used}}))
    assert sdk.problems == ()
    client, other = sdk.client(), sdk.async_client()
    client.x.retrieve(p=value)
    asyncio.run(other.x.retrieve(p=value))
    for sent in (*client.sent, *other.sent):
        assert unquote_plus(str(sent.url)) == f"https://api.example.test/v1/x?{expected}"


def test_a_form_of_lists_that_is_not_known_is_reported(tmp_path: Path) -> None:
    parameter = {"name": "p", "in": "query", **LIST, "collectionFormat": "tsv"}
    _, problems = stages(tmp_path, swagger({"/x": {"get": {"parameters": [parameter], "responses": {}}}}))
    assert kinds(problems) == ["unsupported"]
    assert problems[0].origin.pointer == "/paths/~1x/get/parameters"


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> SDK:
    body = {"name": "pet", "in": "body", "required": True, "schema": PET}
    item = {"name": "id", "in": "path", "required": True, "type": "integer"}
    ok = {"200": {"description": "", "schema": PET}}
    paths: dict[str, Any] = {
        "/pets": {
            "post": {"parameters": [{"$ref": "#/parameters/Body"}], "responses": ok},
            "put": {"parameters": [body], "responses": {"200": {"$ref": "#/responses/Pet"}}},
            "patch": {
                "parameters": [{"name": "name", "in": "formData", "type": "string", "required": True}],
                "responses": ok,
            },
        },
        "/pets/{id}": {
            "parameters": [item, {"name": "q", "in": "query", "type": "string"}, body],
            "put": {"responses": ok},
        },
        "/pets/{id}/photo": {
            "parameters": [item],
            "post": {
                "consumes": ["application/x-www-form-urlencoded", "multipart/form-data"],
                "parameters": [
                    {"name": "file", "in": "formData", "type": "file", "required": True},
                    {"name": "title", "in": "formData", "type": "string"},
                ],
                "responses": {"204": {"description": ""}},
            },
            "get": {"produces": ["image/png"], "responses": {"200": {"description": "", "schema": {"type": "file"}}}},
        },
    }
    made = swagger(
        paths,
        parameters={"Body": body},
        responses={"Pet": {"description": "", "schema": PET}},
        securityDefinitions={"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "user": {"type": "basic"}},
        security=[{"key": []}],
    )
    found = build(tmp_path_factory.mktemp("swagger"), made)
    assert found.problems == ()
    return found


def test_bodies(sdk: SDK) -> None:
    pet = {"name": "Rex"}
    client = sdk.client(Answer(200, pet), Answer(200, pet), Answer(200, pet), Answer(200, pet))
    assert client.pets.create(name="Rex").name == "Rex"
    assert client.pets.replace(name="Rex").name == "Rex"
    assert client.pets.update_all(name="Rex").name == "Rex"
    assert client.pets.replace_by_id(1, q="a", name="Rex").name == "Rex"
    assert str(client.sent[3].url).endswith("/pets/1?q=a")
    assert [sent_json(each) for each in client.sent[:2]] == [pet, pet]
    assert client.sent[2].headers["content-type"] == "application/x-www-form-urlencoded"
    assert client.sent[2].content == b"name=Rex"
    assert client.sent[0].headers["x-key"]


def test_files(sdk: SDK) -> None:
    client = sdk.client(Answer(204), Answer(200, b"\x89PNG", {"content-type": "image/png"}))
    client.pets.photo.create(1, file=b"abc", title="t")
    assert client.sent[0].headers["content-type"].startswith("multipart/form-data")
    assert client.pets.photo.retrieve(1).read() == b"\x89PNG"


SCHEMES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "basic": ({"type": "basic"}, {"type": "http", "scheme": "basic"}),
    "a key": ({"type": "apiKey", "in": "query", "name": "k"}, {"type": "apiKey", "in": "query", "name": "k"}),
    "OAuth": (
        {"type": "oauth2", "flow": "application", "tokenUrl": "https://a.test/t", "scopes": {"r": ""}},
        {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.test/t", "scopes": {"r": ""}}}},
    ),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_security(tmp_path: Path, name: str) -> None:
    said, expected = SCHEMES[name]
    root = converted(tmp_path, swagger(securityDefinitions={"s": said}))
    assert root["components"]["securitySchemes"]["s"] == expected


def test_schemas(tmp_path: Path) -> None:
    made = swagger()
    made["definitions"] = {
        "Pet": {
            "type": "object",
            "discriminator": "kind",
            "properties": {
                "kind": TEXT,
                "tag": {"type": "string", "x-nullable": True},
                "default": {"$ref": "#/definitions/Tag"},
                "tags": {"type": "array", "items": {"$ref": "#/definitions/Tag"}},
            },
            "example": {"$ref": "#/definitions/Tag"},
        },
        "Tag": {"type": "object", "additionalProperties": {"$ref": "#/definitions/Pet"}},
    }
    schemas = converted(tmp_path, made)["components"]["schemas"]
    pet = schemas["Pet"]
    assert pet["discriminator"] == {"propertyName": "kind"}
    assert pet["properties"]["tag"]["nullable"] is True
    assert pet["properties"]["default"] == {"$ref": "#/components/schemas/Tag"}
    assert pet["properties"]["tags"]["items"] == {"$ref": "#/components/schemas/Tag"}
    assert pet["example"] == {"$ref": "#/definitions/Tag"}
    assert schemas["Tag"]["additionalProperties"] == {"$ref": "#/components/schemas/Pet"}


WRONG: dict[str, Any] = {
    "paths": ["x"],
    "a path": {"/x": ["get"]},
    "an operation": {"/x": {"get": "x"}},
    "parameters": {"/x": {"get": {"parameters": {"a": 1}, "responses": {}}}},
    "a parameter": {"/x": {"get": {"parameters": ["a", None, {"in": 1}, {"$ref": 3}], "responses": {}}}},
    "a schema": {"/x": {"post": {"parameters": [{"name": "b", "in": "body", "schema": [1]}], "responses": {}}}},
    "responses": {"/x": {"get": {"responses": {"200": ["a"], "default": {"schema": 1, "headers": 2}}}}},
    "kinds": {"/x": {"get": {"produces": "json", "consumes": {"a": 1}, "responses": {"200": {"schema": {}}}}}},
    "a form of lists": {"/x": {"get": {"parameters": [{"name": "a", "in": "query", "type": "array",
                                                       "collectionFormat": ["csv"]}], "responses": {}}}},
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_shapes_cost_their_own_node_only(tmp_path: Path, name: str) -> None:
    made = swagger(WRONG[name], parameters=[1], responses="x", securityDefinitions={"s": 1})
    stages(tmp_path, made)
    if isinstance(WRONG[name], dict):
        sdk = build(tmp_path / "more", swagger({**WRONG[name], "/y": {"get": {"responses": {}}}}))
        client = sdk.client()
        client.y.retrieve()
        assert len(client.sent) == 1


def test_problems_are_told_where_they_stand(tmp_path: Path) -> None:
    made = swagger({"/x": {"get": {"responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/No"}}}}}})
    sdk = build(tmp_path, made)
    (problem,) = sdk.problems
    assert problem.kind == "bad-reference"
    assert problem.origin.line == 1
    assert problem.origin.column > 100


def test_the_server_reads_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, swagger({"/pets": {"get": {"responses": {"200": {"description": "", "schema": PET}}}}}))
    with serve(path) as server, httpx.Client(base_url=server.url) as client:
        assert isinstance(client.get("/pets").json()["name"], str)
