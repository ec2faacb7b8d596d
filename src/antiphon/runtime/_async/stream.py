"""A response that arrives item by item."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, get_args, get_origin

from ..core.errors import APIConnectionError
from ..core.response import HTTPResponse
from ..waiting import AsyncClosing, async_closed, async_reply_of
from .opened import AsyncOpened

if TYPE_CHECKING:
    from ..core.events import EventStream

__all__ = ["AsyncStream", "stream_item"]

T = TypeVar("T")


class AsyncStream(AsyncClosing, Generic[T]):
    """Items as they arrive: iterate it, or use it as a context manager.

    The connection goes back to the pool when the items end, and is closed when the loop is left early, on an error,
    on cancellation, on `close()`, and when the stream is dropped. To look at one item and go on later, use
    `anext(stream)`: leaving an `async for` loop ends the stream.

    Iterating raises `APIError` for an error the server sends, `APIConnectionError` or `APITimeoutError` when the
    connection fails before the end, and `APIResponseValidationError` for contents that are no stream.
    """

    response: HTTPResponse
    """Status and headers; the body is what the stream reads."""

    def __init__(
        self,
        opened: AsyncOpened | None = None,
        events: EventStream[T] | None = None,
        *,
        cast_to: type[T] | None = None,
        response: Any = None,
        client: object = None,
        options: object = None,
    ) -> None:
        """A stream is what calls give. Tests of programs make one by hand: of `cast_to`, out of a `response` of httpx.

        Raises TypeError when it is neither made by a call nor given these two. `client` and `options` change nothing.
        """
        if opened is None or events is None:
            opened, events = _made_by_hand(cast_to, response)
        self.response = opened.response
        self.response.comes_from(opened)
        self._opened = opened
        self._events = events
        # Holds no reference to this object: a stream that is dropped must go at once, and its connection with it.
        self._items = self.__stream__()

    def __stream__(self) -> AsyncIterator[T]:
        """The items as they are read; what a subclass does to them happens here."""
        return _items(self._opened, self._events)

    @property
    def incomplete(self) -> bool:
        """Whether the body ended without the mark that says the stream is over."""
        return self._opened.is_finished and not self._events.done

    async def __anext__(self) -> T:
        self._check_open()
        return await anext(self._items)

    async def __aiter__(self) -> AsyncIterator[T]:
        self._check_open()
        items = self._items
        try:
            # No variable holds the item: a stream that waits for its reader, or for the next, keeps nothing of it.
            while True:
                yield await anext(items)
        except StopAsyncIteration:
            return
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

    def _check_open(self) -> None:
        if self._opened.is_closed and not self._opened.is_finished and not self.response.is_read:
            raise APIConnectionError(message="The stream was closed.", request=self.response.request)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.response.request.method} {self.response.url.path}>"


def _made_by_hand(item: type[T] | None, response: Any) -> tuple[AsyncOpened, EventStream[T]]:
    from ..core.events import event_stream
    from ..core.reading import reader_for

    if item is None or response is None:
        raise TypeError("a stream made by hand needs cast_to=, the type of its items, and response=, of httpx")
    reply, request = async_reply_of(response)
    opened = AsyncOpened(reply, HTTPResponse(reply.head, request, None))
    return opened, event_stream(reader_for(item), opened.response)


async def _items(opened: AsyncOpened, events: EventStream[T]) -> AsyncIterator[T]:
    pieces = opened.pieces()  # kept until the end: leaving the loop must not close it
    try:
        async for piece in pieces:
            found = events.feed(piece)
            with suppress(StopIteration):
                while True:
                    yield next(found)
            if events.done:
                break
        for item in events.finish():
            yield item
    except BaseException:
        await opened.close()
        raise
    await opened.finish()
    await async_closed(pieces)  # left to the event loop, it would take a task of its own


def stream_item(stream_class: Any) -> Any:
    """What a stream class (`AsyncStream[Item]`, or a subclass of it) is a stream of; None for any other type."""
    origin: Any = get_origin(stream_class) or stream_class
    bases: tuple[Any, ...] = getattr(origin, "__orig_bases__", ())
    if not isinstance(origin, type) or not issubclass(origin, AsyncStream):
        return None
    if arguments := get_args(stream_class):
        return arguments[0]
    return next((item for base in bases if (item := stream_item(base)) is not None), object)
