"""The end of a response of httpx; both colours, by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from .insides import ends_at_once
from .loops import close_in_loop

if TYPE_CHECKING:  # whoever runs a loop has loaded it, and nobody else has to
    import asyncio

__all__ = ["AsyncCloser", "Closer", "async_drained", "drained"]

_SECONDS = 0.1
_REST_AT_MOST = 64 * 1024


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
