"""One call, and the HTTP request it turns into."""

from __future__ import annotations

import datetime
import io
import pickle
from typing import Any

import pytest

from antiphon.runtime import APIConnectionError, Multipart, QueryStyle, Timeout, omit
from antiphon.runtime.core.request import FORM, Call, Request, SentRequest, build_request
from antiphon.runtime.core.sources import Segments
from antiphon.runtime.core.urls import BaseURL

from ..samples import SECRET, settings

BEARER = {"authorization": f"Bearer {SECRET}"}


def built(method: str = "POST", path: str = "/things", /, *, given: Any = None, **options: Any) -> Request:
    return build_request(Call(method, path, **options), given or settings(), BEARER, {})


def test_a_plain_call() -> None:
    request = built(body={"a": 1})
    assert (request.method, request.url, request.body) == ("POST", "https://a.b/v1/things", b'{"a":1}')
    assert request.header_fields == {
        "user-agent": "Thing/Python 1",
        "accept": "application/json",
        "authorization": f"Bearer {SECRET}",
        "content-type": "application/json",
        "content-length": "7",
        "accept-encoding": "gzip, deflate",
        "x-stainless-retry-count": "0",
        "x-stainless-read-timeout": "600",
    }
    assert request.timeout == Timeout(600, connect=5)
    assert request.replayable


@pytest.mark.parametrize(
    ("method", "length"),
    [("GET", None), ("HEAD", None), ("DELETE", None), ("OPTIONS", None), ("POST", "0"), ("PUT", "0"), ("PATCH", "0")],
)
def test_no_body(method: str, length: str | None) -> None:
    request = built(method)
    assert request.body is None
    assert request.header_fields.get("content-length") == length
    assert "content-type" not in request.header_fields


def test_method_names_are_upper_case() -> None:
    assert built("get").method == "GET"


@pytest.mark.parametrize(
    ("timeout", "header"),
    [(5, "5"), (0.25, "0.25"), (1_000_000, "1000000"), (None, None), (Timeout(9, read=2.5), "2.5")],
)
def test_timeouts(timeout: Any, header: str | None) -> None:
    request = built(timeout=timeout)
    assert request.header_fields.get("x-stainless-read-timeout") == header


def test_header_precedence_in_any_case() -> None:
    given = settings(
        headers={"user-agent": "base", "x-base": "base", "accept": "application/json"},
        default_headers={"USER-AGENT": "client", "X-Client": "client", "X-Both": "client", "OpenAI-Beta": "client"},
    )
    headers = built(
        given=given,
        body={},
        accept="text/x",
        headers={"x-param": "param", "openai-beta": "param"},
        extra_headers={"User-Agent": "call", "X-BOTH": "call", "x-param": "call"},
    ).header_fields
    assert headers["user-agent"] == "call"
    assert headers["x-base"] == "base"
    assert headers["x-client"] == "client"
    assert headers["x-both"] == "call"
    assert headers["x-param"] == "call"
    assert headers["openai-beta"] == "param"
    assert headers["accept"] == "text/x"


def test_headers_are_removed_with_omit() -> None:
    given = settings(default_headers={"Authorization": omit, "X-One": "1"})
    headers = built(
        given=given,
        body={},
        extra_headers={"X-ONE": omit, "X-Stainless-Retry-Count": omit, "user-agent": omit, "Accept-Encoding": omit},
    ).header_fields
    assert "authorization" not in headers
    assert "x-one" not in headers
    assert "x-stainless-retry-count" not in headers
    assert "user-agent" not in headers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        (5, "5"),
        (0.5, "0.5"),
        (True, "true"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (["a", 1, False], "a,1,false"),
        (("a", omit, None), "a"),
        ([], None),
        (None, None),
        (omit, None),
    ],
)
def test_header_parameters(value: object, text: str | None) -> None:
    assert built(headers={"X-A": value}).header_fields.get("x-a") == text
    # A parameter that is not passed leaves the user's own header alone.
    given = settings(default_headers={"x-a": "default"})
    assert built(headers={"X-A": value}, given=given).header_fields["x-a"] == (text or "default")


@pytest.mark.parametrize("value", [{"a": 1}, object(), [["a"]], b"a", "a\nb", ["a\nb"]])
def test_header_parameters_that_cannot_be_sent(value: object) -> None:
    with pytest.raises((TypeError, ValueError), match="header 'x-a'"):
        built(headers={"X-A": value})


def test_cookies_of_a_call_go_beside_those_of_the_client() -> None:
    given = settings(default_headers={"Cookie": "b=2"})
    assert built(headers={"cookie": "c=3"}, given=given).header_fields["cookie"] == "b=2; c=3"
    assert built(headers={"cookie": "c=3"}).header_fields["cookie"] == "c=3"
    assert built(headers={"cookie": omit}, given=given).header_fields["cookie"] == "b=2"
    assert built(headers={"cookie": "c=3"}, given=given, extra_headers={"COOKIE": "d"}).header_fields["cookie"] == "d"


def test_what_a_stream_accepts() -> None:
    assert built(streamed=True).header_fields["accept"] == "text/event-stream"
    assert built(streamed=True, accept="application/jsonl").header_fields["accept"] == "application/jsonl"
    assert built(streamed=True, given=settings(default_headers={"Accept": "x/y"})).header_fields["accept"] == "x/y"
    assert built(streamed=True, extra_headers={"Accept": "x/y"}).header_fields["accept"] == "x/y"


@pytest.mark.parametrize(
    ("extra", "kind"),
    [({"Content-Type": "application/x"}, "application/x"), ({"content-type": omit}, None), ({}, "application/json")],
)
def test_content_type(extra: Any, kind: str | None) -> None:
    assert built(body={}, extra_headers=extra).header_fields.get("content-type") == kind


@pytest.mark.parametrize(
    "extra", [{"X-A": "a\r\nX-Evil: 1"}, {"X-A\r\n": "a"}, {"X-A": 5}, {"X-A": "\u201ca\u201d"}, {"": "a"}]
)
def test_headers_that_cannot_be_sent(extra: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="header"):
        built(extra_headers=extra)


@pytest.mark.parametrize(
    ("path", "options", "url"),
    [
        ("/x", {}, "https://a.b/v1/x"),
        ("/x", {"query": {"a": [1, 2], "b": omit}}, "https://a.b/v1/x?a%5B%5D=1&a%5B%5D=2"),
        ("/x", {"query": {"a": "1", "b": "1"}, "extra_query": {"b": "2", "c": ""}}, "https://a.b/v1/x?a=1&b=2&c="),
        ("/x?k=1&b=0", {"query": {"b": "2"}}, "https://a.b/v1/x?k=1&b=2"),
        ("/x?k=%FF&b=a+b", {"query": {"c": "2"}}, "https://a.b/v1/x?k=%FF&b=a+b&c=2"),
        ("/x%2Fy", {"query": {"c": "2"}}, "https://a.b/v1/x%2Fy?c=2"),
        ("https://c.d/y?z=1", {"query": {"c": "2"}}, "https://c.d/y?z=1&c=2"),
        ("/x", {"query": {"a": [1, 2]}, "query_styles": {"a": QueryStyle("comma")}}, "https://a.b/v1/x?a=1%2C2"),
    ],
)
def test_queries(path: str, options: Any, url: str) -> None:
    assert built("GET", path, **options).url == url


def test_default_query_and_the_query_of_the_base_url() -> None:
    given = settings(base_url=BaseURL("https://a.b/v1?api-version=1&k=base"), default_query={"d": "1", "k": "client"})
    assert built("GET", "/x", given=given).url == "https://a.b/v1/x?api-version=1&d=1&k=client"
    assert (
        built("GET", "/x", given=given, query={"d": "2", "api-version": "3"}).url
        == "https://a.b/v1/x?d=2&k=client&api-version=3"
    )
    assert built("GET", "/x", given=given, extra_query={"d": omit}).url == "https://a.b/v1/x?api-version=1&k=client"


@pytest.mark.parametrize(
    ("following", "url"),
    [
        ("https://a.b/v1/x?page=2", "https://a.b/v1/x?page=2"),
        ("https://A.B:443/v1/x?page=2", "https://A.B:443/v1/x?page=2"),
        ("/v1/x?page=2", "https://a.b/v1/x?page=2"),
        ("?page=2", "https://a.b/v1/x?page=2"),
        ("x?page=2", "https://a.b/v1/x?page=2"),
    ],
)
def test_the_next_page_by_its_url(following: str, url: str) -> None:
    assert built("GET", "/x", next_url=following).url == url
    assert built("GET", "/x", next_url=following, given=settings(default_query={"v": 1})).url == url + "&v=1"


@pytest.mark.parametrize("following", ["https://evil.example/x", "http://a.b/v1/x", "//c.d/x", "https://a.b:8443/v1/x"])
def test_a_next_page_at_another_server_is_not_asked_for(following: str) -> None:
    with pytest.raises(APIConnectionError, match="another server"):
        built("GET", "/x", next_url=following)


@pytest.mark.parametrize("following", ["ftp://a.b/x", "https://[::1", "/a b", "/" + "x" * 9000])
def test_a_next_page_without_a_usable_url(following: str) -> None:
    with pytest.raises(APIConnectionError, match="not usable"):
        built("GET", "/x", next_url=following)


def test_a_credential_in_the_query() -> None:
    given = settings(secrets=frozenset({"appid"}))
    request = build_request(Call("GET", "/x", query={"a": 1}), given, {}, {"appid": SECRET})
    assert request.url == f"https://a.b/v1/x?appid={SECRET}&a=1"
    assert SECRET not in repr(request)
    assert SECRET not in repr(SentRequest.of(request))
    mine = build_request(Call("GET", "/x", extra_query={"appid": "mine"}), given, {}, {"appid": SECRET})
    assert mine.url == "https://a.b/v1/x?appid=mine"


@pytest.mark.parametrize(
    ("body", "extra", "sent"),
    [
        ({"a": {"b": 1}, "c": 2}, {"a": {"d": 3}}, b'{"a":{"d":3},"c":2}'),
        ({"a": 1}, {"a": None}, b'{"a":null}'),
        ({"a": 1}, {"a": omit}, b"{}"),
        (None, {"a": 1}, b'{"a":1}'),
        ([1], {"a": 1}, b'{"a":1}'),
        ({"a": 1}, [2], b"[2]"),
        ({"a": 1}, None, b'{"a":1}'),
    ],
)
def test_extra_body(body: Any, extra: Any, sent: bytes) -> None:
    assert built(body=body, extra_body=extra).body == sent


def test_forms() -> None:
    request = built(body={"a": [1, 2], "b": "x y"}, encoding=FORM, given=settings(form_style=QueryStyle("repeat")))
    assert request.body == b"a=1&a=2&b=x+y"
    assert request.header_fields["content-type"] == "application/x-www-form-urlencoded"
    with pytest.raises(TypeError, match="form body is a mapping"):
        built(body=[1], encoding=FORM)


def test_multipart() -> None:
    form = Multipart(files=frozenset({"file"}))
    request = built(body={"file": b"x", "a": 1}, extra_body={"b": 2}, encoding=form)
    body = request.body
    assert isinstance(body, Segments)
    kind = request.header_fields["content-type"]
    assert kind.startswith("multipart/form-data; boundary=")
    assert request.header_fields["content-length"] == str(body.length)
    assert request.replayable
    assert built(body={}, encoding=form).header_fields["content-type"] != kind  # a new boundary


@pytest.mark.parametrize("value", ["multipart/form-data; boundary=mine", 'multipart/form-data; boundary="mine"; a=b'])
def test_a_boundary_of_the_callers_own(value: str) -> None:
    request = built(body={"a": 1}, encoding=Multipart(), extra_headers={"Content-Type": value})
    assert request.header_fields["content-type"] == "multipart/form-data; boundary=mine"


@pytest.mark.parametrize("boundary", ["a\r\nb", "\u00e9", "a b", "x" * 71, ""])
def test_boundaries_that_cannot_be_used(boundary: str) -> None:
    with pytest.raises(ValueError, match=r"boundary|header"):
        built(
            body={}, encoding=Multipart(), extra_headers={"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )


def test_other_content_types_do_not_break_a_multipart_body() -> None:
    request = built(body={"a": 1}, encoding=Multipart(), extra_headers={"content-type": "multipart/form-data"})
    assert "boundary=" in request.header_fields["content-type"]


@pytest.mark.parametrize(
    ("content", "length", "chunked", "replayable"),
    [
        (b"abc", "3", None, True),
        (io.BytesIO(b"abc"), "3", None, True),
        (iter([b"abc"]), None, "chunked", False),
        (b"", "0", None, True),
    ],
)
def test_content(content: Any, length: str | None, chunked: str | None, replayable: bool) -> None:
    request = built(content=content)
    assert request.header_fields.get("content-length") == length
    assert request.header_fields.get("transfer-encoding") == chunked
    assert request.header_fields["content-type"] == "application/octet-stream"
    assert request.replayable is replayable


def test_a_length_of_the_callers_own_does_not_win() -> None:
    assert built(body={}, extra_headers={"Content-Length": "99"}).header_fields["content-length"] == "2"
    request = built(content=iter([b"x"]), extra_headers={"Content-Length": "99"})
    assert "content-length" not in request.header_fields
    assert "transfer-encoding" not in built(body={}, extra_headers={"Transfer-Encoding": "x"}).header_fields


def test_body_and_content_exclude_each_other() -> None:
    with pytest.raises(TypeError, match="not both"):
        built(body={}, content=b"x")


def test_idempotency_keys() -> None:
    given = settings(idempotency_header="idempotency-key")
    first, second = built(given=given).header_fields, built(given=given).header_fields
    assert first["idempotency-key"] != second["idempotency-key"]
    assert built(given=given, idempotency_key="mine").header_fields["idempotency-key"] == "mine"
    assert built(given=given, extra_headers={"Idempotency-Key": "h"}).header_fields["idempotency-key"] == "h"
    assert "idempotency-key" not in built("GET", given=given).header_fields
    assert "idempotency-key" not in built().header_fields


def test_a_sent_request() -> None:
    sent = SentRequest.of(built(body={"a": 1}, extra_headers={"X-A": "1"}))
    assert (sent.method, sent.url, sent.content, sent.read()) == (
        "POST",
        "https://a.b/v1/things",
        b'{"a":1}',
        b'{"a":1}',
    )
    assert sent.headers["X-A"] == "1"
    assert sent.headers["Authorization"] == f"Bearer {SECRET}"
    assert repr(sent) == "<Request POST https://a.b/v1/things>"
    assert SECRET not in repr(sent.headers)
    made = pickle.loads(pickle.dumps(sent))
    assert (made.url, made.content, made.headers["x-a"]) == (sent.url, sent.content, "1")
    assert SECRET.encode() not in pickle.dumps(sent)


def test_calls_are_changed_in_a_copy() -> None:
    call = Call("GET", "/x", query={"a": 1}, timeout=5)
    other = call.replaced(query={"b": 2})
    assert (other.query, other.path, other.timeout, call.query) == ({"b": 2}, "/x", 5, {"a": 1})


def test_the_users_mappings_are_left_alone() -> None:
    query, extra, headers, body = {"a": 1}, {"b": 2}, {"X-A": "1"}, {"c": 3}
    built(query=query, extra_query=extra, extra_headers=headers, body=body, extra_body={"d": 4})
    assert (query, extra, headers, body) == ({"a": 1}, {"b": 2}, {"X-A": "1"}, {"c": 3})
