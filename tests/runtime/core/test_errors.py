"""The exceptions callers see: their kinds, attributes and texts; copying and pickling; no secrets."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from typing import Any

import pytest

from antiphon.runtime import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    ConflictError,
    CredentialsError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    SDKError,
    UnprocessableEntityError,
)
from antiphon.runtime.core.errors import excerpt, status_error
from antiphon.runtime.core.response import ResponseNotJSON, refusal

from ..samples import SECRET, response


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (500, InternalServerError),
        (503, InternalServerError),
        (599, InternalServerError),
        (999, InternalServerError),
        (402, APIStatusError),
        (418, APIStatusError),
        (302, APIStatusError),
    ],
)
def test_kinds_by_status(status: int, kind: type[APIStatusError]) -> None:
    error = refusal(response(b"", status))
    assert type(error) is kind
    assert error.status_code == status
    assert error.response.status_code == status
    assert error.request.method == "POST"
    assert error.request_id == "req_1"
    assert f"Error code: {status}" in str(error)


def test_the_tree() -> None:
    assert issubclass(RateLimitError, APIStatusError)
    assert issubclass(APIStatusError, APIError)
    assert issubclass(APITimeoutError, APIConnectionError)
    assert issubclass(APIConnectionError, APIError)
    assert issubclass(APIResponseValidationError, APIError)
    assert issubclass(APIError, SDKError)
    assert issubclass(ClientClosedError, SDKError)
    assert issubclass(CredentialsError, SDKError)
    assert issubclass(CredentialsError, TypeError)
    assert issubclass(ResponseNotJSON, APIError)
    assert issubclass(ResponseNotJSON, json.JSONDecodeError)


@pytest.mark.parametrize(
    ("content", "body", "said"),
    [
        (
            b'{"error": {"message": "no such model", "code": "m1"}}',
            {"message": "no such model", "code": "m1"},
            "no such",
        ),
        (b'{"error": "just text"}', "just text", "just text"),
        (b'{"error": {"detail": "d"}}', {"detail": "d"}, "d"),
        (b'{"error": "invalid_grant", "error_description": "x"}', "invalid_grant", "invalid_grant"),
        (b'{"message": "flat"}', {"message": "flat"}, "flat"),
        (b'{"detail": [{"loc": ["a"]}]}', {"detail": [{"loc": ["a"]}]}, "loc"),
        (b'{"error": null, "message": "m"}', {"error": None, "message": "m"}, "m"),
        (b'{"error": {}}', {"error": {}}, "error"),
        (b'{"error": 5}', 5, "5"),
        (b'["a"]', ["a"], "a"),
        (b'"text"', "text", "text"),
        (b"plain words", "plain words", "plain words"),
        (b"<html><h1>Bad Gateway</h1></html>", "<html><h1>Bad Gateway</h1></html>", "Bad Gateway"),
        (b"", None, "500"),
        (b"null", "null", "null"),
        (b"\xff\xfe", "\ufffd\ufffd", "500"),
        (b'{"a":' * 100_000, '{"a":' * 100_000, "500"),
    ],
)
def test_what_the_body_says(content: bytes, body: object, said: str) -> None:
    error = refusal(response(content, 500))
    assert error.body == body
    assert said in str(error)
    assert len(str(error)) < 3000


def test_code_param_and_type_are_read_from_the_body() -> None:
    content = b'{"error": {"message": "m", "code": "c", "param": "p", "type": "t"}}'
    error = refusal(response(content, 400))
    assert (error.message, error.code, error.param, error.type) == (str(error), "c", "p", "t")
    assert str(error) == "Error code: 400 - m (code: c, type: t, param: p, request id: req_1)"
    bare = refusal(response(b'{"error": {"code": 7}}', 400, {"a": "b"}))
    assert (bare.code, bare.param, bare.type, bare.request_id) == ("7", None, None, None)
    assert bare.body == {"code": 7}


def test_a_megabyte_of_html_is_not_in_the_text() -> None:
    error = refusal(response(b"<html>" + b"x" * 1_000_000, 502))
    assert len(str(error)) < 500
    assert "1000006 characters" in str(error)
    assert isinstance(error.body, str)


def test_an_unread_body_gives_the_status() -> None:
    error = refusal(response(None, 503))
    assert type(error) is InternalServerError
    assert error.body is None


@pytest.mark.parametrize(
    ("text", "short"),
    [("abc", "abc"), ("a\r\n\t b", "a b"), ("", ""), ("x" * 301, "x" * 300 + "… (301 characters)")],
)
def test_excerpts(text: str, short: str) -> None:
    assert excerpt(text) == short


def every_error() -> list[SDKError]:
    read = response(b'{"error": {"message": "m", "code": "c"}}', 429)
    return [
        refusal(read),
        APIStatusError("m", response=read, body=None),
        APIConnectionError(request=read.request),
        APIConnectionError(message="m", request=None),
        APITimeoutError(read.request),
        APIResponseValidationError(read, {"a": [1]}, message="m"),
        APIError("m", read.request, body="b"),
        ClientClosedError("m"),
        CredentialsError("m"),
        ResponseNotJSON(read, ValueError("x")),
    ]


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_copies_and_pickles(error: SDKError) -> None:
    error.add_note("seen in a test")
    copies: list[Any] = [pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)]
    assert [type(made) for made in copies] == [type(error)] * 3
    for made in copies:
        assert made is not error
        assert str(made) == str(error)
        assert made.args == error.args
        for name in ("message", "body", "code", "param", "type", "status_code", "request_id", "__notes__"):
            assert getattr(made, name, None) == getattr(error, name, None)
        request: Any = getattr(error, "request", None)
        assert request is None or made.request.url == request.url
        response: Any = getattr(error, "response", None)
        assert response is None or made.response.content == response.content


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_no_secret_is_shown_or_stored(error: SDKError) -> None:
    shown = [
        str(error),
        repr(error),
        repr(error.args),
        repr(error.__dict__),
        "".join(traceback.format_exception(error)),
    ]
    shown.append(repr(getattr(error, "request", "")))
    shown.append(repr(getattr(getattr(error, "request", None), "headers", "")))
    assert all(SECRET not in text for text in shown)
    assert SECRET.encode() not in pickle.dumps(error)
    assert SECRET in str(response().request.headers["authorization"])


def test_subclasses_of_users_with_other_arguments_pickle_too() -> None:
    made = pickle.loads(pickle.dumps(_Mine("a", extra=5)))
    assert (made.extra, str(made)) == (5, "a")


class _Mine(SDKError):
    def __init__(self, text: str, *, extra: int) -> None:
        super().__init__(text)
        self.extra = extra


def test_a_library_response_can_be_given() -> None:
    import httpx

    library = httpx.Response(404, request=httpx.Request("GET", "https://a.b"), headers={"x-request-id": "r"})
    error = NotFoundError("m", response=library, body=None)
    assert (error.request_id, error.status_code, error.request.method) == ("r", 404, "GET")


@pytest.mark.parametrize("unseen", ["\x1b[2J", "\0", "\x08", "\x7f", "\x9b", "\u202e", "\u2066"])
def test_excerpts_do_nothing_to_a_terminal(unseen: str) -> None:
    assert excerpt(f"a{unseen}b") == f"a\ufffd{unseen[1:]}b"


def test_excerpts_of_much_white_space() -> None:
    assert excerpt("\n" * 5000 + "<html>") == "<html>"
    assert len(excerpt("a" + " " * 5000 + "b")) < 40


def test_a_code_of_many_digits_is_cut() -> None:
    error = status_error(response(b"", 400), {"error": {"message": "m", "code": int("1" * 4000)}}, "")
    assert len(str(error)) < 500
