"""Server-sent events: bytes in, events out, by the parsing rules of the HTML standard (section 9.2.6).

Law: one pass over the bytes.  However the stream is cut into reads, the events are the same, and an event of n bytes
costs O(n).
"""

from __future__ import annotations

from typing import Final

__all__ = ["SSEDecoder", "ServerSentEvent"]

_BOM: Final = b"\xef\xbb\xbf"
_LF: Final = 0x0A


class ServerSentEvent:
    """One event. `data` is the joined data lines as they came; `text` the same as text, bad UTF-8 replaced."""

    __slots__ = ("data", "event", "id", "retry")

    def __init__(self, data: bytes, event: str | None = None, id: str | None = None, retry: int | None = None) -> None:
        self.data = data
        self.event = event
        self.id = id
        self.retry = retry

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ServerSentEvent):
            return NotImplemented
        return (self.data, self.event, self.id, self.retry) == (other.data, other.event, other.id, other.retry)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ServerSentEvent(event={self.event!r}, data={self.text!r}, id={self.id!r}, retry={self.retry!r})"


class SSEDecoder:
    """Takes the pieces of a stream and gives back the events they complete."""

    __slots__ = ("_at_start", "_last_id", "_pending", "_retry", "_skip_lf")

    def __init__(self) -> None:
        self._pending: list[bytes] = []  # of the block not yet ended by a blank line
        self._at_start = True
        self._skip_lf = False  # the last piece ended in CR: an LF that follows belongs to it
        self._last_id: str | None = None
        self._retry: int | None = None

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """The events that `piece` completes, in order."""
        if self._skip_lf and piece:
            self._skip_lf = False
            if piece[0] == _LF:
                piece = piece[1:]
        if b"\r" in piece:
            self._skip_lf = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not piece:
            return []
        pending = self._pending
        if pending:
            ended = b"\n\n" in piece or (piece[0] == _LF and pending[-1][-1] == _LF)
            pending.append(piece)
            if not ended:
                return []
            piece = b"".join(pending)
            pending.clear()
        blocks = piece.split(b"\n\n")
        tail = blocks.pop()
        if tail:
            pending.append(tail)
        events: list[ServerSentEvent] = []
        for block in blocks:
            # The usual block: one line of data.
            if block.startswith(b"data:") and b"\n" not in block:
                self._at_start = False
                data = block[6:] if block[5:6] == b" " else block[5:]
                events.append(ServerSentEvent(data, None, self._last_id, self._retry))
            elif (event := self._block(block)) is not None:
                events.append(event)
        return events

    def finish(self) -> ServerSentEvent | None:
        """The last block if no blank line ended it, which by the standard is no event: the stream was cut off."""
        if not self._pending:
            return None
        block = b"".join(self._pending)
        self._pending.clear()
        return self._block(block)

    def _block(self, block: bytes) -> ServerSentEvent | None:
        if self._at_start:
            self._at_start = False
            block = block.removeprefix(_BOM)
        data: list[bytes] = []
        name: str | None = None
        for line in block.split(b"\n"):
            field, _, value = line.partition(b":")
            if value[:1] == b" ":
                value = value[1:]
            if field == b"data":
                data.append(value)
            elif field == b"event":
                name = value.decode("utf-8", "replace") or None
            elif field == b"id":
                if b"\0" not in value:
                    self._last_id = value.decode("utf-8", "replace") or None
            elif field == b"retry" and value.isdigit():
                self._retry = int(value[:15])
        if not data:
            return None
        return ServerSentEvent(data[0] if len(data) == 1 else b"\n".join(data), name, self._last_id, self._retry)
