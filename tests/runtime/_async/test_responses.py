"""Raw responses, open responses, binary contents."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
from pathlib import Path
from typing import Any

import httpx
import pytest

from antiphon.runtime import (
    APIConnectionError,
    APIResponseValidationError,
    BinaryResponse,
    HTTPResponse,
    NotFoundError,
    ResponseNotRead,
)
from antiphon.runtime.transports.scripted import Answer, Drop, Stall

from ..colours import async_dropped
from ..samples import SECRET, Completion, Message, id_of
from .sdk import scripted

GOOD = Answer(200, {"role": "user", "content": "hi"}, {"x-request-id": "req_1"})
BUSY = Answer(503)
TEXT = "caf\u00e9 \U0001f600\r\nsecond\nthird\r"


async def test_a_raw_response() -> None:
    client, transport = scripted(BUSY, GOOD)
    raw = await client.things.with_raw_response.retrieve("x")
    assert transport.open_replies == 0
    assert raw.is_closed
    assert (raw.status_code, raw.method, raw.url) == (200, "GET", "https://demo.test/v1/things/x")
    assert (raw.request_id, raw.retries_taken, raw.http_version) == ("req_1", 1, "HTTP/1.1")
    assert raw.headers["Content-Type"] == "application/json"
    assert raw.elapsed.total_seconds() >= 0
    assert json.loads(raw.text) == raw.json() == json.loads(raw.content) == json.loads(raw.read())
    assert raw.http_request.headers["authorization"] == f"Bearer {SECRET}"
    assert isinstance(raw.http_response, HTTPResponse)
    value = raw.parse()
    assert isinstance(value, Message)
    assert raw.parse() is value
    assert id_of(value) == "req_1"
    assert raw.parse(to=dict[str, str]) == {"role": "user", "content": "hi"}
    assert raw.parse(to=str) == raw.text
    assert raw.parse(to=bytes) == raw.content
    assert isinstance(raw.parse(to=httpx.Response), httpx.Response)
    assert raw.parse(to=HTTPResponse) is raw.http_response
    assert "200 OK" in repr(raw)
    assert SECRET not in repr(raw)


async def test_two_types_of_one_name() -> None:
    def local() -> type[Message]:
        class Local(Message):
            pass

        return Local

    client, _ = scripted(GOOD)
    raw = await client.things.with_raw_response.retrieve("x")
    one, other = local(), local()
    assert type(raw.parse(to=one)) is one
    assert type(raw.parse(to=other)) is other


async def test_a_raw_response_of_something_else() -> None:
    client, _ = scripted(Answer(200, "<html>"), Answer(404))
    raw = await client.things.with_raw_response.retrieve("x")
    assert raw.text == "<html>"
    with pytest.raises(APIResponseValidationError):
        raw.parse()
    with pytest.raises(APIResponseValidationError):
        raw.json()
    with pytest.raises(NotFoundError):
        await client.things.with_raw_response.retrieve("x")


async def test_an_open_response() -> None:
    client, transport = scripted(GOOD, GOOD, GOOD)
    async with client.things.with_streaming_response.retrieve("x") as response:
        assert transport.open_replies == 1
        assert not response.is_closed
        assert (response.status_code, response.request_id, response.retries_taken) == (200, "req_1", 0)
        with pytest.raises(ResponseNotRead):
            _ = response.http_response.content
        value = await response.parse()
        assert isinstance(value, Message)
        assert (await response.parse()) is value
        assert (await response.parse(to=dict[str, str])) == {"role": "user", "content": "hi"}
        assert (await response.json())["role"] == "user"
        assert "user" in (await response.text())
        assert (await response.read()) == response.http_response.content
    assert response.is_closed
    async with client.things.with_streaming_response.retrieve("x") as response:
        pass
    assert transport.open_replies == 0
    with pytest.raises(APIConnectionError, match="closed"):
        await response.read()
    with pytest.raises(LookupError):
        async with client.things.with_streaming_response.retrieve("x"):
            raise LookupError
    assert transport.open_replies == 0


def open_text(*parts: Any, **headers: str) -> Answer:
    return Answer(200, list(parts), {"content-type": "text/plain", **headers})


async def test_a_body_piece_by_piece() -> None:
    raw = TEXT.encode()
    answer = open_text(*[raw[at : at + 3] for at in range(0, len(raw), 3)])
    client, transport = scripted(*[answer] * 6)
    streaming = client.things.with_streaming_response
    async with streaming.content("x") as response:
        pieces = [piece async for piece in response.iter_bytes()]
        assert b"".join(pieces) == raw
        assert len(pieces) > 5
    async with streaming.content("x") as response:
        sizes = [len(piece) async for piece in response.iter_bytes(chunk_size=7)]
        assert sizes[:-1] == [7] * (len(sizes) - 1)
    async with streaming.content("x") as response:
        assert "".join([text async for text in response.iter_text()]) == TEXT
    async with streaming.content("x") as response:
        assert "".join([text async for text in response.iter_text(chunk_size=1)]) == TEXT
    async with streaming.content("x") as response:
        assert [line async for line in response.iter_lines()] == ["caf\u00e9 \U0001f600", "second", "third"]
    async with streaming.content("x") as response:
        with pytest.raises(ValueError, match="chunk_size"):
            [piece async for piece in response.iter_bytes(chunk_size=0)]
    assert transport.open_replies == 0


async def test_a_body_is_walked_once() -> None:
    client, _ = scripted(open_text(b"abc"), open_text(b"abc"))
    async with client.things.with_streaming_response.content("x") as response:
        assert [piece async for piece in response.iter_bytes()] == [b"abc"]
        with pytest.raises(APIConnectionError, match="already read"):
            await response.read()
    async with client.things.with_streaming_response.content("x") as response:
        await response.read()
        assert [piece async for piece in response.iter_bytes()] == [b"abc"]
        assert [line async for line in response.iter_lines()] == ["abc"]


async def test_a_coded_body() -> None:
    coded = gzip.compress(b"abc" * 1000)
    answer = open_text(coded[:10], coded[10:], **{"content-encoding": "gzip"})
    cut = open_text(coded[:-1], **{"content-encoding": "gzip"})
    client, transport = scripted(answer, answer, cut, cut)
    async with client.things.with_streaming_response.content("x") as response:
        assert b"".join([piece async for piece in response.iter_bytes()]) == b"abc" * 1000
    assert (await client.things.content("x")).content == b"abc" * 1000
    with pytest.raises(APIResponseValidationError, match="cannot be decoded"):
        await client.things.content("x")
    async with client.things.with_streaming_response.content("x") as response:
        with pytest.raises(APIResponseValidationError, match="cannot be decoded"):
            [piece async for piece in response.iter_bytes()]
    assert transport.open_replies == 0


@pytest.mark.parametrize("fault", [Drop(), Stall()])
async def test_faults_in_the_middle_of_an_open_body(fault: Any) -> None:
    client, transport = scripted(*[open_text(b"abc", fault)] * 3)
    for read in (_read, _walk, _lines):
        async with client.things.with_streaming_response.content("x") as response:
            with pytest.raises(APIConnectionError):
                await read(response)
    assert transport.open_replies == 0
    assert len(transport.requests) == 3


async def _read(response: Any) -> None:
    await response.read()


async def _walk(response: Any) -> None:
    [piece async for piece in response.iter_bytes()]


async def _lines(response: Any) -> None:
    [line async for line in response.iter_lines()]


async def test_a_dropped_open_response() -> None:
    client, transport = scripted(GOOD)
    manager = client.things.with_streaming_response.retrieve("x")
    assert transport.requests == []
    response = await manager.__aenter__()
    del response, manager
    await async_dropped()
    assert transport.open_replies == 0


async def test_writing_to_a_file(tmp_path: Path) -> None:
    client, transport = scripted(open_text(b"abc", b"def"), open_text(b"abc", b"def"), open_text(b"abc", Drop()), GOOD)
    target = tmp_path / "out.bin"
    target.write_bytes(b"what was there before")
    async with client.things.with_streaming_response.content("x") as response:
        await response.stream_to_file(target)
    assert target.read_bytes() == b"abcdef"
    async with client.things.with_streaming_response.content("x") as response:
        await response.stream_to_file(str(target), chunk_size=4)
    assert target.read_bytes() == b"abcdef"
    async with client.things.with_streaming_response.content("x") as response:
        with pytest.raises(APIConnectionError):
            await response.stream_to_file(target)
    with pytest.raises(FileNotFoundError):
        async with client.things.with_streaming_response.content("x") as response:
            await response.stream_to_file(tmp_path / "none" / "out.bin")
    assert transport.open_replies == 0


async def test_binary_contents(tmp_path: Path) -> None:
    client, transport = scripted(Answer(200, TEXT.encode(), {"content-type": "text/plain", "x-request-id": "req_1"}))
    content = await client.things.content("x")
    assert isinstance(content, BinaryResponse)
    assert transport.requests[0].headers["accept"] == "application/binary"
    assert (content.content, content.text, content.read()) == (TEXT.encode(), TEXT, TEXT.encode())
    assert (content.status_code, content.encoding, id_of(content)) == (200, "utf-8", "req_1")
    assert (content.headers["x-request-id"], content.url.path) == ("req_1", "/v1/things/x/content")
    assert list(content.iter_bytes()) == [TEXT.encode()]
    assert b"".join(content.iter_bytes(chunk_size=3)) == TEXT.encode()
    assert max(len(piece) for piece in content.iter_bytes(3)) == 3
    assert "".join(content.iter_text(2)) == TEXT
    assert list(content.iter_lines()) == ["caf\u00e9 \U0001f600", "second", "third"]
    for wrong in (content.iter_bytes, content.iter_text):
        with pytest.raises(ValueError, match="chunk_size"):
            list(wrong(0))
    with pytest.raises(APIResponseValidationError):
        content.json()
    content.write_to_file(tmp_path / "a")
    content.stream_to_file(str(tmp_path / "b"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == TEXT.encode()
    content.close()
    assert "bytes" in repr(content)
    assert pickle.loads(pickle.dumps(content)).content == copy.deepcopy(content).content == TEXT.encode()


async def test_empty_binary_contents() -> None:
    client, _ = scripted(Answer(200, b""))
    content = await client.things.content("x")
    assert content.content == b""
    assert list(content.iter_bytes()) == list(content.iter_bytes(5)) == list(content.iter_lines()) == []


async def test_binary_contents_of_raw_and_open_responses() -> None:
    client, _ = scripted(Answer(200, b"abc"), Answer(200, b"abc"))
    raw = await client.things.with_raw_response.content("x")
    assert raw.parse().content == raw.content == b"abc"
    assert raw.parse(to=str) == "abc"
    async with client.things.with_streaming_response.content("x") as response:
        assert (await response.parse()).content == b"abc"


async def test_the_results_of_open_responses() -> None:
    client, _ = scripted(Answer(200, "<html>"), Answer(200, {"error": "m"}))
    for _ in range(2):
        async with client.things.with_streaming_response.create() as response:
            with pytest.raises(APIResponseValidationError):
                await response.parse()
    client, _ = scripted(Answer(200, {"id": "c"}))
    async with client.things.with_streaming_response.create() as response:
        assert isinstance(await response.parse(), Completion)
