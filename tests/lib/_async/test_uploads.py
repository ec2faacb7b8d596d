"""Files in parts, and batches of files: in parallel, within bounds, and cleaned up after a failure."""

from __future__ import annotations

import io
import json
import re
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

import pytest

from antiphon import (
    APIConnectionError,
    AsyncClient,
    BadRequestError,
    InternalServerError,
    UploadProgress,
)
from antiphon.runtime.core.request import Request, SentRequest
from antiphon.runtime.core.transport import AsyncReply, TransportError
from antiphon.runtime.transports.scripted import Answer

from ..routed import AsyncRoutedTransport, said

DATA = bytes(range(256)) * 4
CREATE, COMPLETE, CANCEL = "POST /uploads", "POST /uploads/u/complete", "POST /uploads/u/cancel"
PARTS = "POST /uploads/u/parts"


Given: TypeAlias = Answer | Callable[[str], Answer | Exception | None]
"""An answer, or what makes one, or a failure, or nothing for the usual answer, of the name of a part."""


class Server:
    """Takes uploads; parts have the ids of their numbers in the order of the file."""

    def __init__(self, **answers: Given) -> None:
        self.answers = answers
        self.parts: dict[str, bytes] = {}
        self.lock = threading.Lock()
        self.transport = AsyncRoutedTransport(self.answer)
        self.client = AsyncClient(api_key="key", http_client=self.transport)

    def answer(self, request: SentRequest) -> Answer:
        what = said(request)
        name = {CREATE: "create", COMPLETE: "complete", CANCEL: "cancel", PARTS: "part"}[what]
        if name == "part":
            found = re.search(rb"\r\n\r\n(.*)\r\n--[0-9a-f]+--\r\n$", request.content, re.DOTALL)
            assert found is not None
            with self.lock:
                part = f"part_{len(self.parts)}_{len(found[1])}"
                self.parts[part] = found[1]
        else:
            part = ""
        listed = self.answers.get(name)
        given = listed(part) if callable(listed) else listed
        if isinstance(given, Exception):
            raise given
        return given or Answer(200, {"id": part or "u", "status": {"complete": "completed"}.get(name, "pending")})

    def said(self) -> list[str]:
        return [said(request) for request in self.transport.requests]

    def sent(self, what: str) -> Any:
        return json.loads(next(request.content for request in self.transport.requests if said(request) == what))

    @property
    def assembled(self) -> bytes:
        return b"".join(self.parts[part] for part in self.sent(COMPLETE)["part_ids"])


OPTIONS: dict[str, Any] = {"mime_type": "text/plain", "purpose": "batch", "filename": "f.txt"}


@pytest.mark.parametrize("max_concurrency", [1, 3, 100])
@pytest.mark.parametrize("part_size", [7, 100, 1024, 5000])
async def test_parts_arrive_in_order(part_size: int, max_concurrency: int) -> None:
    server = Server()
    upload = await server.client.uploads.upload_file_chunked(
        file=DATA, part_size=part_size, max_concurrency=max_concurrency, md5="abc", **OPTIONS
    )
    assert (upload.id, upload.status) == ("u", "completed")
    assert server.assembled == DATA
    count = -(-1024 // part_size)
    assert server.said() == [CREATE, *[PARTS] * count, COMPLETE]
    opened = {"filename": "f.txt", "purpose": "batch", "bytes": 1024, "mime_type": "text/plain"}
    assert server.sent(CREATE) == opened
    assert server.sent(COMPLETE)["md5"] == "abc"


async def test_a_path_and_a_file_are_sent(tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(DATA)
    server = Server()
    await server.client.uploads.upload_file_chunked(file=path, mime_type="a/b", purpose="batch", part_size=300)
    assert server.assembled == DATA
    assert server.sent(CREATE)["filename"] == "data.bin"
    assert "md5" not in server.sent(COMPLETE)
    with path.open("rb") as file:
        server = Server()
        await server.client.uploads.upload_file_chunked(
            file=file,
            mime_type="a/b",
            purpose="batch",
            part_size=300,
            expires_after={"anchor": "created_at", "seconds": 3600},
        )
        assert server.assembled == DATA
        assert server.sent(CREATE)["expires_after"] == {"anchor": "created_at", "seconds": 3600}


class Stream(io.RawIOBase):
    """A stream that cannot seek, and knows how far it was read."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        taken = self._file.readinto(buffer)
        self.taken += taken
        return taken


async def test_of_a_stream_no_more_is_read_than_is_being_sent() -> None:
    stream = Stream(DATA)
    file = cast(IO[bytes], stream)
    ahead: list[int] = []

    def arrived(part: str) -> None:
        ahead.append(stream.taken - 100 * (len(server.parts) - 1))

    server = Server(part=arrived)
    await server.client.uploads.upload_file_chunked(file=file, bytes=1024, part_size=100, max_concurrency=2, **OPTIONS)
    assert server.assembled == DATA
    assert max(ahead) <= 200 + 1  # one byte more is asked for at the end, to see that it is one
    assert len(ahead) == 11


async def test_progress_is_told_part_by_part() -> None:
    told: list[UploadProgress] = []
    server = Server()
    await server.client.uploads.upload_file_chunked(file=DATA, part_size=300, on_progress=told.append, **OPTIONS)
    assert [progress.sent_parts for progress in told] == [1, 2, 3, 4]
    assert [progress.sent_bytes for progress in told][-1] == 1024
    assert {(progress.total_bytes, progress.total_parts) for progress in told} == {(1024, 4)}


async def test_a_part_is_tried_again() -> None:
    failed: list[str] = []

    def flaky(part: str) -> Answer | Exception | None:
        if len(failed) < 2:
            failed.append(part)
            del server.parts[part]
            cause = ConnectionResetError("reset")
            return TransportError("reset", cause) if len(failed) == 1 else Answer(503, headers={"retry-after-ms": "1"})
        return None

    server = Server(part=flaky)
    options: dict[str, Any] = {"part_size": 300, "max_concurrency": 1, **OPTIONS}
    await server.client.uploads.upload_file_chunked(file=DATA, **options)
    assert server.assembled == DATA
    assert server.said().count(PARTS) == 6
    assert CANCEL not in server.said()


REFUSAL = Answer(400, {"error": {"message": "no"}})


@pytest.mark.parametrize("max_concurrency", [1, 4])
async def test_a_failed_part_cancels_the_upload(max_concurrency: int) -> None:
    server = Server(part=lambda part: REFUSAL if part.startswith("part_2_") else None)
    with pytest.raises(BadRequestError, match="no") as caught:
        await server.client.uploads.upload_file_chunked(
            file=DATA, part_size=10, max_concurrency=max_concurrency, **OPTIONS
        )
    assert server.said()[-1] == CANCEL
    assert COMPLETE not in server.said()
    assert server.said().count(PARTS) < 103  # the others are not even begun
    assert caught.value.__notes__ == ["the upload 'u' was cancelled"]


async def test_a_refused_completion_cancels_the_upload() -> None:
    server = Server(complete=REFUSAL)
    with pytest.raises(BadRequestError):
        await server.client.uploads.upload_file_chunked(file=DATA, **OPTIONS)
    assert server.said() == [CREATE, PARTS, COMPLETE, CANCEL]


async def test_what_the_progress_function_raises_cancels_the_upload() -> None:
    def stop(progress: UploadProgress) -> None:
        raise KeyError("enough")

    server = Server()
    with pytest.raises(KeyError, match="enough"):
        await server.client.uploads.upload_file_chunked(file=DATA, part_size=300, on_progress=stop, **OPTIONS)
    assert server.said()[-1] == CANCEL


async def test_a_source_that_fails_cancels_the_upload() -> None:
    server = Server()
    with pytest.raises(OSError, match="ended after 1024 of 2000"):
        await server.client.uploads.upload_file_chunked(
            file=cast(IO[bytes], Stream(DATA)), bytes=2000, part_size=300, **OPTIONS
        )
    assert server.said()[-1] == CANCEL


@pytest.mark.parametrize("failure", [REFUSAL, Answer(500, headers={"x-should-retry": "false"})])
async def test_a_cancel_that_fails_does_not_hide_the_failure(failure: Answer) -> None:
    server = Server(part=lambda part: REFUSAL, cancel=failure)
    with pytest.raises(BadRequestError) as caught:
        await server.client.uploads.upload_file_chunked(file=DATA, **OPTIONS)
    assert "the upload 'u' could not be cancelled: Error code" in caught.value.__notes__[0]


async def test_nothing_is_cancelled_that_was_not_begun() -> None:
    server = Server(create=Answer(500, headers={"x-should-retry": "false"}))
    with pytest.raises(InternalServerError):
        await server.client.uploads.upload_file_chunked(file=DATA, **OPTIONS)
    assert server.said() == [CREATE]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"file": b""}, ValueError),
        ({"file": "name.txt"}, TypeError),
        ({"filename": None}, TypeError),
        ({"part_size": 0}, ValueError),
        ({"max_concurrency": 0}, ValueError),
        ({"max_concurrency": 1.5}, TypeError),
        ({"bytes": 5}, ValueError),
    ],
)
async def test_bad_arguments_are_refused_before_anything_is_sent(changes: Any, kind: type[Exception]) -> None:
    server = Server()
    arguments: dict[str, Any] = {"file": DATA, **OPTIONS, **changes}
    with pytest.raises(kind):
        await server.client.uploads.upload_file_chunked(**arguments)
    assert server.said() == []


class Sink(AsyncRoutedTransport):
    """Lets the bodies of requests go by."""

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        if body is not None and not isinstance(body, bytes):
            async for _ in body:
                pass
            body = None
        return await super().send(request, body)


@pytest.mark.parametrize("kind", ["path", "file", "bytes"])
async def test_a_large_file_costs_no_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    client = AsyncClient(api_key="key", http_client=Sink(lambda request: Answer(200, {"id": "u"})))
    with path.open("rb") as file:
        source: Any = {"path": lambda: path, "file": lambda: file, "bytes": path.read_bytes}[kind]()
        tracemalloc.start()
        try:
            options: dict[str, Any] = {"part_size": 20 * 1024 * 1024, **OPTIONS}
            await client.uploads.upload_file_chunked(file=source, **options)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 10 * 1024 * 1024


class Store:
    """Takes files and batches of them."""

    def __init__(self, fails: str = "") -> None:
        self.names: list[str] = []
        self.lock = threading.Lock()

        def answer(request: SentRequest) -> Answer:
            if said(request) != "POST /files":
                return Answer(200, {"id": "batch", "status": "completed"})
            name = re.findall(rb'filename="(\w+)"', request.content)[0].decode()
            with self.lock:
                self.names.append(name)
            return REFUSAL if name == fails else Answer(200, {"id": f"file_{name}"})

        self.transport = AsyncRoutedTransport(answer)
        self.client = AsyncClient(api_key="key", http_client=self.transport)


async def test_a_batch_of_files_is_uploaded_in_parallel_and_kept_in_order() -> None:
    store = Store()
    files = [(f"n{number}", b"data") for number in range(12)]
    batch = await store.client.vector_stores.file_batches.upload_and_poll(
        "vs_1", files=files, file_ids=["early"], max_concurrency=3, chunking_strategy={"type": "auto"}
    )
    assert batch.status == "completed"
    assert sorted(store.names) == sorted(name for name, _ in files)
    body = json.loads(store.transport.requests[-2].content)
    expected = ["early", *(f"file_n{number}" for number in range(12))]
    assert body == {"file_ids": expected, "chunking_strategy": {"type": "auto"}}


async def test_files_of_a_batch_are_taken_one_by_one() -> None:
    store = Store()
    ahead: list[int] = []

    def files() -> Iterator[tuple[str, bytes]]:
        for number in range(10):
            ahead.append(number - len(store.names))
            yield f"n{number}", b"data"

    await store.client.vector_stores.file_batches.upload_and_poll("vs_1", files=files(), max_concurrency=2)
    assert max(ahead) <= 2


@pytest.mark.parametrize("max_concurrency", [1, 4])
async def test_a_file_that_fails_ends_the_batch(max_concurrency: int) -> None:
    store = Store(fails="n3")
    files = [(f"n{number}", b"data") for number in range(40)]
    with pytest.raises(BadRequestError) as caught:
        await store.client.vector_stores.file_batches.upload_and_poll(
            "vs_1", files=files, max_concurrency=max_concurrency
        )
    assert {said(request) for request in store.transport.requests} == {"POST /files"}
    assert "file_n0" in caught.value.__notes__[0]


async def test_an_empty_batch_is_refused() -> None:
    store = Store()
    with pytest.raises(ValueError, match="both `files` and `file_ids` are empty"):
        await store.client.vector_stores.file_batches.upload_and_poll("vs_1", files=[])
    with pytest.raises(ValueError, match="max_concurrency"):
        await store.client.vector_stores.file_batches.upload_and_poll("vs_1", files=[b"x"], max_concurrency=0)
    assert store.transport.requests == []
    await store.client.vector_stores.file_batches.upload_and_poll("vs_1", files=[], file_ids=["a"])


async def test_upload_adds_without_waiting() -> None:
    store = Store()
    added = await store.client.vector_stores.files.upload(vector_store_id="vs_1", file=("name", b"data"))
    assert added.id == "batch"
    assert [said(request) for request in store.transport.requests] == [
        "POST /files",
        "POST /vector_stores/vs_1/files",
    ]
    assert json.loads(store.transport.requests[1].content) == {"file_id": "file_name"}


async def test_a_lost_connection_is_told_as_such() -> None:
    server = Server(part=lambda part: TransportError("reset", ConnectionResetError("reset")))
    client = server.client.with_options(max_retries=0)
    with pytest.raises(APIConnectionError):
        await client.uploads.upload_file_chunked(file=DATA, **OPTIONS)
    assert server.said()[-1] == CANCEL
