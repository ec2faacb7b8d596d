"""Bytes that arrive in pieces, as text and as lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

__all__ = ["LineDecoder", "Resizer", "TextDecoder"]


class TextDecoder:
    """Text from pieces of bytes; a character cut in two is held back, what is no text becomes U+FFFD."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def feed(self, piece: bytes) -> str:
        return self._decoder.decode(piece)

    def finish(self) -> str:
        return self._decoder.decode(b"", final=True)


class LineDecoder:
    """Lines from pieces of text, without their ends; LF, CR and CRLF end one, also when cut in two."""

    def __init__(self) -> None:
        self._pending: list[str] = []
        self._skip_lf = False

    def feed(self, text: str) -> list[str]:
        if not text:
            return []
        if self._skip_lf:
            text = text.removeprefix("\n")
        self._skip_lf = text.endswith("\r")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\n" not in text:
            if text:
                self._pending.append(text)
            return []
        lines = ("".join(self._pending) + text).split("\n")
        self._pending = [lines[-1]] if lines[-1] else []
        return lines[:-1]

    def finish(self) -> list[str]:
        rest = "".join(self._pending)
        self._pending = []
        return [rest] if rest else []


class Resizer:
    """Pieces of exactly `size` bytes from pieces of any size; the last one may be shorter."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"chunk_size must be at least 1, not {size}")
        self._size = size
        self._pending = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        self._pending += piece
        whole = len(self._pending) - len(self._pending) % self._size
        data = bytes(self._pending[:whole])
        del self._pending[:whole]
        for start in range(0, whole, self._size):
            yield data[start : start + self._size]

    def finish(self) -> bytes:
        rest = bytes(self._pending)
        self._pending.clear()
        return rest
