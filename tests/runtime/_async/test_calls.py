"""Calls and their outcomes: what is sent, what comes back, what is retried."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from antiphon.runtime import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    ClientClosedError,
    InternalServerError,
    RateLimitError,
    omit,
)
from antiphon.runtime.core.low_level import FinalRequestOptions
from antiphon.runtime.transports.scripted import Answer, Drop, Stall

from ..samples import SECRET, Completion, Message, id_of
from .sdk import scripted

GOOD = Answer(200, {"id": "c1", "choices": [], "created": 1, "object": "chat.completion"}, {"x-request-id": "req_1"})
MESSAGE = Answer(200, {"role": "user", "content": "hi"})
BUSY = Answer(503, {"error": {"message": "busy"}})


async def test_a_call() -> None:
    client, transport = scripted(GOOD)
    value = await client.things.create(text="caf\u00e9")
    assert isinstance(value, Completion)
    assert (value.id, id_of(value)) == ("c1", "req_1")
    [sent] = transport.requests
    assert (sent.method, sent.url, sent.content) == (
        "POST",
        "https://demo.test/v1/things",
        '{"text":"caf\u00e9"}'.encode(),
    )
    assert sent.headers["authorization"] == f"Bearer {SECRET}"
    assert sent.headers["user-agent"].endswith("Demo/Python 1.2.3")
    assert transport.open_replies == 0


async def test_options_of_one_call() -> None:
    client, transport = scripted(
        GOOD, default_headers={"X-A": "client", "X-B": "client"}, default_query={"q": "client"}
    )
    await client.things.create(
        text=None,
        extra_headers={"x-a": "call", "X-B": omit},
        extra_query={"q": "call"},
        extra_body={"more": None},
        timeout=7,
    )
    [sent] = transport.requests
    assert sent.headers["x-a"] == "call"
    assert "x-b" not in sent.headers
    assert sent.headers["x-stainless-read-timeout"] == "7"
    assert sent.url == "https://demo.test/v1/things?q=call"
    assert json.loads(sent.content) == {"text": None, "more": None}


async def test_nothing_is_promised() -> None:
    client, _ = scripted(Answer(204), Answer(200, "ignored"), Answer(200, b""))
    for _ in range(3):
        assert (await client.things.delete("x")) is None


@pytest.mark.parametrize("status", [202, 204, 205])
async def test_no_body_where_an_object_was_promised(status: int) -> None:
    client, _ = scripted(Answer(status))
    assert (await client.things.create()) is None


@pytest.mark.parametrize("failure", [BUSY, Answer(429), Answer(408), Answer(409), Answer(500), Drop(), Stall()])
async def test_what_is_retried(failure: Any) -> None:
    client, transport = scripted(failure, failure, GOOD)
    response = await client.things.with_raw_response.create()
    assert response.retries_taken == 2
    assert [sent.headers["x-stainless-retry-count"] for sent in transport.requests] == ["0", "1", "2"]
    assert len({sent.content for sent in transport.requests}) == 1
    assert transport.open_replies == 0


@pytest.mark.parametrize(
    "body",
    [
        [b'{"id"', Drop()],
        [b'{"id"', Stall()],
        [Drop()],
    ],
)
async def test_a_body_that_breaks_off_is_retried(body: Any) -> None:
    client, transport = scripted(Answer(200, body), GOOD)
    assert (await client.things.create()).id == "c1"
    assert len(transport.requests) == 2
    kind = APITimeoutError if isinstance(body[-1], Stall) else APIConnectionError
    client, transport = scripted(*[Answer(200, body)] * 3)
    with pytest.raises(kind) as caught:
        await client.things.create()
    assert type(caught.value) is kind
    assert caught.value.__cause__ is not None
    assert len(transport.requests) == 3
    assert transport.open_replies == 0


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Answer(500), InternalServerError),
        (Answer(429), RateLimitError),
        (Drop("reset"), APIConnectionError),
        (Stall(), APITimeoutError),
    ],
)
async def test_the_last_failure_is_raised(failure: Any, kind: type[APIError]) -> None:
    client, transport = scripted(*[failure] * 3)
    with pytest.raises(kind) as caught:
        await client.things.create()
    assert type(caught.value) is kind
    assert len(transport.requests) == 3
    if not isinstance(caught.value, APIStatusError):
        assert isinstance(caught.value.__cause__, ConnectionResetError)
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400),
        Answer(401),
        Answer(404),
        Answer(422),
        Answer(500, headers={"x-should-retry": "false"}),
        Answer(429, headers={"retry-after": "121"}),
    ],
)
async def test_what_is_not_retried(answer: Answer) -> None:
    client, transport = scripted(answer, GOOD)
    with pytest.raises(APIStatusError):
        await client.things.create()
    assert len(transport.requests) == 1


async def test_a_server_that_asks_for_another_try() -> None:
    client, transport = scripted(Answer(400, headers={"x-should-retry": "true", "retry-after-ms": "1"}), GOOD)
    assert (await client.things.create()).id == "c1"
    assert len(transport.requests) == 2


async def test_retries_can_be_turned_off() -> None:
    client, transport = scripted(BUSY, GOOD, max_retries=0)
    with pytest.raises(InternalServerError):
        await client.things.create()
    client, transport = scripted(BUSY, GOOD)
    with pytest.raises(InternalServerError):
        await client.with_options(max_retries=0).things.create()
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b""),
        Answer(200, b"<html>"),
        Answer(200, b'{"id": "a"'),
        Answer(200, {"error": {"message": "m"}}),
        Answer(200, ["a"]),
        Answer(200, b"junk", {"content-encoding": "gzip"}),
        Answer(200, b"junk", {"content-encoding": "br"}),
        Answer(200, b"", {"content-encoding": "gzip"}),
    ],
)
async def test_a_good_status_with_something_else_than_promised(answer: Answer) -> None:
    client, transport = scripted(answer)
    with pytest.raises(APIResponseValidationError) as caught:
        await client.things.create()
    assert caught.value.status_code == 200
    assert transport.open_replies == 0
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize(
    ("method", "status", "fields"),
    [("HEAD", 200, {"content-length": "77"}), ("DELETE", 204, {}), ("POST", 202, {"content-length": "0"})],
)
async def test_a_body_that_is_not_there_is_not_decoded(
    method: str, status: int, fields: dict[str, str], coding: str
) -> None:
    """Servers name the coding that a body would have."""
    client, _ = scripted(Answer(status, b"", {"content-encoding": coding, **fields}))
    assert await client.request(str, {"method": method, "url": "/x"}) == ""


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, [b'{"error": {"mess', Drop()]),
        Answer(400, [b'{"error": {"mess', Stall()]),
        Answer(400, [Drop()]),
        Answer(400, b"junk", {"content-encoding": "gzip"}),
        Answer(400, b"junk", {"content-encoding": "br"}),
        Answer(400, b"x" * 5_000_000),
        Answer(400, b"\xff\xfe"),
    ],
)
async def test_a_broken_body_does_not_hide_the_status(answer: Answer) -> None:
    for streamed in (False, True):
        client, transport = scripted(answer)
        method: Any = client.things.events if streamed else client.things.create
        with pytest.raises(BadRequestError) as caught:
            await method()
        assert caught.value.status_code == 400
        assert len(str(caught.value)) < 1000
        assert len(caught.value.response.content) <= 1_100_000
        assert transport.open_replies == 0


async def test_strict_clients() -> None:
    odd = Answer(200, {"id": 5})
    client, _ = scripted(odd)
    assert (await client.things.create()).id == 5
    client, _ = scripted(odd, _strict_response_validation=True)
    with pytest.raises(APIResponseValidationError) as caught:
        await client.things.create()
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("thing_id", ["", ".", ".."])
async def test_path_parameters_are_checked_before_anything_is_sent(thing_id: str) -> None:
    client, transport = scripted()
    with pytest.raises(ValueError, match=r"Expected a non-empty value|path parameters"):
        await client.things.retrieve(thing_id)
    assert transport.requests == []


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"extra_headers": {"X-A": "a\r\nb"}}, ValueError),
        ({"extra_body": {"a": object()}}, TypeError),
        ({"extra_body": {"a": float("nan")}}, ValueError),
        ({"extra_query": {"a": object()}}, TypeError),
        ({"timeout": "5"}, TypeError),
        ({"timeout": -1}, ValueError),
    ],
)
async def test_what_cannot_be_sent_is_refused_at_once(options: Any, kind: type[Exception]) -> None:
    client, transport = scripted()
    with pytest.raises(kind):
        await client.things.create(**options)
    assert transport.requests == []


async def test_redirects() -> None:
    client, transport = scripted(
        Answer(307, headers={"location": "/v2/things"}),
        Answer(307, headers={"location": "https://elsewhere.test/v2/things"}),
        GOOD,
    )
    response = await client.things.with_raw_response.create(text="a")
    assert [str(sent.url) for sent in transport.requests] == [
        "https://demo.test/v1/things",
        "https://demo.test/v2/things",
        "https://elsewhere.test/v2/things",
    ]
    assert ["authorization" in sent.headers for sent in transport.requests] == [True, True, False]
    assert response.url == "https://elsewhere.test/v2/things"
    assert response.retries_taken == 0
    assert transport.open_replies == 0


@pytest.mark.parametrize("location", ["ftp://a.b/", "https://a.b:99999/", "/" + "x" * 9000])
async def test_unusable_redirects(location: str) -> None:
    client, transport = scripted(Answer(302, headers={"location": location}))
    with pytest.raises(APIConnectionError, match="redirect"):
        await client.things.create()
    assert transport.open_replies == 0


async def test_endless_redirects() -> None:
    client, transport = scripted(*[Answer(302, headers={"location": "/again"})] * 30)
    with pytest.raises(APIConnectionError, match="redirects"):
        await client.things.retrieve("x")
    assert len(transport.requests) == 21
    assert transport.open_replies == 0


# --- calls to endpoints that have no method ---


async def test_low_level_calls() -> None:
    client, transport = scripted(*[MESSAGE] * 6)
    assert (await client.get("/x", cast_to=Message, options={"params": {"a": [1, 2]}})).content == "hi"
    assert (await client.post("/x", cast_to=dict[str, Any], body={"a": 1}, options={"extra_json": {"b": 2}})) == {
        "role": "user",
        "content": "hi",
    }
    await client.put("/x", cast_to=Message, content=b"raw")
    await client.patch("/x", cast_to=Message, body={}, options={"headers": {"X-A": "1"}})
    await client.delete("/x", cast_to=Message)
    await client.post("https://other.test/x", cast_to=Message)
    assert [(sent.method, str(sent.url), sent.content) for sent in transport.requests] == [
        ("GET", "https://demo.test/v1/x?a%5B%5D=1&a%5B%5D=2", b""),
        ("POST", "https://demo.test/v1/x", b'{"a":1,"b":2}'),
        ("PUT", "https://demo.test/v1/x", b"raw"),
        ("PATCH", "https://demo.test/v1/x", b"{}"),
        ("DELETE", "https://demo.test/v1/x", b""),
        ("POST", "https://other.test/x", b""),
    ]
    assert transport.requests[3].headers["x-a"] == "1"


@pytest.mark.parametrize(
    "content",
    [
        b"caf\xc3\xa9",
        "caf\u00e9",
        iter([b"caf", b"\xc3\xa9"]),
        [b"caf", b"\xc3\xa9"],
        (b"caf", b"\xc3", b"\xa9"),
        io.BytesIO(b"caf\xc3\xa9"),
    ],
)
async def test_low_level_content(content: Any) -> None:
    client, transport = scripted(MESSAGE, MESSAGE)
    await client.post("/x", cast_to=Message, content=content)
    assert transport.requests[0].headers["content-type"] == "application/json"
    assert transport.requests[0].content == b"caf\xc3\xa9"
    await client.put("/x", cast_to=Message, content=b"x", options={"headers": {"Content-Type": "text/plain"}})
    assert transport.requests[1].headers["content-type"] == "text/plain"


async def test_a_request_in_words() -> None:
    client, transport = scripted(*[MESSAGE] * 4)
    words: list[dict[str, Any]] = [
        {"method": "get", "url": "/x", "params": {"a": 1}, "headers": {"x-a": "1"}},
        {"method": "post", "url": "/x", "json_data": {"b": 2}, "extra_json": {"c": 3}, "timeout": 3},
        {"method": "put", "url": "/x", "content": b"raw", "max_retries": 0, "timeout": None},
    ]
    for told in words:
        assert (await client.request(Message, told)).content == "hi"
    assert (await client.request(Message, FinalRequestOptions.construct(method="delete", url="/x"))).role == "user"
    assert [(sent.method, sent.url.path, sent.content) for sent in transport.requests] == [
        ("GET", "/v1/x", b""),
        ("POST", "/v1/x", b'{"b":2,"c":3}'),
        ("PUT", "/v1/x", b"raw"),
        ("DELETE", "/v1/x", b""),
    ]
    assert (transport.requests[0].url.params["a"], transport.requests[0].headers["x-a"]) == ("1", "1")
    assert [sent.headers.get("x-stainless-read-timeout") for sent in transport.requests[1:3]] == ["3", None]


@pytest.mark.parametrize(
    "told",
    [{}, {"method": "get"}, {"url": "/x"}, {"method": "get", "url": "/x", "body": 1}, {"method": 1, "url": "/x"}],
)
async def test_a_request_in_words_that_say_too_little(told: dict[str, Any]) -> None:
    client, transport = scripted()
    with pytest.raises(TypeError, match="request"):
        await client.request(Message, told)
    assert transport.requests == []


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET / HTTP/1.1\r\nx: y", "/x", ValueError),
        ("", "/x", ValueError),
        ("g\u00e9t", "/x", ValueError),
        ("GET", "/x\r\nx: y", ValueError),
        ("GET", "/x\0", ValueError),
        ("GET", "/x\ud800", ValueError),
        ("GET", "https://demo.test/\ud800", ValueError),
    ],
)
async def test_low_level_calls_that_cannot_be_sent(method: str, path: str, error: type[Exception]) -> None:
    """Refused where they are made, and not tried again like a fault of the network."""
    client, transport = scripted()
    with pytest.raises(error, match=r"(method|path|URL)") as caught:
        await client.request(Message, {"method": method, "url": path})
    assert type(caught.value) is error
    assert transport.requests == []


async def test_a_path_that_is_no_text() -> None:
    client, _ = scripted()
    path: Any = None
    with pytest.raises(TypeError, match="path"):
        await client.get(path, cast_to=Message)


async def test_low_level_options() -> None:
    client, transport = scripted(BUSY, GOOD, Answer(302, headers={"location": "/y"}))
    with pytest.raises(InternalServerError):
        await client.get("/x", cast_to=str, options={"max_retries": 0})
    with pytest.raises(TypeError, match="max_retrys"):
        await client.get("/x", cast_to=str, options={"max_retrys": 0})
    with pytest.raises((TypeError, ValueError), match="max_retries"):
        await client.get("/x", cast_to=str, options={"max_retries": -1})
    with pytest.raises(TypeError, match="not both"):
        await client.post("/x", cast_to=str, body={}, content=b"")
    await client.get("/x", cast_to=Completion, options={"timeout": 3, "security": [["app"]]} | {"security": []})
    assert "authorization" not in transport.requests[-1].headers
    assert transport.requests[-1].headers["x-stainless-read-timeout"] == "3"
    with pytest.raises(APIStatusError) as caught:
        await client.get("/x", cast_to=str, options={"follow_redirects": False})
    assert caught.value.status_code == 302


@pytest.mark.parametrize("wanted", [[["admin"]], ["admin"], {"admin": True}, {"key": False, "admin": True}])
async def test_low_level_security(wanted: Any) -> None:
    client, transport = scripted(GOOD, admin_key="boss")
    await client.get("/x", cast_to=Completion, options={"security": wanted})
    assert transport.requests[-1].headers["authorization"] == "Bearer boss"


async def test_low_level_security_by_the_kind_of_scheme() -> None:
    client, transport = scripted(GOOD, api_key="mine", admin_key="boss")
    await client.get("/x", cast_to=Completion, options={"security": {"bearer_auth": True}})
    assert transport.requests[-1].headers["authorization"] == "Bearer mine"


@pytest.mark.parametrize("wanted", [{"keys": True}, [["key", "keys"]], ["keys"]])
async def test_low_level_security_that_is_unknown(wanted: Any) -> None:
    client, transport = scripted()
    with pytest.raises(TypeError, match="'keys'; there are key, admin, app"):
        await client.get("/x", cast_to=str, options={"security": wanted})
    assert transport.requests == []


@pytest.mark.parametrize(
    ("cast_to", "body", "expected"),
    [(str, "text", "text"), (bytes, b"\xff", b"\xff"), (bool, "TRUE", True), (int, "5", 5), (list[int], [1], [1])],
)
async def test_low_level_results(cast_to: Any, body: Any, expected: object) -> None:
    client, _ = scripted(Answer(200, body))
    assert (await client.get("/x", cast_to=cast_to)) == expected


async def test_bytes_as_body_still_work() -> None:
    client, transport = scripted(MESSAGE)
    with pytest.warns(DeprecationWarning, match="content="):
        await client.post("/x", cast_to=Message, body=b"raw")
    assert transport.requests[0].content == b"raw"


async def test_low_level_files() -> None:
    client, transport = scripted(MESSAGE, MESSAGE)
    await client.post("/x", cast_to=Message, body={"a": 1}, files={"file": ("n.txt", b"data")})
    await client.post("/x", cast_to=Message, files=[("file[]", b"1"), ("file[]", b"2")])
    assert b'name="a"\r\n\r\n1\r\n' in transport.requests[0].content
    assert b'name="file"; filename="n.txt"' in transport.requests[0].content
    assert transport.requests[1].content.count(b'name="file[]"') == 2


# --- life ---


async def test_use_after_close() -> None:
    client, transport = scripted(GOOD)
    assert not client.is_closed()
    await client.close()
    await client.close()
    assert client.is_closed()
    with pytest.raises(ClientClosedError, match="closed"):
        await client.things.create()
    with pytest.raises(ClientClosedError):
        await client.things.events()
    with pytest.raises(ClientClosedError):
        await client.get("/x", cast_to=str)
    assert transport.requests == []
    assert transport.is_closed


async def test_as_a_context_manager() -> None:
    client, transport = scripted(GOOD)
    async with client as same:
        assert same is client
        await client.things.create()
    assert client.is_closed()
    assert transport.is_closed


async def test_closing_a_copy_leaves_the_original_open() -> None:
    client, transport = scripted(GOOD, GOOD)
    other = client.with_options(timeout=5)
    await other.things.create()
    await other.close()
    with pytest.raises(ClientClosedError):
        await other.things.create()
    assert not transport.is_closed
    await client.things.create()
    del other
    await client.close()


async def test_a_copy_of_a_closed_client_is_told() -> None:
    client, _ = scripted(GOOD)
    other = client.with_options(timeout=5)
    await client.close()
    with pytest.raises(ClientClosedError, match="keep it open until the last call is done"):
        await other.things.create()
