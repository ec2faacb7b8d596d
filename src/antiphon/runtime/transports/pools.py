"""Which pool a request uses: one per event loop, or one per process. By hand, for that is how the colours differ."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

import httpcore
import httpx

from ..core.errors import APIConnectionError
from .loops import PerLoop, PerProcess
from .sockets import socket_options

if TYPE_CHECKING:  # each colour is loaded when it is used: a script in one of them pays for one
    from ._async.pool import AsyncConnectionPool
    from ._sync.pool import ConnectionPool

__all__ = ["KEEPALIVE_SECONDS", "MAX_CONNECTIONS", "AsyncPools", "Pools"]

MAX_CONNECTIONS: Final = 1000
KEEPALIVE_SECONDS: Final = 30.0


def trust() -> ssl.SSLContext:
    """The TLS settings of the default clients: made at the first https request, and shared, for it is costly.

    Raises `APIConnectionError` when the files that the environment names cannot be read.
    """
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        return _trust(file, folder)
    except OSError as error:  # ssl.SSLError is one
        named = f"SSL_CERT_FILE={file!r}, SSL_CERT_DIR={folder!r}"
        message = f"The certificates to trust cannot be read ({named}): {error}"
        raise APIConnectionError(message=message, request=None) from error


@lru_cache(maxsize=4)
def _trust(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _AsyncTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over our pool: what mocks and tracers hook into stays in place."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self.pool = pool
        self._pool: Any = pool


class _Transport(httpx.HTTPTransport):
    """httpx's own transport over our pool: what mocks and tracers hook into stays in place."""

    def __init__(self, pool: ConnectionPool) -> None:
        self.pool = pool
        self._pool: Any = pool


class AsyncPools:
    """One pool for each event loop the client is used in."""

    def __init__(self, *, max_connections: int = MAX_CONNECTIONS, verify: ssl.SSLContext | None = None) -> None:
        self._transports = PerLoop(partial(_async_transport, max_connections, verify))

    async def transport(self) -> httpx.AsyncHTTPTransport:
        """The transport of the running loop. Raises `ClientClosedError` after `aclose`."""
        return await self._transports.get()

    @property
    def pool(self) -> AsyncConnectionPool | None:
        """The pool of the running loop, if there is one."""
        transport = self._transports.current()
        return None if transport is None else transport.pool

    async def aclose(self) -> None:
        """Close the pool of the running loop now, and those of other loops in their time."""
        await self._transports.aclose()


class Pools:
    """The pool of this process; after a fork the child begins with a new one."""

    def __init__(self, *, max_connections: int = MAX_CONNECTIONS, verify: ssl.SSLContext | None = None) -> None:
        self._transports = PerProcess(partial(_transport, max_connections, verify))

    def transport(self) -> httpx.HTTPTransport:
        """The transport of this process. Raises `ClientClosedError` after `close`."""
        return self._transports.get()

    @property
    def pool(self) -> ConnectionPool | None:
        """The pool of this process, if there is one."""
        transport = self._transports.current()
        return None if transport is None else transport.pool

    def close(self) -> None:
        """Close every connection."""
        self._transports.close()


def _async_transport(max_connections: int, verify: ssl.SSLContext | None) -> _AsyncTransport:
    from ._async.joined import AsyncJoined
    from ._async.pool import AsyncConnectionPool

    anyio_backend: Any = httpcore.AnyIOBackend()  # to type checkers it may be what stands in for it without anyio
    backend = AsyncJoined(anyio_backend)

    def connect(origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=(verify or trust()) if origin.scheme == b"https" else None,
            keepalive_expiry=KEEPALIVE_SECONDS,
            socket_options=socket_options(),
            network_backend=backend,
        )

    return _AsyncTransport(AsyncConnectionPool(connect, max_connections=max_connections, keepalive=KEEPALIVE_SECONDS))


def _transport(max_connections: int, verify: ssl.SSLContext | None) -> _Transport:
    from ._sync.joined import Joined
    from ._sync.pool import ConnectionPool

    backend = Joined(httpcore.SyncBackend())

    def connect(origin: httpcore.Origin) -> httpcore.HTTPConnection:
        return httpcore.HTTPConnection(
            origin,
            ssl_context=(verify or trust()) if origin.scheme == b"https" else None,
            keepalive_expiry=KEEPALIVE_SECONDS,
            socket_options=socket_options(),
            network_backend=backend,
        )

    return _Transport(ConnectionPool(connect, max_connections=max_connections, keepalive=KEEPALIVE_SECONDS))
