"""JSON lines: bytes in, one document per line out; blank lines and a byte order mark are skipped."""

from __future__ import annotations

from typing import Final

__all__ = ["JSONLDecoder"]

_BOM: Final = b"\xef\xbb\xbf"


class JSONLDecoder:
    """Takes the pieces of a stream and gives back the lines they complete."""

    __slots__ = ("_at_start", "_pending")

    def __init__(self) -> None:
        self._at_start = True
        self._pending: list[bytes] = []

    def feed(self, piece: bytes) -> list[bytes]:
        """The complete, non-blank lines that `piece` ends, without their line ends."""
        if b"\n" not in piece:
            if piece:
                self._pending.append(piece)
            return []
        if self._pending:
            self._pending.append(piece)
            piece = b"".join(self._pending)
            self._pending.clear()
        if self._at_start:
            self._at_start = False
            piece = piece.removeprefix(_BOM)
        lines = piece.split(b"\n")
        if lines[-1]:
            self._pending.append(lines[-1])
        return [stripped for line in lines[:-1] if (stripped := line.strip())]

    def finish(self) -> bytes | None:
        """The last line, when the stream ended without a line end; None when there is none."""
        line = b"".join(self._pending)
        if self._at_start:
            line = line.removeprefix(_BOM)
        line = line.strip()
        self._pending.clear()
        return line or None
