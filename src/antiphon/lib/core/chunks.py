"""A file in parts: what each is, how many there are, and how much of them was sent. Parts are read while they are sent.

Of a path, bytes, or a file that can seek, nothing is held in memory but the piece being sent. A stream that cannot
seek is read a part at a time, by whoever asks for the next.
"""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Final, Protocol, cast

from ...runtime.core.kinds import is_bytes

__all__ = ["PART_SIZE", "Chunks", "Part", "Progress", "UploadProgress", "checked_count", "chunks_of"]

PART_SIZE: Final = 64 * 1024 * 1024
"""What the API takes at most in one part."""


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far an upload in parts has come."""

    sent_bytes: int
    """Bytes of the parts that have arrived."""
    total_bytes: int
    sent_parts: int
    total_parts: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its size, and its bytes or a file that holds nothing else."""

    size: int
    content: bytes | IO[bytes]


class _Readable(Protocol):
    def read(self, size: int, /) -> object: ...


class Chunks:
    """A file that is sent in parts."""

    def __init__(self, file: IO[bytes], filename: str, size: int, part_size: int, *, is_stream: bool, owned: bool):
        self._file = file
        self._owned = owned
        self._lock = Lock()
        self._part_size = part_size
        self.filename = filename
        self.size = size
        self.is_stream = is_stream
        """Whether the parts come out of a stream, which may block."""
        self.count = -(-size // part_size)

    def parts(self) -> Iterator[Part]:
        """The parts in their order. Raises OSError when a stream is shorter or longer than was announced."""
        for start in range(0, self.size, self._part_size):
            size = min(self._part_size, self.size - start)
            if not self.is_stream:
                yield Part(size, cast("IO[bytes]", _Window(self._file, self._lock, start, size)))
                continue
            data = _filled(self._file, size)
            if len(data) < size:
                raise OSError(f"the stream ended after {start + len(data)} of {self.size} bytes")
            if start + size == self.size and self._file.read(1):
                raise OSError(f"the stream goes on after the {self.size} bytes that were announced")
            yield Part(size, data)

    def close(self) -> None:
        """Close the file, if it was opened here."""
        if self._owned:
            self._file.close()


def chunks_of(file: object, *, filename: str | None, size: int | None, part_size: int | None) -> Chunks:
    """How a path, bytes or an open binary file is sent in parts.

    Raises TypeError for anything else, for a missing name, and for a stream of unknown size; ValueError for sizes
    that are impossible or contradict the file; OSError for a path that cannot be read.
    """
    part_size = PART_SIZE if part_size is None else checked_count("part_size", part_size)
    if size is not None:
        checked_count("bytes", size)
    if isinstance(file, os.PathLike):
        path = Path(os.fsdecode(cast("os.PathLike[str]", file)))
        opened = path.open("rb")
        try:
            return _chunks(opened, filename or path.name, size, part_size, owned=True)
        except BaseException:
            opened.close()
            raise
    if is_bytes(file):
        if not filename:
            raise TypeError("bytes have no name: pass filename=")
        return _chunks(io.BytesIO(file), filename, size, part_size, owned=False)
    read = getattr(file, "read", None)
    if not callable(read):
        hint = "; for a file of that name pass pathlib.Path(...)" if isinstance(file, str) else ""
        raise TypeError(f"expected a path, bytes or an open binary file, not {type(file).__name__}{hint}")
    if inspect.iscoroutinefunction(read):
        raise TypeError("the file is an async one; pass its path or its bytes")
    if isinstance(file, io.TextIOBase):
        raise TypeError("the file is open in text mode; open it with mode 'rb'")
    name = getattr(file, "name", None)
    filename = filename or (os.path.basename(name) if isinstance(name, str) else None)
    if not filename:
        raise TypeError("the file has no name: pass filename=")
    return _chunks(cast("IO[bytes]", file), filename, size, part_size, owned=False)


def _chunks(file: IO[bytes], filename: str, size: int | None, part_size: int, *, owned: bool) -> Chunks:
    if not _is_seekable(file):
        if size is None:
            raise TypeError("the size of a stream is not known beforehand: pass bytes=")
        return Chunks(file, filename, size, part_size, is_stream=True, owned=owned)
    end = file.seek(0, os.SEEK_END)
    if end == 0:
        raise ValueError("the file is empty")
    if size is not None and size != end:
        raise ValueError(f"bytes={size} was announced, but the file has {end}")
    return Chunks(file, filename, end, part_size, is_stream=False, owned=owned)


def checked_count(name: str, value: object) -> int:
    """A whole number of at least one. Raises TypeError and ValueError, naming the argument."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return value


class Progress:
    """Counts the parts that have arrived, from whichever thread, and tells the caller."""

    def __init__(self, chunks: Chunks, tell: Callable[[UploadProgress], object] | None) -> None:
        self._chunks = chunks
        self._tell = tell
        self._lock = Lock()
        self._bytes = self._parts = 0

    def sent(self, part: Part) -> None:
        """One more has arrived. Raises what the caller's function raises."""
        if self._tell is None:
            return
        with self._lock:  # one call at a time, and none that says less than the one before
            self._bytes += part.size
            self._parts += 1
            self._tell(UploadProgress(self._bytes, self._chunks.size, self._parts, self._chunks.count))


class _Window:
    """A stretch of a file, as a file of its own. Several share the file below, each with a position of its own."""

    def __init__(self, file: IO[bytes], lock: Lock, start: int, size: int) -> None:
        self._file = file
        self._lock = lock
        self._start = start
        self._size = size
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._at
        wanted = left if size < 0 else min(size, left)
        if wanted <= 0:
            return b""
        with self._lock:
            self._file.seek(self._start + self._at)
            data = self._file.read(wanted)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True


def _is_seekable(file: IO[bytes]) -> bool:
    seekable = getattr(file, "seekable", None)
    return bool(seekable()) if callable(seekable) else False


def _filled(file: _Readable, size: int) -> bytes:
    """The next `size` bytes of a stream, which may give fewer at a time; fewer in all at its end."""
    pieces: list[bytes] = []
    while size:
        data = file.read(size)
        if not is_bytes(data):
            raise TypeError(f"the file's read() gave {type(data).__name__}, not bytes")
        if not data:
            break
        pieces.append(bytes(data))
        size -= len(data)
    return b"".join(pieces)
