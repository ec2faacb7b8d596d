"""An answer in pieces."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from ...runtime import AsyncStream, HTTPResponse
from ...runtime.core.events import event_stream
from ...runtime.core.reading import reader_for
from ..pairs.streams import AsyncBothWays

if TYPE_CHECKING:
    from ..pairs.streams import AsyncOpened

__all__ = ["AsyncClosing", "AsyncPieces", "async_listed_pieces", "async_pieces_of"]

T = TypeVar("T")


class AsyncSource(Protocol):
    """Where pieces come from, as they came."""

    async def __anext__(self) -> Any: ...
    def __aiter__(self) -> AsyncIterator[Any]: ...
    async def close(self) -> None: ...


class AsyncClosing:
    """Something that is closed at the end of a `with` block."""

    if TYPE_CHECKING:

        async def close(self) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


class AsyncPieces(AsyncClosing, AsyncBothWays[T], Generic[T]):
    """The pieces of an answer, as they arrive: iterate it, or use it as a context manager.

    The connection goes back to the pool when the pieces end, and is closed when the loop is left early, on an error,
    on cancellation, on `close()`, and when the stream is dropped.

    Iterating raises `APIError` for an error the server sends, `APIConnectionError` or `APITimeoutError` when the
    connection fails before the end, and `APIResponseValidationError` for contents that are no stream.
    """

    response: HTTPResponse | None
    """Status and headers; None for an answer that nobody sent."""

    def __init__(
        self,
        source: AsyncSource,
        read: Callable[[Any], T],
        opened: AsyncOpened | None = None,
        is_over: Callable[[], bool] = bool,
        read_seconds: float | None = None,
    ) -> None:
        self.response = None if opened is None else opened.response
        self._source = source
        self._read = read
        self._opened = opened
        self._is_over = is_over
        self._read_seconds = read_seconds
        self._begin()

    @property
    def incomplete(self) -> bool:
        """Whether the body ended without the mark that says the stream is over."""
        return self._opened is not None and self._opened.is_finished and not self._is_over()

    async def __anext__(self) -> T:
        return self._read(await anext(self._source))

    async def __aiter__(self) -> AsyncIterator[T]:
        read = self._read
        try:
            async for item in self._source:
                yield read(item)
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection unless the stream was read to its end. Closing twice does nothing."""
        await self._source.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source!r}>"


def async_pieces_of(
    opened: AsyncOpened, read: Callable[[Mapping[str, Any]], T], *, read_seconds: float | None
) -> AsyncPieces[T]:
    """The pieces that a response brings; `read_seconds` is how long the next one may take."""
    events = event_stream(reader_for(dict[str, Any]), opened.response)
    return AsyncPieces(AsyncStream[dict[str, Any]](opened, events), read, opened, lambda: events.done, read_seconds)


def async_listed_pieces(pieces: Iterator[T]) -> AsyncPieces[T]:
    """Pieces that are there already."""
    return AsyncPieces(_AsyncListed(pieces), lambda piece: piece)


class _AsyncListed:
    def __init__(self, pieces: Iterator[Any]) -> None:
        self._items = _each(pieces)

    async def __anext__(self) -> Any:
        return await anext(self._items)

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for item in self._items:
            yield item

    async def close(self) -> None:
        await self._items.aclose()


async def _each(pieces: Iterator[Any]) -> AsyncGenerator[Any, None]:
    for piece in pieces:
        yield piece
