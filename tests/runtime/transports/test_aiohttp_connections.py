"""The aiohttp transport over real sockets: which connections are used again, how long it waits, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from antiphon.runtime.core.errors import ClientClosedError
from antiphon.runtime.core.timeouts import Timeout
from antiphon.runtime.core.transport import AsyncReply, TransportError, TransportTimeout

from .servers import CERTIFICATE, OK, STREAM, Peer, RawServer, chunk, serve_ok
from .transports import aiohttp, exchange, opened_reply, request


async def read_on(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


# --- connections used again, or not ---


async def test_one_connection_for_requests_in_turn() -> None:
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        for _ in range(5):
            await exchange(transport, server.url())
        await transport.aclose()
    assert server.connections == 1


def serve_stream(*, ends: bool) -> Any:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(STREAM + chunk(b"data: 1\n\n") + chunk(b"data: [DONE]\n\n"))
            if not ends:
                peer.until_closed()
                return
            peer.send(b"0\r\n\r\n")

    return script


@pytest.mark.parametrize("ends", [True, False])
async def test_finish_keeps_the_connection_if_the_body_ends(ends: bool) -> None:
    with RawServer(serve_stream(ends=ends)) as server:
        transport = aiohttp(max_connections=1)
        for _ in range(3):
            reply = await opened_reply(transport, server.url())
            async for piece in reply.pieces():
                if piece.endswith(b"[DONE]\n\n"):
                    break
            await reply.finish()
            await reply.aclose()
        await transport.aclose()
    assert server.connections == (1 if ends else 3)


async def test_finish_does_not_read_on_and_on() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM)
        while True:
            peer.send(chunk(b"x" * 10_000))

    with RawServer(script) as server:
        transport = aiohttp()
        reply = await opened_reply(transport, server.url())
        await reply.finish()
        await transport.aclose()


@pytest.mark.parametrize("how", ["aclose", "abandon", "drop", "abandon in a thread"])
async def test_a_response_that_is_given_up(how: str) -> None:
    with RawServer(serve_stream(ends=False)) as server:
        transport = aiohttp(max_connections=1)
        for _ in range(3):
            reply: AsyncReply | None = await opened_reply(transport, server.url())
            assert reply is not None
            await anext(reply.pieces())
            match how:
                case "aclose":
                    await reply.aclose()
                    await reply.aclose()
                case "abandon":
                    reply.abandon()
                    reply.abandon()
                case "drop":
                    reply = None
                    gc.collect()
                case _:
                    thread = threading.Thread(target=reply.abandon)
                    thread.start()
                    await asyncio.to_thread(thread.join)
            await asyncio.to_thread(server.given_up.acquire, timeout=15)
        await transport.aclose()
    assert server.connections == 3


async def test_a_connection_the_server_closed_is_not_used_again() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK)
        peer.sock.close()
        peer.server.reached.release()

    with RawServer(script) as server:
        transport = aiohttp()
        for _ in range(3):
            assert (await exchange(transport, server.url()))[0] == 200
            server.reached.acquire(timeout=15)  # the loop does not run meanwhile, and has not seen the end
        await transport.aclose()
    assert server.connections == 3


# --- time ---


async def test_a_slow_reader_is_not_a_read_timeout() -> None:
    """The time between two reads is the reader's own."""
    go_on = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(b"one"))
        go_on.wait(15)
        peer.send(chunk(b"two") + b"0\r\n\r\n")
        peer.until_closed()

    with RawServer(script) as server:
        transport = aiohttp()
        reply = await transport.send(request(server.url(), None, method="GET", timeout=Timeout(15, read=0.05)), None)
        pieces = reply.pieces()
        assert await anext(pieces) == b"one"
        await asyncio.sleep(0.2)
        go_on.set()
        while not (got := await anext(pieces)):
            pass
        assert got == b"two"
        await transport.aclose()


async def test_what_came_before_a_fault_is_given_out_first() -> None:
    sent = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(b"one"))
        peer.send(chunk(b"two"))
        peer.sock.close()
        sent.set()

    with RawServer(script) as server:
        transport = aiohttp()
        reply = await opened_reply(transport, server.url())
        await asyncio.to_thread(sent.wait, 15)
        for _ in range(20):  # the loop has seen both the data and the end before anybody reads
            await asyncio.sleep(0)
        pieces = reply.pieces()
        assert await anext(pieces) == b"onetwo"
        with pytest.raises(TransportError) as caught:
            await anext(pieces)
        assert not isinstance(caught.value, TransportTimeout)
        await transport.aclose()


def serve_stalls(peer: Peer) -> None:
    """Stall in the stage that the path names."""
    first = peer.sock.recv(11, socket.MSG_PEEK | socket.MSG_WAITALL)
    if first.endswith(b"/uploa"):
        peer.server.reached.release()
        peer.server.given_up.acquire(timeout=15)
        return
    while asked := peer.request():
        if b"/body" in asked:
            peer.send(STREAM + chunk(b"one"))
        if b"/head" in asked:
            peer.server.reached.release()
        if b"/fine" not in asked:
            peer.until_closed()
            return
        peer.send(OK)


@pytest.mark.parametrize("stage", ["queue", "head", "body", "upload"])
async def test_cancelling_leaves_the_pool_usable(stage: str) -> None:
    with RawServer(serve_stalls) as server:
        transport = aiohttp(max_connections=1)
        held = await opened_reply(transport, server.url("/body")) if stage in ("queue", "body") else None
        body = bytes(20_000_000) if stage == "upload" else b"{}"
        if stage == "body" and held is not None:
            task: asyncio.Future[Any] = asyncio.ensure_future(held.read())
        else:
            task = asyncio.ensure_future(exchange(transport, server.url(f"/{stage}"), body=body))
        if stage in ("head", "upload"):
            assert await asyncio.to_thread(server.reached.acquire, timeout=15)
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if held is not None:
            await held.aclose()
        assert await asyncio.wait_for(exchange(transport, server.url("/fine")), 15) == (200, b'{"ok": true}')
        server.given_up.release()
        await transport.aclose()


# --- life ---


async def test_use_after_close() -> None:
    transport = aiohttp()
    await transport.aclose()
    await transport.aclose()
    with pytest.raises(ClientClosedError):
        await exchange(transport, "http://127.0.0.1:9/")


async def test_closing_with_a_stream_open_and_a_request_waiting() -> None:
    with RawServer(serve_stream(ends=False)) as server:
        transport = aiohttp(max_connections=1)
        reply = await opened_reply(transport, server.url())
        pieces = reply.pieces()
        await anext(pieces)
        waiting = asyncio.ensure_future(exchange(transport, server.url()))
        await asyncio.sleep(0)
        await transport.aclose()
        with pytest.raises(ClientClosedError):
            await waiting
        with pytest.raises(TransportError):
            await read_on(pieces)
        await reply.aclose()
        assert server.given_up.acquire(timeout=15)


async def test_closing_while_a_head_is_awaited() -> None:
    with RawServer(lambda peer: (peer.request(), peer.server.given_up.release(), peer.until_closed())) as server:
        transport = aiohttp()
        waiting = asyncio.ensure_future(exchange(transport, server.url()))
        assert await asyncio.to_thread(server.given_up.acquire, timeout=15)
        await transport.aclose()
        with pytest.raises(ClientClosedError):
            await waiting


def test_one_transport_in_several_loops() -> None:
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        for _ in range(3):
            assert asyncio.run(exchange(transport, server.url())) == (200, b'{"ok": true}')
    assert server.connections == 3
    asyncio.run(transport.aclose())


def test_two_loops_at_the_same_time() -> None:
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        results: list[tuple[int, bytes]] = []

        def run() -> None:
            async def several() -> None:
                for _ in range(5):
                    results.append(await exchange(transport, server.url()))

            asyncio.run(several())

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(15)
        asyncio.run(transport.aclose())
    assert [status for status, _ in results] == [200] * 20


def test_a_reply_outlives_its_loop() -> None:
    with RawServer(serve_stream(ends=False)) as server:
        transport = aiohttp()
        reply = asyncio.run(opened_reply(transport, server.url()))
        assert server.given_up.acquire(timeout=15)
        reply.abandon()
        del reply, transport
        gc.collect()


@pytest.mark.parametrize("in_a_cycle", [False, True])
async def test_dropped_in_a_running_loop(in_a_cycle: bool) -> None:
    with RawServer(lambda peer: (serve_ok(peer), peer.server.given_up.release())) as server:
        transport = aiohttp()
        await exchange(transport, server.url())
        if in_a_cycle:
            vars(transport)["me"] = transport
        del transport
        gc.collect()
        assert await asyncio.to_thread(server.given_up.acquire, timeout=15)


async def test_tls() -> None:
    context = ssl.create_default_context(cafile=CERTIFICATE)
    with RawServer(serve_ok, tls=True) as server:
        transport = aiohttp(verify=context)
        for _ in range(3):
            assert await exchange(transport, server.url()) == (200, b'{"ok": true}')
        await transport.aclose()
    assert server.connections == 1
