"""The bytes of a request body, fetched while they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..core.sources import FileSource, IterSource, PathSource, Segments, Source
from ..waiting import async_call, async_iterated

__all__ = ["body_pieces"]


async def body_pieces(body: Segments, faults: list[Exception]) -> AsyncIterator[bytes]:
    """Every byte of the body, a piece at a time; files are read off the event loop.

    What a file or iterator raises is also put on `faults`: transports take it for a fault of the connection.
    """
    try:
        for part in body.parts:
            if isinstance(part, bytes):
                yield part
            else:
                async for piece in _part_pieces(part):
                    yield piece
    except Exception as error:
        faults.append(error)
        raise


async def _part_pieces(part: Source) -> AsyncIterator[bytes]:
    if isinstance(part, PathSource):
        file = await async_call(part.open)
        try:
            async for piece in _file_pieces(file):
                yield piece
        finally:
            file.close()
    elif isinstance(part, FileSource):
        async for piece in _file_pieces(part):
            yield piece
    elif isinstance(part, IterSource):
        async for piece in async_iterated(part):
            yield piece


async def _file_pieces(file: FileSource) -> AsyncIterator[bytes]:
    await async_call(file.rewind, blocking=file.blocking)
    while piece := await async_call(file.read, blocking=file.blocking):
        yield piece
