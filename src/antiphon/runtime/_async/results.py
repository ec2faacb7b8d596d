"""What is made of a response once its head is there: a value, a stream, a page, a binary content."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ..core.reading import reader_for
from ..core.request import Call
from ..core.response import HTTPResponse, parsed
from .opened import AsyncOpened
from .stream import AsyncStream, stream_item

if TYPE_CHECKING:
    from .pages import AsyncAPIPage, AsyncPageFetcher

__all__ = ["AsyncBinaryResult", "AsyncPageResult", "AsyncResult", "AsyncStreamResult", "AsyncValueResult"]


class AsyncResult(Protocol):
    """Makes what the caller wants. Nothing here waits: the body was read before, if `needs_body`."""

    needs_body: bool

    @property
    def cast_to(self) -> Any:
        """What was promised."""
        ...

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        """The promised thing, or a `to` instead. Raises `APIResponseValidationError`."""
        ...


class AsyncValueResult:
    """A value parsed from the body, passed through `finish` where the call has something to add."""

    needs_body = True

    def __init__(self, into: Any, *, strict: bool, finish: Callable[[Any], Any] | None = None) -> None:
        self.cast_to = into
        self._strict = strict
        self._finish = finish

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        if stream_item(to) is not None:
            return AsyncStreamResult(to, strict=self._strict).make(opened, to)
        if to is not None:
            return parsed(to, opened.response, strict=self._strict)
        value = parsed(self.cast_to, opened.response, strict=self._strict)
        return value if self._finish is None else self._finish(value)


class AsyncStreamResult:
    """The items of an event stream, or of JSON lines."""

    needs_body = False

    def __init__(self, item: Any, *, strict: bool, stream_class: type[AsyncStream[Any]] = AsyncStream) -> None:
        self.cast_to = item
        self._strict = strict
        self._stream_class = stream_class

    def of_class(self, stream_class: type[AsyncStream[Any]]) -> AsyncStreamResult:
        """The same items in a stream of another class."""
        return AsyncStreamResult(self.cast_to, strict=self._strict, stream_class=stream_class)

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        item = stream_item(to)
        if item is None:
            item, stream_class = self.cast_to if to is None else to, self._stream_class
        else:
            stream_class = to
        from ..core.events import event_stream  # programs that stream nothing never need it

        return stream_class(opened, event_stream(reader_for(item), opened.response))


class AsyncPageResult:
    """A page that knows how to fetch the next one."""

    needs_body = True

    def __init__(self, page: type[AsyncAPIPage[Any]], call: Call, fetch: AsyncPageFetcher, *, strict: bool) -> None:
        self.cast_to = page
        self._call = call
        self._fetch = fetch
        self._strict = strict

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        from ..core.pages import read_page  # programs that list nothing never need pages

        page = read_page(self.cast_to if to is None else to, opened.response, strict=self._strict)
        self._lead_on(page, opened.response)
        return page

    def _lead_on(self, page: object, response: HTTPResponse) -> None:
        from ..core.pages import Walk, link_on
        from .pages import AsyncAPIPage

        if isinstance(page, AsyncAPIPage):
            page.follow(Walk(self._call), self._fetch, link_on(page.rule, response))


class AsyncBinaryResult:
    """The body as it is."""

    needs_body = True

    @property
    def cast_to(self) -> Any:
        from ..binary import BinaryResponse

        return BinaryResponse

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        if to is not None:
            return parsed(to, opened.response)
        from ..binary import BinaryResponse  # most programs never need it

        return BinaryResponse(opened.response)
