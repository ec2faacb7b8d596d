"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any

from .runtime import AsyncStream, Stream
from .runtime.core.sse import ServerSentEvent as _Event
from .runtime.core.sse import SSEDecoder as _Decoder

__all__ = ["AsyncStream", "SSEDecoder", "ServerSentEvent", "Stream"]


class ServerSentEvent:
    """One event; its data as text."""

    def __init__(
        self, *, event: str | None = None, data: str | None = None, id: str | None = None, retry: int | None = None
    ) -> None:
        self.event = event
        self.data = data or ""
        self.id = id
        self.retry = retry

    def json(self) -> Any:
        """The data, which is JSON. Raises ValueError where it is not."""
        return json.loads(self.data)

    def __repr__(self) -> str:
        return f"ServerSentEvent(event={self.event!r}, data={self.data!r}, id={self.id!r}, retry={self.retry!r})"


class SSEDecoder:
    """Makes events of the bytes of a stream; of the last one also where no blank line ends it."""

    def iter_bytes(self, iterator: Iterable[bytes]) -> Iterator[ServerSentEvent]:
        """The events in these bytes, which may be cut anywhere."""
        decoder = _Decoder()
        for piece in iterator:
            yield from map(_told, decoder.feed(piece))
        yield from map(_told, filter(None, [decoder.finish()]))

    async def aiter_bytes(self, iterator: AsyncIterable[bytes]) -> AsyncIterator[ServerSentEvent]:
        """The same for bytes that are waited for."""
        decoder = _Decoder()
        async for piece in iterator:
            for event in decoder.feed(piece):
                yield _told(event)
        for event in filter(None, [decoder.finish()]):
            yield _told(event)


def _told(event: _Event) -> ServerSentEvent:
    return ServerSentEvent(event=event.event, data=event.text, id=event.id, retry=event.retry)
