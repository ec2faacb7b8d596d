"""Which transport a client gets: over the HTTP client its user made, or over connections of our own.

Imports no HTTP library before a request needs it. Both colours, by hand.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..core.errors import ClientClosedError
from ..core.request import Request
from ..core.transport import AsyncReply, AsyncTransport, Reply, Transport
from .interception import async_intercepted, intercepted
from .locks import ProcessLock

if TYPE_CHECKING:
    from types import ModuleType

    from ._async.direct import AsyncDirectTransport
    from ._sync.direct import DirectTransport

__all__ = ["async_transport_for", "transport_for"]

_LIBRARIES = ("httpx", "httpx2")
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


def async_transport_for(http_client: Any) -> AsyncTransport:
    """The transport of an async client.

    `http_client` may be an `httpx.AsyncClient` (or httpx2's), `DefaultAioHttpClient()`, an object with the methods of
    `AsyncTransport`, or None. Raises TypeError for a sync client and for anything else.
    """
    if http_client is None:
        return _AsyncDefault()
    if isinstance(http_client, type):
        raise TypeError(_refused(http_client, "httpx.AsyncClient"))
    native = getattr(http_client, "antiphon_transport", None)
    if native is not None:
        return native()
    library = _library(http_client, "AsyncClient")
    if library is not None:
        from ._async.httpx import AsyncClientTransport

        return AsyncClientTransport(http_client, library)
    if _is_transport(http_client, "aclose"):
        return http_client
    raise TypeError(_refused(http_client, "httpx.AsyncClient"))


def transport_for(http_client: Any) -> Transport:
    """The transport of a sync client: as `async_transport_for`, with `httpx.Client`."""
    if http_client is None:
        return _Default()
    library = _library(http_client, "Client")
    if library is not None:
        from ._sync.httpx import ClientTransport

        return ClientTransport(http_client, library)
    if _is_transport(http_client, "close") and not hasattr(http_client, "aclose"):
        return http_client
    raise TypeError(_refused(http_client, "httpx.Client"))


class _AsyncDefault:
    """Connections of our own, or httpx where it knows the way or somebody looks at what it does."""

    def __init__(self) -> None:
        self._direct: AsyncDirectTransport | None = None
        self._through: dict[str, AsyncTransport] = {}
        """Through httpx, or httpx2."""
        self._is_proxied: bool | None = None
        self._is_closed = False
        self._lock = ProcessLock()

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        library = self._library()
        transport = self._direct if library is None else self._through.get(library)
        if transport is None:
            transport = self._made()
        return await transport.send(request, body)

    async def aclose(self) -> None:
        with self._lock.lock:
            self._is_closed = True
        for transport in (self._direct, *self._through.values()):
            if transport is not None:
                await transport.aclose()

    def _library(self) -> str | None:
        """The library that has to send, if one has to."""
        return async_intercepted() or ("httpx" if self._is_proxied or not _in_asyncio() else None)

    def _made(self) -> AsyncTransport:
        with self._lock.lock:  # of two transports, one would be dropped while a request still uses it
            if self._is_closed:
                raise ClientClosedError
            if self._is_proxied is None:
                self._is_proxied = _proxied()
            library = self._library()
            if library is not None:
                from ._async.httpx import AsyncHttpxTransport

                if library not in self._through:
                    self._through[library] = AsyncHttpxTransport(library)
                return self._through[library]
            from ._async.direct import AsyncDirectTransport

            if self._direct is None:
                self._direct = AsyncDirectTransport()
            return self._direct


class _Default:
    """Connections of our own, or httpx where it knows the way or somebody looks at what it does."""

    def __init__(self) -> None:
        self._direct: DirectTransport | None = None
        self._through: dict[str, Transport] = {}
        """Through httpx, or httpx2."""
        self._is_proxied: bool | None = None
        self._is_closed = False
        self._lock = ProcessLock()

    def send(self, request: Request, body: bytes | Iterator[bytes] | None) -> Reply:
        library = self._library()
        transport = self._direct if library is None else self._through.get(library)
        if transport is None:
            transport = self._made()
        return transport.send(request, body)

    def close(self) -> None:
        with self._lock.lock:
            self._is_closed = True
        for transport in (self._direct, *self._through.values()):
            if transport is not None:
                transport.close()

    def _library(self) -> str | None:
        """The library that has to send, if one has to."""
        return intercepted() or ("httpx" if self._is_proxied else None)

    def _made(self) -> Transport:
        with self._lock.lock:  # of two transports, one would be dropped while a request still uses it
            if self._is_closed:
                raise ClientClosedError
            if self._is_proxied is None:
                self._is_proxied = _proxied()
            library = self._library()
            if library is not None:
                from ._sync.httpx import HttpxTransport

                if library not in self._through:
                    self._through[library] = HttpxTransport(library)
                return self._through[library]
            from ._sync.direct import DirectTransport

            if self._direct is None:
                self._direct = DirectTransport()
            return self._direct


def _in_asyncio() -> bool:
    """Whether the loop that runs is asyncio's; trio and others are httpx's business."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _proxied() -> bool:
    """Whether the environment, or where systems keep their settings, names a proxy."""
    names = {name.lower() for name, value in os.environ.items() if value and name.lower().endswith("_proxy")}
    if names.isdisjoint(_PROXY_VARIABLES) and sys.platform not in ("darwin", "win32"):
        return False
    import urllib.request  # httpx imports it as well

    proxies = [url for scheme, url in urllib.request.getproxies().items() if scheme in ("http", "https", "all")]
    for url in proxies:
        try:
            _ = urlsplit(url if "://" in url else f"http://{url}").port
        except ValueError:  # asyncio would make a group of errors of it
            from .errors import unusable_proxy

            raise unusable_proxy("it is not a URL, or its port is no number up to 65535") from None
    return bool(proxies)


def _library(client: object, name: str) -> ModuleType | None:
    """The httpx of which `client` is a `name`, if it is one. It is loaded then."""
    for library in _LIBRARIES:
        module = sys.modules.get(library)
        if module is not None and isinstance(client, getattr(module, name)):
            return module
    return None


def _is_transport(client: object, close: str) -> bool:
    """Whether it has a transport's methods. The `send` of other libraries' sessions does not take a body."""
    send: Any = getattr(client, "send", None)
    if isinstance(client, type) or not callable(send) or not callable(getattr(client, close, None)):
        return False
    try:
        inspect.signature(send).bind(None, None)
    except (TypeError, ValueError):
        return False
    return True


def _refused(client: object, wanted: str) -> str:
    return (
        f"Invalid `http_client` argument; expected an instance of `{wanted}` (or httpx2's), "
        f"but got {type(client).__module__}.{type(client).__qualname__}"
    )
