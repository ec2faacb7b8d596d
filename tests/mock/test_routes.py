"""Which operation a request is for; what is answered when it is for none, or shows no credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .asking import ask, document, engine_of, operation


def served(folder: Path, paths: dict[str, str], **more: Any) -> Any:
    """An engine whose operations say which they are: `GET /things` by path."""
    items: dict[str, Any] = {}
    for path, verbs in paths.items():
        items[path] = {verb: operation({"const": f"{verb} {path}"}) for verb in verbs.split()}
    return engine_of(folder, document(items, **more))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/things", "get /things"),
        ("/things/5", "get /things/{id}"),
        ("/things/mine", "get /things/mine"),
        ("/things/a%2Fb", "get /things/{id}"),
        ("/things/5/parts", "get /things/{id}/parts"),
        ("/things/5:copy", "get /things/{id}:copy"),
        ("/report.pdf", "get /report.{kind}"),
        ("/from-a-to-b", "get /from-{a}-to-{b}"),
        ("/th%69ngs", "get /things"),
    ],
)
def test_the_most_fixed_path_wins(target: str, expected: str, tmp_path: Path) -> None:
    paths = (
        *("/things", "/things/{id}", "/things/mine", "/things/{id}/parts", "/things/{id}:copy"),
        *("/report.{kind}", "/from-{a}-to-{b}"),
    )
    got = ask(served(tmp_path, dict.fromkeys(paths, "get")), "GET", target)
    assert got.value == expected


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("/chat/completion", "did you mean /v1/chat/completions"),
        ("/v1/chat/completion", "did you mean /v1/chat/completions"),
        ("/v1/chatcompletions", "did you mean /v1/chat/completions"),
        ("/v1/nothing/like/this", "has no path /v1/nothing/like/this"),
        ("/v1/chat/completions/", "did you mean"),
        ("/v1//models", "did you mean /v1/models"),
        ("/v1", "has no path /v1"),
        ("/", "has no path /"),
        ("/v1/models/", "did you mean"),
        ("/" + "a" * 20_000, "has no path"),
    ],
)
def test_an_unknown_path(target: str, near: str, tmp_path: Path) -> None:
    paths = {"/chat/completions": "post", "/models": "get", "/models/{model}": "get"}
    engine = served(tmp_path, paths, servers=[{"url": "https://api.example.com/v1"}])
    got = ask(engine, "GET", target)
    assert (got.status, got.error["code"]) == (404, "unknown_path")
    assert near in got.error["message"]
    assert len(got.error["message"]) < 500


def test_a_method_the_path_does_not_have(tmp_path: Path) -> None:
    engine = served(tmp_path, {"/things": "get post"})
    got = ask(engine, "DELETE", "/things")
    assert (got.status, got.headers["allow"]) == (405, "GET, POST")
    assert got.error["message"] == "/things has no method DELETE; it has GET, POST"


def test_head_is_answered_as_get(tmp_path: Path) -> None:
    engine = served(tmp_path, {"/things": "get", "/others": "get head"})
    assert ask(engine, "HEAD", "/things").status == 200
    assert ask(engine, "HEAD", "/others").status == 200
    assert engine.received[1].operation == "HEAD /others"


def test_options_tells_the_methods_of_a_path(tmp_path: Path) -> None:
    engine = served(tmp_path, {"/things": "get post"})
    got = ask(engine, "OPTIONS", "/things")
    assert (got.status, got.headers["allow"], got.body) == (204, "GET, POST, OPTIONS", b"")
    assert ask(engine, "OPTIONS", "/nothing").status == 404


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        ([], ""),
        ([{"url": "/"}], ""),
        ([{"url": "https://example.com"}], ""),
        ([{"url": "https://example.com/v1/"}], "/v1"),
        ([{"url": "/a/b"}], "/a/b"),
        ([{"url": "https://{host}/{base}", "variables": {"base": {"default": "v2"}}}], "/v2"),
        ([{"url": "https://[bad"}], ""),
        ("https://example.com", ""),
    ],
)
def test_base_paths(servers: Any, base: str, tmp_path: Path) -> None:
    engine = served(tmp_path, {"/things": "get"}, servers=servers)
    assert engine.service.base_path == base
    assert ask(engine, "GET", f"{base}/things").status == 200


def test_an_operation_with_a_server_of_its_own(tmp_path: Path) -> None:
    item = {"get": operation(servers=[{"url": "https://files.example.com/files/v2"}]), "post": operation()}
    engine = engine_of(tmp_path, document({"/things": item}, servers=[{"url": "/v1"}]))
    assert ask(engine, "GET", "/files/v2/things").status == 204
    assert ask(engine, "GET", "/v1/things").status == 204
    assert ask(engine, "POST", "/files/v2/things").status == 405


def test_operations_told_apart_by_the_query(tmp_path: Path) -> None:
    engine = served(tmp_path, {"/things": "get", "/things?beta=true": "get"})
    assert ask(engine, "GET", "/things").value == "get /things"
    assert ask(engine, "GET", "/things?beta=true").value == "get /things?beta=true"


BEARER = {"type": "http", "scheme": "bearer"}
BASIC = {"type": "http", "scheme": "basic"}
HEADER = {"type": "apiKey", "in": "header", "name": "X-Key"}
QUERY = {"type": "apiKey", "in": "query", "name": "key"}
COOKIE = {"type": "apiKey", "in": "cookie", "name": "session"}
OAUTH: Any = {"type": "oauth2", "flows": {}}


@pytest.mark.parametrize(
    ("scheme", "good", "bad", "told"),
    [
        (BEARER, {"authorization": "bearer x"}, {"authorization": "Basic x"}, "'Authorization: Bearer ...'"),
        (BEARER, {"authorization": "Bearer x"}, {"authorization": "Bearer "}, "'Authorization: Bearer ...'"),
        (BASIC, {"authorization": "Basic x"}, {"authorization": "Bearer x"}, "'Authorization: Basic ...'"),
        (HEADER, {"x-key": "x"}, {"x-key": ""}, "the header 'X-Key'"),
        (COOKIE, {"cookie": "a=1; session=x"}, {"cookie": "a=1"}, "the cookie 'session'"),
        (OAUTH, {"authorization": "Bearer x"}, {"authorization": ""}, "the header 'Authorization'"),
    ],
)
def test_credentials(scheme: Any, good: dict[str, str], bad: dict[str, str], told: str, tmp_path: Path) -> None:
    content = document({"/things": {"get": operation()}}, security=[{"main": []}])
    content["components"]["securitySchemes"] = {"main": scheme}
    engine = engine_of(tmp_path, content)
    assert ask(engine, "GET", "/things", headers={"authorization": "", **good}).status == 204
    got = ask(engine, "GET", "/things", headers={"authorization": "", **bad})
    assert (got.status, got.error["code"]) == (401, "missing_credentials")
    assert told in got.error["message"]
    assert "www-authenticate" in got.headers


def test_credentials_in_the_query_and_in_alternatives(tmp_path: Path) -> None:
    paths = {
        "/either": {"get": operation(security=[{"query": []}, {"header": [], "bearer": []}])},
        "/open": {"get": operation(security=[])},
        "/optional": {"get": operation(security=[{}, {"bearer": []}])},
        "/odd": {"get": operation(security=[{"missing": []}])},
    }
    content = document(paths, security=[{"bearer": []}])
    content["components"]["securitySchemes"] = {"bearer": BEARER, "header": HEADER, "query": QUERY}
    engine = engine_of(tmp_path, content, strict=True)

    def status(target: str, **headers: str) -> int:
        return ask(engine, "GET", target, headers={"authorization": "", **headers}).status

    assert status("/either?key=x") == 204
    assert status("/either", authorization="Bearer x") == 401
    assert ask(engine, "GET", "/either", headers={"x-key": "k"}).status == 204
    assert [status(path) for path in ("/open", "/optional", "/odd")] == [204, 204, 204]


def test_credentials_are_not_kept(tmp_path: Path) -> None:
    content = document({"/things": {"get": operation()}}, security=[{"main": []}])
    content["components"]["securitySchemes"] = {"main": {**HEADER, "name": "X-Pass"}}
    engine = engine_of(tmp_path, content)
    headers = {"x-pass": "hidden-1", "cookie": "a=hidden-2", "x-plain": "shown", "authorization": "Bearer hidden-3"}
    ask(engine, "GET", "/things?api_key=hidden-4&x=1", headers=headers)
    received = engine.received[0]
    assert "hidden" not in repr(received)
    assert received.headers["x-plain"] == "shown"
    assert received.query == {"api_key": "[redacted]", "x": "1"}
