"""Requests: how parameters and bodies of every kind go out, in both colours."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from antiphon.runtime.core.request import SentRequest

from .sdks import SDK, build, document, json_body, kinds, operation, sent_json

TEXT = {"type": "string"}
LIST = {"type": "array", "items": {"type": "string"}}
OBJECT = {"type": "object", "properties": {"r": {"type": "integer"}, "g": {"type": "integer"}}}


def target(request: SentRequest) -> str:
    """Path and query as they were sent, percent signs undone."""
    return unquote_plus(str(request.url).removeprefix("https://api.example.test/v1"))


# OpenAPI 3.1, section 4.8.12.3: what its table of styles says.
STYLES: dict[str, tuple[str, dict[str, Any], Any, str]] = {
    "path, simple, text": ("path", {"schema": TEXT}, "a/b c", "/x/a%2Fb%20c"),
    "path, simple, list": ("path", {"schema": LIST}, ["a", "b"], "/x/a,b"),
    "path, simple, object": ("path", {"schema": OBJECT}, {"r": 1, "g": 2}, "/x/r,1,g,2"),
    "path, simple, object, explode": ("path", {"schema": OBJECT, "explode": True}, {"r": 1, "g": 2}, "/x/r=1,g=2"),
    "path, label, text": ("path", {"schema": TEXT, "style": "label"}, "a", "/x/.a"),
    "path, label, list": ("path", {"schema": LIST, "style": "label"}, ["a", "b"], "/x/.a,b"),
    "path, label, list, explode": ("path", {"schema": LIST, "style": "label", "explode": True}, ["a", "b"], "/x/.a.b"),
    "path, matrix, text": ("path", {"schema": TEXT, "style": "matrix"}, "a", "/x/;p=a"),
    "path, matrix, list": ("path", {"schema": LIST, "style": "matrix"}, ["a", "b"], "/x/;p=a,b"),
    "path, matrix, list, explode": (
        "path",
        {"schema": LIST, "style": "matrix", "explode": True},
        ["a", "b"],
        "/x/;p=a;p=b",
    ),
    "query, form, text": ("query", {"schema": TEXT}, "a&b", "/x?p=a&b"),
    "query, form, list": ("query", {"schema": LIST}, ["a", "b"], "/x?p=a&p=b"),
    "query, form, list, together": ("query", {"schema": LIST, "explode": False}, ["a", "b"], "/x?p=a,b"),
    "query, form, object": ("query", {"schema": OBJECT}, {"r": 1, "g": 2}, "/x?r=1&g=2"),
    "query, form, object, together": ("query", {"schema": OBJECT, "explode": False}, {"r": 1, "g": 2}, "/x?p=r,1,g,2"),
    "query, spaces": ("query", {"schema": LIST, "style": "spaceDelimited", "explode": False}, ["a", "b"], "/x?p=a b"),
    "query, pipes": ("query", {"schema": LIST, "style": "pipeDelimited", "explode": False}, ["a", "b"], "/x?p=a|b"),
    "query, deep object": ("query", {"schema": OBJECT, "style": "deepObject"}, {"r": 1, "g": 2}, "/x?p[r]=1&p[g]=2"),
    "query, JSON": ("query", {"content": {"application/json": {"schema": OBJECT}}}, {"r": 1}, '/x?p={"r":1}'),
    "query, number": ("query", {"schema": {"type": "number"}}, 1.5, "/x?p=1.5"),
    "query, boolean": ("query", {"schema": {"type": "boolean"}}, True, "/x?p=true"),
    "query, empty text": ("query", {"schema": TEXT}, "", "/x?p="),
    "query, nothing": ("query", {"schema": TEXT}, None, "/x"),
}


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory) -> SDK:
    """An SDK with an operation for each row."""
    paths: dict[str, Any] = {}
    for number, (place, rest, _, _) in enumerate(STYLES.values()):
        parameter = {"name": "p", "in": place, "required": place == "path", **rest}
        path = f"/s{number}/x/{{p}}" if place == "path" else f"/s{number}/x"
        paths[path] = {"get": operation(parameters=[parameter])}
    sdk = build(tmp_path_factory.mktemp("styles"), document(paths))
    assert sdk.problems == ()
    return sdk


@pytest.mark.parametrize("name", STYLES)
def test_styles_in_both_colours(styled: SDK, name: str) -> None:
    number = list(STYLES).index(name)
    _, _, value, expected = STYLES[name]
    client, other = styled.client(), styled.async_client()
    path = STYLES[name][0] == "path"
    arguments, keywords = ([value], {}) if path else ([], {"p": value})
    getattr(client, f"s{number}").x.retrieve(*arguments, **keywords)
    asyncio.run(getattr(other, f"s{number}").x.retrieve(*arguments, **keywords))
    sent = str(client.sent[0].url)
    assert sent == str(other.sent[0].url)
    if "%" in expected:
        assert sent.endswith(expected)
    else:
        assert target(client.sent[0]).removeprefix(f"/s{number}") == expected


def test_headers_and_cookies(tmp_path: Path) -> None:
    parameters = [
        {"name": "X-Text", "in": "header", "schema": TEXT},
        {"name": "X-List", "in": "header", "schema": LIST},
        {"name": "X-Object", "in": "header", "schema": OBJECT},
        {"name": "X-Exploded", "in": "header", "schema": OBJECT, "explode": True},
        {"name": "X-Number", "in": "header", "schema": {"type": "integer"}},
        {"name": "X-JSON", "in": "header", "content": {"application/json": {"schema": OBJECT}}},
        {"name": "session", "in": "cookie", "schema": TEXT},
        {"name": "theme", "in": "cookie", "schema": TEXT},
        {"name": "Authorization", "in": "header", "schema": TEXT},
        {"name": "accept", "in": "header", "schema": TEXT},
    ]
    sdk = build(tmp_path, document({"/x": {"get": operation(parameters=parameters)}}))
    client = sdk.client()
    client.x.retrieve(
        x_text="t",
        x_list=["a", "b"],
        x_object={"r": 1, "g": 2},
        x_exploded={"r": 1, "g": 2},
        x_number=5,
        x_json={"r": 1},
        session="s",
        theme="dark",
    )
    headers = client.sent[0].headers
    assert headers["x-text"] == "t"
    assert headers["x-list"] == "a,b"
    assert headers["x-object"] == "r,1,g,2"
    assert headers["x-exploded"] == "r=1,g=2"
    assert headers["x-number"] == "5"
    assert headers["x-json"] == '{"r":1}'
    assert headers["cookie"] == "session=s; theme=dark"
    (method,) = sdk.generation.plan.client.resources[0].methods
    assert not {"authorization", "accept"} & {str(each.name) for each in method.arguments}


def test_undeclared_and_superfluous_path_parameters(tmp_path: Path) -> None:
    used = operation(parameters=[{"name": "other", "in": "path", "required": True, "schema": TEXT}])
    sdk = build(tmp_path, document({"/x/{id}/y/{name}": {"get": used}}))
    assert [problem.kind for problem in sdk.problems] == ["missing", "missing", "conflict"]
    client = sdk.client()
    client.x.y.retrieve("n", id="i")
    assert target(client.sent[0]) == "/x/i/y/n"


@pytest.mark.parametrize("value", ["", ".", "..", "../admin", "a?b#c", "%2e%2e", "a\r\nb", "é/ü"])
def test_path_values_stay_in_their_segment(styled: SDK, value: str) -> None:
    client = styled.client()
    try:
        client.s0.x.retrieve(value)
    except ValueError:
        assert client.sent == []  # refused before anything was sent
        return
    assert re.fullmatch(r"https://api\.example\.test/v1/s0/x/[^/?#]+", str(client.sent[0].url))


# --- bodies ---

FILE = {"type": "string", "format": "binary"}
FIELDS = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "age": {"type": "integer"}}}

BODIES: dict[str, tuple[Any, dict[str, Any], str, str | bytes]] = {
    "JSON": ({"application/json": FIELDS}, {"name": "a", "age": 1}, "application/json", '{"name":"a","age":1}'),
    "JSON of another kind": (
        {"application/vnd.x+json": FIELDS},
        {"name": "a"},
        "application/vnd.x+json",
        '{"name":"a"}',
    ),
    "JSON with a charset": (
        {"application/json; charset=utf-8": FIELDS},
        {"name": "a"},
        "application/json",
        '{"name":"a"}',
    ),
    "anything": ({"*/*": FIELDS}, {"name": "a"}, "application/json", '{"name":"a"}'),
    "a list": ({"application/json": LIST}, {"body": ["a"]}, "application/json", '["a"]'),
    "a text": ({"application/json": TEXT}, {"body": "a"}, "application/json", '"a"'),
    "any object": ({"application/json": {"type": "object"}}, {"body": {"k": 1}}, "application/json", '{"k":1}'),
    "no schema": ({"application/json": None}, {"body": {"k": 1}}, "application/json", '{"k":1}'),
    "alternatives": (
        {"application/json": {"oneOf": [FIELDS, {"type": "object", "properties": {"kind": TEXT}}]}},
        {"kind": "k"},
        "application/json",
        '{"kind":"k"}',
    ),
    "a form": (
        {"application/x-www-form-urlencoded": FIELDS},
        {"name": "a b&c", "age": 1},
        "application/x-www-form-urlencoded",
        "name=a+b%26c&age=1",
    ),
    "JSON before a form": (
        {"application/x-www-form-urlencoded": FIELDS, "application/json": FIELDS},
        {"name": "a"},
        "application/json",
        '{"name":"a"}',
    ),
    "bytes": ({"application/octet-stream": FILE}, {"body": b"\0\1"}, "application/octet-stream", b"\0\1"),
    "text": ({"text/plain": TEXT}, {"body": b"abc"}, "text/plain", b"abc"),
    "XML": ({"application/xml": TEXT}, {"body": b"<a/>"}, "application/xml", b"<a/>"),
    "an image": ({"image/png": FILE}, {"body": b"png"}, "image/png", b"png"),
    "lines of JSON": ({"application/x-ndjson": TEXT}, {"body": b"{}\n"}, "application/x-ndjson", b"{}\n"),
}


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> SDK:
    paths = {
        f"/b{number}": {
            "post": operation(
                body={
                    "required": True,
                    "content": {kind: {} if schema is None else {"schema": schema} for kind, schema in content.items()},
                }
            )
        }
        for number, (content, *_) in enumerate(BODIES.values())
    }
    return build(tmp_path_factory.mktemp("bodies"), document(paths))


@pytest.mark.parametrize("name", BODIES)
def test_bodies(sending: SDK, name: str) -> None:
    number = list(BODIES).index(name)
    _, given, kind, expected = BODIES[name]
    client = sending.client()
    getattr(client, f"b{number}").create(**given)
    request = client.sent[0]
    assert request.headers["content-type"] == kind
    assert request.content == (expected if isinstance(expected, bytes) else expected.encode())


def test_multipart(tmp_path: Path) -> None:
    properties = {
        "file": FILE,
        "files": {"type": "array", "items": FILE},
        "purpose": TEXT,
        "options": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "numbers": {"type": "array", "items": {"type": "integer"}},
    }
    media = {
        "schema": {"type": "object", "required": ["file"], "properties": properties},
        "encoding": {"options": {"contentType": "application/json"}, "purpose": {"contentType": "text/markdown"}},
    }
    used = operation(body={"required": True, "content": {"multipart/form-data": media}})
    sdk = build(tmp_path, document({"/files": {"post": used}}))
    client = sdk.client()
    client.files.create(
        file=("a.txt", b"one"), files=[b"two", ("b.txt", b"three")], purpose="p", options={"a": 1}, numbers=[1, 2]
    )
    request = client.sent[0]
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    body = request.content.decode()
    assert 'name="purpose"\r\nContent-Type: text/markdown\r\n\r\np\r\n' in body
    parts = re.findall(r'name="([^"]+)"(?:; filename="([^"]+)")?', body)
    assert parts[0] == ("purpose", "") or ("file", "a.txt") in parts
    assert [name for name, _ in parts].count("files[]") + [name for name, _ in parts].count("files") == 2
    assert '{"a":1}' in body
    assert "three" in body


def test_a_body_that_may_be_left_out(tmp_path: Path) -> None:
    used = operation(body={"content": {"application/json": {"schema": LIST}}})
    sdk = build(tmp_path, document({"/x": {"post": used}}))
    client = sdk.client()
    client.x.create()
    client.x.create(body=[])
    assert [request.content for request in client.sent] == [b"", b"[]"]


def test_read_only_properties_are_not_sent_and_write_only_ones_not_received(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"id": {**TEXT, "readOnly": True}, "password": {**TEXT, "writeOnly": True}, "name": TEXT},
    }
    reference = {"$ref": "#/components/schemas/User"}
    used = operation(
        body=json_body(reference), answer={"description": "", "content": {"application/json": {"schema": reference}}}
    )
    sdk = build(tmp_path, document({"/users": {"post": used}}, {"User": schema}))
    (method,) = sdk.generation.plan.client.resources[0].methods
    assert [str(each.name) for each in method.arguments] == ["password", "name"]
    client = sdk.client()
    assert list(client.users.create(name="n").__class__.model_fields) == ["id", "name"]
    assert sent_json(client.sent[0]) == {"name": "n"}


SECURITY: dict[str, tuple[dict[str, Any], str, str]] = {
    "bearer": ({"type": "http", "scheme": "bearer"}, "authorization", "Bearer secret"),
    "basic": ({"type": "http", "scheme": "Basic"}, "authorization", "Basic c2VjcmV0OnNlY3JldA=="),
    "a header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, "x-key", "secret"),
    "a cookie": ({"type": "apiKey", "in": "cookie", "name": "key"}, "cookie", "key=secret"),
    "a query entry": ({"type": "apiKey", "in": "query", "name": "key"}, "", "key=secret"),
    "OAuth": ({"type": "oauth2", "flows": {}}, "authorization", "Bearer secret"),
    "OpenID": ({"type": "openIdConnect", "openIdConnectUrl": "x"}, "authorization", "Bearer secret"),
}


@pytest.mark.parametrize("name", SECURITY)
def test_credentials(tmp_path: Path, name: str) -> None:
    scheme, header, expected = SECURITY[name]
    paths = {"/x": {"get": operation(), "post": operation(security=[])}}
    made = document(paths, components={"securitySchemes": {"one": scheme}}, security=[{"one": []}])
    sdk = build(tmp_path, made)
    assert sdk.problems == ()
    client = sdk.client()
    client.x.retrieve()
    client.x.create()
    with_it, without = client.sent
    found = with_it.headers[header] if header else str(with_it.url).partition("?")[2]
    assert found == expected
    assert expected not in str(without.url)
    assert header == "" or header not in without.headers


def test_schemes_nobody_declares_are_reported_not_fatal(tmp_path: Path) -> None:
    made = document({"/x": {"get": operation(security=[{"ghost": []}])}}, security=[{"other ghost": []}])
    sdk = build(tmp_path, made)
    client = sdk.client()
    client.x.retrieve()
    assert len(client.sent) == 1


SERVERS: dict[str, tuple[list[Any], str | None]] = {
    "one": ([{"url": "https://a.example.test/v1/"}], "https://a.example.test/v1/"),
    "with variables": (
        [
            {
                "url": "https://{region}.example.test/{v}",
                "variables": {"region": {"default": "eu"}, "v": {"default": "v2"}},
            }
        ],
        "https://eu.example.test/v2",
    ),
    "a variable without a default": ([{"url": "https://{region}.example.test"}], None),
    "a path only": ([{"url": "/v1"}], None),
    "no URL": ([{"description": "x"}], None),
    "none": ([], None),
}


@pytest.mark.parametrize("name", SERVERS)
def test_servers(tmp_path: Path, name: str) -> None:
    servers, expected = SERVERS[name]
    made = {**document({"/x": {"get": operation()}}), "servers": servers}
    sdk = build(tmp_path, made)
    if expected is None:
        client = sdk.client(base_url="https://b.example.test")
        client.x.retrieve()
        assert str(client.sent[0].url) == "https://b.example.test/x"
    else:
        client = sdk.client()
        client.x.retrieve()
        assert str(client.sent[0].url) == expected.rstrip("/") + "/x"


UPLOADS = {"url": "https://up.example.test/api"}
USUAL = {"url": "https://api.example.test/v1"}
# The servers of an operation: where its call goes, and whether that is reported as unusable.
ELSEWHERE: dict[str, tuple[list[Any], str, bool]] = {
    "its own": ([UPLOADS], "https://up.example.test/api/x", False),
    "with variables": (
        [{"url": "https://{z}.example.test", "variables": {"z": {"default": "eu"}}}], "https://eu.example.test/x", False
    ),
    "the usual one": ([USUAL], "https://api.example.test/v1/x", False),
    "the usual one with a slash": ([{"url": "https://api.example.test/v1/"}], "https://api.example.test/v1/x", False),
    "the usual one among others": ([UPLOADS, USUAL], "https://api.example.test/v1/x", False),
    "a path": ([{"url": "/v2"}], "https://api.example.test/v2/x", False),
    "the place of the document": ([{"url": ""}], "https://api.example.test/x", False),
    "a variable without a default": ([{"url": "https://{z}.example.test"}], "https://api.example.test/v1/x", True),
    "no URL": ([{"url": "//[x"}], "https://api.example.test/v1/x", True),
    "another scheme": ([{"url": "wss://up.example.test"}], "https://api.example.test/v1/x", True),
}  # fmt: skip


@pytest.mark.parametrize("level", ["operation", "path"])
@pytest.mark.parametrize("name", ELSEWHERE)
def test_operations_at_other_servers(tmp_path: Path, name: str, level: str) -> None:
    servers, expected, is_reported = ELSEWHERE[name]
    item: dict[str, Any] = {"get": operation(), "servers": servers}
    if level == "operation":
        item = {"get": operation(servers=servers)}
    sdk = build(tmp_path, document({"/x": item}))
    assert kinds(sdk.problems) == (["unsupported"] if is_reported else [])
    client, other = sdk.client(), sdk.async_client()
    client.x.retrieve()
    asyncio.run(other.x.retrieve())
    assert [str(each.url) for each in (*client.sent, *other.sent)] == [expected, expected]
    # Who says where to go means every call: a test server, a proxy.
    moved = sdk.client(base_url="https://here.example.test")
    moved.x.retrieve()
    assert str(moved.sent[0].url) == "https://here.example.test/x"


def test_the_server_of_the_operations_is_that_of_an_api_without_one(tmp_path: Path) -> None:
    made: dict[str, Any] = {**document({"/x": {"get": operation(), "servers": [UPLOADS]}}), "servers": []}
    client = build(tmp_path, made).client()
    client.x.retrieve()
    assert str(client.sent[0].url) == "https://up.example.test/api/x"


def test_deprecated_operations_say_so(tmp_path: Path) -> None:
    parameter = {"name": "old", "in": "query", "schema": TEXT, "deprecated": True, "description": "Was once."}
    sdk = build(tmp_path, document({"/x": {"get": operation(deprecated=True, parameters=[parameter])}}))
    client = sdk.client()
    with pytest.warns(DeprecationWarning, match="`retrieve` is deprecated by the API"):
        client.x.retrieve(old="x")
    assert "old: Deprecated. Was once." in sdk.text("resources/x/_sync.py")
