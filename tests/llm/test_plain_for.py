"""The stream of `acompletion` in a plain `for`, within the event loop and outside of it."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from antiphon import APIConnectionError, APITimeoutError, SDKError
from antiphon.llm import aclose_all, acompletion

from ..runtime.transports.servers import BOUND, CERTIFICATE, STREAM, Peer, RawServer, chunk
from .local import Local, events, said

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]


def piece(text: str) -> bytes:
    return chunk(f"data: {json.dumps(said(text))}\n\n".encode())


async def stream_of(server: RawServer, **parameters: Any) -> Any:
    where: dict[str, Any] = {"base_url": server.url("/v1"), "api_key": "key", "max_retries": 0}
    return await acompletion("openai/m", ASKED, stream=True, **where, **parameters)


@pytest.mark.parametrize("tls", [False, True])
async def test_pieces_come_as_they_are_sent(tls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    seen = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(STREAM)
            for number in range(3):
                peer.send(piece(str(number)))
                assert seen.acquire(timeout=BOUND)  # nothing more is sent before the program has seen this
            peer.send(chunk(b"data: [DONE]\n\n") + chunk(b""))

    with RawServer(script, tls=tls) as server:
        for _ in range(2):
            texts: list[str] = []
            for each in await stream_of(server):
                texts.append(each["choices"][0].get("delta", {})["content"])
                seen.release()
            assert texts == ["0", "1", "2"]
        assert server.connections == 1
        await aclose_all()


async def test_leaving_the_loop_closes_the_connection() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + piece("a") + piece("b"))
        peer.until_closed()

    with RawServer(script) as server:
        stream = await stream_of(server)
        for _ in stream:
            break
        assert await asyncio.to_thread(server.given_up.acquire, timeout=BOUND)
        with pytest.raises(APIConnectionError, match="closed"):
            next(iter(stream))


async def test_other_things_can_be_awaited_in_between() -> None:
    sending = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + piece("a"))
        sending.wait(BOUND)
        for text in "bcd":
            peer.send(piece(text))
        peer.send(chunk(b"data: [DONE]\n\n") + chunk(b""))

    with RawServer(script) as server:
        stream = await stream_of(server)
        texts = [(await anext(stream)).choices[0].delta.content]
        sending.set()
        for each in stream:
            texts.append(each.choices[0].delta.content)
            await asyncio.sleep(0.01)  # the loop may read on meanwhile
        assert texts == ["a", "b", "c", "d"]
        await aclose_all()


async def test_the_read_timeout_holds() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + piece("a"))
        peer.until_closed()

    with RawServer(script) as server:
        pieces = iter(await stream_of(server, timeout=0.05))
        next(pieces)
        with pytest.raises(APITimeoutError):
            next(pieces)


@pytest.mark.parametrize("reset", [False, True])
async def test_a_connection_that_breaks_is_told(reset: bool) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + piece("a"))
        server.reached.acquire(timeout=BOUND)
        if reset:
            peer.reset()

    with RawServer(script) as server:
        pieces = iter(await stream_of(server))
        next(pieces)
        server.reached.release()
        with pytest.raises(APIConnectionError):
            next(pieces)


async def test_a_connection_that_cannot_be_read_so_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(holder: object) -> None: ...

    monkeypatch.setattr("antiphon.runtime.transports.by_hand.asyncio_transport_of", nothing)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM)
        peer.until_closed()

    with RawServer(script) as server:
        stream = await stream_of(server)
        with pytest.raises(SDKError, match="by `async for` only"):
            next(iter(stream))
        assert await asyncio.to_thread(server.given_up.acquire, timeout=BOUND)


async def test_in_a_thread_the_loop_reads() -> None:
    with Local(events(said("a"), said("b"))) as server:
        stream = await stream_of(server)
        texts = await asyncio.to_thread(lambda: [each.choices[0].delta.content for each in stream])
        assert texts == ["a", "b"]
        await aclose_all()


def test_without_its_loop_it_says_so() -> None:
    with Local(events(said("a"))) as server:
        stream = asyncio.run(stream_of(server))
        with pytest.raises(SDKError, match="belongs to an event loop"):
            iter(stream)


async def test_an_answer_that_nobody_sent() -> None:
    stream: Any = await acompletion("openai/m", ASKED, stream=True, mock_response="one two three")
    assert "".join(each.choices[0].delta.content or "" for each in stream) == "one two three"
