"""The default transport: requests over connections of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ...core.http11 import request_head
from ...core.request import Request
from ...core.response import Head
from ...core.transport import AsyncReply, TransportError
from ..pools import AsyncPools
from ..targets import target_of
from .connection import AsyncConnection
from .pool import AsyncConnectionPool

__all__ = ["AsyncDirectTransport"]


class AsyncDirectTransport:
    """Requests over pools of our own, without an HTTP library between."""

    def __init__(self, pools: AsyncPools | None = None) -> None:
        self.pools = AsyncPools() if pools is None else pools

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        pools = self.pools
        target = target_of(request.url)
        try:
            head = request_head(request.method, target.path, target.host, request.header_fields)
        except TransportError as error:
            raise error.with_traceback(None) from None  # whose variables are the fields
        pool = await pools.get()
        connection = await pool.take(target.origin, request.timeout.pool)
        try:
            received = await connection.exchange(request, head, body)
            return _AsyncReply(received, connection, pool, pools)
        except BaseException:
            await pool.drop(connection)
            raise

    async def aclose(self) -> None:
        await self.pools.aclose()


class _AsyncReply:
    """A response on a connection that goes back to its pool when the body was read."""

    __slots__ = ("_connection", "_is_done", "_owner", "_pool", "head")

    def __init__(self, head: Head, connection: AsyncConnection, pool: AsyncConnectionPool, owner: object) -> None:
        self.head = head
        self._connection = connection
        self._pool = pool
        self._owner = owner  # kept as long as the body may be read: connections are closed with it
        self._is_done = False

    @property
    def connection(self) -> AsyncConnection:
        """What the body is read from."""
        return self._connection

    async def read(self) -> bytes:
        receive = self._connection.receive
        try:
            data = await receive()
            if piece := await receive():
                pieces = [data, piece]
                while piece := await receive():
                    pieces.append(piece)
                data = b"".join(pieces)
        except BaseException:
            await self.aclose()
            raise
        await self.aclose()
        return data

    def pieces(self) -> AsyncIterator[bytes]:
        # No generator: one that is left before its end takes an event loop a task to finish.
        return self

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = await self._connection.receive()
        except BaseException:
            await self.aclose()
            raise
        if not piece:
            await self.aclose()
            raise StopAsyncIteration
        return piece

    async def finish(self) -> None:
        try:
            if not self._is_done:
                await self._connection.drained()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        if not self._is_done:
            self._is_done = True
            await self._pool.give_back(self._connection)

    def abandon(self) -> None:
        if not self._is_done and self._connection.stream is not None:
            self._connection.stream.close_later(self.aclose)
