"""Where the bytes of a body come from: what is accepted, its length, whether it can be sent again."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime.core.sources import PIECE, FileSource, IterSource, PathSource, Segments, Source, source_of


def read_all(source: FileSource) -> bytes:
    source.rewind()
    out = b""
    while piece := source.read():
        assert len(piece) <= PIECE
        out += piece
    return out


def generator() -> Iterator[bytes]:
    yield b"a"


async def async_generator() -> AsyncIterator[bytes]:
    yield b"a"


@pytest.mark.parametrize("content", [b"abc", bytearray(b"abc"), memoryview(b"abc"), io.BytesIO(b"abc")])
def test_what_is_in_memory(content: Any) -> None:
    assert source_of(content) == b"abc"


def test_where_reading_begins() -> None:
    memory = io.BytesIO(b"abcdef")
    memory.seek(2)
    assert source_of(memory) == b"abcdef"
    assert source_of(memory, start=None) == b"cdef"


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"x" * (PIECE + 5))
    source = source_of(path)
    assert isinstance(source, PathSource)
    assert (source.length, source.replayable) == (PIECE + 5, True)
    for _ in range(2):
        file = source.open()
        assert read_all(file) == b"x" * (PIECE + 5)
        file.close()


def test_paths_that_cannot_be_sent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        source_of(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        source_of(tmp_path)
    locked = tmp_path / "locked"
    locked.write_bytes(b"x")
    if os.geteuid() != 0:  # root may read everything
        locked.chmod(0)
        with pytest.raises(PermissionError):
            source_of(locked)


def test_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"abcdef")
    with path.open("rb") as file:
        file.seek(2)
        whole, rest = source_of(file), None
        assert isinstance(whole, FileSource)
        file.seek(2)
        rest = source_of(file, start=None)
        assert isinstance(rest, FileSource)
        assert (whole.length, rest.length) == (6, 4)
        assert (whole.replayable, rest.replayable) == (True, True)
        assert read_all(rest) == read_all(rest) == b"cdef"
        assert read_all(whole) == b"abcdef"
        rest.close()
        assert not file.closed


def test_a_file_that_grows_or_shrinks_while_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"abcdef")
    with path.open("rb", buffering=0) as file:
        source = source_of(file)
        assert isinstance(source, FileSource)
        path.write_bytes(b"abcdefGHI")
        assert read_all(source) == b"abcdef"
        path.write_bytes(b"ab")
        with pytest.raises(OSError, match="ended 4 bytes early"):
            read_all(source)


def test_a_pipe_is_read_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"abc")
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as file:
        source = source_of(file)
        assert isinstance(source, FileSource)
        assert (source.length, source.replayable, source.blocking) == (None, False, True)
        assert read_all(source) == b"abc"
        with pytest.raises(RuntimeError, match="second time"):
            source.rewind()


def test_a_named_pipe_is_not_replayed(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = source_of(path)
    assert isinstance(source, PathSource)
    assert (source.length, source.replayable) == (None, False)


def test_iterators() -> None:
    for content, is_async in ((generator(), False), (iter([b"a"]), False), (async_generator(), True)):
        source = source_of(content)
        assert isinstance(source, IterSource)
        assert (source.length, source.replayable, source.is_async) == (None, False, is_async)
        source.start()
        with pytest.raises(RuntimeError, match="second time"):
            source.start()


async def test_generators_that_are_used_up() -> None:
    spent = generator()
    list(spent)
    with pytest.raises(ValueError, match="used up"):
        source_of(spent)
    async_spent = async_generator()
    assert [piece async for piece in async_spent] == [b"a"]
    with pytest.raises(ValueError, match="used up"):
        source_of(async_spent)


class AsyncFile:
    async def read(self, size: int = -1) -> bytes:
        return b""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("path/to/file", "text is no file content"),
        (5, "not int"),
        (None, "not NoneType"),
        ({"a": b""}, "not dict"),
        ([b"a"], "not list"),
        (io.StringIO("text"), "text mode"),
        (AsyncFile(), "async"),
    ],
)
def test_what_is_refused(content: object, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        source_of(content)


def test_text_in_disguise_is_refused_before_anything_is_sent() -> None:
    with tempfile.SpooledTemporaryFile(mode="w+") as file, pytest.raises(TypeError, match="text mode"):
        source_of(file)


def test_closed_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"")
    file = path.open("rb")
    file.close()
    with pytest.raises(ValueError, match="closed"):
        source_of(file)


@pytest.mark.parametrize(
    ("parts", "length", "replayable"),
    [
        ([], 0, True),
        ([b"ab", b"c"], 3, True),
        ([b"ab", IterSource(iter([b"c"]))], None, False),
    ],
)
def test_segments(parts: list[bytes | Source], length: int | None, replayable: bool) -> None:
    body = Segments(parts)
    assert (body.length, body.replayable) == (length, replayable)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    source = source_of(path)
    assert isinstance(source, PathSource)
    assert source.length == 0
    file = source.open()
    assert read_all(file) == b""
    file.close()
