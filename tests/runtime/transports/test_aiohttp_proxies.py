"""Proxies with aiohttp: chosen as httpx chooses them, reached over real sockets, and their passwords kept."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from antiphon.runtime.core.transport import TransportError
from antiphon.runtime.transports.aiohttp import AioHTTPTransport
from antiphon.runtime.transports.aiohttp_routes import Routes

from .servers import CERTIFICATE, OK, Peer, RawServer, unused_port
from .transports import exchange

_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "http://a.test/", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://a.test/", "http://p:1"),
        ({"http_proxy": "p:1"}, "http://a.test/", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, "https://a.test/", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://a.test/x?y=z", "http://p:1"),
        ({"HTTPS_PROXY": "https://p:1"}, "https://a.test/", "https://p:1"),
        ({"ALL_PROXY": "http://p:1", "HTTPS_PROXY": "http://q:1"}, "https://a.test/", "http://q:1"),
        ({"ALL_PROXY": "http://p:1"}, "http://a.test/", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "*"}, "http://a.test/", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test"}, "http://a.test/", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "b.test, .a.test"}, "http://x.a.test/", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test"}, "http://ba.test/", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test:81"}, "http://a.test:81/", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test:81"}, "http://a.test:82/", "http://p:1"),
    ],
)
def test_choice(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, proxy: str | None) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = Routes().route(url).proxy
    assert (None if found is None else str(found)) == proxy
    assert Routes(trust_env=False).route(url).proxy is None
    assert str(Routes("http://mine:1").route(url).proxy) == "http://mine:1"


@pytest.mark.parametrize("url", ["socks5://p:1", "socks5h://p:1"])
def test_what_aiohttp_cannot_use_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ValueError, match=r"aiohttp cannot use a socks5h? proxy"):
        AioHTTPTransport(proxy=url)
    monkeypatch.setenv("ALL_PROXY", url)
    with pytest.raises(ValueError, match="ALL_PROXY"):
        AioHTTPTransport()
    AioHTTPTransport(trust_env=False)


@pytest.mark.parametrize("from_environment", [False, True])
async def test_plain_http_through_a_proxy(monkeypatch: pytest.MonkeyPatch, from_environment: bool) -> None:
    with RawServer(lambda peer: (peer.request(), peer.send(OK))) as proxy:
        url = f"http://us%2Fer:pass@127.0.0.1:{proxy.port}"
        if from_environment:
            monkeypatch.setenv("HTTP_PROXY", url)
        transport = AioHTTPTransport() if from_environment else AioHTTPTransport(proxy=url)
        assert (await exchange(transport, "http://a.test/v1/x?y=a%2Fb"))[0] == 200
        await transport.aclose()
    lines = proxy.requests[0].decode().split("\r\n")
    assert lines[0] == "POST http://a.test/v1/x?y=a%2Fb HTTP/1.1"
    assert "proxy-authorization: Basic dXMvZXI6cGFzcw==" in lines
    assert "authorization: Bearer sk-secret" in lines
    assert "Host: a.test" in lines


async def test_https_through_a_proxy() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        with context.wrap_socket(peer.sock, server_side=True) as inner:
            through = Peer(inner, peer.server)
            while through.request():
                through.send(OK)

    with RawServer(script) as proxy:
        context = ssl.create_default_context(cafile=CERTIFICATE)
        transport = AioHTTPTransport(proxy=f"http://user:pass@127.0.0.1:{proxy.port}", verify=context)
        for _ in range(2):
            assert (await exchange(transport, "https://localhost/v1/x"))[0] == 200
        await transport.aclose()
    connect, first, second = proxy.requests
    assert connect.startswith(b"CONNECT localhost:443 HTTP/1.1\r\n")
    assert b"proxy-authorization: Basic dXNlcjpwYXNz" in connect
    assert b"sk-secret" not in connect
    assert all(sent.startswith(b"POST /v1/x ") and b"proxy-authorization" not in sent for sent in (first, second))
    assert proxy.connections == 1


@pytest.mark.parametrize("tls", [False, True])
async def test_a_proxy_that_refuses(tls: bool) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    with RawServer(lambda peer: (peer.request(), peer.send(refusal))) as proxy:
        transport = AioHTTPTransport(proxy=f"http://user:word@127.0.0.1:{proxy.port}")
        if tls:
            with pytest.raises(TransportError, match="407") as caught:
                await exchange(transport, "https://a.test/")
            assert _nothing_shown(caught.value, "word", "dXNlcjp3b3Jk")
        else:
            assert (await exchange(transport, "http://a.test/"))[0] == 407
        await transport.aclose()


async def test_a_proxy_that_is_not_there() -> None:
    transport = AioHTTPTransport(proxy=f"http://user:word@127.0.0.1:{unused_port()}")
    for url in ("http://a.test/", "https://a.test/"):
        with pytest.raises(TransportError) as caught:
            await exchange(transport, url)
        assert _nothing_shown(caught.value, "word", "dXNlcjp3b3Jk", "sk-secret")
    await transport.aclose()


def _nothing_shown(error: TransportError, *secrets: str) -> bool:
    links: list[Any] = [error, error.cause]
    while (link := links[-1]) is not None:
        links.append(link.__cause__ or link.__context__)
    text = " ".join(f"{link} {link!r} {getattr(link, 'args', '')!r}" for link in links)
    return not any(secret in text for secret in secrets)
