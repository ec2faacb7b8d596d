"""Which pool a request uses: one per event loop, or one per process. Both colours, by hand: that is their difference."""

from __future__ import annotations

import os
import socket
import ssl
import sys
import threading
from functools import lru_cache
from typing import Any, Final

import httpcore
import httpx

from ..core.errors import ClientClosedError
from ._async.pool import AsyncConnectionPool
from ._sync.pool import ConnectionPool
from .loops import PerLoop, keep_inherited

__all__ = ["KEEPALIVE_SECONDS", "MAX_CONNECTIONS", "AsyncPools", "Pools"]

MAX_CONNECTIONS: Final = 1000
KEEPALIVE_SECONDS: Final = 30.0


def _socket_options() -> list[tuple[int, int, int]]:
    """Keep-alive probes, so that an answer that takes minutes is not lost to a router that forgets the connection."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


def trust() -> ssl.SSLContext:
    """The TLS settings of the default clients: made at the first https request, and shared, for it is costly."""
    return _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _trust(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _AsyncTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over our pool: what mocks and tracers hook into stays in place."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool: Any = pool


class _Transport(httpx.HTTPTransport):
    """httpx's own transport over our pool: what mocks and tracers hook into stays in place."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool: Any = pool


class AsyncPools:
    """One pool for each event loop the client is used in."""

    def __init__(self, *, max_connections: int = MAX_CONNECTIONS, verify: ssl.SSLContext | None = None) -> None:
        self._max_connections = max_connections
        self._verify = verify
        self._transports = PerLoop(self._make)

    async def transport(self) -> httpx.AsyncHTTPTransport:
        """The transport of the running loop. Raises `ClientClosedError` after `aclose`."""
        return await self._transports.get()

    @property
    def pool(self) -> AsyncConnectionPool | None:
        """The pool of the running loop, if there is one."""
        transport = self._transports.current()
        return None if transport is None else transport._pool  # pyright: ignore[reportPrivateUsage]  it is ours

    async def aclose(self) -> None:
        """Close the pool of the running loop, and let go of those of other loops."""
        await self._transports.aclose()

    def _make(self) -> _AsyncTransport:
        verify = self._verify  # `connect` must not keep this object alive: it is dropped with its client

        def connect(origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
            return httpcore.AsyncHTTPConnection(
                origin,
                ssl_context=(verify or trust()) if origin.scheme == b"https" else None,
                keepalive_expiry=KEEPALIVE_SECONDS,
                socket_options=_socket_options(),
            )

        return _AsyncTransport(
            AsyncConnectionPool(connect, max_connections=self._max_connections, keepalive=KEEPALIVE_SECONDS)
        )


class Pools:
    """The pool of this process; after a fork the child begins with a new one."""

    def __init__(self, *, max_connections: int = MAX_CONNECTIONS, verify: ssl.SSLContext | None = None) -> None:
        self._max_connections = max_connections
        self._verify = verify
        self._is_closed = False
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._transport: _Transport | None = None
        self.pool: ConnectionPool | None = None

    def transport(self) -> httpx.HTTPTransport:
        """The transport of this process. Raises `ClientClosedError` after `close`."""
        if self._is_closed:
            raise ClientClosedError("this client is closed")
        transport = self._transport
        return self._open() if transport is None or self._pid != os.getpid() else transport

    def _open(self) -> _Transport:
        if self._pid != os.getpid():
            self._lock = threading.Lock()  # the parent's may have been held while it forked
        with self._lock:
            if self._transport is None or self._pid != os.getpid():
                keep_inherited(self.pool)
                self.pool = ConnectionPool(
                    self._connect(), max_connections=self._max_connections, keepalive=KEEPALIVE_SECONDS
                )
                self._transport = _Transport(self.pool)
                self._pid = os.getpid()
            return self._transport

    def close(self) -> None:
        """Close every connection."""
        self._is_closed = True
        if self.pool is not None and self._pid == os.getpid():
            self.pool.close()

    def _connect(self) -> Any:
        verify = self._verify  # `connect` must not keep this object alive: it is dropped with its client

        def connect(origin: httpcore.Origin) -> httpcore.HTTPConnection:
            return httpcore.HTTPConnection(
                origin,
                ssl_context=(verify or trust()) if origin.scheme == b"https" else None,
                keepalive_expiry=KEEPALIVE_SECONDS,
                socket_options=_socket_options(),
            )

        return connect

    def __del__(self) -> None:
        pool = getattr(self, "pool", None)
        if pool is not None and not sys.is_finalizing() and self._pid == os.getpid():
            pool.close()
