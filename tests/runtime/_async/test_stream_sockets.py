"""What becomes of the connection of a stream that is left, dropped, closed or broken."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Any, Final

import pytest

from antiphon.runtime import (
    APIConnectionError,
    APITimeoutError,
)

from ..colours import async_dropped, async_pooled, async_reached, async_together
from ..transports.servers import CERTIFICATE, STREAM, Peer, RawServer
from .sdk import AsyncClient
from .test_sockets import EVENT, HEAD, after_request, client_of


async def _left_by_break(client: AsyncClient) -> None:
    stream = await client.things.events()
    async for _ in stream:
        break


async def _left_by_close(client: AsyncClient) -> None:
    stream = await client.things.events()
    await anext(stream)
    await stream.close()


async def _left_by_context(client: AsyncClient) -> None:
    async with await client.things.events() as stream:
        await anext(stream)


async def _left_by_error(client: AsyncClient) -> None:
    try:
        async for _ in await client.things.events():
            raise LookupError
    except LookupError:
        pass


async def _dropped(client: AsyncClient) -> None:
    await client.things.events()


async def _dropped_in_the_middle(client: AsyncClient) -> None:
    await anext(await client.things.events())


async def _dropped_raw(client: AsyncClient) -> None:
    await client.things.with_raw_response.events()


async def _left_open_response(client: AsyncClient) -> None:
    async with client.things.with_streaming_response.events() as response:
        async for _ in response.iter_bytes():
            break


WAYS_OUT: Final = {
    way.__name__.strip("_").replace("_", " "): way
    for way in (
        _left_by_break,
        _left_by_close,
        _left_by_context,
        _left_by_error,
        _dropped,
        _dropped_in_the_middle,
        _dropped_raw,
        _left_open_response,
    )
}


@pytest.mark.parametrize("way", WAYS_OUT.values(), ids=WAYS_OUT.keys())
async def test_a_stream_that_is_left_gives_its_connection_up(way: Callable[[AsyncClient], Any]) -> None:
    with RawServer(after_request(STREAM + EVENT * 3, "hold")) as server:
        async with client_of(server, http_client=async_pooled(1)) as client:
            for _ in range(3):
                await way(client)
                await async_dropped()
                assert await async_reached(server.given_up)
        assert server.connections == 3


async def test_a_drop_in_the_middle_of_a_stream() -> None:
    for end in ("close", "reset"):
        with RawServer(after_request(STREAM + EVENT, end)) as server:
            async with client_of(server, max_retries=2) as client:
                stream = await client.things.events()
                assert (await anext(stream)).id == "1"
                with pytest.raises(APIConnectionError) as caught:
                    await anext(stream)
                assert type(caught.value) is APIConnectionError
            assert len(server.requests) == 1


async def test_a_stall_in_the_middle_of_a_stream() -> None:
    with RawServer(after_request(STREAM + EVENT, "hold")) as server:
        async with client_of(server, timeout=0.05) as client:
            stream = await client.things.events()
            assert (await anext(stream)).id == "1"
            with pytest.raises(APITimeoutError):
                await anext(stream)
            assert await async_reached(server.given_up)


async def test_a_stream_that_ends_with_its_connection_is_incomplete() -> None:
    head = HEAD + b"content-type: text/event-stream\r\n\r\n"
    with RawServer(after_request(head + b'data: {"id": "1"}\n\ndata: {"id')) as server:
        async with client_of(server) as client:
            stream = await client.things.events()
            assert [item.id async for item in stream] == ["1"]
            assert stream.incomplete


# --- life ---


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    "head", [STREAM, HEAD + b"content-type: text/event-stream\r\n\r\n"], ids=["chunks", "to the end"]
)
async def test_a_stream_that_is_closed_while_somebody_waits_for_its_next_item(head: bytes, tls: bool) -> None:
    """The wait ends at once, however long it might have been, and by no good end."""

    def script(peer: Peer) -> None:
        if peer.request():
            peer.send(head + (EVENT if head is STREAM else b'data: {"id": "1"}\n\n'))
            peer.until_closed()

    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    with RawServer(script, tls=tls) as server:
        transport: Any = async_pooled(5, verify=trusted)
        async with client_of(server, http_client=transport, timeout=None) as client:
            stream: Any = await client.things.events()
            await anext(stream)
            waits = threading.Semaphore(0)

            async def walk() -> None:
                waits.release()
                await anext(stream)

            async def close() -> None:
                assert await async_reached(waits)
                await stream.close()

            [walked, closed] = await async_together([walk, close])
            assert closed is None
            assert isinstance(walked, (APIConnectionError, StopIteration, StopAsyncIteration))
            assert server.given_up.acquire(timeout=20)
