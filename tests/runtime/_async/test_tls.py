"""Whole exchanges over TLS: long bodies in both directions, streams, connections that are used again."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from antiphon.runtime import APIConnectionError, APITimeoutError

from ..colours import async_pieces, async_pooled
from ..transports.servers import CERTIFICATE, OK, STREAM, Peer, RawServer, answer, chunk, serve_ok
from .sdk import AsyncClient


def client_of(server: RawServer, **arguments: Any) -> AsyncClient:
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    transport: Any = async_pooled(5, verify=trusted)
    given: dict[str, Any] = {"max_retries": 0, "timeout": 15, "base_url": server.url("/v1"), **arguments}
    return AsyncClient(api_key="k", http_client=transport, **given)


async def test_many_requests_share_a_connection() -> None:
    with RawServer(serve_ok, tls=True) as server:
        async with client_of(server) as client:
            for _ in range(5):
                assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
    assert server.connections == 1


async def test_a_name_with_a_dot_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for no search in the domains of this machine; certificates do not have it."""
    looked_up = socket.getaddrinfo

    def found(host: str, *arguments: Any, **options: Any) -> Any:
        return looked_up(host.removesuffix("."), *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with RawServer(serve_ok, tls=True) as server:
        async with client_of(server, base_url=f"https://localhost.:{server.port}/v1") as client:
            assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
    assert f"host: localhost.:{server.port}\r\n".encode() in server.requests[0]


@pytest.mark.parametrize("size", [1, 16_383, 16_384, 16_385, 300_000, 5_000_000])
async def test_bodies_of_any_size_both_ways(size: int) -> None:
    sent = bytes(range(256)) * (size // 256 + 1)

    def script(peer: Peer) -> None:
        whole = peer.request()
        peer.send(answer(whole.partition(b"\r\n\r\n")[2], "content-type: application/octet-stream"))

    with RawServer(script, tls=True) as server:
        async with client_of(server) as client:
            assert await client.post("/x", cast_to=bytes, content=sent[:size]) == sent[:size]


async def test_a_body_in_pieces_and_a_stream() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM)
        for number in range(500):
            peer.send(chunk(b"data: %d\n\n" % number))
        peer.send(b"0\r\n\r\n")
        peer.request()
        peer.send(OK)

    with RawServer(script, tls=True) as server:
        async with client_of(server) as client:
            body = async_pieces(*[b"x" * 10_000] * 50)
            stream: Any = await client.post("/x", cast_to=int, content=body, stream=True)
            assert [item async for item in stream] == list(range(500))
            assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
    assert b"".join(server.requests[0].split(b"\r\n2710\r\n")[1:]).count(b"x") == 500_000
    assert server.connections == 1


async def test_an_answer_that_is_cut_off() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")

    with RawServer(script, tls=True) as server:
        async with client_of(server) as client:
            with pytest.raises(APIConnectionError, match="before the end"):
                await client.get("/x", cast_to=dict[str, Any])


async def test_silence_is_a_timeout() -> None:
    with RawServer(lambda peer: (peer.request(), peer.until_closed()), tls=True) as server:
        async with client_of(server, timeout=0.1) as client:
            with pytest.raises(APITimeoutError, match=r"read timeout|connect timeout"):
                await client.get("/x", cast_to=dict[str, Any])


async def test_what_comes_between_answers_is_no_answer() -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(OK + answer(b"[]"))

    with RawServer(script, tls=True) as server:
        async with client_of(server) as client:
            for _ in range(3):
                assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
