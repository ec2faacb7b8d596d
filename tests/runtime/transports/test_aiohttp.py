"""The aiohttp transport over real sockets: what is on the wire."""

from __future__ import annotations

import asyncio
import socket
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from antiphon.runtime.core.headers import Headers
from antiphon.runtime.core.transport import TransportError

from .servers import OK, Peer, RawServer, answer, serve_ok
from .transports import aiohttp, exchange, opened_reply, request


def unchunked(body: bytes) -> bytes:
    out = b""
    while size := int(body[: body.index(b"\r\n")], 16):
        start = body.index(b"\r\n") + 2
        out += body[start : start + size]
        body = body[start + size + 2 :]
    return out


async def pieces_of(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


# --- on the wire ---


async def test_exactly_the_headers_of_the_core_are_sent() -> None:
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        await exchange(transport, server.url("/v1/chat"))
        await transport.aclose()
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/chat HTTP/1.1"
    assert sorted(line.lower() for line in lines[1:]) == [
        "accept: application/json",
        "authorization: bearer sk-secret",
        "content-length: 8",
        f"host: 127.0.0.1:{server.port}",
        "user-agent: test",
    ]
    assert body == b'{"a": 1}'


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "OPTIONS", "POST"])
async def test_nothing_is_added_to_a_request_without_headers_or_body(method: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b""))

    with RawServer(script) as server:
        transport = aiohttp()
        asked = request(server.url(), None, method=method)
        asked.header_fields = {"content-length": "0"} if method == "POST" else {}
        reply = await transport.send(asked, None)
        assert await reply.read() == b""
        await transport.aclose()
    lines = server.requests[0].decode().strip().split("\r\n")
    expected = [f"Host: 127.0.0.1:{server.port}", *(["content-length: 0"] if method == "POST" else [])]
    assert lines[1:] == expected


@pytest.mark.parametrize(
    "path", ["/v1/a%2Fb/%2e%2e/c", "/v1/%E2%82%AC?x=%20+&y=a%2Cb&y=", "/v1//double/", "/v1/~a:b@c;d=1,2"]
)
async def test_the_path_is_sent_as_it_is(path: str) -> None:
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        await exchange(transport, server.url(path))
        await transport.aclose()
    assert server.requests[0].startswith(f"POST {path} HTTP/1.1\r\n".encode())


async def test_user_information_in_the_url_does_not_replace_the_key() -> None:
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        await exchange(transport, server.url().replace("127.0.0.1", "user:word@127.0.0.1"))
        await transport.aclose()
    assert b"authorization: Bearer sk-secret" in server.requests[0]
    assert b"Basic" not in server.requests[0]


async def test_cookies_are_not_kept() -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(answer(b"", "set-cookie: a=1", "set-cookie: b=2"))

    with RawServer(script) as server:
        transport = aiohttp()
        reply = await opened_reply(transport, server.url())
        assert isinstance(reply.head.headers, Headers)
        assert reply.head.headers.get_list("Set-Cookie") == ["a=1", "b=2"]
        await reply.read()
        await exchange(transport, server.url())
        await transport.aclose()
    assert all(b"cookie" not in sent.lower() for sent in server.requests)


async def test_header_values_that_are_not_ascii() -> None:
    head = "HTTP/1.1 200 OK\r\nx-utf: é\r\n".encode() + b"x-latin: \xe9\r\ncontent-length: 0\r\n\r\n"
    with RawServer(lambda peer: (peer.request(), peer.send(head))) as server:
        transport = aiohttp()
        reply = await opened_reply(transport, server.url())
        await transport.aclose()
    assert reply.head.headers["x-utf"] == reply.head.headers["X-Latin"] == "é"


async def test_body_comes_as_on_the_wire() -> None:
    coded = b"\x1f\x8b not really gzip"
    with RawServer(lambda peer: (peer.request(), peer.send(answer(coded, "content-encoding: gzip")))) as server:
        transport = aiohttp()
        assert await exchange(transport, server.url()) == (200, coded)
        await transport.aclose()


@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect"])
async def test_redirects_are_not_followed(status: str) -> None:
    with RawServer(lambda peer: (peer.request(), peer.send(answer(b"", "location: /x", status=status)))) as server:
        transport = aiohttp()
        assert (await exchange(transport, server.url()))[0] == int(status[:3])
        await transport.aclose()
    assert len(server.requests) == 1


async def test_interim_responses_are_passed_over() -> None:
    interim = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    with RawServer(lambda peer: (peer.request(), peer.send(interim + OK))) as server:
        transport = aiohttp()
        assert (await exchange(transport, server.url()))[0] == 200
        await transport.aclose()


async def test_a_body_until_the_connection_ends() -> None:
    with RawServer(lambda peer: (peer.request(), peer.send(b"HTTP/1.0 200 OK\r\n\r\nall of it"))) as server:
        transport = aiohttp()
        reply = await opened_reply(transport, server.url())
        assert reply.head.http_version == "HTTP/1.0"
        assert await reply.read() == b"all of it"
        await transport.aclose()


# --- request bodies ---


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_from_an_iterator(announced: bool) -> None:
    parts = [b"one", b"", b"two" * 100_000, b"three"]
    headers = {"content-length": str(sum(map(len, parts)))} if announced else {"transfer-encoding": "chunked"}
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        reply = await transport.send(request(server.url(), None, headers=headers), pieces_of(*parts))
        assert await reply.read() == b'{"ok": true}'
        await transport.aclose()
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert (b"content-length" in head.lower()) is announced
    assert head.lower().count(b"transfer-encoding: chunked") == (0 if announced else 1)
    assert (body if announced else unchunked(body)) == b"".join(parts)


@pytest.mark.parametrize("parts", [(b"too much",), (b"a",), ()])
async def test_a_body_of_another_length_than_announced(parts: tuple[bytes, ...]) -> None:
    with RawServer(lambda peer: peer.until_closed()) as server:
        transport = aiohttp()
        asked = request(server.url(), None, headers={"content-length": "2"})
        with pytest.raises(TransportError, match="could not be written"):
            await transport.send(asked, pieces_of(*parts))
        await transport.aclose()


@pytest.mark.parametrize("kind", [ValueError, KeyError, RecursionError])
async def test_an_error_of_the_body_source_is_raised_as_it_is(kind: type[Exception]) -> None:
    closed: list[bool] = []

    async def source() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            raise kind("mine")
        finally:
            closed.append(True)

    with RawServer(lambda peer: peer.until_closed()) as server:
        transport = aiohttp(max_connections=1)
        for _ in range(2):
            with pytest.raises(kind, match="mine"):
                await transport.send(request(server.url(), None, headers={"transfer-encoding": "chunked"}), source())
        await transport.aclose()
    assert closed == [True, True]


async def test_a_file_that_changed_is_a_failed_exchange() -> None:
    async def source() -> AsyncIterator[bytes]:
        yield b"a"
        raise OSError("the file ended early")

    with RawServer(lambda peer: peer.until_closed()) as server:
        transport = aiohttp()
        with pytest.raises(TransportError, match="the file ended early"):
            await transport.send(request(server.url(), None, headers={"content-length": "9"}), source())
        await transport.aclose()


async def test_an_answer_before_the_body_was_sent() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0)

    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(answer(b"too large", status="413 Payload Too Large"))
        peer.until_closed()

    with RawServer(script) as server:
        transport = aiohttp(max_connections=1)
        for _ in range(2):
            asked = request(server.url(), None, headers={"transfer-encoding": "chunked"})
            reply = await transport.send(asked, endless())
            assert reply.head.status == 413
            assert await reply.read() == b"too large"
        await transport.aclose()
    assert server.connections == 2


async def test_a_large_body_is_not_copied() -> None:
    def script(peer: Peer) -> None:
        left = size
        peer.sock.recv(1000, socket.MSG_PEEK)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += peer.sock.recv(1)
        while left:
            left -= len(peer.sock.recv(min(left, 65536)))
        peer.send(OK)

    size = 50_000_000
    body = bytes(size)
    with RawServer(script) as server:
        transport = aiohttp()
        tracemalloc.start()
        try:
            assert (await exchange(transport, server.url(), body=body))[0] == 200
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        await transport.aclose()
    assert peak < 5_000_000


async def test_expect_does_not_hold_the_body_back() -> None:
    with RawServer(serve_ok) as server:
        transport = aiohttp()
        assert (await exchange(transport, server.url(), headers={"expect": "100-continue"}))[0] == 200
        await transport.aclose()
