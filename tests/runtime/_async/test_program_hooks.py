# pyright: reportPrivateUsage=false
"""What programs replace of a client: what is sent, how it is made, what becomes of a refusal, the call as a whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar, cast

import httpx
import pytest

from antiphon.runtime import (
    DEFAULT_TIMEOUT,
    APIStatusError,
    AsyncRawResponse,
    AsyncStream,
    BinaryResponse,
    CredentialsError,
    Omit,
    RateLimitError,
    is_given,
)
from antiphon.runtime.core.low_level import FinalRequestOptions
from antiphon.runtime.transports.scripted import Answer, Drop

from ..colours import async_listed
from ..samples import SECRET, Chunk, Completion, Message
from .sdk import AsyncClient, AsyncListPage, scripted

MESSAGE = Answer(200, {"role": "user", "content": "hi"})
COMPLETION = Answer(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []})
EVENTS = Answer(
    200, b'data: {"id": "a"}\n\ndata: {"id": "b"}\n\ndata: [DONE]\n\n', {"content-type": "text/event-stream"}
)


def subclass(cls: type[AsyncClient], *steps: Answer | Drop, **arguments: Any) -> tuple[Any, Any]:
    _, transport = scripted(*steps)
    given: dict[str, Any] = {"api_key": SECRET, **arguments, "http_client": transport}
    return cls(**given), transport


# --- options ---


class AsyncTokens(AsyncClient):
    """Says by a header of its own who calls, and where it wants to go."""

    seen: ClassVar[list[FinalRequestOptions]] = []

    async def _prepare_options(self, options: Any) -> Any:
        self.seen.append(options)
        headers: dict[str, str | Omit] = {**options.headers} if is_given(options.headers) else {}
        options.headers = headers
        headers["Authorization"] = "Bearer other"
        headers["activity"] = str(len(self.seen))
        options.params = {**options.params, "v": "2"}
        if options.json_data is not None:
            options.json_data["text"] = "changed"
        return await super()._prepare_options(options)


async def test_options_can_be_prepared() -> None:
    AsyncTokens.seen.clear()
    client, transport = subclass(AsyncTokens, COMPLETION, MESSAGE, api_key="")
    await client.things.create(text="hello", extra_headers={"own": "1"}, extra_query={"q": "x"})
    sent = transport.requests[0]
    assert sent.headers["authorization"] == "Bearer other"
    assert (sent.headers["activity"], sent.headers["own"]) == ("1", "1")
    assert dict(sent.url.params) == {"q": "x", "v": "2"}
    assert json.loads(sent.content) == {"text": "changed"}
    await client.things.retrieve("1")
    first, second = AsyncTokens.seen
    assert (first.method, first.url, second.method, second.url) == ("post", "/things", "get", "/things/1")
    assert second.json_data is None
    assert str(transport.requests[1].url).endswith("/v1/things/1?v=2")


class AsyncMover(AsyncClient):
    async def _prepare_options(self, options: Any) -> None:
        options.url = "/elsewhere"
        options.timeout = 3
        options.max_retries = 0


async def test_prepared_options_need_not_be_given_back() -> None:
    client, transport = subclass(AsyncMover, Answer(429))
    with pytest.raises(RateLimitError):
        await client.things.retrieve("1")
    assert str(transport.requests[0].url).endswith("/v1/elsewhere")
    assert transport.requests[0].headers["x-stainless-read-timeout"] == "3"
    assert len(transport.requests) == 1


async def test_options_of_uploads_pages_and_streams() -> None:
    AsyncTokens.seen.clear()
    pages = Answer(200, {"data": [{"id": "1", "role": "user", "content": "hi"}], "has_more": False})
    client, transport = subclass(AsyncTokens, MESSAGE, pages, EVENTS, MESSAGE)
    await client.things.upload(file=b"contents", purpose="x")
    assert b"contents" in transport.requests[0].content
    assert len(await async_listed(client.things.list(limit=1))) == 1
    assert dict(transport.requests[1].url.params) == {"limit": "1", "v": "2"}
    assert [each.id for each in await async_listed(await client.things.events())] == ["a", "b"]
    await client.post("/own", cast_to=Message, body={"text": "own"})
    assert json.loads(transport.requests[3].content) == {"text": "changed"}
    assert len(AsyncTokens.seen) == 4


async def test_who_says_by_itself_who_calls_needs_no_key() -> None:
    for key in ("", None):
        client, transport = subclass(AsyncTokens, MESSAGE, api_key=key)
        await client.things.retrieve("1")
        assert transport.requests[0].headers["authorization"] == "Bearer other"
        assert type(client.copy()) is AsyncTokens
    with pytest.raises(ValueError, match="api_key is empty"):
        AsyncClient(api_key="")
    with pytest.raises(CredentialsError):
        AsyncClient()


# --- requests ---


class AsyncSigned(AsyncClient):
    """Signs what is sent, each time it is."""

    signed: ClassVar[list[httpx.Request]] = []

    async def _prepare_request(self, request: httpx.Request) -> None:
        self.signed.append(request)
        request.headers["signature"] = f"{request.method} {request.url.path} {len(request.content)} {len(self.signed)}"


async def test_requests_can_be_signed() -> None:
    AsyncSigned.signed.clear()
    client, transport = subclass(AsyncSigned, Answer(500), COMPLETION)
    await client.things.create(text="hello")
    assert [sent.headers["signature"] for sent in transport.requests] == [
        "POST /v1/things 16 1",
        "POST /v1/things 16 2",
    ]
    assert json.loads(transport.requests[1].content) == {"text": "hello"}
    assert isinstance(AsyncSigned.signed[0], httpx.Request)


async def test_a_client_says_what_it_would_send() -> None:
    client, transport = scripted()
    options = FinalRequestOptions(
        method="post", url="/things", json_data={"text": "x"}, params={"q": ["a", "b"]}, headers={"own": "1"}
    )
    request = client._build_request(options)
    assert isinstance(request, httpx.Request)
    assert (request.method, request.url.path, request.read()) == ("POST", "/v1/things", b'{"text":"x"}')
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert (request.headers["own"], request.headers["content-type"]) == ("1", "application/json")
    assert request.headers.get("x-stainless-retry-count") == "0"
    assert client._build_request(options, retries_taken=2).headers["x-stainless-retry-count"] == "2"
    assert request.extensions["timeout"]["read"] == DEFAULT_TIMEOUT.read
    assert not transport.requests


async def test_what_cannot_be_known_is_not_in_it() -> None:
    client, _ = scripted(api_key=lambda: SECRET)
    request = client._build_request(FinalRequestOptions(method="get", url="/things"))
    assert "authorization" not in request.headers
    with pytest.raises(ValueError, match="HTTP method"):
        client._build_request(FinalRequestOptions(method="g t", url="/things"))


# --- refusals ---


class PaymentRequiredError(APIStatusError):
    pass


class AsyncBilled(AsyncClient):
    def _make_status_error(self, err_msg: str, *, body: object, response: Any) -> APIStatusError:
        if response.status_code == 402:
            return PaymentRequiredError(err_msg, response=response, body=body)
        return super()._make_status_error(f"billed: {err_msg}", body=body, response=response)


async def test_a_refusal_can_be_another_error() -> None:
    answers = [
        Answer(402, {"error": {"message": "pay first"}}),
        Answer(429, {"error": {"message": "slow", "code": "x"}}),
    ]
    client, _ = subclass(AsyncBilled, *answers, max_retries=0)
    with pytest.raises(PaymentRequiredError, match="Error code: 402 - pay first") as caught:
        await client.things.retrieve("1")
    assert caught.value.body == {"error": {"message": "pay first"}}
    with pytest.raises(RateLimitError, match=r"^billed: Error code: 429 - slow") as limited:
        await client.things.retrieve("1")
    assert (limited.value.code, limited.value.body) == ("x", {"message": "slow", "code": "x"})


# --- calls ---


class Traced:
    """In place of `request`, as tracers set it: sees the options of each call, and its result."""

    def __init__(self, client: AsyncClient) -> None:
        self.seen: list[tuple[Any, Any, Any]] = []
        self.stream_items: list[Any] = []
        original = client.request

        async def request(*args: Any, **kwargs: Any) -> Any:
            options = args[-1]
            items = self.stream_items
            if kwargs.get("stream"):

                class AsyncRecorded(kwargs["stream_cls"]):
                    async def __stream__(self) -> AsyncIterator[Any]:
                        given: Any = super()
                        async for item in given.__stream__():
                            items.append(item)
                            yield item

                kwargs["stream_cls"] = AsyncRecorded
            result = await original(*args, **kwargs)
            self.seen.append((args[0], options, result))
            return result

        vars(client)["request"] = request


async def test_request_can_be_replaced() -> None:
    pages = Answer(200, {"data": [], "has_more": False})
    binary = Answer(200, b"bytes", {"content-type": "application/octet-stream"})
    client, transport = scripted(COMPLETION, MESSAGE, EVENTS, pages, binary, MESSAGE)
    traced = Traced(client)
    await client.things.create(text="hello", extra_headers={"own": "1"})
    cast_to, options, result = traced.seen[-1]
    assert (cast_to, options.method, options.url, options.json_data) == (
        Completion,
        "post",
        "/things",
        {"text": "hello"},
    )
    assert isinstance(result, Completion)
    assert transport.requests[0].headers["own"] == "1"

    raw = await client.things.with_raw_response.retrieve("1")
    assert isinstance(raw, AsyncRawResponse)
    assert traced.seen[-1][2] is raw

    stream = await client.things.events()
    assert [each.id for each in await async_listed(stream)] == ["a", "b"]
    assert [each.id for each in traced.stream_items] == ["a", "b"]
    assert isinstance(stream, AsyncStream)

    assert isinstance(await client.things.list(), AsyncListPage)
    assert isinstance(await client.things.content("1"), BinaryResponse)
    assert traced.seen[-1][0] is BinaryResponse
    await client.get("/own", cast_to=Message)
    assert len(traced.seen) == 6


class AsyncPatient(AsyncClient):
    """Asks a second time by itself, as wrappers of `request` do."""

    async def request(self, cast_to: Any, options: Any, **more: Any) -> Any:
        try:
            return await super().request(cast_to, options, **more)
        except RateLimitError:
            return await super().request(cast_to, options, **more)


async def test_what_replaces_request_can_look_at_what_will_be_sent() -> None:
    client, transport = scripted(COMPLETION, MESSAGE)
    original: Any = client.request
    built: list[httpx.Request] = []

    async def request(cast_to: Any, options: Any, **more: Any) -> Any:
        options.params = {**options.params, "v": "2"}
        built.append(client._build_request(options))
        return await original(cast_to, options, **more)

    vars(client)["request"] = request
    await client.things.create(text="hello")
    await client.things.upload(file=("a.txt", b"bytes"), purpose="test")
    for seen, sent in zip(built, transport.requests, strict=True):
        assert (seen.method, str(seen.url)) == (sent.method, str(sent.url))
        assert seen.headers["content-type"].partition(";")[0] == sent.headers["content-type"].partition(";")[0]
        assert seen.headers["authorization"] == f"Bearer {SECRET}"
    assert b'filename="a.txt"' in built[1].read()


async def test_request_can_be_overridden() -> None:
    client, transport = subclass(AsyncPatient, Answer(429), MESSAGE, MESSAGE, max_retries=0)
    assert (await client.things.retrieve("1")).content == "hi"
    assert len(transport.requests) == 2
    options = FinalRequestOptions(method="get", url="/own")
    own: Any = await client.request(Message, options)
    assert own.content == "hi"


# --- responses ---


async def test_a_header_asks_for_the_response_itself() -> None:
    """Programs that make the low-level call of `with_raw_response` set the header it is told by."""
    client, transport = scripted(MESSAGE, COMPLETION)
    options = {"headers": {"X-Stainless-Raw-Response": "true"}}
    message: Any = await client.get("/own", cast_to=Message, options=options)
    assert isinstance(message, AsyncRawResponse)
    assert cast("Any", message).parse().content == "hi"
    raw: Any = await client.things.create(text="x", extra_headers={"x-stainless-raw-response": "true"})
    assert raw.parse().id == "c"
    assert "x-stainless-raw-response" not in transport.requests[0].headers


async def test_items_of_a_stream_pass_through_its_own_method() -> None:
    class AsyncLoud(AsyncStream[Chunk]):
        async def __stream__(self) -> AsyncIterator[Any]:
            async for item in super().__stream__():
                yield item.id

    client, _ = scripted(EVENTS)
    stream: Any = await client.post("/events", cast_to=Chunk, body={}, stream=True, stream_cls=AsyncLoud)
    assert await async_listed(stream) == ["a", "b"]


async def test_views_of_a_resource_have_what_was_put_in_its_place() -> None:
    """Tracers wrap one method of one resource, and see in the header what is asked for."""
    page = {"data": [{"id": "1", "role": "user", "content": "hi"}], "has_more": True}
    last = Answer(200, {**page, "has_more": False})
    client, transport = scripted(COMPLETION, COMPLETION, COMPLETION, Answer(200, page), last, MESSAGE)
    seen: list[Any] = []
    things: Any = client.things

    def replace(name: str) -> None:
        original = getattr(things, name)

        def replaced(*args: Any, **kwargs: Any) -> Any:
            seen.append((args, kwargs))
            return original(*args, **kwargs)

        setattr(things, name, replaced)

    replace("create")
    assert (await things.create(text="x")).id == "c"
    raw = await things.with_raw_response.create(text="x", extra_headers={"own": "1"})
    assert (raw.parse().id, raw.http_response.status_code) == ("c", 200)
    assert seen[1] == ((), {"text": "x", "extra_headers": {"own": "1", "X-Stainless-Raw-Response": "true"}})
    async with things.with_streaming_response.create(text="x") as response:
        assert (await response.parse()).id == "c"
    assert seen[2][1]["extra_headers"] == {"X-Stainless-Raw-Response": "stream"}
    headers = {"X-Stainless-Raw-Response": "true"}
    listed: Any = await client.get_api_list(
        "/things", model=Message, page=AsyncListPage[Message], options={"headers": headers}
    )
    assert [each.content async for each in listed.parse()] == ["hi", "hi"]
    assert "x-stainless-raw-response" not in transport.requests[1].headers
    assert (await things.with_raw_response.retrieve("1")).parse().content == "hi"
