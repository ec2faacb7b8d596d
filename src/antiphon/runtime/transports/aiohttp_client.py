"""An httpx client whose connections are aiohttp's: for code that wants the one, with the speed of the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx

from ..core.errors import ClientClosedError
from ..core.headers import Headers
from ..core.request import Request
from ..core.timeouts import DEFAULT_TIMEOUT, Timeout
from ..core.transport import AsyncReply, AsyncTransport, TransportError
from .aiohttp import AioHTTPTransport, aiohttp_setup
from .pools import KEEPALIVE_SECONDS, MAX_CONNECTIONS

if TYPE_CHECKING:
    import ssl

__all__ = ["DefaultAioHttpClient"]


class DefaultAioHttpClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` over aiohttp, with the timeouts, limits and redirects this SDK uses.

    As `http_client=` of an SDK client it stands aside: calls go straight to aiohttp, unless headers, parameters,
    cookies, authentication, event hooks, mounts or methods of its own have to be obeyed on the way.

    It takes the keywords of `httpx.AsyncClient`. Raises TypeError or ValueError for what aiohttp cannot do
    (`transport`, `mounts`, HTTP/2, SOCKS proxies), and RuntimeError where aiohttp is not installed.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | str | bool = True,
        cert: Any = None,
        http1: bool = True,
        http2: bool = False,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        limits: httpx.Limits | None = None,
        trust_env: bool = True,
        **arguments: Any,
    ) -> None:
        for name in ("transport", "mounts", "proxies", "app"):
            if arguments.pop(name, None) is not None:
                raise TypeError(f"{name}= is for httpx's own transports: use httpx.AsyncClient for it")
        if http2 or not http1:
            raise ValueError("aiohttp speaks HTTP/1.1 only: use httpx.AsyncClient for HTTP/2")
        if limits is None:
            limits = httpx.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=KEEPALIVE_SECONDS)
        context = None
        if verify is not True or cert is not None or not trust_env:
            context = httpx.create_ssl_context(verify=verify, cert=cert, trust_env=trust_env)
        setup = aiohttp_setup(
            verify=context,
            proxy=proxy,
            trust_env=trust_env,
            max_connections=limits.max_connections,
            max_idle=limits.max_keepalive_connections,
            keepalive_seconds=limits.keepalive_expiry,
        )
        self._native = AioHTTPTransport(setup=setup)
        self._adapter = _Adapter(self._native)
        defaults: dict[str, Any] = {
            "timeout": httpx.Timeout(DEFAULT_TIMEOUT.read, connect=DEFAULT_TIMEOUT.connect),
            "follow_redirects": True,
        }
        super().__init__(transport=self._adapter, trust_env=trust_env, **{**defaults, **arguments})
        self._bare_headers = None if arguments.get("headers") else self.headers.raw

    def antiphon_transport(self) -> AsyncTransport:
        """What an SDK client sends its requests through."""
        return _Shortcut(self, self._native)

    def wants_a_say(self) -> bool:
        """Whether requests of the SDK must take httpx's way, because something on this client applies to them."""
        cls, own = type(self), vars(self)
        return (
            self.headers.raw != self._bare_headers
            or self.auth is not None
            or bool(self.params)
            or bool(self.cookies)
            or any(self.event_hooks.values())
            or own.get("_transport") is not self._adapter
            or bool(own.get("_mounts"))
            or any(getattr(cls, name) is not getattr(httpx.AsyncClient, name) or name in own for name in _METHODS)
        )


_METHODS = ("build_request", "send")
"""What a subclass would override to have a say in each request."""


class _Shortcut:
    """The way of SDK calls: past httpx where it has nothing to add."""

    def __init__(self, client: DefaultAioHttpClient, native: AioHTTPTransport) -> None:
        self._client = client
        self._native = native

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        client = self._client
        if client.is_closed:
            raise ClientClosedError("the http_client of this client is closed")
        if client.wants_a_say():
            from ._async.httpx import AsyncClientTransport

            return await AsyncClientTransport(client, httpx).send(request, body)
        return await self._native.send(request, body)

    async def aclose(self) -> None:
        await self._client.aclose()


class _Adapter(httpx.AsyncBaseTransport):
    """httpx's view of an aiohttp transport."""

    def __init__(self, native: AioHTTPTransport) -> None:
        self._native = native

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        limits: dict[str, float | None] = request.extensions.get("timeout", {})
        timeout = Timeout(None, **{phase: limits.get(phase) for phase in ("connect", "read", "write", "pool")})
        try:
            body: bytes | AsyncIterator[bytes] | None = request.content or None
        except httpx.RequestNotRead:
            if not isinstance(request.stream, httpx.AsyncByteStream):
                raise RuntimeError("an async client cannot send a sync request body") from None
            body = aiter(request.stream)
        from multidict import CIMultiDict  # a part of aiohttp

        fields = CIMultiDict(request.headers.multi_items())
        try:
            reply = await self._native.exchange(request.method, str(request.url), fields, body, timeout)
        except TransportError as error:
            raise _httpx_error(error, request) from error.cause
        head = reply.head
        fields = head.headers.multi_items() if isinstance(head.headers, Headers) else head.headers.items()
        headers = [(name.encode("ascii"), value.encode("utf-8")) for name, value in fields]
        extensions = {"http_version": head.http_version.encode("ascii")}
        return httpx.Response(head.status, headers=headers, stream=_Stream(reply, request), extensions=extensions)

    async def aclose(self) -> None:
        await self._native.aclose()


class _Stream(httpx.AsyncByteStream):
    """A response body as httpx reads it."""

    def __init__(self, reply: AsyncReply, request: httpx.Request) -> None:
        self._reply = reply
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._reply.pieces():
                yield piece
        except TransportError as error:
            raise _httpx_error(error, self._request) from error.cause

    async def aclose(self) -> None:
        await self._reply.aclose()


def _httpx_error(error: TransportError, request: httpx.Request) -> httpx.TransportError:
    kind: type[httpx.TransportError] = getattr(httpx, getattr(error, "kind", "ConnectError"))
    return kind(str(error), request=request)
