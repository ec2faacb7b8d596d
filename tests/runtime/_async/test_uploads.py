"""Uploads: what is accepted, that it arrives, and that a failing source is told as it failed."""

from __future__ import annotations

import io
import os
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from antiphon.runtime import APIConnectionError, APIStatusError, InternalServerError
from antiphon.runtime.transports.scripted import Answer, Drop

from ..colours import async_pieces, async_pooled
from ..samples import Message
from ..transports.servers import OK, Peer, RawServer, answer
from .sdk import AsyncClient, scripted

GOOD: Final = Answer(200, {"role": "user"})
BUSY: Final = Answer(503)
MEGABYTE: Final = 1024 * 1024


def client_of(server: RawServer, **arguments: Any) -> AsyncClient:
    given: dict[str, Any] = {"api_key": "k", "base_url": server.url("/v1"), "max_retries": 0, **arguments}
    return AsyncClient(**given)


def parts() -> Iterator[bytes]:
    yield b"ab"
    yield b""
    yield b"c"


async def test_every_kind_of_content(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(b"abc")
    reading, writing = os.pipe()
    os.write(writing, b"abc")
    os.close(writing)
    with path.open("rb") as file, os.fdopen(reading, "rb") as pipe:
        contents: list[Any] = [b"abc", io.BytesIO(b"abc"), path, file, pipe, parts(), async_pieces(b"ab", b"c")]
        client, transport = scripted(*[GOOD] * 14)
        for content in contents:
            await client.things.send(content)
        assert [sent.content for sent in transport.requests] == [b"abc"] * 7
        file.seek(0)
        transport.requests.clear()
        more: list[Any] = [b"abc", io.BytesIO(b"abc"), path, file, ("n", path), parts(), async_pieces(b"ab", b"c")]
        for content in more:
            await client.things.upload(file=content, purpose="test")
        for sent in transport.requests:
            assert b"\r\n\r\nabc\r\n--" in sent.content
            assert b'name="purpose"\r\n\r\ntest\r\n' in sent.content


async def test_a_body_that_can_be_sent_again_is_sent_whole_again(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(b"abc" * 200_000)
    with path.open("rb") as file:
        for content in (path, file, io.BytesIO(b"abc" * 200_000), b"abc" * 200_000):
            client, transport = scripted(BUSY, Drop(), GOOD)
            await client.things.upload(file=content)
            bodies = {sent.content for sent in transport.requests}
            assert len(transport.requests) == 3
            assert len(bodies) == 1
            assert b"abc" * 200_000 in bodies.pop()
        client, transport = scripted(BUSY, GOOD)
        file.seek(3)
        await client.things.send(file)
        assert [len(sent.content) for sent in transport.requests] == [599_997, 599_997]


@pytest.mark.parametrize("failure", [BUSY, Drop()])
async def test_a_body_that_can_be_sent_once_is_never_sent_again(failure: Any) -> None:
    kind = InternalServerError if failure is BUSY else APIConnectionError
    reading, writing = os.pipe()
    os.write(writing, b"abc")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        contents: list[Any] = [parts(), async_pieces(b"ab", b"c"), pipe]
        for content in contents:
            client, transport = scripted(failure, GOOD, GOOD)
            with pytest.raises(kind):
                await client.things.upload(file=content)
            assert len(transport.requests) == 1
    source = parts()
    client, transport = scripted(GOOD, GOOD)
    await client.things.send(source)
    with pytest.raises(ValueError, match="used up"):
        await client.things.send(source)
    assert len(transport.requests) == 1


@pytest.mark.parametrize("content", ["text", 5, None, io.StringIO("text"), {"a": 1}])
async def test_what_is_no_content_is_refused_at_once(content: Any) -> None:
    client, transport = scripted(GOOD)
    if content is not None:
        with pytest.raises(TypeError):
            await client.things.send(content)
        with pytest.raises(TypeError, match="file"):
            await client.things.upload(file=content)
    with pytest.raises(FileNotFoundError):
        await client.things.upload(file=Path("/nonexistent/file"))
    with pytest.raises(IsADirectoryError):
        await client.things.upload(file=Path("/"))
    assert transport.requests == []


class Broken(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise PermissionError("the disk says no")


def failing(error: Exception) -> Iterator[bytes]:
    yield b"first"
    raise error


@pytest.mark.parametrize(
    "error", [OSError("disk"), TimeoutError("slow"), RuntimeError("own"), ValueError("own"), ConnectionError("other")]
)
async def test_what_a_source_raises_is_passed_on_as_it_is(error: Exception) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.until_closed()

    with RawServer(script) as server:
        async with client_of(server, max_retries=2, http_client=async_pooled(2)) as client:
            for _ in range(3):
                with pytest.raises(type(error)) as caught:
                    await client.things.send(failing(error))
                assert caught.value is error
    client, transport = scripted(GOOD)
    with pytest.raises(type(error)):
        await client.things.upload(file=failing(error))
    assert transport.requests == []


@pytest.mark.parametrize("content", [Broken(), iter([b"a", "text"]), iter([b"a", 5])])
async def test_sources_that_give_no_bytes(content: Any) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.until_closed()

    with RawServer(script) as server:
        async with client_of(server) as client:
            with pytest.raises((TypeError, PermissionError)):
                await client.things.upload(file=content)


async def test_a_file_that_shrinks_while_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 1000)

    def script(peer: Peer) -> None:
        peer.request()
        peer.until_closed()

    class Shrinking(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if size:
                os.truncate(path, 10)
            return super().read(size if size is not None else -1)

    with RawServer(script) as server, Shrinking(path, "rb") as file:
        async with client_of(server, max_retries=2) as client:
            with pytest.raises(OSError, match="ended 990 bytes early"):
                await client.things.send(file)


def open_files() -> set[str]:
    """Where the system tells them."""
    numbers = Path("/proc/self/fd")
    return {os.readlink(each) for each in numbers.iterdir() if each.exists()} if numbers.exists() else set[str]()


class Counting:
    """Counts the bytes of one upload without keeping them, and then answers."""

    def __init__(self) -> None:
        self.received = 0

    def __call__(self, peer: Peer) -> None:
        buffer = bytearray(MEGABYTE)
        start = b""
        while b"\r\n\r\n" not in start:
            start += peer.sock.recv(1000)
        head, _, begun = start.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        self.received = len(begun)
        while self.received < length:
            count = peer.sock.recv_into(buffer)
            if not count:
                return
            self.received += count
        peer.send(OK)


@pytest.mark.parametrize("kind", ["path", "file", "raw"])
async def test_a_large_file_takes_little_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)
    counting = Counting()
    with RawServer(counting) as server, path.open("rb") as file:
        async with client_of(server, http_client=async_pooled(1), timeout=60) as client:
            tracemalloc.start()
            try:
                if kind == "raw":
                    await client.things.send(file)
                else:
                    await client.things.upload(file=path if kind == "path" else file)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert counting.received >= 100 * MEGABYTE
    assert peak < 8 * MEGABYTE


async def test_a_large_download_takes_little_memory(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (50 * MEGABYTE))
        piece = bytes(MEGABYTE)
        for _ in range(50):
            peer.send(piece)

    target = tmp_path / "out"
    with RawServer(script) as server:
        async with client_of(server, http_client=async_pooled(1), timeout=60) as client:
            tracemalloc.start()
            try:
                async with client.things.with_streaming_response.content("x") as response:
                    await response.stream_to_file(target)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert target.stat().st_size == 50 * MEGABYTE
    assert peak < 8 * MEGABYTE


async def test_a_server_that_refuses_before_it_has_read_everything() -> None:
    hold = threading.Event()

    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(answer(b'{"error": "too large"}', "connection: close", status="413 Too Large"))
        hold.wait(20)

    with RawServer(script) as server:
        async with client_of(server, timeout=15) as client:
            with pytest.raises((APIStatusError, APIConnectionError)):
                # What fits into the buffers of both ends is sent, and then the answer is read.
                await client.things.send(iter([b"x" * 1000] * 3))
        hold.set()


async def test_an_answer_that_comes_before_the_end_of_the_body() -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(answer(b'{"error": "too large"}', "connection: close", status="413 Too Large"))
        peer.reset()

    with RawServer(script) as server:
        async with client_of(server, timeout=15) as client:
            with pytest.raises((APIStatusError, APIConnectionError)):
                await client.things.send(iter([b"x" * 100_000] * 200))


async def test_files_are_closed_when_an_upload_fails(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 3 * MEGABYTE)
    with RawServer(lambda peer: peer.reset()) as server:
        async with client_of(server, max_retries=1) as client:
            with pytest.raises(APIConnectionError):
                await client.things.upload(file=path)
    assert str(path) not in open_files()


async def test_a_chunked_upload_arrives() -> None:
    with RawServer(lambda peer: (peer.request(), peer.send(answer(b'{"role": "user"}')))) as server:
        async with client_of(server) as client:
            assert isinstance(await client.things.send(parts()), Message)
    [sent] = server.requests
    head, _, body = sent.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    assert body == b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
