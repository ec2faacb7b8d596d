"""Connections of aiohttp: how many, and which of them may be used again."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

import aiohttp

from ..core.errors import ClientClosedError
from .aiohttp_errors import PoolTimeout, fault_of
from .sockets import is_quiet, socket_options

__all__ = ["Connector", "Places"]


class Places:
    """How many requests may have a connection; the others wait, first come, first served, as long as it takes.

    aiohttp's own limit would count that waiting as time to connect.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, count: int | None) -> None:
        self._loop = loop
        self._free = 1 << 62 if count is None else count
        self._queue: deque[asyncio.Future[None]] = deque()
        self._is_closed = False

    def take_at_once(self) -> bool:
        """Whether there was a free place. It is taken then."""
        if self._free > 0 and not self._is_closed:
            self._free -= 1
            return True
        return False

    async def take(self, seconds: float | None) -> None:
        """Wait for a place. Raises `TransportTimeout` and, when the session is closed, `ClientClosedError`."""
        turn = self._loop.create_future()
        if not self._is_closed:
            self._queue.append(turn)
            try:
                async with asyncio.timeout(seconds):
                    await turn
            except TimeoutError:
                if turn.cancelled():  # else it came at the same moment
                    self._queue.remove(turn)
                    raise fault_of(PoolTimeout()) from None
            except BaseException:
                if turn.cancelled():
                    self._queue.remove(turn)
                else:
                    self.give_back()
                raise
        if self._is_closed:
            raise ClientClosedError("this client was closed before the request was sent")

    def give_back(self) -> None:
        """Somebody is done."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        """Nobody gets a place any more."""
        self._is_closed = True
        for turn in self._queue:
            if not turn.done():
                turn.set_result(None)
        self._queue.clear()


class Connector(aiohttp.TCPConnector):
    """aiohttp's pool, which looks a kept connection over before it is used again."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, *, max_idle: int | None, keepalive_seconds: float | None
    ) -> None:
        keeping: dict[str, Any] = (
            {"force_close": True} if max_idle == 0 else {"keepalive_timeout": keepalive_seconds or None}
        )
        base: Any = super()
        base.__init__(loop=loop, limit=0, ttl_dns_cache=10, **keeping)
        self._max_idle = max_idle
        self._new: set[Any] = set()

    async def connect(self, req: Any, traces: Any, timeout: aiohttp.ClientTimeout) -> Any:
        """A connection that is new, or as good as new."""
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol: Any = connection.protocol
            if protocol in self._new:
                self._new.discard(protocol)
                return connection
            # Bytes after the end of a response must never become the answer to the next request.
            if not protocol.should_close and not _has_arrived(protocol.transport):
                return connection
            connection.close()

    async def _create_connection(self, req: Any, traces: Any, timeout: aiohttp.ClientTimeout) -> Any:
        # aiohttp applies the limit to each address on its own, and not to the look-up of the name.
        async with asyncio.timeout(timeout.sock_connect):
            protocol = await super()._create_connection(req, traces, timeout)
        _set_options(protocol)
        self._new.add(protocol)
        return protocol

    def close_now(self) -> None:
        """Break every connection off, without waiting: TLS would go on saying goodbye after the end of the loop."""
        kept = [protocol for idle in self._conns.values() for protocol, *_ in idle]
        for protocol in [*kept, *self._acquired]:
            transport = protocol.transport
            if transport is not None:
                with suppress(RuntimeError):  # the loop is closed
                    transport.abort()
        self._close()
        self._new.clear()

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        if self._max_idle is not None and sum(map(len, self._conns.values())) >= self._max_idle:
            should_close = True
        super()._release(key, protocol, should_close=should_close)

    def __del__(self, *_: object) -> None:
        """Nothing to tell: whoever owns this closes it."""


def _set_options(protocol: Any) -> None:
    sock = protocol.transport.get_extra_info("socket") if protocol.transport is not None else None
    if sock is None:
        return
    for level, name, value in socket_options():
        try:
            sock.setsockopt(level, name, value)
        except (OSError, AttributeError):
            return


def _has_arrived(transport: Any) -> bool:
    """Whether there is something to read on a connection where nothing is expected."""
    sock = transport.get_extra_info("socket") if transport is not None else None
    return sock is None or not is_quiet(sock)
