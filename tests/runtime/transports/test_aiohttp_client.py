"""`DefaultAioHttpClient`: an httpx client for who uses it as one, and a short way for the SDK."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx
import pytest

from antiphon.runtime import DefaultAioHttpClient
from antiphon.runtime.core.errors import ClientClosedError
from antiphon.runtime.core.transport import AsyncTransport
from antiphon.runtime.transports.aiohttp import AioHTTPTransport
from antiphon.runtime.transports.choice import async_transport_for, transport_for

from .servers import CERTIFICATE, Peer, RawServer, answer, serve_ok, unused_port
from .transports import exchange, opened_reply


def new(**arguments: Any) -> DefaultAioHttpClient:
    return DefaultAioHttpClient(trust_env=False, **arguments)


# --- as an httpx client ---


async def test_it_is_an_httpx_client() -> None:
    with RawServer(serve_ok) as server:
        async with new(base_url=server.url("/v1"), headers={"x-mine": "1"}) as client:
            assert isinstance(client, httpx.AsyncClient)
            response = await client.post("/things", json={"a": 1}, params={"b": "c d"})
            assert response.json() == {"ok": True}
            assert response.http_version == "HTTP/1.1"
            assert response.elapsed.total_seconds() >= 0
            async with client.stream("GET", "/stream") as streamed:
                assert b"".join([piece async for piece in streamed.aiter_bytes()]) == b'{"ok": true}'
    assert server.requests[0].startswith(b"POST /v1/things?b=c+d HTTP/1.1\r\n")
    assert b"x-mine: 1" in server.requests[0]
    assert server.connections == 1


async def test_streamed_and_multipart_uploads() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    with RawServer(serve_ok) as server:
        async with new() as client:
            await client.post(server.url(), content=pieces())
            await client.post(server.url(), files={"file": ("a.txt", b"contents")})
    assert b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n" in server.requests[0]
    assert server.requests[0].lower().count(b"transfer-encoding") == 1
    assert b"contents" in server.requests[1]


async def test_redirects_cookies_and_codings_are_httpx_s() -> None:
    import gzip

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(
            answer(b"", "location: /there", "set-cookie: a=1; Path=/", "set-cookie: b=2; Path=/", status="302 Found")
        )
        peer.request()
        peer.send(answer(gzip.compress(b"decoded"), "content-encoding: gzip"))

    with RawServer(script) as server:
        async with new() as client:
            response = await client.get(server.url())
            assert response.text == "decoded"
            assert dict(client.cookies) == {"a": "1", "b": "2"}
    assert b"cookie: a=1; b=2" in server.requests[1].lower()


def _sends(data: bytes, *, holds: bool = False) -> Callable[[Peer], object]:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(data)
        if holds:
            peer.until_closed()

    return script


def _takes_nothing(peer: Peer) -> None:
    peer.server.given_up.acquire(timeout=15)


_HALF: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"
_FAULTS: Final[dict[str, tuple[Callable[[Peer], object], dict[str, Any], type[httpx.TransportError]]]] = {
    "no answer": (_sends(b""), {}, httpx.RemoteProtocolError),
    "nonsense": (_sends(b"nonsense\r\n\r\n"), {}, httpx.RemoteProtocolError),
    "half a body": (_sends(_HALF), {}, httpx.RemoteProtocolError),
    "silence": (_sends(b"", holds=True), {"timeout": 0.1}, httpx.ReadTimeout),
    "silence after half a body": (_sends(_HALF, holds=True), {"timeout": 0.1}, httpx.ReadTimeout),
    "a full connection": (
        _takes_nothing,
        {"content": bytes(30_000_000), "timeout": httpx.Timeout(15, write=0.1)},
        httpx.WriteTimeout,
    ),
}


@pytest.mark.parametrize("case", _FAULTS)
async def test_errors_are_httpx_s(case: str) -> None:
    script, arguments, expected = _FAULTS[case]
    with RawServer(script) as server:
        async with new() as client:
            with pytest.raises(expected) as caught:
                await client.post(server.url(), **arguments)
            assert caught.value.request.url == server.url()
        server.given_up.release()


async def test_refused_is_a_connect_error() -> None:
    async with new() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{unused_port()}/")


async def test_use_after_close() -> None:
    client = new()
    await client.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await client.get("http://a.test/")


def test_several_loops() -> None:
    async def get() -> int:
        return (await client.get(server.url())).status_code

    with RawServer(serve_ok) as server:
        client = new()
        assert [asyncio.run(get()) for _ in range(3)] == [200, 200, 200]
        asyncio.run(client.aclose())


# --- its keywords ---


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"transport": httpx.MockTransport(lambda _: httpx.Response(200))}, TypeError, "transport"),
        ({"mounts": {"all://": None}}, TypeError, "mounts"),
        ({"http2": True}, ValueError, "HTTP/1.1 only"),
        ({"http1": False}, ValueError, "HTTP/1.1 only"),
        ({"proxy": "socks5://p:1"}, ValueError, "socks5"),
        ({"proxy": httpx.Proxy("http://p:1", ssl_context=ssl.create_default_context())}, ValueError, "TLS settings"),
        ({"nonsense": 1}, TypeError, "nonsense"),
    ],
)
def test_what_it_cannot_do_is_refused(arguments: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        new(**arguments)


@pytest.mark.parametrize("verify", [False, ssl.create_default_context(cafile=CERTIFICATE)])
async def test_verify(verify: bool | ssl.SSLContext) -> None:
    with RawServer(serve_ok, tls=True) as server:
        async with new(verify=verify) as client:
            assert (await client.get(server.url())).status_code == 200
            assert await exchange(client.antiphon_transport(), server.url()) == (200, b'{"ok": true}')


async def test_limits() -> None:
    with RawServer(serve_ok) as server:
        async with new(limits=httpx.Limits(max_connections=2)) as client:
            await asyncio.gather(*(exchange(client.antiphon_transport(), server.url()) for _ in range(20)))
        assert server.connections <= 2
        async with new(limits=httpx.Limits(max_keepalive_connections=0)) as client:
            before = server.connections
            for _ in range(3):
                await exchange(client.antiphon_transport(), server.url())
        assert server.connections == before + 3


async def test_at_most_so_many_idle_connections() -> None:
    both = asyncio.Barrier(2)

    async def one(transport: AsyncTransport) -> None:
        reply = await opened_reply(transport, server.url())
        await both.wait()
        assert await reply.read() == b"x" * 1_000_000

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(answer(b"x" * 1_000_000))

    with RawServer(script) as server:
        async with new(limits=httpx.Limits(max_keepalive_connections=1)) as client:
            for _ in range(2):
                await asyncio.gather(*(one(client.antiphon_transport()) for _ in range(2)))
    assert server.connections == 3


# --- with the SDK ---


def _seen(client: DefaultAioHttpClient) -> list[httpx.Request]:
    """The requests that take the long way."""
    seen: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        seen.append(request)

    adapter: Any = client._transport  # pyright: ignore[reportPrivateUsage]  the way httpx goes
    handle = adapter.handle_async_request

    async def noted(request: httpx.Request) -> httpx.Response:
        await note(request)
        return await handle(request)

    adapter.handle_async_request = noted
    return seen


async def test_sdk_calls_take_the_short_way() -> None:
    with RawServer(serve_ok) as server:
        async with new() as client:
            seen = _seen(client)
            transport = async_transport_for(client)
            assert await exchange(transport, server.url()) == (200, b'{"ok": true}')
            assert seen == []
            await client.get(server.url())
            assert len(seen) == 1
    assert server.connections == 1  # of one pool
    assert b"connection" not in server.requests[0].lower()


def _add_hook(client: DefaultAioHttpClient) -> None:
    async def hook(request: httpx.Request) -> None:
        request.headers["x-mine"] = "1"

    client.event_hooks = {"request": [hook]}


def _add_send(client: DefaultAioHttpClient) -> None:
    send = client.send

    async def sent(request: httpx.Request, **arguments: Any) -> httpx.Response:
        request.headers["x-mine"] = "1"
        return await send(request, **arguments)

    setattr(client, "send", sent)  # noqa: B010


class _Subclass(DefaultAioHttpClient):
    def build_request(self, *arguments: Any, **keywords: Any) -> httpx.Request:
        request = super().build_request(*arguments, **keywords)
        request.headers["x-mine"] = "1"
        return request


class _Auth(httpx.Auth):
    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["x-mine"] = "1"
        yield request


_SETTINGS: dict[str, Callable[[], DefaultAioHttpClient]] = {
    "headers": lambda: new(headers={"x-mine": "1"}),
    "params": lambda: new(params={"x-mine: 1": ""}),
    "cookies": lambda: new(cookies={"x-mine: 1": ""}),
    "auth": lambda: new(auth=_Auth()),
    "a subclass": lambda: _Subclass(trust_env=False),
}
_CHANGES: dict[str, Callable[[DefaultAioHttpClient], object]] = {
    "headers set later": lambda client: client.headers.update({"x-mine": "1"}),
    "auth set later": lambda client: setattr(client, "auth", _Auth()),
    "event hooks": _add_hook,
    "send": _add_send,
}


@pytest.mark.parametrize("case", [*_SETTINGS, *_CHANGES])
async def test_what_the_user_set_on_the_client_is_obeyed(case: str) -> None:
    with RawServer(serve_ok) as server:
        client = _SETTINGS[case]() if case in _SETTINGS else new()
        transport = async_transport_for(client)
        if case in _CHANGES:
            _CHANGES[case](client)
        assert await exchange(transport, server.url()) == (200, b'{"ok": true}')
        await transport.aclose()
        assert client.is_closed
    sent = server.requests[0].decode().lower().replace("%3a+", ": ").replace("=", "\r\n")
    assert "x-mine: 1" in sent
    assert "authorization: bearer sk-secret" in sent


async def test_a_closed_client() -> None:
    client = new()
    transport = async_transport_for(client)
    await client.aclose()
    with pytest.raises(ClientClosedError, match="http_client"):
        await exchange(transport, "http://a.test/")
    await transport.aclose()


def test_the_wrong_colour() -> None:
    for client in (new(), AioHTTPTransport(trust_env=False)):
        with pytest.raises(TypeError, match=r"httpx\.Client"):
            transport_for(client)
