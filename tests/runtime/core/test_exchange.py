"""One logical request: its attempts and what each outcome means. Nothing is sent, nobody sleeps."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

import pytest

from antiphon.runtime import APIConnectionError, APITimeoutError, Headers
from antiphon.runtime.core.exchange import Exchange
from antiphon.runtime.core.request import Call, Request
from antiphon.runtime.core.response import Head, HTTPResponse
from antiphon.runtime.core.transport import TransportError, TransportTimeout

from ..samples import SECRET, settings

BEARER = {"authorization": f"Bearer {SECRET}"}


class Trial(Exchange):
    """An exchange that is told of heads alone, and whose decisions are those of a client."""

    def answered(self, head: Head, response: HTTPResponse | None = None) -> float | None:
        return super().answered(head, response or HTTPResponse(head, cast(Any, None), None))


def exchange(call: Call | None = None, **changes: Any) -> Trial:
    made = settings(**changes)
    policy = made.retry_policy

    def wants_retry(response: HTTPResponse) -> bool:
        return policy.wants_retry(response.status_code, response.headers) and delay(0, None, response.headers) >= 0

    def delay(remaining: int, _: object, headers: Mapping[str, str]) -> float:
        found = policy.delay(made.max_retries - remaining, headers, lambda: 0.0, lambda: 0.0)
        return -1 if found is None else found

    call = call or Call("POST", "/x", body={"a": 1})
    return Trial(call, made, logging.getLogger("thing"), wants_retry=wants_retry, delay=delay)


def begin(one: Exchange, credentials: dict[str, str] = BEARER, query: dict[str, str] | None = None) -> Request:
    return one.attempt(credentials, query or {})


def head(status: int, headers: dict[str, str] | None = None) -> Head:
    return Head(status, Headers(headers or {}))


def test_retries_back_off_and_count() -> None:
    one = exchange(max_retries=3)
    counts: list[str] = []
    delays: list[float | None] = []
    for outcome in (head(500), TransportError("reset"), head(429, {"retry-after": "7"}), head(500)):
        counts.append(begin(one).header_fields["x-stainless-retry-count"])
        delays.append(one.failed(outcome) if isinstance(outcome, TransportError) else one.answered(outcome))
    assert counts == ["0", "1", "2", "3"]
    assert delays == [0.5, 1.0, 7.0, None]
    assert one.retries == 3


@pytest.mark.parametrize("status", [200, 201, 204, 299, 300, 304, 399, 400, 401, 403, 404, 422])
def test_answers_that_count(status: int) -> None:
    one = exchange()
    begin(one)
    assert one.answered(head(status)) is None
    assert one.retries == 0


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 529])
def test_answers_worth_another_try(status: int) -> None:
    one = exchange()
    begin(one)
    assert one.answered(head(status)) == 0.5


def test_a_wish_too_long_ends_the_trying() -> None:
    one = exchange()
    begin(one)
    assert one.answered(head(429, {"retry-after": "121"})) is None


def test_the_last_failure_is_raised_with_its_cause() -> None:
    cause = ConnectionResetError("reset")
    one = exchange(max_retries=0)
    begin(one)
    with pytest.raises(APIConnectionError, match="Connection error: it broke") as caught:
        one.failed(TransportError("it broke", cause))
    assert caught.value.__cause__ is cause
    assert caught.value.request.url == "https://a.b/v1/x"
    with pytest.raises(APITimeoutError, match="Request timed out: too slow"):
        one.failed(TransportTimeout("too slow"))


def test_retries_of_the_call_win_over_those_of_the_client() -> None:
    one = exchange(Call("GET", "/x", max_retries=0))
    begin(one)
    assert one.answered(head(500)) is None
    with pytest.raises(ValueError, match="max_retries"):
        exchange(Call("GET", "/x", max_retries=-1))


def test_a_body_that_can_be_sent_once_is_sent_once() -> None:
    for outcome in (head(500), TransportError("reset")):
        one = exchange(Call("POST", "/x", content=iter([b"a"])))
        begin(one)
        if isinstance(outcome, Head):
            assert one.answered(outcome) is None
        else:
            with pytest.raises(APIConnectionError):
                one.failed(outcome)


def test_fresh_credentials_go_with_each_attempt() -> None:
    one = exchange()
    begin(one, {"authorization": "Bearer 1"}, {"appid": "1"})
    one.answered(head(500))
    request = begin(one, {"authorization": "Bearer 2"}, {"appid": "2"})
    assert request.header_fields["authorization"] == "Bearer 2"
    assert request.url == "https://a.b/v1/x?appid=2"


def test_every_attempt_has_the_same_idempotency_key() -> None:
    one = exchange(idempotency_header="idempotency-key")
    keys = set[str]()
    for outcome in (head(500), head(307, {"location": "/y"}), TransportError("broke"), None):
        keys.add(begin(one).header_fields["idempotency-key"])
        if isinstance(outcome, Head):
            assert one.answered(outcome) is not None
        elif outcome is not None:
            one.failed(outcome)
    assert len(keys) == 1
    assert keys.pop().startswith("thing-")
    other = exchange(idempotency_header="idempotency-key")
    assert begin(other).header_fields["idempotency-key"] != begin(one).header_fields["idempotency-key"]


def test_headers_of_the_callers_own_stay() -> None:
    call = Call("POST", "/x", extra_headers={"Authorization": "mine", "X-Stainless-Retry-Count": "99"})
    one = exchange(call)
    begin(one)
    one.answered(head(500))
    fields = begin(one).header_fields
    assert (fields["authorization"], fields["x-stainless-retry-count"]) == ("mine", "99")


@pytest.mark.parametrize(
    ("method", "status", "then", "keeps_body"),
    [
        ("POST", 301, "GET", False),
        ("POST", 302, "GET", False),
        ("POST", 303, "GET", False),
        ("PUT", 303, "GET", False),
        ("POST", 307, "POST", True),
        ("POST", 308, "POST", True),
        ("PUT", 301, "PUT", True),
        ("GET", 302, "GET", False),
        ("HEAD", 303, "HEAD", False),
    ],
)
def test_redirects_to_the_same_server(method: str, status: int, then: str, keeps_body: bool) -> None:
    one = exchange(Call(method, "/x", body={"a": 1} if method not in ("GET", "HEAD") else None))
    request = begin(one)
    assert one.answered(head(status, {"location": "/y?z=1"})) == 0.0
    assert begin(one) is request
    assert (request.method, request.url) == (then, "https://a.b/y?z=1")
    assert request.header_fields["authorization"] == f"Bearer {SECRET}"
    assert (request.body is not None) is keeps_body
    assert ("content-type" in request.header_fields) is keeps_body
    assert one.retries == 0


@pytest.mark.parametrize("location", ["https://evil.example/y", "http://a.b/v1/y", "https://a.b:444/y", "//c.d/"])
def test_credentials_stay_behind_when_a_redirect_leads_elsewhere(location: str) -> None:
    call = Call("GET", "/x", extra_headers={"X-Api-Key": SECRET, "Cookie": SECRET, "X-Odd": SECRET, "x-plain": "1"})
    one = exchange(call, secrets=frozenset({"x-odd"}))
    begin(one)
    one.answered(head(307, {"location": location}))
    request = begin(one, query={"appid": SECRET})
    assert SECRET not in str(request.header_fields)
    assert request.header_fields["x-plain"] == "1"
    one.answered(head(500))  # and they do not come back with a further attempt
    request = begin(one, query={"appid": SECRET})
    assert SECRET not in str(request.header_fields)
    assert SECRET not in request.url
    one.answered(head(307, {"location": "https://a.b/v1/back"}))
    assert SECRET not in str(begin(one).header_fields)


@pytest.mark.parametrize(
    "location", ["ftp://a.b/", "https://a.b:99999/", "https://[::1/", "/" + "a" * 9000, "javascript:alert(1)"]
)
def test_unusable_redirects(location: str) -> None:
    one = exchange()
    begin(one)
    with pytest.raises(APIConnectionError, match="Unusable redirect"):
        one.answered(head(302, {"location": location}))


def test_endless_redirects() -> None:
    one = exchange()
    for number in range(20):
        begin(one)
        assert one.answered(head(302, {"location": f"/{number}"})) == 0.0
    begin(one)
    with pytest.raises(APIConnectionError, match="More than 20 redirects"):
        one.answered(head(302, {"location": "/more"}))


def test_a_redirect_of_a_body_that_was_sent() -> None:
    one = exchange(Call("POST", "/x", content=iter([b"a"])))
    begin(one)
    with pytest.raises(APIConnectionError, match="cannot be sent a second time"):
        one.answered(head(307, {"location": f"https://user:{SECRET}@c.d/?token={SECRET}"}))
    assert SECRET not in str(one)


def test_the_message_of_a_refused_redirect_shows_no_secret() -> None:
    one = exchange(Call("POST", "/x", content=iter([b"a"])))
    begin(one)
    with pytest.raises(APIConnectionError) as caught:
        one.answered(head(307, {"location": f"https://user:{SECRET}@c.d/?token={SECRET}"}))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("follow", "client", "followed"),
    [(None, True, True), (None, False, False), (False, True, False), (True, False, True)],
)
def test_redirects_can_be_turned_off(follow: bool | None, client: bool, followed: bool) -> None:
    one = exchange(Call("GET", "/x", follow_redirects=follow), follow_redirects=client)
    begin(one)
    assert (one.answered(head(302, {"location": "/y"})) == 0.0) is followed


@pytest.mark.parametrize("answer", [head(302), head(300, {"location": "/y"}), head(304, {"location": "/y"})])
def test_what_is_no_redirect(answer: Head) -> None:
    one = exchange()
    begin(one)
    assert one.answered(answer) is None


def test_attempt_comes_first() -> None:
    with pytest.raises(RuntimeError):
        exchange().answered(head(200))
