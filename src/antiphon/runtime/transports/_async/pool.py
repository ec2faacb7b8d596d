"""Connections kept for reuse. Taking one and giving it back costs the same with one connection open as with thousands.

It stands where httpx keeps httpcore's own pool, which looks at every connection on every request.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeAlias, cast

import httpcore

from ...core.errors import ClientClosedError
from ...waiting import AsyncTurn
from ..insides import has_leftover
from ..streams import async_cut_off

__all__ = ["AsyncConnectionPool"]

_Key: TypeAlias = tuple[bytes, bytes, int | None]

_AsyncIdle: TypeAlias = deque[tuple[float, httpcore.AsyncHTTPConnection]]
"""Connections that nobody uses and since when, the one used last at the end."""


class AsyncConnectionPool:
    """One HTTP/1.1 connection per request in flight, the most recently used idle one first.

    Once `max_connections` are open, requests wait for their turn, first come, first served.
    """

    def __init__(
        self,
        connect: Callable[[httpcore.Origin], httpcore.AsyncHTTPConnection],
        *,
        max_connections: int,
        keepalive: float,
    ) -> None:
        self._connect = connect
        self._max_connections = max_connections
        self._keepalive = keepalive
        # Held for a few lines at a time and never while waiting, so it serves both colours. A thread may take it
        # twice: the garbage collector can run in those lines, and with it the closing of a response that was dropped.
        self._lock = threading.RLock()
        self._idle: dict[_Key, _AsyncIdle] = {}
        self._busy: dict[httpcore.AsyncHTTPConnection, _Key] = {}
        self._count = 0
        self._is_closed = False
        # What is handed over is a connection, or None: the right to open one.
        self._queue: deque[AsyncTurn[httpcore.AsyncHTTPConnection | None]] = deque()

    @property
    def open_connections(self) -> int:
        """How many connections there are, in use and idle."""
        return self._count

    @property
    def busy_connections(self) -> int:
        """How many connections are in use."""
        return len(self._busy)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send the request and give the response, whose closing gives the connection back."""
        asked: Any = request  # httpcore leaves open what its extensions hold
        seconds: float | None = asked.extensions.get("timeout", {}).get("pool")
        while True:
            connection = await self._take(request.url.origin, seconds)
            try:
                response = await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:
                await self._drop(connection)
                continue
            except BaseException:
                await self._drop(connection)
                raise
            received: Any = response
            body = AsyncPooledBody(received.stream, connection, self)
            return httpcore.Response(
                received.status, headers=received.headers, content=body, extensions=received.extensions
            )

    async def aclose(self) -> None:
        """Close every connection. Requests in flight fail, and so do those that wait for their turn."""
        with self._lock:
            self._is_closed = True
            busy = list(self._busy)
            idle = [connection for each in self._idle.values() for _, connection in each]
            self._idle.clear()
            self._busy.clear()
            self._count = 0
            while self._queue:
                self._queue.popleft().hand_over(None)
        await _close(idle)
        for connection in busy:
            await async_cut_off(connection)

    async def give_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """The connection's response was closed: keep it, hand it to who waits, or close it."""
        if not connection.is_idle() or has_leftover(connection):
            await self._drop(connection)
            return
        expired: list[httpcore.AsyncHTTPConnection] = []
        with self._lock:
            key = self._busy.pop(connection, None)
            if key is None:  # the pool was closed meanwhile
                expired.append(connection)
            elif self._queue:
                self._queue.popleft().hand_over(connection)
            else:
                now = time.monotonic()
                idle = self._idle.setdefault(key, deque())
                idle.append((now, connection))
                while idle and idle[0][0] < now - self._keepalive:
                    expired.append(idle.popleft()[1])
                    self._count -= 1
        await _close(expired)

    async def _take(self, origin: httpcore.Origin, seconds: float | None) -> httpcore.AsyncHTTPConnection:
        key = (origin.scheme, origin.host, origin.port)
        stale: list[httpcore.AsyncHTTPConnection] = []
        turn: AsyncTurn[httpcore.AsyncHTTPConnection | None] | None = None
        with self._lock:
            self._check_open()
            connection = self._fit(key, stale)
            if connection is None and (self._count < self._max_connections or any(self._idle.values())):
                connection = self._connect(origin)  # first, for it may raise
                if self._count >= self._max_connections:
                    self._make_room(stale)
                self._count += 1
            if connection is None:
                turn = AsyncTurn()
                self._queue.append(turn)
            else:
                self._busy[connection] = key
        if connection is None:
            return await self._wait(cast("AsyncTurn[Any]", turn), origin, key, seconds)
        if stale:
            await self._close_beside(stale, connection)
        return connection

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClientClosedError

    def _fit(self, key: _Key, stale: list[httpcore.AsyncHTTPConnection]) -> httpcore.AsyncHTTPConnection | None:
        """An idle connection that still lives; dead ones met on the way are counted out and put on `stale`."""
        idle = self._idle.get(key)
        while idle:
            _, connection = idle.pop()
            if connection.is_available() and not connection.has_expired():
                return connection
            stale.append(connection)
            self._count -= 1
        return None

    def _make_room(self, stale: list[httpcore.AsyncHTTPConnection]) -> None:
        """Give up an idle connection to another server; there is one."""
        idle = next(idle for idle in self._idle.values() if idle)
        stale.append(idle.popleft()[1])
        self._count -= 1

    async def _wait(
        self,
        turn: AsyncTurn[httpcore.AsyncHTTPConnection | None],
        origin: httpcore.Origin,
        key: _Key,
        seconds: float | None,
    ) -> httpcore.AsyncHTTPConnection:
        try:
            await turn.wait(seconds)
        except BaseException:
            if not self._left_queue(turn):
                await self._pass_on(turn.given)
            raise
        if self._left_queue(turn):
            raise httpcore.PoolTimeout(f"no connection became free within {seconds} s")
        connection = turn.given
        fits = connection is not None and connection.can_handle_request(origin) and not connection.has_expired()
        try:
            with self._lock:
                self._check_open()
                if connection is not None and fits:
                    self._busy[connection] = key
                    return connection
                fresh = self._connect(origin)
                self._busy[fresh] = key
        except BaseException:
            await self._pass_on(connection)
            raise
        if connection is not None:
            await self._close_beside([connection], fresh)
        return fresh

    def _left_queue(self, turn: AsyncTurn[httpcore.AsyncHTTPConnection | None]) -> bool:
        """Stop waiting. False when something was handed over just before."""
        with self._lock:
            if turn not in self._queue:
                return False
            self._queue.remove(turn)
            return True

    async def _pass_on(self, connection: httpcore.AsyncHTTPConnection | None) -> None:
        """What was handed to somebody who stopped waiting goes to the next, or is given up."""
        with self._lock:
            if self._queue:
                self._queue.popleft().hand_over(connection)
                return
            if not self._is_closed:
                self._count -= 1
        if connection is not None:
            await _close([connection])

    async def _drop(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """Close a connection that cannot be used again; its place goes to who waits first."""
        with self._lock:
            if self._busy.pop(connection, None) is not None:
                if self._queue:
                    self._queue.popleft().hand_over(None)
                else:
                    self._count -= 1
        await _close([connection])

    async def _close_beside(
        self, stale: list[httpcore.AsyncHTTPConnection], connection: httpcore.AsyncHTTPConnection
    ) -> None:
        """Close the stale ones; the connection that was taken does not stay taken when that is cancelled."""
        try:
            await _close(stale)
        except BaseException:
            await self._drop(connection)
            raise


async def _close(connections: Iterable[httpcore.AsyncHTTPConnection]) -> None:
    """Close them all, whatever comes between."""
    interrupted: BaseException | None = None
    for connection in connections:
        try:
            await connection.aclose()
        except (OSError, RuntimeError):  # it is gone all the same
            pass
        except BaseException as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


class AsyncPooledBody:
    """The body of a response, which gives its connection back when it is closed."""

    def __init__(self, body: Any, connection: httpcore.AsyncHTTPConnection, pool: AsyncConnectionPool) -> None:
        self.connection = connection
        self._body = body
        self._pool = pool
        self._is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._body:
                yield piece
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            try:
                await self._body.aclose()
            finally:
                await self._pool.give_back(self.connection)
