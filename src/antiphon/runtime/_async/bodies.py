"""The bytes of a request body, fetched while they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..core.sources import FileSource, IterSource, PathSource, Segments
from ..waiting import async_call, async_iterated

__all__ = ["body_pieces"]


async def body_pieces(body: Segments, faults: list[Exception]) -> AsyncIterator[bytes]:
    """Every byte of the body, a piece at a time; files are read off the event loop.

    What a file or iterator raises is also put on `faults`: transports take it for a fault of the connection.
    """
    file: FileSource | None = None
    try:
        for part in body.parts:
            if isinstance(part, bytes):
                yield part
            elif isinstance(part, IterSource):
                async for piece in async_iterated(part):
                    yield piece
            elif isinstance(part, (PathSource, FileSource)):
                file = await async_call(part.open) if isinstance(part, PathSource) else part
                await async_call(file.rewind, blocking=file.blocking)
                while piece := await async_call(file.read, blocking=file.blocking):
                    yield piece
                file.close()
    except Exception as error:
        faults.append(error)
        raise
    finally:
        if file is not None:  # closes a file that was opened here, at once when the body is given up
            file.close()
