"""A task that is cancelled while it waits for the next event gives its connection up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from antiphon import AsyncClient
from tests.lib.streams import chunk, events, response


class Hanging(httpx.AsyncByteStream):
    """Gives one event, and then nothing."""

    def __init__(self, first: Any) -> None:
        self.first = first
        self.is_waiting = asyncio.Event()
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield events(self.first, done=False).body.encode()
        self.is_waiting.set()
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("way", ["events", "final", "response"])
async def test_cancelled_while_it_waits(way: str) -> None:
    created = {"type": "response.created", "sequence_number": 0, "response": response()}
    body = Hanging(created if way == "response" else chunk({"content": "a"}))
    answer = httpx.Response(200, stream=body, headers={"content-type": "text/event-stream"})
    http_client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    client = AsyncClient(api_key="key", http_client=http_client)
    messages: Any = [{"role": "user", "content": "hello"}]

    async def read() -> None:
        if way == "response":
            async with client.responses.stream(model="m", input="x") as stream:
                await stream.until_done()
        else:
            async with client.chat.completions.stream(model="m", messages=messages) as stream:
                if way == "final":
                    await stream.get_final_completion()
                async for _ in stream:
                    pass

    task = asyncio.create_task(read())
    waiting = asyncio.create_task(body.is_waiting.wait())
    await asyncio.wait({task, waiting}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert waiting.done()
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    waiting.cancel()
    assert task.done()
    assert body.is_closed
    await http_client.aclose()
