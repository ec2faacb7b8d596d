"""What is made of a response once its head is there: a value, a stream, a page, a binary content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..binary import BinaryResponse
from ..core.events import EventReader, LineReader
from ..core.pages import Walk
from ..core.reading import reader_for
from ..core.request import Call
from ..core.response import parsed
from .opened import AsyncOpened
from .pages import AsyncAPIPage, AsyncPageFetcher
from .stream import AsyncStream

__all__ = ["AsyncBinaryResult", "AsyncPageResult", "AsyncResult", "AsyncStreamResult", "AsyncValueResult"]


class AsyncResult(Protocol):
    """Makes what the caller wants. Nothing here waits: the body was read before, if `needs_body`."""

    needs_body: bool

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        """The promised thing, or a `to` instead. Raises `APIResponseValidationError`."""
        ...


class AsyncValueResult:
    """A value parsed from the body, passed through `finish` where the call has something to add."""

    needs_body = True

    def __init__(self, into: Any, *, strict: bool, finish: Callable[[Any], Any] | None = None) -> None:
        self._into = into
        self._strict = strict
        self._finish = finish

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        if to is not None:
            return parsed(to, opened.response, strict=self._strict)
        value = parsed(self._into, opened.response, strict=self._strict)
        return value if self._finish is None else self._finish(value)


class AsyncStreamResult:
    """The items of an event stream, or of JSON lines."""

    needs_body = False

    def __init__(self, item: Any, *, strict: bool, stream_class: type[AsyncStream[Any]] = AsyncStream) -> None:
        self._item = item
        self._strict = strict
        self._stream_class = stream_class

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        reader = reader_for(self._item if to is None else to)
        response = opened.response
        lines = "json" in (kind := response.headers.get("content-type", "")) and ("lines" in kind or "jsonl" in kind)
        events = LineReader(reader, response) if lines or "ndjson" in kind else EventReader(reader, response)
        return self._stream_class(opened, events)


class AsyncPageResult:
    """A page that knows how to fetch the next one."""

    needs_body = True

    def __init__(self, page: type[AsyncAPIPage[Any]], call: Call, fetch: AsyncPageFetcher, *, strict: bool) -> None:
        self._page = page
        self._call = call
        self._fetch = fetch
        self._strict = strict

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        page = parsed(self._page if to is None else to, opened.response, strict=self._strict)
        if isinstance(page, AsyncAPIPage):
            page.follow(Walk(self._call), self._fetch)
        return page


class AsyncBinaryResult:
    """The body as it is."""

    needs_body = True

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        return BinaryResponse(opened.response) if to is None else parsed(to, opened.response)
