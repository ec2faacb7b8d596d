"""The README's table of differences, our side of it: the docstring of each test is the row it proves."""

from __future__ import annotations

import copy
import datetime
import enum
import logging
import pickle
import tracemalloc
import uuid
from pathlib import Path
from typing import Any, Final

import pytest

from antiphon import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    AsyncStream,
    CredentialsError,
    RateLimitError,
)
from antiphon.mock import MockServer
from antiphon.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam

from ...runtime.colours import async_listed, async_pooled, async_reached, async_together
from ...runtime.transports.servers import OK, STREAM, Peer, RawServer, answer, chunk

MESSAGES: Final[list[ChatCompletionMessageParam]] = [{"role": "user", "content": "one two three"}]
EVENT: Final = b'data: {"id": "1", "choices": [{"index": 0, "delta": {"content": "a"}}]}\n\n'
NO_DELTA: Final = b'data: {"id": "1", "choices": [{"index": 0, "delta": null}]}\n\n'
DONE: Final = b"data: [DONE]\n\n"


async def ask(client: AsyncOpenAI) -> ChatCompletion:
    return await client.chat.completions.create(model="m", messages=MESSAGES)


async def streamed(client: AsyncOpenAI) -> AsyncStream[ChatCompletionChunk]:
    return await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)


def enqueue_events(server: MockServer, *events: bytes) -> None:
    server.enqueue(200, b"".join(events), {"content-type": "text/event-stream"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"message": "no such deployment"}}', "no such deployment"),
        (b"<html>Welcome to nginx</html>", "Welcome to nginx"),
        (b"", "an empty body"),
        (b'{"id": "1", "choi', '{"id": "1", "choi'),
        (b'"text"', '"text"'),
    ],
)
async def test_an_answer_that_is_none(server: MockServer, body: bytes, said: str) -> None:
    """200 with an error object, HTML, nothing, or cut-off JSON"""
    server.enqueue(200, body, {"content-type": "application/json", "x-request-id": "req_7"})
    async with AsyncOpenAI() as client:
        with pytest.raises(APIResponseValidationError) as caught:
            await ask(client)
    assert (caught.value.status_code, caught.value.request_id) == (200, "req_7")
    assert said in str(caught.value)
    assert "req_7" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b'{"id": "x", "choices": []}', "application/json"), (b"<html></html>", "text/html"), (b"", "text/event-stream")],
)
async def test_no_stream(server: MockServer, body: bytes, kind: str) -> None:
    """`stream=True` answered with JSON, HTML or nothing"""
    server.enqueue(200, body, {"content-type": kind})
    async with AsyncOpenAI() as client:
        with pytest.raises(APIResponseValidationError, match="where a stream was promised"):
            await async_listed(await streamed(client))


@pytest.mark.parametrize(
    "odd",
    [
        b"retry: 1000\n\n",
        b"id: 1\n\n: ping\n\n",
        b": OPENROUTER PROCESSING\n\n",
        b"data:\n\n",
        b"data\n\n",
        b"event: ping\n\n",
        b"data: : keepalive\n\n",
    ],
)
async def test_what_is_passed_over(server: MockServer, odd: bytes) -> None:
    """a stream with keep-alives, `retry:` blocks, empty `data:`"""
    async with AsyncOpenAI() as client:
        for events in (
            [odd, EVENT, EVENT, DONE],
            [EVENT, odd, EVENT, DONE],
            [b"\xef\xbb\xbf", EVENT, EVENT, odd, DONE],
        ):
            enqueue_events(server, *events)
            chunks = await async_listed(await streamed(client))
            assert [each.choices[0].delta.content for each in chunks] == ["a", "a"]


@pytest.mark.parametrize(
    "told",
    [
        b'data: {"error": {"message": "overloaded", "code": "c"}}\n\n',
        b'data: {"error": "overloaded"}\n\n',
        b'event: error\ndata: {"message": "overloaded", "code": "c"}\n\n',
        b'event: error\ndata: {"error": {"message": "overloaded", "code": "c"}}\n\n',
        b"event: error\ndata: overloaded\n\n",
    ],
)
async def test_an_error_comes(server: MockServer, told: bytes) -> None:
    """an error in the middle of a stream"""
    enqueue_events(server, EVENT, told, EVENT, DONE)
    async with AsyncOpenAI() as client:
        stream = await streamed(client)
        assert (await anext(stream)).id == "1"
        with pytest.raises(APIError, match="overloaded") as caught:
            await anext(stream)
    assert caught.value.code == ("c" if b'"code"' in told else None)


async def test_no_mark_at_the_end(server: MockServer) -> None:
    """a stream that ends without `[DONE]`"""
    async with AsyncOpenAI() as client:
        for events, incomplete in (([EVENT, EVENT], True), ([EVENT, EVENT, DONE], False)):
            enqueue_events(server, *events)
            stream = await streamed(client)
            assert len(await async_listed(stream)) == 2
            assert stream.incomplete == incomplete


async def test_drift(server: MockServer, recwarn: pytest.WarningsRecorder) -> None:
    """a value of another type than declared"""
    message = {"role": "assistant", "content": [{"type": "text", "text": "x"}], "reasoning_content": "hm"}
    choice = {"index": "0", "finish_reason": "weird", "message": message}
    body: dict[str, Any] = {
        "id": 1,
        "created": 1.5,
        "usage": {"prompt_tokens": "7"},
        "choices": [choice],
        "model": None,
    }
    server.enqueue(200, body)
    async with AsyncOpenAI() as client:
        completion: Any = await ask(client)
    assert completion.choices[0].message.content == [{"type": "text", "text": "x"}]
    assert completion.choices[0].message.reasoning_content == "hm"
    assert completion.choices[0].finish_reason == "weird"
    assert completion.model_dump(exclude_unset=True)["created"] == 1.5
    assert '"weird"' in completion.model_dump_json()
    assert completion.usage.prompt_tokens == 7
    assert len(recwarn) == 0


async def test_null_choices(server: MockServer) -> None:
    """`choices: null`, or `delta: null` in a stream"""
    enqueue_events(server, b'data: {"id": "1", "choices": null}\n\n', NO_DELTA, EVENT, DONE)
    async with AsyncOpenAI() as client:
        chunks = await async_listed(await streamed(client))
        assert [choice.delta.content for each in chunks for choice in each.choices] == [None, "a"]
        server.enqueue(200, {"id": "1", "choices": None})
        assert (await ask(client)).choices == []


async def test_pickles(server: MockServer) -> None:
    """errors and clients in `pickle` and `copy`"""
    server.enqueue(429, {"error": {"message": "slow down", "code": "c"}}, {"x-request-id": "req_7"})
    async with AsyncOpenAI(api_key="sk-secret", max_retries=0) as client:
        with pytest.raises(RateLimitError) as caught:
            await ask(client)
        travelled = pickle.dumps(caught.value)
        assert b"sk-secret" not in travelled
        for error in (pickle.loads(travelled), copy.copy(caught.value), copy.deepcopy(caught.value)):
            assert isinstance(error, RateLimitError)
            assert (error.status_code, error.code, error.request_id) == (429, "c", "req_7")
            assert str(error) == str(caught.value)
        for other in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
            assert (await ask(other)).object == "chat.completion"
            await other.close()
        assert not client.is_closed()


async def test_a_loop_that_is_left() -> None:
    """leaving a `for` loop over a stream"""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(EVENT + EVENT + EVENT))
        peer.until_closed()

    with RawServer(script) as server:
        async with AsyncOpenAI(base_url=server.url("/v1")) as client:
            stream = await streamed(client)
            assert (await anext(stream)).id == (await anext(stream)).id == "1"
            async for _ in stream:
                break
            assert await async_reached(server.given_up)
            with pytest.raises(APIConnectionError, match="closed"):
                await anext(stream)


async def test_a_full_pool() -> None:
    """`pool` timeout"""
    async with AsyncOpenAI(http_client=async_pooled(1), timeout=0.5) as client:  # pyright: ignore[reportArgumentType]  a transport counts as one
        assert client.with_options(timeout=3).settings.timeout.pool is None
        slow = {"x-mock-fault": "delay=0.2"}
        found = await async_together([lambda: client.models.retrieve("m", extra_headers=slow)] * 4)
        assert [getattr(each, "id", each) for each in found] == ["m"] * 4


async def test_an_upload_from_a_path(tmp_path: Path) -> None:
    """uploads from a path"""
    size = 32_000_000
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(size)
    received: list[int] = []

    def script(peer: Peer) -> None:
        buffer = bytearray(65536)
        count = 0
        while count < size:
            count += peer.sock.recv_into(buffer)
        received.append(count)
        peer.send(OK)

    with RawServer(script) as server:
        async with AsyncOpenAI(base_url=server.url("/v1")) as client:
            tracemalloc.start()
            try:
                await client.files.create(file=path, purpose="batch")
                _, most = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert received[0] >= size
    assert most < 8_000_000


async def test_a_list_that_goes_round(server: MockServer, caplog: pytest.LogCaptureFixture) -> None:
    """a list that leads back to a page it gave"""
    server.enqueue(200, {"object": "list", "data": [{"id": "a"}], "has_more": True})
    server.enqueue(200, {"object": "list", "data": [{"id": "b"}], "has_more": True})
    server.enqueue(200, {"object": "list", "data": [{"id": "a"}], "has_more": True})
    async with AsyncOpenAI() as client:
        with caplog.at_level(logging.WARNING, logger="antiphon"):
            ids = [file.id async for file in client.files.list()]
    assert ids == ["a", "b", "a"]
    assert len(server.requests) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_cookies(server: MockServer) -> None:
    """cookies"""
    server.enqueue(200, {"object": "list", "data": []}, {"set-cookie": "a=b"})
    async with AsyncOpenAI() as client:
        await client.models.list()
        await client.models.list()
    assert "cookie" not in server.requests[1].headers


async def test_response_objects(server: MockServer) -> None:
    """`raw.http_response`, `error.response`"""
    async with AsyncOpenAI(max_retries=0) as client:
        raw = await client.models.with_raw_response.retrieve("m")
        with pytest.raises(APIStatusError) as caught:
            await client.models.retrieve("m", extra_headers={"x-mock-fault": "status=404"})
    for response, status in ((raw.http_response, 200), (caught.value.response, 404)):
        assert response.status_code == status
        assert response.is_success == (status == 200)
        assert response.is_error == (status == 404)
        assert response.headers["Content-Type"] == response.headers["content-type"] == "application/json"
        assert response.json()
        assert response.text == response.content.decode() == response.read().decode()
        assert (response.request.method, response.url.path[:11]) == ("GET", "/v1/models/")
        assert response.reason_phrase in ("OK", "Not Found")
        assert response.elapsed.total_seconds() >= 0
        assert response.http_version == "HTTP/1.1"


class Colour(enum.Enum):
    RED = "red"


async def test_values_in_a_body(server: MockServer) -> None:
    """`date`, `UUID`, `Enum` and `set` in a request body"""
    async with AsyncOpenAI() as client:
        await client.post(
            "/moderations",
            cast_to=object,
            body={
                "input": "x",
                "day": datetime.date(2025, 1, 2),
                "id": uuid.UUID(int=1),
                "colour": Colour.RED,
                "set": {"a"},
            },
        )
    assert server.requests[0].body == {
        "input": "x",
        "day": "2025-01-02",
        "id": "00000000-0000-0000-0000-000000000001",
        "colour": "red",
        "set": ["a"],
    }


@pytest.mark.parametrize("key", ["sk-\u201cx\u201d", "sk-x\n", "sk-\u200bx"])
def test_a_key_that_cannot_be_sent(key: str) -> None:
    """a key with a typographic quote or a line break"""
    with pytest.raises((ValueError, CredentialsError), match="api_key cannot be sent") as caught:
        AsyncOpenAI(api_key=key)
    assert key.strip() not in str(caught.value)


async def test_closing_a_copy() -> None:
    """closing a copy made by `with_options`"""
    async with AsyncOpenAI() as client:
        async with client.with_options(timeout=3) as copied:
            await copied.models.list()
        assert (await client.models.list()).data


async def test_a_base_url_with_a_query(server: MockServer) -> None:
    """a `base_url` with a query"""
    async with AsyncOpenAI(base_url=f"{server.url}?api-version=preview") as client:
        await client.models.list(extra_query={"after": "x"})
    assert (server.requests[0].path, server.requests[0].query) == (
        "/v1/models",
        {"api-version": "preview", "after": "x"},
    )


async def test_the_text_of_an_error(server: MockServer) -> None:
    """the text of a status error"""
    error = {"message": "bad", "type": "t", "code": "c", "param": "p"}
    server.enqueue(400, {"error": error}, {"x-request-id": "req_7"})
    server.enqueue(502, b"<html>" + b"x" * 1_000_000, {"content-type": "text/html"})
    async with AsyncOpenAI(max_retries=0) as client:
        with pytest.raises(APIStatusError) as caught:
            await ask(client)
        assert str(caught.value) == "Error code: 400 - bad (code: c, type: t, param: p, request id: req_7)"
        with pytest.raises(APIStatusError) as caught:
            await ask(client)
        assert "<html>xxx" in str(caught.value)
        assert len(str(caught.value)) < 1000


async def test_the_text_of_a_timeout() -> None:
    """the text of a timeout"""
    async with AsyncOpenAI(max_retries=0, timeout=0.05) as client:
        with pytest.raises(APITimeoutError, match="read timeout"):
            await client.models.retrieve("m", extra_headers={"x-mock-fault": "stall"})


async def test_a_used_connection() -> None:
    """bytes that come after the end of a body"""

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(
                answer(b'{"id": "right"}') + b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n" + b'{"id": "wrong"}'
            )

    with RawServer(script) as server:
        async with AsyncOpenAI(base_url=server.url("/v1")) as client:
            assert [(await client.models.retrieve("m")).id for _ in range(3)] == ["right"] * 3
