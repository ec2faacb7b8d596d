"""Bodies as httpx wants them, and the end of a response; both colours, by hand, where httpx's names do not mirror."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import httpcore
import httpx

from .insides import ends_at_once, socket_of
from .loops import close_in_loop

if TYPE_CHECKING:  # whoever runs a loop has loaded it, and nobody else has to
    import asyncio

__all__ = ["AsyncBody", "AsyncCloser", "Body", "Closer", "async_cut_off", "async_drained", "cut_off", "drained"]

_SECONDS = 0.1
_REST_AT_MOST = 64 * 1024


class AsyncBody(httpx.AsyncByteStream):
    """A request body that is fetched while it is sent."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece


class Body(httpx.SyncByteStream):
    """A request body that is fetched while it is sent."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces


async def async_drained(pieces: AsyncIterator[bytes], holder: object) -> bool:
    """Whether the body ended within a tenth of a second. If not, it cannot be read any further."""
    import anyio

    rest = 0
    with anyio.move_on_after(_SECONDS):
        async for piece in pieces:
            rest += len(piece)
            if rest > _REST_AT_MOST:
                return False
        return True
    return False


def drained(pieces: Iterator[bytes], holder: object) -> bool:
    rest = 0
    while ends_at_once(holder, _SECONDS):
        piece = next(pieces, None)
        if piece is None:
            return True
        rest += len(piece)
        if rest > _REST_AT_MOST:
            return False
    return False


async def async_cut_off(connection: httpcore.AsyncHTTPConnection) -> None:
    """End a connection that somebody may be reading from: that read fails now."""
    with contextlib.suppress(OSError, RuntimeError):
        await connection.aclose()


def cut_off(connection: httpcore.HTTPConnection) -> None:
    # The thread that uses the connection closes it when its read has failed. Were it closed here, the number of the
    # socket could belong to another connection before that thread wakes up.
    sock = socket_of(connection)
    if sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


class AsyncCloser:
    """Remembers the loop a response belongs to, so that it can be closed there from anywhere, without waiting."""

    __slots__ = ("_loop",)

    def __init__(self) -> None:
        import asyncio

        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None  # another library than asyncio: the end of its loop closes the connection

    def close_later(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have `close` awaited in the loop, if that still runs. A closed loop has let go of its connections."""
        close_in_loop(self._loop, close)


class Closer:
    """Closes a response now."""

    __slots__ = ()

    def close_later(self, close: Callable[[], None]) -> None:
        close()
