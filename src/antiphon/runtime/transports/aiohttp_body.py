"""A request body as aiohttp wants it: sent piece by piece, each within the write timeout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp

from .aiohttp_errors import BodyMismatch, WriteTimeout

__all__ = ["AT_ONCE", "RequestBody"]

AT_ONCE: Final = 48 * 1024
"""A body of this size fits into the write buffer of a connection (64 KiB), so that sending it never waits."""
_PIECE: Final = 256 * 1024


class RequestBody(aiohttp.Payload):
    """Bytes or an iterator of them, which must come to `length` bytes where that is announced.

    `failure` is what was wrong with it, or what the iterator raised: nobody else's fault.
    """

    _autoclose = True

    def __init__(self, content: bytes | AsyncIterator[bytes], length: int | None, seconds: float | None) -> None:
        super().__init__(content)
        self.failure: Exception | None = None
        self._size = length
        self._seconds = None if seconds is None else max(seconds, 1e-6)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a request body is sent as it is")

    async def write_with_length(self, writer: Any, content_length: int | None) -> None:
        await self.write(writer)

    async def write(self, writer: Any) -> None:
        content: bytes | AsyncIterator[bytes] = self._value
        if isinstance(content, bytes):
            self._count(len(content), at_end=True)
            await self._put(writer, content)
        else:
            sent = 0
            try:
                while (piece := await self._next(content)) is not None:
                    sent += len(piece)
                    self._count(sent)
                    await self._put(writer, piece)
            finally:
                close = getattr(content, "aclose", None)
                if close is not None:
                    await close()
            self._count(sent, at_end=True)
        await self._in_time(writer.drain())

    async def _next(self, content: AsyncIterator[bytes]) -> bytes | None:
        try:
            return await anext(content)
        except StopAsyncIteration:
            return None
        except Exception as error:
            self.failure = error
            raise

    async def _put(self, writer: Any, piece: bytes) -> None:
        if len(piece) <= _PIECE:
            await self._in_time(writer.write(piece))
            return
        view = memoryview(piece)
        for start in range(0, len(view), _PIECE):
            await self._in_time(writer.write(view[start : start + _PIECE]))

    async def _in_time(self, writing: Any) -> None:
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                await writing
        except TimeoutError:
            if limit.expired():
                raise WriteTimeout from None
            raise

    def _count(self, sent: int, *, at_end: bool = False) -> None:
        announced = self._size
        if announced is not None and (sent > announced or (at_end and sent < announced)):
            self.failure = BodyMismatch(f"the body is not of the announced {announced} bytes")
            raise self.failure
