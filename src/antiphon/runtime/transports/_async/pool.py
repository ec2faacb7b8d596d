"""Connections kept for reuse. Taking one and giving it back costs the same with one connection open as with thousands.

It stands where httpx keeps httpcore's own pool, which looks at every connection on every request.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import httpcore

from ...waiting import AsyncTurn
from ..insides import has_leftover

__all__ = ["AsyncConnectionPool"]

_Key: TypeAlias = tuple[bytes, bytes, int | None]


class AsyncConnectionPool:
    """One HTTP/1.1 connection per request in flight, the most recently used idle one first.

    Once `max_connections` are open, requests wait for their turn, first come, first served.
    """

    def __init__(
        self, connect: Callable[[httpcore.Origin], httpcore.AsyncHTTPConnection], *, max_connections: int
    ) -> None:
        self._connect = connect
        self._max_connections = max_connections
        # Held for a few lines at a time and never while waiting, so it serves both colours.
        self._lock = threading.Lock()
        self._idle: dict[_Key, list[httpcore.AsyncHTTPConnection]] = {}
        self._busy: dict[httpcore.AsyncHTTPConnection, _Key] = {}
        self._count = 0
        self._queue: deque[AsyncTurn[_AsyncGift]] = deque()

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
        seconds = request.extensions.get("timeout", {}).get("pool")
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
            body = AsyncPooledBody(response.stream, connection, self)
            return httpcore.Response(
                response.status, headers=response.headers, content=body, extensions=response.extensions
            )

    async def aclose(self) -> None:
        """Close every connection, those in use included."""
        with self._lock:
            connections = [*self._busy, *(each for idle in self._idle.values() for each in idle)]
            self._idle.clear()
            self._busy.clear()
            self._count = 0
        for connection in connections:
            await connection.aclose()

    def forget(self) -> None:
        """Let go of every connection without closing it: after a fork they belong to the parent."""
        self._lock = threading.Lock()
        self._idle, self._busy, self._count = {}, {}, 0
        self._queue.clear()

    async def give_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """The connection's response was closed: keep it, hand it to who waits, or close it."""
        if not connection.is_idle() or has_leftover(connection):
            await self._drop(connection)
            return
        with self._lock:
            key = self._busy.pop(connection, None)
            turn = self._queue.popleft() if self._queue and key is not None else None
            if turn is None and key is not None:
                self._idle.setdefault(key, []).append(connection)
        if key is None:
            await connection.aclose()
        if turn is not None:
            turn.hand_over(_AsyncGift(connection))

    async def _take(self, origin: httpcore.Origin, seconds: float | None) -> httpcore.AsyncHTTPConnection:
        key = (origin.scheme, origin.host, origin.port)
        stale: list[httpcore.AsyncHTTPConnection] = []
        turn: AsyncTurn[_AsyncGift] | None = None
        with self._lock:
            connection = self._fit(key, stale)
            if connection is None:
                if self._count < self._max_connections or self._made_room(stale):
                    self._count += 1
                    connection = self._connect(origin)
                else:
                    turn = AsyncTurn()
                    self._queue.append(turn)
            if connection is not None:
                self._busy[connection] = key
        try:
            for each in stale:
                await each.aclose()
            if turn is not None:
                connection = await self._wait(turn, origin, key, seconds)
        except BaseException:
            if connection is not None:
                await self._drop(connection)
            raise
        assert connection is not None
        return connection

    def _fit(self, key: _Key, stale: list[httpcore.AsyncHTTPConnection]) -> httpcore.AsyncHTTPConnection | None:
        """An idle connection that still lives; dead ones met on the way are counted out and put on `stale`."""
        idle = self._idle.get(key)
        while idle:
            connection = idle.pop()
            if connection.is_available() and not connection.has_expired():
                return connection
            stale.append(connection)
            self._count -= 1
        return None

    def _made_room(self, stale: list[httpcore.AsyncHTTPConnection]) -> bool:
        """Whether an idle connection to another server could be given up."""
        for idle in self._idle.values():
            if idle:
                stale.append(idle.pop(0))
                self._count -= 1
                return True
        return False

    async def _wait(
        self, turn: AsyncTurn[_AsyncGift], origin: httpcore.Origin, key: _Key, seconds: float | None
    ) -> httpcore.AsyncHTTPConnection:
        try:
            came = await turn.wait(seconds)
        except BaseException:
            if not self._left_queue(turn) and turn.given is not None:
                await self._pass_on(turn.given)
            raise
        if not came and self._left_queue(turn):
            raise httpcore.PoolTimeout(f"no connection became free within {seconds} s")
        gift = turn.given
        assert gift is not None
        connection = gift.connection
        if connection is None or not connection.can_handle_request(origin) or connection.has_expired():
            fresh = self._connect(origin)
            with self._lock:
                self._busy[fresh] = key
            if connection is not None:
                await connection.aclose()
            return fresh
        with self._lock:
            self._busy[connection] = key
        return connection

    def _left_queue(self, turn: AsyncTurn[_AsyncGift]) -> bool:
        """Stop waiting. False when something was handed over just before."""
        with self._lock:
            if turn not in self._queue:
                return False
            self._queue.remove(turn)
            return True

    async def _pass_on(self, gift: _AsyncGift) -> None:
        """What was handed to somebody who stopped waiting goes to the next, or is given up."""
        with self._lock:
            turn = self._queue.popleft() if self._queue else None
            if turn is None:
                self._count -= 1
        if turn is not None:
            turn.hand_over(gift)
        elif gift.connection is not None:
            await gift.connection.aclose()

    async def _drop(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """Close a connection that cannot be used again; its place goes to who waits first."""
        turn: AsyncTurn[_AsyncGift] | None = None
        with self._lock:
            if self._busy.pop(connection, None) is not None:
                turn = self._queue.popleft() if self._queue else None
                if turn is None:
                    self._count -= 1
        if turn is not None:
            turn.hand_over(_AsyncGift(None))
        await connection.aclose()


class _AsyncGift:
    """What is handed over in the queue: a connection, or only the right to open one."""

    __slots__ = ("connection",)

    def __init__(self, connection: httpcore.AsyncHTTPConnection | None) -> None:
        self.connection = connection


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
