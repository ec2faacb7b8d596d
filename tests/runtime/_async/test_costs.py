"""What calls cost, in things that can be counted: writes and reads of the network, requests, bytes held."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest

from antiphon.runtime.transports.network import AsyncNetworkStream

from ..transports import servers
from ..transports.servers import STREAM, Peer, RawServer, answer, chunk, serve_ok
from .sdk import AsyncClient, AsyncLinkedPage


class Counts:
    """How often connections were written to and read from."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writes: list[int] = []
        self.reads = 0
        write, read = AsyncNetworkStream.write, AsyncNetworkStream.read

        async def counted_write(stream: AsyncNetworkStream, data: bytes, seconds: float | None) -> None:
            self.writes.append(len(data))
            await write(stream, data, seconds)

        async def counted_read(stream: AsyncNetworkStream, seconds: float | None) -> bytes:
            self.reads += 1
            return await read(stream, seconds)

        monkeypatch.setattr(AsyncNetworkStream, "write", counted_write)
        monkeypatch.setattr(AsyncNetworkStream, "read", counted_read)


def client_of(server: RawServer) -> AsyncClient:
    return AsyncClient(api_key="k", base_url=server.url("/v1"), max_retries=0)


async def test_a_call_is_one_write_and_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(monkeypatch)
    with RawServer(serve_ok) as server:
        async with client_of(server) as client:
            for _ in range(5):
                await client.post("/x", cast_to=dict[str, Any], body={"a": 1})
    assert len(counts.writes) == counts.reads == 5
    assert counts.writes == [len(request) for request in server.requests]
    assert server.connections == 1


async def test_a_large_body_is_not_copied_to_join_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(monkeypatch)
    with RawServer(serve_ok) as server:
        async with client_of(server) as client:
            await client.post("/x", cast_to=dict[str, Any], content=bytes(1_000_000))
    assert len(counts.writes) == 2
    assert counts.writes[1] == 1_000_000


async def test_a_list_is_one_request_for_each_page() -> None:
    def script(peer: Peer) -> None:
        for number in range(5):
            peer.request()
            following = f'"{server.url(f"/v1/x?page={number + 1}")}"' if number < 4 else "null"
            peer.send(answer(b'{"data": [1, 2, 3], "next": %b}' % following.encode(), "content-type: application/json"))

    with RawServer(script) as server:
        async with client_of(server) as client:
            pages = client.get_api_list("/x", model=int, page=AsyncLinkedPage[int])
            assert [item async for item in await pages] == [1, 2, 3] * 5
    assert len(server.requests) == 5
    assert server.connections == 1


async def test_a_long_stream_is_not_held() -> None:
    """What is allocated while thousands of chunks go by stays far below what they are together."""
    event = b'data: {"text": "%b"}\n\n' % (b"x" * 1_000)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM)
        for _ in range(200):
            peer.send(chunk(event * 20))
        peer.send(b"0\r\n\r\n")

    with RawServer(script) as server:
        async with client_of(server) as client:
            stream: Any = await client.post("/x", cast_to=dict[str, Any], stream=True)
            count, peak = 0, 0
            async for _ in stream:
                count += 1
                if count == 100:
                    tracemalloc.start()
            try:
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
    assert count == 4_000
    assert peak < 1_500_000  # of four million; the network gives a quarter of a million at a time


async def test_calls_leave_nothing_behind() -> None:
    with RawServer(serve_ok) as server:
        async with client_of(server) as client:

            async def calls(count: int) -> int:
                for _ in range(count):
                    await client.post("/x", cast_to=dict[str, Any], body={"a": 1})
                gc.collect()
                return len(gc.get_objects())

            await calls(20)
            before = await calls(1)
            assert await calls(100) - before < 50


async def test_streams_that_wait_hold_little() -> None:
    event = b'data: {"text": "%b"}\n\n' % (b"x" * 50_000)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(event))
        peer.until_closed()

    with RawServer(script) as server:
        async with client_of(server) as client:
            opened: list[Any] = []

            async def more(count: int) -> None:
                for _ in range(count):
                    stream: Any = await client.post("/x", cast_to=dict[str, Any], stream=True)
                    await anext(stream)
                    opened.append(stream)

            await more(5)
            gc.collect()
            tracemalloc.start()
            try:
                await more(20)
                gc.collect()
                ours = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(False, servers.__file__)])
            finally:
                tracemalloc.stop()
            for stream in opened:
                await stream.close()
    assert len(opened) == 25
    held = sum(trace.size for trace in ours.traces)
    assert held / 20 < 2.5 * 50_000  # the event as bytes, as it came and as it was taken apart, and no item


async def test_a_short_answer_takes_little_room_to_read() -> None:
    """Room of more than 128 KiB comes from the system, page by page, at each read."""
    with RawServer(serve_ok) as server:
        async with client_of(server) as client:
            for _ in range(3):
                await client.get("/x", cast_to=dict[str, Any])
            tracemalloc.start()
            try:
                tracemalloc.reset_peak()
                before, _ = tracemalloc.get_traced_memory()
                await client.get("/x", cast_to=dict[str, Any])
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert peak - before < 128 * 1024 + 64 * 1024  # ours, and what the server reads at the same time
