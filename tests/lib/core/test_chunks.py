"""Files in parts: every kind of source, every size, and what is refused."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import IO, Any

import pytest

from antiphon.lib.core.chunks import Chunks, Part, Progress, UploadProgress, chunks_of

DATA = bytes(range(256)) * 4


class Stream:
    """Bytes that come once, a few at a time."""

    name = "/somewhere/stream.bin"

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(min(size, 100))


def read(part: Part) -> bytes:
    return part.content if isinstance(part.content, bytes) else part.content.read()


def chunked(file: object, **options: Any) -> Chunks:
    arguments: dict[str, Any] = {"filename": "f", "size": None, "part_size": 100, **options}
    return chunks_of(file, **arguments)


def path_of(folder: Path) -> Path:
    path = folder / "data.bin"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize("part_size", [1, 7, 100, 1023, 1024, 1025, None])
@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview", "path", "file", "memory", "stream"])
def test_parts_are_the_file(kind: str, part_size: int | None, tmp_path: Path) -> None:
    source: Any = {
        "bytes": lambda: DATA,
        "bytearray": lambda: bytearray(DATA),
        "memoryview": lambda: memoryview(DATA),
        "path": lambda: path_of(tmp_path),
        "file": lambda: path_of(tmp_path).open("rb"),
        "memory": lambda: io.BytesIO(DATA),
        "stream": lambda: Stream(DATA),
    }[kind]()
    chunks = chunked(source, part_size=part_size, size=len(DATA))
    parts = [(part.size, read(part)) for part in chunks.parts()]
    chunks.close()
    if kind == "file":
        assert not source.closed  # it is the caller's
        source.close()
    assert b"".join(data for _, data in parts) == DATA
    assert [size for size, _ in parts] == [len(data) for _, data in parts]
    assert len(parts) == chunks.count
    assert all(size == part_size for size, _ in parts[:-1])


def test_a_file_is_sent_from_its_beginning() -> None:
    file = io.BytesIO(DATA)
    file.seek(500)
    assert b"".join(read(part) for part in chunked(file).parts()) == DATA


def test_a_part_can_be_read_again_and_by_pieces() -> None:
    part = list(chunked(DATA).parts())[3]
    file: Any = part.content
    assert file.seekable()
    assert file.seek(0, os.SEEK_END) == file.tell() == 100
    for _ in range(2):
        assert file.seek(0) == 0
        assert [file.read(60), file.read(60), file.read(60)] == [DATA[300:360], DATA[360:400], b""]
    assert file.seek(-10, os.SEEK_CUR) == 90
    assert file.read(-1) == DATA[390:400]


def test_parts_have_positions_of_their_own() -> None:
    first, second = [part.content for part in list(chunked(DATA).parts())[:2]]
    assert not isinstance(first, bytes)
    assert not isinstance(second, bytes)
    assert [first.read(10), second.read(10), first.read(10)] == [DATA[:10], DATA[100:110], DATA[10:20]]


def test_names_come_from_the_file_or_the_caller(tmp_path: Path) -> None:
    path = path_of(tmp_path)
    for source, given, name in [
        (path, None, "data.bin"),
        (path, "other", "other"),
        (Stream(DATA), None, "stream.bin"),
        (DATA, "memory", "memory"),
    ]:
        chunks = chunked(source, filename=given, size=len(DATA))
        assert chunks.filename == name
        chunks.close()


@pytest.mark.parametrize(
    ("source", "options", "kind", "said"),
    [
        (DATA, {"filename": None}, TypeError, "filename="),
        (io.BytesIO(DATA), {"filename": None}, TypeError, "filename="),
        ("data.bin", {}, TypeError, r"pathlib\.Path"),
        (None, {}, TypeError, "NoneType"),
        ([DATA], {}, TypeError, "list"),
        (io.StringIO("text"), {}, TypeError, "text mode"),
        (Stream(DATA), {}, TypeError, "bytes="),
        (b"", {}, ValueError, "empty"),
        (DATA, {"size": 1}, ValueError, "bytes=1"),
        (DATA, {"size": 0}, ValueError, "bytes must be at least 1"),
        (DATA, {"size": "1024"}, TypeError, "bytes is a whole number"),
        (DATA, {"part_size": 0}, ValueError, "part_size"),
        (DATA, {"part_size": -1}, ValueError, "part_size"),
        (DATA, {"part_size": 1.5}, TypeError, "part_size"),
        (DATA, {"part_size": True}, TypeError, "part_size"),
        (Path("/no/such/file"), {}, FileNotFoundError, "file"),
        (Path("/"), {}, IsADirectoryError, "/"),
    ],
)
def test_what_cannot_be_sent_is_refused(source: Any, options: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        chunked(source, **options)


def test_an_async_file_is_refused() -> None:
    class AsyncFile:
        async def read(self, size: int) -> bytes:
            return b""

    with pytest.raises(TypeError, match="async"):
        chunked(AsyncFile())


def test_a_path_that_is_refused_is_closed_again(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="empty"):  # an open file would be a warning, and so an error
        chunked(tmp_path / "empty")


@pytest.mark.parametrize(("announced", "said"), [(1025, "ended after 1024 of 1025"), (1000, "goes on after the 1000")])
def test_a_stream_of_another_length_than_announced(announced: int, said: str) -> None:
    chunks = chunked(Stream(DATA), size=announced)
    with pytest.raises(OSError, match=said):
        list(chunks.parts())


def test_a_stream_that_gives_text() -> None:
    class TextStream(Stream):
        def read(self, size: int = -1) -> Any:
            return "text"

    with pytest.raises(TypeError, match="not bytes"):
        list(chunked(TextStream(b""), size=10).parts())


def test_a_pipe_is_a_stream() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe, os.fdopen(writing, "wb") as other:
        other.write(DATA)
        other.close()
        chunks = chunked(pipe, size=len(DATA))
        assert chunks.is_stream
        assert b"".join(read(part) for part in chunks.parts()) == DATA


def test_progress_adds_up() -> None:
    told: list[UploadProgress] = []
    chunks = chunked(DATA, part_size=500)
    progress = Progress(chunks, told.append)
    for part in reversed(list(chunks.parts())):
        progress.sent(part)
    assert told == [
        UploadProgress(24, 1024, 1, 3),
        UploadProgress(524, 1024, 2, 3),
        UploadProgress(1024, 1024, 3, 3),
    ]
    Progress(chunks, None).sent(Part(1, b"x"))


def test_a_spooled_file_is_sent() -> None:
    file: IO[bytes]
    with tempfile.SpooledTemporaryFile() as file:
        file.write(DATA)
        assert b"".join(read(part) for part in chunked(file).parts()) == DATA
