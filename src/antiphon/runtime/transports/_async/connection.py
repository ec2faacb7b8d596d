"""One HTTP/1.1 connection: a request goes out, its response comes in, and then the next."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from ...core.http11 import RequestHead, ResponseReader, chunk, last_chunk
from ...core.request import Request
from ...core.response import Head
from ...core.transport import TransportError, TransportTimeout
from ..network import AsyncNetworkStream, Origin, async_connected

__all__ = ["AsyncConnection"]

_JOINED_AT_MOST = 64 * 1024
_END_SECONDS = 0.1
_END_AT_MOST = 64 * 1024


class AsyncConnection:
    """A connection to one server, opened by its first request. One exchange at a time."""

    __slots__ = ("_read_seconds", "_reader", "_trust", "origin", "stream", "unused_since")

    def __init__(self, origin: Origin, trust: Callable[[], ssl.SSLContext]) -> None:
        self.origin = origin
        self.stream: AsyncNetworkStream | None = None
        # Asked for now, since it can fail, and then nothing is to be undone.
        self._trust = trust() if origin.scheme == "https" else None
        self.unused_since = 0.0
        """When its last exchange ended."""
        self._reader: ResponseReader | None = None
        self._read_seconds: float | None = None

    async def exchange(self, request: Request, head: RequestHead, body: bytes | AsyncIterator[bytes] | None) -> Head:
        """Send a request, and give the head of its response once that is there. Raises `TransportError`."""
        timeout = request.timeout
        stream = self.stream
        if stream is None:
            stream = self.stream = await async_connected(self.origin, self._trust, timeout.connect)
        reader = self._reader = ResponseReader(request.method)
        self._read_seconds = timeout.read
        fault: TransportError | None = None
        try:
            await self._send(stream, head, body, request)
        except (TransportTimeout, BodyMismatch) as error:
            raise error.with_traceback(None) from None
        except TransportError as error:
            fault = error.with_traceback(None)  # the server may have answered before it closed
            if isinstance(body, AsyncGenerator):  # nobody else knows that it is not read any further
                await body.aclose()
        while reader.head is None:
            try:
                data = await stream.read(timeout.read)
            except TransportTimeout:
                raise
            except TransportError as error:
                raise (fault or error) from None
            if data:
                reader.feed(data)
            else:
                reader.end()
        if fault is not None or "close" in request.header_fields.get("connection", "").lower():
            reader.keeps = False
        return reader.head

    async def receive(self, seconds: float | None = None) -> bytes:
        """The next piece of the body, waited for as long as the request says, or as said; empty at its end."""
        reader, stream = self._reader, self.stream
        if reader is None or stream is None:
            return b""
        while not reader.is_done:
            if piece := reader.body():
                return piece
            if reader.is_done:
                break
            if data := await stream.read(self._read_seconds if seconds is None else seconds):
                reader.feed(data)
            else:
                reader.end()
        return b""

    async def drained(self) -> bool:
        """Whether the rest of the body was small, and there within a tenth of a second. If not, it stays unread."""
        until = time.monotonic() + _END_SECONDS
        rest = 0
        try:
            while piece := await self.receive(max(0.0, until - time.monotonic())):
                rest += len(piece)
                if rest > _END_AT_MOST:
                    return False
        except TransportError:
            return False
        return True

    def ends_here(self) -> bool:
        """Whether the end of the body has come, though perhaps it was not taken yet."""
        return self._reader is None or self._reader.ends_here()

    def is_reusable(self) -> bool:
        """Whether the exchange ended so that another can follow."""
        reader = self._reader
        fits = reader is not None and reader.is_done and reader.keeps and not reader.has_leftover
        self._reader = None
        self.unused_since = time.monotonic()
        return fits

    def is_available(self) -> bool:
        """Whether a connection that was idle can still be used: nobody closed it, and nothing came."""
        return self.stream is None or self.stream.is_quiet()

    def cut_off(self) -> None:
        """End it for somebody who may be reading from it: that read fails now."""
        if self.stream is not None:
            self.stream.abort()

    async def aclose(self) -> None:
        """Close it."""
        if self.stream is not None:
            await self.stream.aclose()

    async def _send(
        self, stream: AsyncNetworkStream, head: RequestHead, body: bytes | AsyncIterator[bytes] | None, request: Request
    ) -> None:
        seconds = request.timeout.write
        if body is None or isinstance(body, bytes):
            if not body:
                await stream.write(head, seconds)
            elif len(body) <= _JOINED_AT_MOST:
                await stream.write(head + body, seconds)
            else:
                await stream.write(head, seconds)
                await stream.write(body, seconds)
            return
        announced = request.header_fields.get("content-length")
        left = None if announced is None else int(announced)
        waiting: bytes = head  # goes out with what comes first
        async for piece in body:
            if left is not None:
                left -= len(piece)
                if left < 0:
                    raise BodyMismatch("the body is longer than its content-length says")
            await stream.write(waiting + (piece if left is not None else chunk(piece)), seconds)
            waiting = b""
        if left:
            raise BodyMismatch("the body is shorter than its content-length says")
        if waiting or left is None:
            await stream.write(waiting + (last_chunk if left is None else b""), seconds)


class BodyMismatch(TransportError):
    """The body did not keep what its head promised: nobody's answer to it counts."""
