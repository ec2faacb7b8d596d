"""Where the bytes of a request body come from: memory, files, paths, iterators; how long they are, whether they replay.

Nothing is read here before the request is sent, and nothing is read whole: the drivers ask for one piece at a time.
"""

from __future__ import annotations

import errno
import inspect
import io
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final, Protocol, TypeAlias, cast

from .kinds import is_bytes

__all__ = ["PIECE", "BodyBytes", "FileSource", "IterSource", "PathSource", "Segments", "Source", "source_of"]

PIECE: Final = 256 * 1024
"""Bytes asked for at a time."""

BodyBytes: TypeAlias = "bytes | Segments"
"""A request body: all of it, or what produces it."""


class Source(Protocol):
    """Bytes that are fetched while they are sent."""

    @property
    def length(self) -> int | None:
        """How many bytes there will be, where that is known."""
        ...

    @property
    def replayable(self) -> bool:
        """Whether the same bytes can be had a second time."""
        ...


class PathSource:
    """A file that is opened when it is sent, and again when it is sent again."""

    replayable = True

    def __init__(self, path: os.PathLike[str] | os.PathLike[bytes]) -> None:
        self.path = Path(os.fsdecode(path))
        if self.path.is_dir():
            raise IsADirectoryError(f"{self.path} is a folder, not a file")
        status = self.path.stat()  # a missing file is told now, before anything is sent
        if not os.access(self.path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.path))
        self.length: int | None = status.st_size if self.path.is_file() else None
        if self.length is None:
            self.replayable = False  # a pipe or a device

    def open(self) -> FileSource:
        return FileSource(self.path.open("rb", buffering=0), owned=True)


class FileSource:
    """An open binary file, read from `start`."""

    def __init__(self, file: IO[bytes], *, start: int | None = 0, owned: bool = False) -> None:
        if inspect.iscoroutinefunction(file.read):
            raise TypeError("the file is an async one; pass its path, its bytes, or an async iterator over them")
        if getattr(file, "closed", False):
            raise ValueError("the file is closed")
        if isinstance(file, io.TextIOBase) or isinstance(file.read(0), str):
            raise TypeError("the file is open in text mode; open it with mode 'rb'")
        self._file = file
        self._owned = owned
        self.blocking = not isinstance(file, io.BytesIO)
        self.replayable = _is_seekable(file)
        self.length: int | None = None
        self._start = 0
        if self.replayable:
            end = file.seek(0, os.SEEK_END) if start == 0 else _end_of(file)
            self._start = file.tell() if start is None else start
            self.length = end - self._start
        self._used = False

    def rewind(self) -> None:
        """Go to where the body starts; RuntimeError for a stream that was already sent."""
        if self.replayable:
            self._file.seek(self._start)
        elif self._used:
            raise RuntimeError("this file cannot be read a second time")
        self._used = True
        self._left = self.length

    def read(self) -> bytes:
        """The next piece, empty at the end. Never more than was announced, should the file have grown."""
        size = PIECE if self._left is None else min(PIECE, self._left)
        data = self._file.read(size) if size else b""
        if not isinstance(data, (bytes, bytearray, memoryview)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"the file's read() gave {type(data).__name__}, not bytes")
        if self._left is not None:
            self._left -= len(data)
            if not data and self._left:
                raise OSError(f"the file ended {self._left} bytes early: it changed while it was sent")
        return bytes(data)

    def close(self) -> None:
        if self._owned:
            self._file.close()


class IterSource:
    """Pieces from an iterator, which can be sent once."""

    length = None
    replayable = False

    def __init__(self, pieces: Iterable[bytes] | AsyncIterable[bytes]) -> None:
        if _is_spent(pieces):
            raise ValueError("this generator is used up; pass a new one")
        self.pieces = pieces
        self.is_async = not isinstance(pieces, Iterable)
        self._used = False

    def start(self) -> Iterator[bytes] | AsyncIterator[bytes]:
        if self._used:
            raise RuntimeError("this iterator cannot be sent a second time")
        self._used = True
        if isinstance(self.pieces, Iterable):
            return iter(self.pieces)
        return aiter(self.pieces)


class Segments:
    """A body in parts, each bytes or a source."""

    def __init__(self, parts: list[bytes | Source]) -> None:
        self.parts = parts
        lengths = [len(part) if isinstance(part, bytes) else part.length for part in parts]
        self.length: int | None = None if None in lengths else sum(cast("list[int]", lengths))
        self.replayable = all(isinstance(part, bytes) or part.replayable for part in parts)

    @property
    def at_hand(self) -> list[bytes] | None:
        """The parts where all of them are in memory."""
        parts = [part for part in self.parts if isinstance(part, bytes)]
        return parts if len(parts) == len(self.parts) else None


def source_of(content: object, *, start: int | None = 0) -> bytes | Source:
    """The source for what a caller passes as the content of a file or body.

    Bytes, a binary file object, a path, or an iterable (sync or async) of bytes. Raises TypeError for text and
    anything else, ValueError for a closed file or a used-up generator, OSError for a path that cannot be read.
    """
    kind = type(content).__name__
    if is_bytes(content):
        return bytes(content)
    if isinstance(content, str):
        raise TypeError(
            "text is no file content: encode it to bytes, or pass pathlib.Path(...) for a file of that name"
        )
    if isinstance(content, os.PathLike):
        return PathSource(cast("os.PathLike[str]", content))
    if isinstance(content, io.BytesIO):
        return content.getvalue() if start == 0 else content.getvalue()[content.tell() :]
    if callable(getattr(content, "read", None)):
        return FileSource(cast("IO[bytes]", content), start=start)
    if isinstance(content, (Iterable, AsyncIterable)) and not isinstance(content, (Mapping, list, tuple, set)):
        return IterSource(cast("Iterable[bytes]", content))
    raise TypeError(f"expected bytes, a binary file, a path or an iterator of bytes as file content, not {kind}")


def _is_seekable(file: IO[bytes]) -> bool:
    seekable = getattr(file, "seekable", None)
    try:
        return bool(seekable()) if callable(seekable) else False
    except (OSError, ValueError):
        return False


def _end_of(file: IO[bytes]) -> int:
    here = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(here)
    return end


def _is_spent(pieces: object) -> bool:
    if inspect.isgenerator(pieces):
        return inspect.getgeneratorstate(pieces) == inspect.GEN_CLOSED
    if inspect.isasyncgen(pieces):
        return pieces.ag_frame is None
    return False
