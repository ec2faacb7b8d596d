"""A response that arrives item by item."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from ..core.errors import APIConnectionError
from ..core.events import START_KEPT, EventStream, looks_like_stream, not_a_stream
from ..core.response import HTTPResponse
from .opened import AsyncOpened

__all__ = ["AsyncStream"]

T = TypeVar("T")


class AsyncStream(Generic[T]):
    """Items as they arrive: iterate it, or use it as a context manager.

    The connection goes back to the pool when the items end, and is closed when the loop is left early, on an error,
    on cancellation, on `close()`, and when the stream is dropped. To look at one item and go on later, use
    `anext(stream)`: leaving an `async for` loop ends the stream.

    Iterating raises `APIError` for an error the server sends, `APIConnectionError` or `APITimeoutError` when the
    connection fails before the end, and `APIResponseValidationError` for contents that are no stream.
    """

    response: HTTPResponse
    """Status and headers; the body is what the stream reads."""

    def __init__(self, opened: AsyncOpened, events: EventStream[T]) -> None:
        self.response = opened.response
        self.incomplete = False
        """True when the body ended without the mark that says the stream is over."""
        self._opened = opened
        self._events = events
        self._ended = False
        self._items = self._read()

    async def __anext__(self) -> T:
        self._check_open()
        return await anext(self._items)

    async def __aiter__(self) -> AsyncIterator[T]:
        self._check_open()
        try:
            async for item in self._items:
                yield item
        finally:
            await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection unless the stream was read to its end. Closing twice does nothing."""
        await self._opened.close()

    async def _read(self) -> AsyncIterator[T]:
        opened, events = self._opened, self._events
        start = b""
        count = 0
        pieces = opened.pieces()  # kept until the end: leaving the loop must not close it
        try:
            async for piece in pieces:
                if count == 0 and len(start) < START_KEPT:
                    start += piece[:START_KEPT]
                    if not looks_like_stream(self.response, start):
                        continue
                for item in events.feed(piece):
                    count += 1
                    yield item
                if events.done:
                    break
            for item in events.finish():
                count += 1
                yield item
            self._ended = True
        finally:
            if self._ended:
                await opened.finish()
            else:
                await opened.close()
        self.incomplete = not events.done
        if count == 0 and not events.done:
            raise not_a_stream(self.response, start)

    def _check_open(self) -> None:
        if self._opened.is_closed and not self._ended:
            raise APIConnectionError(message="The stream was closed.", request=self.response.request)

    def __del__(self) -> None:
        # Never iterated, or left before its end: nobody else will give the connection back.
        opened = getattr(self, "_opened", None)
        if opened is not None:
            opened.abandon()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.response.request.method} {self.response.url.path}>"
