"""Responses: their facts, and what their bodies become."""

from __future__ import annotations

import asyncio
import copy
import datetime
import json
import pickle
from typing import Annotated, Any

import httpx
import httpx2
import pytest
from pydantic import Field

from antiphon.runtime import (
    APIResponseValidationError,
    APIStatusError,
    BaseModel,
    Headers,
    HTTPResponse,
    NotFoundError,
    ResponseNotRead,
)
from antiphon.runtime.core.request import SentRequest
from antiphon.runtime.core.response import Head, parsed

from ..samples import SECRET, Completion, Message, Pet, id_of, response


class Job(BaseModel):
    id: str
    status: str
    error: dict[str, Any] | None = None


class Loose(BaseModel):
    a: int | None = None


def test_facts() -> None:
    read = response(b"hello", 404, {"Content-Type": "text/plain", "X-Two": "1"}, retries_taken=2)
    assert (read.status_code, read.reason_phrase, read.http_version) == (404, "Not Found", "HTTP/1.1")
    assert (read.content, read.read(), read.text, read.encoding) == (b"hello", b"hello", "hello", "utf-8")
    assert (read.headers["x-two"], read.retries_taken, read.elapsed) == ("1", 2, datetime.timedelta(0))
    assert (read.url, read.url.path, read.request.method) == ("https://a.b/v1/things?q=1", "/v1/things", "POST")
    assert (read.is_success, read.is_error, read.is_read) == (False, True, True)
    assert repr(read) == "<Response [404 Not Found]>"
    assert response(b"", 299).reason_phrase == ""
    assert response(b"", 200).is_success


def test_what_the_status_says() -> None:
    kinds = ("informational", "success", "redirect", "client_error", "server_error", "error")
    told = {
        status: [kind for kind in kinds if getattr(response(b"", status), f"is_{kind}")]
        for status in (100, 200, 302, 404, 503)
    }
    assert told == {
        100: ["informational"],
        200: ["success"],
        302: ["redirect"],
        404: ["client_error", "error"],
        503: ["server_error", "error"],
    }
    assert response(b"", 302, {"location": "/x"}).has_redirect_location
    assert not response(b"", 302).has_redirect_location
    good = response(b"", 204)
    assert good.raise_for_status() is good
    for read in (response(b'{"error": {"message": "no such thing"}}', 404), response(None, 404)):
        with pytest.raises(NotFoundError) as caught:
            read.raise_for_status()
        assert caught.value.response is read
    with pytest.raises(APIStatusError):
        response(b"", 302).raise_for_status()


def test_what_http_libraries_tell_as_well() -> None:
    head = Head(200, Headers([("set-cookie", "a=1; Path=/"), ("set-cookie", "b = x=y"), ("set-cookie", "none")]))
    read = HTTPResponse(head, response().request, b"")
    assert read.cookies == {"a": "1", "b": "x=y"}
    assert read.history == []
    assert (read.is_closed, response(None).is_closed) == (True, False)
    assert read.charset_encoding is None
    assert response(b"", 200, {"content-type": "text/plain; charset=Latin-1"}).charset_encoding == "latin-1"


def test_a_body_that_was_read_in_pieces() -> None:
    read = response("a\r\n\u00e9\n\nlast".encode())
    assert list(read.iter_lines()) == ["a", "\u00e9", "", "last"]
    assert list(read.iter_bytes()) == [read.content]
    assert list(read.iter_bytes(4)) == [b"a\r\n\xc3", b"\xa9\n\nl", b"ast"]
    assert list(read.iter_text()) == [read.text]
    assert list(read.iter_text(6)) == ["a\r\n\u00e9\n\n", "last"]
    assert [*response(b"").iter_bytes(), *response(b"").iter_bytes(3), *response(b"").iter_text()] == []
    for method in (response(None).iter_bytes, response(None).iter_text, response(None).iter_lines):
        with pytest.raises(ResponseNotRead):
            method()


def test_repeated_header_fields_stay_apart() -> None:
    head = Head(200, Headers([("set-cookie", "a=1"), ("set-cookie", "b=2")]))
    read = HTTPResponse(head, response().request, b"{}")
    for each in (read, copy.copy(read), pickle.loads(pickle.dumps(read))):
        assert each.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert parsed(httpx.Response, read).headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_an_unread_body() -> None:
    unread = response(None)
    assert not unread.is_read
    for name in ("content", "text"):
        with pytest.raises(ResponseNotRead, match="not read"):
            getattr(unread, name)
    with pytest.raises(ResponseNotRead):
        unread.json()


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("text/plain", "caf\u00e9".encode(), "caf\u00e9"),
        ("text/plain; charset=iso-8859-1", "caf\u00e9".encode("latin-1"), "caf\u00e9"),
        ('text/plain; a=b; CHARSET="ISO-8859-1"', "caf\u00e9".encode("latin-1"), "caf\u00e9"),
        ("text/plain; charset=nonsense", "caf\u00e9".encode(), "caf\u00e9"),
        ("text/plain; charset=base64", b"abc", "abc"),
        ("text/plain; charset=hex", b"abc", "abc"),
        ("text/plain; charset=idna", b"abc", "abc"),
        ("text/plain; charset=undefined", b"abc", "abc"),
        ("text/plain; charset=unicode_escape", b"\\x", "\\x"),
        ("text/plain; charset=a\x01b", b"abc", "abc"),
        ("text/plain; charset=", b"abc", "abc"),
        ("text/plain; charset", b"abc", "abc"),
        ("text/plain", b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_text(kind: str, content: bytes, text: str) -> None:
    assert response(content, 200, {"content-type": kind}).text == text


def test_json() -> None:
    assert response(b'{"a": [1]}', 200, {"content-type": "text/plain"}).json() == {"a": [1]}
    for content in (b"", b"<html>", b"[" * 100_000, b"\xff", b"1" * 10_000):
        with pytest.raises(APIResponseValidationError, match="not JSON") as caught:
            response(content).json()
        assert isinstance(caught.value, json.JSONDecodeError)
        assert caught.value.status_code == 200
        assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("target", "content", "expected"),
    [
        (str, b"plain", "plain"),
        (str, b"", ""),
        (bytes, b"\xff", b"\xff"),
        (bool, b"TrUe", True),
        (bool, b" false\n", False),
        (int, b" 5\n", 5),
        (float, b"1.5", 1.5),
        (type(None), b"ignored", None),
        (None, b"ignored", None),
        (dict[str, int], b'{"a": 1}', {"a": 1}),
        (dict, b'{"a": 1}', {"a": 1}),
        (list[int], b"[1]", [1]),
        (object, b'{"error": {"message": "m"}}', {"error": {"message": "m"}}),
        (dict[str, object], b'{"error": "x"}', {"error": "x"}),
        (Annotated[int, Field(gt=1)], b"5", 5),
        (str | int, b'"x"', "x"),
    ],
)
def test_parsed(target: Any, content: bytes, expected: object) -> None:
    value = parsed(target, response(content))
    assert value == expected
    assert type(value) is type(expected)


def test_a_model_whatever_the_content_type_says() -> None:
    read = response(b'\xef\xbb\xbf {"role": "user"} ', 200, {"content-type": "text/html", "x-request-id": "r"})
    value = parsed(Message, read)
    assert value.role == "user"
    assert id_of(value) == "r"


def test_the_response_itself() -> None:
    read = response(b"x")
    assert parsed(HTTPResponse, read) is read


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_the_response_of_a_library(library: Any) -> None:
    read = response(b'{"a": 1}', 201, {"content-type": "application/json", "content-encoding": "gzip", "x-a": "1"})
    value = parsed(library.Response, read)
    assert isinstance(value, library.Response)
    assert (value.status_code, value.json(), value.headers["x-a"]) == (201, {"a": 1}, "1")
    assert str(value.request.url) == "https://a.b/v1/things?q=1"
    assert SECRET not in repr(value.request.headers)


@pytest.mark.parametrize("status", [202, 204, 205])
def test_no_body_where_none_need_be(status: int) -> None:
    for content in (b"", b" \r\n"):
        assert parsed(Completion, response(content, status)) is None


HTML = b"<html><body>" + b"x" * 5000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty body"),
        (b"  \n", "an empty body"),
        (HTML, "not JSON"),
        (b"plain text", "not JSON"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not JSON"),
        (b'{"id": "a"', "not JSON"),
        (b'{"id": "a"} trailing', "not JSON"),
        (b'{"id": "a"}{"id": "b"}', "not JSON"),
        (b'{"id": "\xc0\xaf"}', "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b"1" * 10_000, "not JSON"),
        (b'"a string"', "a JSON string"),
        (b"[]", "a JSON array"),
        (b'[{"id": "a"}]', "a JSON array"),
        (b"null", "a JSON null"),
        (b"5", "a JSON number"),
        (b'{"error": {"message": "overloaded", "code": "o1"}}', "an error: overloaded"),
        (b'{"error": "quota exceeded"}', "an error: quota exceeded"),
        (b'{"error": {"message": "m"}, "id": "a"}', "an error: m"),
        (b'\xef\xbb\xbf{"error": "bom"}', "an error: bom"),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_not_what_was_promised(content: bytes, said: str, strict: bool) -> None:
    with pytest.raises(APIResponseValidationError, match=said) as caught:
        parsed(Completion, response(content), strict=strict)
    error = caught.value
    assert (error.status_code, error.request_id) == (200, "req_1")
    assert "POST /v1/things (request id: req_1) answered 200" in str(error)
    assert len(str(error)) < 1000
    if "error" in said:
        assert "error" in str(error)
    elif content.strip():
        assert content[:10].decode("utf-8", "replace").split()[0][:5] in str(error)


def test_code_of_an_error_in_a_good_status() -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        parsed(Completion, response(b'{"error": {"message": "m", "code": "c", "type": "t", "param": "p"}}'))
    assert (caught.value.code, caught.value.type, caught.value.param) == ("c", "t", "p")
    assert caught.value.body == {"message": "m", "code": "c", "type": "t", "param": "p"}


@pytest.mark.parametrize(
    ("target", "content"),
    [
        (Job, b'{"id": "j", "status": "failed", "error": {"message": "m"}}'),
        (Job, b'{"id": "j", "error": {"message": "m"}}'),
        (Job, b'{"id": "j", "status": "ok", "error": null}'),
        (
            Completion,
            b'{"id": "a", "choices": [], "created": 1, "object": "chat.completion", "error": {"message": "late"}}',
        ),
        (Completion, b'{"id": "a", "error": null}'),
        (Completion, b'{"id": "a", "choices": [{"index": 0, "error": {"message": "m"}}]}'),
    ],
)
def test_errors_that_belong_to_the_object(target: type[BaseModel], content: bytes) -> None:
    assert isinstance(parsed(target, response(content)), target)


@pytest.mark.parametrize("target", [Job, Loose, Message | Job, Pet])
def test_an_error_object_for_every_kind_of_target(target: Any) -> None:
    with pytest.raises(APIResponseValidationError, match="an error: m"):
        parsed(target, response(b'{"error": {"message": "m"}}'))


@pytest.mark.parametrize("content", [b'{"id": 5}', b'{"id": "a", "choices": null}', b'{"id": "a"}'])
def test_strict_reading(content: bytes) -> None:
    import pydantic

    assert isinstance(parsed(Completion, response(content)), Completion)
    with pytest.raises(APIResponseValidationError, match="does not fit its declared type") as caught:
        parsed(Completion, response(content), strict=True)
    assert isinstance(caught.value.__cause__, pydantic.ValidationError)


@pytest.mark.parametrize("target", [int, float])
def test_what_is_no_number(target: Any) -> None:
    for content in (b"five", b"", b"1" * 10_000 if target is int else b"x"):
        with pytest.raises(APIResponseValidationError):
            parsed(target, response(content))


def test_copies_and_pickles() -> None:
    read = response(b"x", 201, {"a": "b"}, retries_taken=3, elapsed=datetime.timedelta(seconds=2))
    for made in (pickle.loads(pickle.dumps(read)), copy.deepcopy(read), copy.copy(read)):
        assert (made.status_code, made.content, made.headers) == (201, b"x", {"a": "b"})
        assert (made.retries_taken, made.elapsed, made.url) == (3, datetime.timedelta(seconds=2), read.url)
    assert SECRET.encode() not in pickle.dumps(read)
    assert not pickle.loads(pickle.dumps(response(None))).is_read


def test_a_credential_in_the_query_is_not_stored() -> None:
    sent = SentRequest("GET", f"https://a.b/x?appid={SECRET}&b=1", Headers(), b"", frozenset({"appid"}))
    assert SECRET not in repr(sent)
    assert SECRET.encode() not in pickle.dumps(sent)
    assert pickle.loads(pickle.dumps(sent)).url == "https://a.b/x?appid=<redacted>&b=1"
    assert sent.url.params["appid"] == SECRET


def test_a_response_of_an_async_client_is_closed_by_aclose() -> None:
    class Opened:
        closed = 0

        async def close(self) -> None:
            self.closed += 1

    opened = Opened()
    sent = SentRequest("GET", "https://api.example/", Headers(), b"")
    read = HTTPResponse(Head(200, Headers()), sent, None)
    read.close()  # it comes from nowhere
    read.comes_from(opened)
    with pytest.raises(TypeError, match="aclose"):
        read.close()

    async def close() -> None:
        await read.aclose()

    asyncio.run(close())
    assert opened.closed == 1
    del opened
    asyncio.run(close())
    assert pickle.loads(pickle.dumps(read)).status_code == 200
