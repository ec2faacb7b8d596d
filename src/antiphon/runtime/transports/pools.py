"""Which pool a request uses: one per event loop, or one per process. Both colours, by hand: that is their difference."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import sys
import threading
import weakref
from collections.abc import AsyncGenerator
from functools import lru_cache
from typing import Any, Final

import httpcore
import httpx

from ..core.errors import ClientClosedError
from ._async.pool import AsyncConnectionPool
from ._sync.pool import ConnectionPool

__all__ = ["AsyncPools", "Pools"]

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
    """One pool for each event loop the client is used in.

    A pool is closed when its loop ends, when `aclose` is called in its loop, or when this object is dropped: an async
    generator waits in each loop for that, as `asyncio.run` and `loop.shutdown_asyncgens` finish such generators.
    """

    def __init__(self, *, max_connections: int = MAX_CONNECTIONS, verify: ssl.SSLContext | None = None) -> None:
        self._max_connections = max_connections
        self._verify = verify
        self._is_closed = False
        self._transports: weakref.WeakKeyDictionary[Any, _AsyncTransport] = weakref.WeakKeyDictionary()
        self._pools: weakref.WeakKeyDictionary[Any, AsyncConnectionPool] = weakref.WeakKeyDictionary()
        self._keepers: weakref.WeakKeyDictionary[Any, AsyncGenerator[None, None]] = weakref.WeakKeyDictionary()
        self._pid = os.getpid()

    async def transport(self) -> httpx.AsyncHTTPTransport:
        """The transport of the running loop. Raises `ClientClosedError` after `aclose`."""
        if self._is_closed:
            raise ClientClosedError("this client is closed")
        loop = _running_loop()
        transport = self._transports.get(loop)
        if transport is None or self._pid != os.getpid():
            transport = await self._open(loop)
        return transport

    @property
    def pool(self) -> AsyncConnectionPool | None:
        """The pool of the running loop, if there is one."""
        return self._pools.get(_running_loop())

    async def aclose(self) -> None:
        """Close the pool of the running loop, and let go of those of other loops."""
        self._is_closed = True
        pool = self._pools.pop(_running_loop(), None)
        self._transports.clear()
        if pool is not None:
            await pool.aclose()
        self._pools.clear()
        self._keepers.clear()

    async def _open(self, loop: Any) -> _AsyncTransport:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            for inherited in self._pools.values():
                inherited.forget()
            self._transports.clear()
        for ended in [each for each in self._pools if each is not loop and getattr(each, "is_closed", bool)()]:
            self._transports.pop(ended, None)
            self._pools.pop(ended, None)
            self._keepers.pop(ended, None)
        verify = self._verify

        def connect(origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
            return httpcore.AsyncHTTPConnection(
                origin,
                ssl_context=(verify or trust()) if origin.scheme == b"https" else None,
                keepalive_expiry=KEEPALIVE_SECONDS,
                socket_options=_socket_options(),
            )

        pool = AsyncConnectionPool(connect, max_connections=self._max_connections)
        transport = self._transports[loop] = _AsyncTransport(pool)
        self._pools[loop] = pool
        keeper = _close_at_end(pool)
        await anext(keeper)
        self._keepers[loop] = keeper
        return transport


async def _close_at_end(pool: AsyncConnectionPool) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await pool.aclose()


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
                if self.pool is not None:
                    self.pool.forget()
                self.pool = ConnectionPool(self._connect, max_connections=self._max_connections)
                self._transport = _Transport(self.pool)
                self._pid = os.getpid()
            return self._transport

    def close(self) -> None:
        """Close every connection."""
        self._is_closed = True
        if self.pool is not None and self._pid == os.getpid():
            self.pool.close()

    def _connect(self, origin: httpcore.Origin) -> httpcore.HTTPConnection:
        return httpcore.HTTPConnection(
            origin,
            ssl_context=(self._verify or trust()) if origin.scheme == b"https" else None,
            keepalive_expiry=KEEPALIVE_SECONDS,
            socket_options=_socket_options(),
        )

    def __del__(self) -> None:
        pool = getattr(self, "pool", None)
        if pool is not None and not sys.is_finalizing() and self._pid == os.getpid():
            pool.close()


def _running_loop() -> Any:
    """What stands for the running event loop: asyncio's own, or trio's token."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None:
            raise
        return trio.lowlevel.current_trio_token()
