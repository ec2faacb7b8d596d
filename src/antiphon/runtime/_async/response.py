"""Responses as objects: `with_raw_response` gives them read, `with_streaming_response` gives them open."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, ParamSpec, TypeVar, overload

from ..core.headers import Headers
from ..core.request import SentRequest
from ..core.response import HTTPResponse
from ..core.text import LineDecoder, Resizer, TextDecoder
from ..core.urls import URL
from ..waiting import AsyncMethod, async_call, async_reply_of
from .opened import AsyncOpened
from .results import AsyncResult, AsyncStreamResult, AsyncValueResult
from .stream import AsyncStream, stream_item

__all__ = [
    "AsyncAPIResponse",
    "AsyncRawResponse",
    "AsyncResponseContextManager",
    "async_raw_method",
    "async_streamed_method",
]

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class _AsyncResponseFacts(Generic[T]):
    """What both kinds of response tell about themselves."""

    def __init__(
        self,
        opened: AsyncOpened | None = None,
        result: AsyncResult | None = None,
        *,
        raw: Any = None,
        cast_to: Any = None,
        client: object = None,
        stream: bool = False,
        stream_cls: Any = None,
        options: object = None,
        retries_taken: int = 0,
    ) -> None:
        """Calls give responses. Tests of programs make one by hand: of `cast_to`, out of a `raw` response of httpx.

        Raises TypeError when it is neither made by a call nor given these two. `options` change nothing.
        """
        if opened is None or result is None:
            strict = bool(getattr(client, "_strict_response_validation", False))
            opened = _opened_by_hand(raw, cast_to, retries_taken)
            if stream or stream_cls is not None:
                result = AsyncStreamResult(cast_to, strict=strict, stream_class=stream_cls or AsyncStream)
            else:
                result = AsyncValueResult(cast_to, strict=strict)
            if isinstance(self, AsyncRawResponse) and result.needs_body and not opened.response.is_read:
                raise TypeError("a response that is made by hand has to be read before")
        self._opened = opened
        self._result = result
        self._parsed: list[tuple[Any, Any]] = []

    @property
    def http_response(self) -> HTTPResponse:
        if not self._opened.is_closed:
            self._opened.response.comes_from(self._opened)
        return self._opened.response

    @property
    def http_request(self) -> SentRequest:
        return self._opened.response.request

    @property
    def headers(self) -> Headers:
        return self._opened.response.headers

    @property
    def status_code(self) -> int:
        return self._opened.response.status_code

    @property
    def url(self) -> URL:
        return self._opened.response.url

    @property
    def method(self) -> str:
        return self._opened.response.request.method

    @property
    def http_version(self) -> str:
        return self._opened.response.http_version

    @property
    def request_id(self) -> str | None:
        """The server's id of this request, `x-request-id`."""
        return self.headers.get("x-request-id")

    @property
    def retries_taken(self) -> int:
        """How many attempts failed before this response came."""
        return self._opened.response.retries_taken

    @property
    def elapsed(self) -> timedelta:
        """From sending the request to the arrival of the response's head."""
        return self._opened.response.elapsed

    @property
    def is_closed(self) -> bool:
        """Whether the connection was given back."""
        return self._opened.is_closed

    def _make(self, to: Any) -> Any:
        # The same object each time: a stream can be made only once, and a value need not be made twice.
        for wanted, value in self._parsed:
            if wanted is to or wanted == to:
                return value
        value = self._result.make(self._opened, to)
        self._parsed.append((to, value))
        return value

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code} {self.http_response.reason_phrase}]>"


def _opened_by_hand(raw: Any, cast_to: Any, retries_taken: int) -> AsyncOpened:
    if raw is None or cast_to is None:
        raise TypeError("a response made by hand needs raw=, a response of httpx, and cast_to=, the type of its body")
    reply, request = async_reply_of(raw)
    content = raw.content if raw.is_stream_consumed else None
    return AsyncOpened(reply, HTTPResponse(reply.head, request, content, retries_taken=retries_taken))


class AsyncRawResponse(_AsyncResponseFacts[T]):
    """A response whose body was read. Only the body of a streamed call is still to come, through `parse()`."""

    @overload
    def parse(self, *, to: type[R]) -> R: ...
    @overload
    def parse(self) -> T: ...
    def parse(self, *, to: Any = None) -> Any:
        """What the method returns without `with_raw_response`, or the body as another type.

        Raises `APIResponseValidationError` when the body is not what was promised.
        """
        return self._make(to)

    @property
    def content(self) -> bytes:
        return self._opened.response.content

    @property
    def text(self) -> str:
        return self._opened.response.text

    def json(self) -> Any:
        """The body parsed as JSON. Raises `ResponseNotJSON`."""
        return self._opened.response.json()

    def read(self) -> bytes:
        return self.content


class AsyncAPIResponse(_AsyncResponseFacts[T]):
    """An open response: nothing of the body is read before it is asked for."""

    @overload
    async def parse(self, *, to: type[R]) -> R: ...
    @overload
    async def parse(self) -> T: ...
    async def parse(self, *, to: Any = None) -> Any:
        """What the method returns without `with_streaming_response`, or the body as another type.

        Raises `APIResponseValidationError` when the body is not what was promised.
        """
        if self._result.needs_body and stream_item(to) is None:
            await self._opened.read()
        return self._make(to)

    async def read(self) -> bytes:
        """The whole body."""
        return await self._opened.read()

    async def text(self) -> str:
        """The whole body as text."""
        await self._opened.read()
        return self._opened.response.text

    async def json(self) -> Any:
        """The whole body parsed as JSON. Raises `ResponseNotJSON`."""
        await self._opened.read()
        return self._opened.response.json()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body as it arrives, decoded; in pieces of `chunk_size` bytes where one is given."""
        if chunk_size is None:
            async for piece in self._opened.pieces():
                yield piece
        else:
            resizer = Resizer(chunk_size)
            async for piece in self._opened.pieces():
                for part in resizer.feed(piece):
                    yield part
            if rest := resizer.finish():
                yield rest
        await self._opened.finish()

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text, in the pieces it arrives in, or of `chunk_size` bytes."""
        decoder = TextDecoder(self._opened.response.encoding)
        async for piece in self.iter_bytes(chunk_size):
            if text := decoder.feed(piece):
                yield text
        if text := decoder.finish():
            yield text

    async def iter_lines(self) -> AsyncIterator[str]:
        """The lines of the body, without their ends, as they arrive."""
        decoder = LineDecoder()
        async for text in self.iter_text():
            for line in decoder.feed(text):
                yield line
        for line in decoder.finish():
            yield line

    async def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Write the body to a file while it arrives; memory stays constant. What the file held is replaced."""
        target = await async_call(lambda: Path(file).open("wb"))  # noqa: SIM115  closed below
        try:
            async for piece in self.iter_bytes(chunk_size):
                await async_call(lambda data=piece: target.write(data))
        finally:
            await async_call(target.close)

    async def close(self) -> None:
        """Give up what was not read."""
        await self._opened.close()


class AsyncResponseContextManager(Generic[T]):
    """Sends the request when it is entered, and closes the response when it is left."""

    def __init__(self, send: AsyncMethod[[], Any]) -> None:
        self._send = send
        self._response: Any = None

    async def __aenter__(self) -> T:
        self._response = await self._send()
        return self._response

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._response is not None:
            await self._response.close()


def async_raw_method(method: AsyncMethod[P, T]) -> AsyncMethod[P, AsyncRawResponse[T]]:
    """The method of a raw view, whose calls give raw responses, under the type it then has."""
    raw: Any = method
    return raw


def async_streamed_method(method: AsyncMethod[P, T]) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponse[T]]]:
    """The method of a streaming view as a context manager that calls it."""

    def manager(*args: P.args, **kwargs: P.kwargs) -> AsyncResponseContextManager[AsyncAPIResponse[T]]:
        return AsyncResponseContextManager(lambda: method(*args, **kwargs))

    return manager
