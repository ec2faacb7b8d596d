"""Streams: items, their end, and the connection that must not stay behind."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from antiphon.runtime import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncStream,
    InternalServerError,
)
from antiphon.runtime.transports.scripted import Answer, Drop, Stall

from ..colours import async_dropped
from ..samples import SECRET, Chunk, Completion
from .sdk import scripted

SSE = {"content-type": "text/event-stream", "x-request-id": "req_1"}
ONE, TWO, DONE = b'data: {"id": "1"}\n\n', b'data: {"id": "2"}\n\n', b"data: [DONE]\n\n"


def events(*parts: Any, **headers: str) -> Answer:
    return Answer(200, list(parts), {**SSE, **headers})


GOOD = events(ONE, TWO, DONE)


async def test_items() -> None:
    client, transport = scripted(GOOD)
    stream = await client.things.events()
    assert isinstance(stream, AsyncStream)
    assert transport.requests[0].headers["accept"] == "text/event-stream"
    assert transport.open_replies == 1
    assert (stream.response.status_code, stream.response.headers["x-request-id"]) == (200, "req_1")
    items = [item async for item in stream]
    assert all(type(item) is Chunk for item in items)
    assert [item.id for item in items] == ["1", "2"]
    assert not stream.incomplete
    assert transport.open_replies == 0
    assert [item async for item in stream] == []
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert "POST /v1/events" in repr(stream)


async def test_one_byte_at_a_time() -> None:
    body = b": hi\r\n\r\n" + ONE + TWO + DONE
    client, _ = scripted(events(*[body[at : at + 1] for at in range(len(body))]))
    assert [item.id async for item in await client.things.events()] == ["1", "2"]


async def test_nothing_is_read_before_it_is_asked_for() -> None:
    client, transport = scripted(events(ONE, Drop()))
    stream = await client.things.events()
    assert (await anext(stream)).id == "1"
    assert transport.open_replies == 1
    await stream.close()
    assert transport.open_replies == 0


async def test_an_early_look_at_one_item() -> None:
    client, transport = scripted(GOOD)
    stream = await client.things.events()
    first = await anext(stream)
    assert [first.id, *[item.id async for item in stream]] == ["1", "2"]
    assert transport.open_replies == 0


async def test_leaving_the_loop_closes() -> None:
    client, transport = scripted(GOOD)
    stream = await client.things.events()
    async for _ in stream:
        break
    await async_dropped()
    assert transport.open_replies == 0
    with pytest.raises(APIConnectionError, match="closed"):
        await anext(stream)


async def test_a_context_manager_closes() -> None:
    client, transport = scripted(GOOD, GOOD)
    async with await client.things.events() as stream:
        async for _ in stream:
            break
    assert transport.open_replies == 0
    with pytest.raises(LookupError):
        async with await client.things.events() as stream:
            raise LookupError
    assert transport.open_replies == 0


async def test_closing_twice_and_iterating_after_close() -> None:
    client, transport = scripted(GOOD, GOOD)
    stream = await client.things.events()
    await stream.close()
    await stream.close()
    with pytest.raises(APIConnectionError, match="closed"):
        await anext(stream)
    with pytest.raises(APIConnectionError, match="closed"):
        async for _ in stream:
            pass
    finished = await client.things.events()
    assert len([item async for item in finished]) == 2
    await finished.close()
    assert transport.open_replies == 0


async def test_closing_the_response_closes_the_stream() -> None:
    client, transport = scripted(GOOD)
    stream = await client.things.events()
    await anext(stream)
    await stream.response.aclose()
    assert (stream.response.is_closed, transport.open_replies) == (True, 0)
    with pytest.raises(APIConnectionError, match="closed"):
        await anext(stream)
    await stream.response.aclose()

    client, transport = scripted(GOOD)
    async with client.things.with_streaming_response.events() as response:
        await response.http_response.aclose()
        assert (response.is_closed, transport.open_replies) == (True, 0)


async def test_a_stream_that_is_dropped_before_it_was_iterated() -> None:
    client, transport = scripted(GOOD)
    stream = await client.things.events()
    watch = weakref.ref(stream)
    gc.disable()
    try:
        del stream
        assert watch() is None  # at once, not when the garbage collector comes by
    finally:
        gc.enable()
    await async_dropped()
    assert transport.open_replies == 0


async def test_a_stream_that_is_dropped_in_the_middle() -> None:
    client, transport = scripted(GOOD, GOOD)
    stream = await client.things.events()
    await anext(stream)
    del stream
    await async_dropped()
    assert transport.open_replies == 0
    iterator = aiter(await client.things.events())
    await anext(iterator)
    del iterator
    await async_dropped()
    assert transport.open_replies == 0


async def test_a_stream_outlives_its_client() -> None:
    client, transport = scripted(GOOD)
    stream = await client.things.events()
    del client
    await async_dropped()
    assert [item.id async for item in stream] == ["1", "2"]
    assert transport.open_replies == 0


@pytest.mark.parametrize(
    ("fault", "kind"), [(Drop("reset"), APIConnectionError), (Stall(), APITimeoutError)], ids=["drop", "stall"]
)
@pytest.mark.parametrize("before", [[ONE], [ONE, b"data: {"], []], ids=["after one", "in an event", "at once"])
async def test_a_fault_in_the_middle_is_raised_and_not_retried(
    fault: Any, kind: type[APIError], before: list[bytes]
) -> None:
    client, transport = scripted(events(*before, fault))
    stream = await client.things.events()
    items = [await anext(stream) for _ in before[:1]]
    with pytest.raises(kind) as caught:
        await anext(stream)
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    assert len(items) == min(len(before), 1)
    assert len(transport.requests) == 1
    assert transport.open_replies == 0
    with pytest.raises(APIConnectionError, match="closed"):
        await anext(stream)


@pytest.mark.parametrize("failure", [Answer(503), Drop(), Stall()])
async def test_the_phase_before_the_head_is_retried(failure: Any) -> None:
    client, transport = scripted(failure, failure, GOOD)
    assert [item.id async for item in await client.things.events()] == ["1", "2"]
    assert len(transport.requests) == 3
    assert transport.open_replies == 0


async def test_failed_streams_leave_nothing_behind() -> None:
    for steps in ([Answer(500)] * 3, [Drop()] * 3, [Stall()] * 3):
        client, transport = scripted(*steps)
        with pytest.raises(APIError):
            await client.things.events()
        assert transport.open_replies == 0


@pytest.mark.parametrize("tail", [[], [b"data: "], [b'data: {"id": "3"}'], [b": bye\n\n"]])
async def test_a_stream_without_an_end_is_incomplete(tail: list[bytes]) -> None:
    client, transport = scripted(events(ONE, TWO, *tail))
    stream = await client.things.events()
    assert not stream.incomplete
    assert len([item async for item in stream]) == 2
    assert stream.incomplete
    assert transport.open_replies == 0


@pytest.mark.parametrize(
    "event", [b'data: {"error": {"message": "overloaded"}}\n\n', b"event: error\ndata: overloaded\n\n"]
)
async def test_an_error_in_the_middle(event: bytes) -> None:
    client, transport = scripted(events(ONE + event + TWO))
    stream = await client.things.events()
    assert (await anext(stream)).id == "1"
    with pytest.raises(APIError, match="overloaded") as caught:
        await anext(stream)
    assert type(caught.value) is APIError
    assert SECRET not in repr(caught.value.__dict__)
    await async_dropped()
    assert transport.open_replies == 0


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {"id": "1"}),
        Answer(200, {"error": {"message": "m"}}),
        Answer(200, "<html>"),
        Answer(200, b""),
        Answer(204),
        events(),
        events(b": ping\n\n"),
        events(ONE, **{"content-encoding": "gzip"}),
        events(ONE, **{"content-encoding": "br"}),
    ],
)
async def test_a_good_status_without_a_stream(answer: Answer) -> None:
    client, transport = scripted(answer)
    stream = await client.things.events()
    with pytest.raises(APIResponseValidationError):
        async for _ in stream:
            pass
    await async_dropped()
    assert transport.open_replies == 0


async def test_a_refusal() -> None:
    client, transport = scripted(Answer(500, headers={"x-should-retry": "false"}))
    with pytest.raises(InternalServerError):
        await client.things.events()
    assert transport.open_replies == 0


# --- other ways to a stream ---


async def test_low_level_streams() -> None:
    client, _ = scripted(GOOD, GOOD, GOOD, GOOD)
    stream: Any = await client.post("/x", cast_to=Chunk, body={}, stream=True)
    assert [type(item) async for item in stream] == [Chunk, Chunk]
    stream = await client.post("/x", cast_to=Completion, body={}, stream=True, stream_cls=AsyncStream[Chunk])
    assert [type(item) async for item in stream] == [Chunk, Chunk]
    stream = await client.get("/x", cast_to=Completion, stream=True, stream_cls=AsyncMine)
    assert isinstance(stream, AsyncMine)
    assert [type(item) async for item in stream] == [Chunk, Chunk]
    stream = await client.get("/x", cast_to=Chunk, stream=True, stream_cls=AsyncStream)
    assert [type(item) async for item in stream] == [Chunk, Chunk]


class AsyncMine(AsyncStream[Chunk]):
    """A stream of one kind."""


async def test_streams_of_raw_responses() -> None:
    client, transport = scripted(GOOD, GOOD)
    raw = await client.things.with_raw_response.events()
    assert raw.status_code == 200
    assert transport.open_replies == 1
    stream = raw.parse()
    assert raw.parse() is stream
    del raw
    await async_dropped()
    assert [item.id async for item in stream] == ["1", "2"]
    raw = await client.things.with_raw_response.events()
    del raw  # never parsed
    await async_dropped()
    assert transport.open_replies == 0


async def test_streams_of_streaming_responses() -> None:
    client, transport = scripted(GOOD, GOOD, GOOD)
    async with client.things.with_streaming_response.events() as response:
        stream = await response.parse()
        assert [item.id async for item in stream] == ["1", "2"]
    async with client.things.with_streaming_response.events() as response:
        stream = await response.parse()
        await anext(stream)
    with pytest.raises(APIConnectionError, match="closed"):
        await anext(stream)
    async with client.things.with_streaming_response.create() as response:
        other = await response.parse(to=AsyncStream[Chunk])
        assert [item.id async for item in other] == ["1", "2"]
    assert transport.open_replies == 0


async def test_json_lines() -> None:
    lines = Answer(200, [b'{"id": "1"}\n{"id"', b': "2"}'], {"content-type": "application/jsonl"})
    client, _ = scripted(lines)
    stream = await client.things.events()
    assert [item.id async for item in stream] == ["1", "2"]
    assert not stream.incomplete
