"""Connections kept for reuse. Taking one and giving it back costs the same with one of them open as with thousands."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias, cast

from ...core.errors import ClientClosedError
from ...core.transport import TransportTimeout
from ...waiting import AsyncTurn
from ..errors import TIMEOUT_WORDS
from ..network import Origin
from .connection import AsyncConnection

__all__ = ["AsyncConnectionPool"]

_SWEPT_EVERY: Final = 1.0

_AsyncIdle: TypeAlias = deque[AsyncConnection]
"""Connections that nobody uses, the one used last at the end."""


class AsyncConnectionPool:
    """One HTTP/1.1 connection per request in flight, the most recently used idle one first.

    Once `max_connections` are open, requests wait for their turn, first come, first served.
    """

    def __init__(
        self,
        connect: Callable[[Origin], AsyncConnection],
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
        self._idle: dict[Origin, _AsyncIdle] = {}
        self._busy: set[AsyncConnection] = set()
        self._count = 0
        self._is_closed = False
        self._swept = 0.0
        # What is handed over is a connection, or None: the right to open one.
        self._queue: deque[AsyncTurn[AsyncConnection | None]] = deque()

    @property
    def open_connections(self) -> int:
        """How many connections there are, in use and idle."""
        return self._count

    @property
    def busy_connections(self) -> int:
        """How many connections are in use."""
        return len(self._busy)

    async def take(self, origin: Origin, seconds: float | None) -> AsyncConnection:
        """A connection to this server, for the caller alone until it gives it back or drops it.

        Raises `TransportTimeout` when none became free in this time, and `ClientClosedError`.
        """
        stale: list[AsyncConnection] = []
        connection: AsyncConnection | None = None
        turn: AsyncTurn[AsyncConnection | None] | None = None
        try:
            with self._lock:
                self._check_open()
                connection = self._fit(origin, stale)
                if connection is None and (self._count < self._max_connections or any(self._idle.values())):
                    connection = self._connect(origin)  # first, for it may raise
                    if self._count >= self._max_connections:
                        self._make_room(stale)
                    self._count += 1
                if connection is None:
                    turn = AsyncTurn()
                    self._queue.append(turn)
                else:
                    self._busy.add(connection)
            if connection is None:
                return await self._wait(cast("AsyncTurn[Any]", turn), origin, seconds)
            if stale:
                await _close(stale)
        except BaseException:
            if connection is not None:  # it does not stay taken when this is cancelled or interrupted
                await self.drop(connection)
            await _close(stale)
            raise
        return connection

    async def give_back(self, connection: AsyncConnection) -> None:
        """The connection's response is over: keep it, hand it to who waits, or close it."""
        fits = False
        try:
            fits = connection.is_reusable()
        finally:
            if not fits:
                await self.drop(connection)
        if not fits:
            return
        expired: list[AsyncConnection] = []
        with self._lock:
            if connection not in self._busy:  # the pool was closed meanwhile
                expired.append(connection)
            else:
                self._busy.remove(connection)
                if self._queue:
                    self._queue.popleft().hand_over(connection)
                else:
                    idle = self._idle.setdefault(connection.origin, deque())
                    idle.append(connection)
                    self._expire(idle, expired)
                    if len(self._idle) > 1:
                        self._sweep(expired)
        if expired:
            await _close(expired)

    async def drop(self, connection: AsyncConnection) -> None:
        """Close a connection that cannot be used again; its place goes to who waits first."""
        with self._lock:
            if connection in self._busy:
                self._busy.remove(connection)
                if self._queue:
                    self._queue.popleft().hand_over(None)
                else:
                    self._count -= 1
        await _close([connection])

    async def aclose(self) -> None:
        """Close every connection. Requests in flight fail, and so do those that wait for their turn."""
        with self._lock:
            self._is_closed = True
            busy = list(self._busy)
            idle = [connection for each in self._idle.values() for connection in each]
            self._idle.clear()
            self._busy.clear()
            self._count = 0
            while self._queue:
                self._queue.popleft().hand_over(None)
        await _close(idle)
        for connection in busy:
            connection.cut_off()

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClientClosedError

    def _fit(self, origin: Origin, stale: list[AsyncConnection]) -> AsyncConnection | None:
        """An idle connection that still lives; dead ones met on the way are counted out and put on `stale`."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle[-1]
            fits = not self._has_expired(connection) and connection.is_available()
            del idle[-1]  # not pop(): Ctrl-C can come between that and having what it gave
            if fits:
                return connection
            self._count -= 1
            stale.append(connection)
        return None

    def _expire(self, idle: _AsyncIdle, expired: list[AsyncConnection]) -> None:
        while idle and self._has_expired(idle[0]):
            expired.append(idle.popleft())
            self._count -= 1

    def _sweep(self, expired: list[AsyncConnection]) -> None:
        """Give up what is idle at servers that nobody asks any more; once in a while, since there may be many."""
        now = time.monotonic()
        if now - self._swept < _SWEPT_EVERY:
            return
        self._swept = now
        for origin, idle in list(self._idle.items()):
            self._expire(idle, expired)
            if not idle:
                del self._idle[origin]

    def _has_expired(self, connection: AsyncConnection) -> bool:
        return time.monotonic() - connection.unused_since > self._keepalive

    def _make_room(self, stale: list[AsyncConnection]) -> None:
        """Give up an idle connection to another server; there is one."""
        idle = next(idle for idle in self._idle.values() if idle)
        stale.append(idle.popleft())
        self._count -= 1

    async def _wait(
        self,
        turn: AsyncTurn[AsyncConnection | None],
        origin: Origin,
        seconds: float | None,
    ) -> AsyncConnection:
        try:
            await turn.wait(seconds)
        except BaseException:
            if not self._left_queue(turn):
                await self._pass_on(turn.given)
            raise
        if self._left_queue(turn):
            raise TransportTimeout(TIMEOUT_WORDS["PoolTimeout"])
        connection = turn.given
        fits = connection is not None and connection.origin == origin and connection.is_available()
        try:
            with self._lock:
                self._check_open()
                if connection is not None and fits:
                    self._busy.add(connection)
                    return connection
                fresh = self._connect(origin)
                self._busy.add(fresh)
        except BaseException:
            await self._pass_on(connection)
            raise
        if connection is not None:
            try:
                await _close([connection])
            except BaseException:
                await self.drop(fresh)
                raise
        return fresh

    def _left_queue(self, turn: AsyncTurn[AsyncConnection | None]) -> bool:
        """Stop waiting. False when something was handed over just before."""
        with self._lock:
            if turn not in self._queue:
                return False
            self._queue.remove(turn)
            return True

    async def _pass_on(self, connection: AsyncConnection | None) -> None:
        """What was handed to somebody who stopped waiting goes to the next, or is given up."""
        with self._lock:
            if self._queue:
                self._queue.popleft().hand_over(connection)
                return
            if not self._is_closed:
                self._count -= 1
        if connection is not None:
            await _close([connection])


async def _close(connections: Iterable[AsyncConnection]) -> None:
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
