"""The few colour pairs written by hand: everything that waits in a way the two colours do not share.

A name that begins with `async_` or `Async` is the async one of its pair; the mirror drops that.
"""

from __future__ import annotations

import contextlib
import inspect
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, ParamSpec, TypeAlias, TypeVar, cast

from .core.errors import SDKError
from .core.kinds import is_bytes
from .core.sources import IterSource, Segments
from .core.transport import AsyncTransport, Transport

if TYPE_CHECKING:
    from .core.channel import AsyncSocket, Socket
    from .core.request import Request, SentRequest
    from .core.transport import AsyncReply, Reply

__all__ = [
    "AsyncClosing",
    "AsyncColour",
    "AsyncMethod",
    "AsyncPaged",
    "AsyncPaginator",
    "AsyncTurn",
    "Closing",
    "Colour",
    "Method",
    "Paged",
    "Turn",
    "answered",
    "async_answered",
    "async_call",
    "async_closed",
    "async_iterated",
    "async_open_socket",
    "async_reply_of",
    "async_request_body",
    "async_resolved",
    "async_sleep",
    "async_transport",
    "call",
    "closed",
    "httpx_request",
    "iterated",
    "open_socket",
    "prepared_request",
    "reply_of",
    "request_body",
    "resolved",
    "sleep",
    "transport",
]

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT")

AsyncMethod: TypeAlias = Callable[P, Awaitable[T]]
"""A method of an async resource."""
Method: TypeAlias = Callable[P, T]
"""A method of a sync resource."""


async def async_sleep(seconds: float) -> None:
    import anyio

    await anyio.sleep(seconds)


def sleep(seconds: float) -> None:
    time.sleep(seconds)


async def async_call(function: Callable[[], T], *, blocking: bool = True) -> T:
    """The result of a function that may block on a disk or a pipe; in a thread, so that the loop goes on."""
    if not blocking:
        return function()
    import anyio.to_thread

    return await anyio.to_thread.run_sync(function)


def call(function: Callable[[], T], *, blocking: bool = True) -> T:
    return function()


async def async_resolved(value: Callable[[], str | Awaitable[str]]) -> str:
    """What a credential function gives, awaited where it has to be."""
    result = value()
    return await result if inspect.isawaitable(result) else result


def resolved(value: Callable[[], str | Awaitable[str]]) -> str:
    result = value()
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError("an async function gives the credential; a sync client needs a plain one")
    return result


async def async_answered(value: Any) -> Any:
    """What a function of the user's gave, awaited where it has to be."""
    return await value if inspect.isawaitable(value) else value


def answered(value: Any) -> Any:
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise TypeError("a sync client needs a plain function here, and this one is async")
    return value


def async_request_body(body: bytes | Segments | None) -> None:
    """Refuse a body this colour of client cannot send. The async one sends them all."""


def request_body(body: bytes | Segments | None) -> None:
    if isinstance(body, Segments) and any(isinstance(part, IterSource) and part.is_async for part in body.parts):
        raise TypeError("a sync client cannot send from an async iterator; pass a plain one, a file or a path")


async def async_closed(pieces: AsyncIterator[bytes]) -> None:
    """Close the body of a request that failed, unless the transport still reads from it."""
    with contextlib.suppress(RuntimeError):
        await cast("AsyncGenerator[bytes, None]", pieces).aclose()


def closed(pieces: Iterator[bytes]) -> None:
    with contextlib.suppress(ValueError):  # the generator is running
        cast("Generator[bytes, None, None]", pieces).close()


async def async_iterated(source: IterSource) -> AsyncIterator[bytes]:
    """The pieces of a body iterator; a plain one is advanced in a thread, since it may be slow."""
    pieces = source.start()
    if not isinstance(pieces, Iterator):
        async for piece in pieces:
            yield _checked(piece)
        return
    end = object()
    while True:
        piece = await async_call(lambda: next(pieces, end))
        if piece is end:
            return
        yield _checked(piece)


def iterated(source: IterSource) -> Iterator[bytes]:
    for piece in cast("Iterator[bytes]", source.start()):
        yield _checked(piece)


def async_transport(http_client: object | None) -> AsyncTransport:
    """The transport over the user's HTTP client, or over connections of our own. Nothing is opened yet."""
    from .transports.choice import async_transport_for

    return async_transport_for(http_client)


def transport(http_client: object | None) -> Transport:
    from .transports.choice import transport_for

    return transport_for(http_client)


def async_reply_of(response: Any) -> tuple[AsyncReply, SentRequest]:
    """What a response of httpx has to read, and the request it answers. Raises TypeError for anything else."""
    from .transports._async.httpx import async_reply_of

    return async_reply_of(response)


def reply_of(response: Any) -> tuple[Reply, SentRequest]:
    from .transports._sync.httpx import reply_of

    return reply_of(response)


def httpx_request(request: Request) -> Any:
    """A request in the form that programs know, with a body that is in memory."""
    from .transports.described import httpx_request

    return httpx_request(request)


def prepared_request(request: Request) -> contextlib.AbstractContextManager[Any]:
    """A request in the form that programs know; what they change of it holds when they are done."""
    from .transports.described import prepared_request

    return prepared_request(request)


async def async_open_socket(request: Request, options: Mapping[str, Any], package: str) -> AsyncSocket:
    """An open WebSocket; `options` are for the library that opens it."""
    from .transports.websockets import async_opened

    return await async_opened(request, options, package)


def open_socket(request: Request, options: Mapping[str, Any], package: str) -> Socket:
    from .transports.websockets import opened

    return opened(request, options, package)


class AsyncTurn(Generic[T]):
    """A place in a queue: one side waits, the other hands over a thing, once."""

    def __init__(self) -> None:
        import anyio

        self._event = anyio.Event()
        self.given: T | None = None

    async def wait(self, seconds: float | None) -> bool:
        """Whether the thing came within this time."""
        import anyio

        with anyio.move_on_after(seconds):
            await self._event.wait()
        return self._event.is_set()

    def hand_over(self, thing: T) -> None:
        self.given = thing
        self._event.set()


class Turn(Generic[T]):
    """A place in a queue: one side waits, the other hands over a thing, once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.given: T | None = None

    def wait(self, seconds: float | None) -> bool:
        return self._event.wait(seconds)

    def hand_over(self, thing: T) -> None:
        self.given = thing
        self._event.set()


def _checked(piece: object) -> bytes:
    if not is_bytes(piece):
        raise TypeError(f"a body iterator must give bytes, not {type(piece).__name__}")
    return bytes(piece)


class AsyncPaginator(Generic[T, PageT]):
    """A list call not yet made: `await` it for the first page, or iterate it for the items of all pages."""

    def __init__(self, fetch: Callable[[], Awaitable[PageT]]) -> None:
        self._fetch = fetch

    def __await__(self) -> Any:
        return self._fetch().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        page: Any = await self._fetch()
        if not hasattr(page, "__aiter__"):
            raise SDKError("this call gives a response; await it")
        async for item in page:
            yield item


AsyncPaged: TypeAlias = AsyncPaginator[Any, PageT]
"""What an async list call gives: something to await for a page or to iterate for items."""
Paged: TypeAlias = Annotated[PageT, "fetched"]
"""What a sync list call gives: the page."""


class AsyncClosing:
    """What is closed by waiting, under the name that `contextlib.aclosing` and users of httpx know too."""

    if TYPE_CHECKING:

        async def close(self) -> None: ...

    async def aclose(self) -> None:
        """The same as `close()`."""
        await self.close()


class Closing:
    """What is closed at once."""


class AsyncColour:
    """What an async client does otherwise than a sync one."""

    _async_label: ClassVar[str] = "async:asyncio"

    def paginated(self, fetch: Callable[[], Awaitable[PageT]]) -> AsyncPaged[PageT]:
        """A list call that is made when it is awaited or iterated."""
        return AsyncPaginator(fetch)


class Colour:
    """What a sync client does otherwise than an async one."""

    _async_label: ClassVar[str] = "false"

    def paginated(self, fetch: Callable[[], PageT]) -> Paged[PageT]:
        """A list call, made now."""
        return fetch()
