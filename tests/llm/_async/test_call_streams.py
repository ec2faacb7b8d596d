"""Answers in pieces: pieces and tools, tools that grow, values that grow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pydantic
import pytest

from antiphon import APIConnectionError, llm
from antiphon.llm import AsyncStream, AsyncStructuredStream, BaseTool, CallResponseChunk
from antiphon.mock import MockServer, serve

from ...runtime.colours import async_dropped, async_listed, async_reached
from ...runtime.transports.servers import STREAM, Peer, RawServer, chunk
from ..local import Local, events, said
from ..scripts import calling, giving, streamed


class Book(pydantic.BaseModel):
    title: str
    year: int


class FormatBook(BaseTool):
    """Format a book."""

    title: str
    author: str

    async def call(self) -> str:
        return f"{self.title} by {self.author}"


ARGUMENTS = '{"title": "A", "author": "B"}'


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


async def test_pieces_and_what_they_make(server: MockServer) -> None:
    @llm.call("openai/m", stream=True)
    async def asked(genre: str) -> str:
        return genre

    stream = await asked("fantasy")
    assert isinstance(stream, AsyncStream)
    assert stream.content == ""
    assert stream.end_time is None
    with pytest.raises(ValueError, match="the stream has not been read"):
        stream.construct_call_response()
    text = ""
    async for piece, tool in stream:
        assert isinstance(piece, CallResponseChunk)
        assert tool is None
        assert piece.model in ("m", None)
        text += piece.content
        assert stream.content == text
    assert text == stream.content == "You said: fantasy"
    assert server.requests[-1].body["stream_options"] == {"include_usage": True}
    response = stream.construct_call_response()
    assert response is stream.construct_call_response()
    assert response.content == text
    assert stream.message_param == response.message_param == {"role": "assistant", "content": text}
    assert stream.user_message_param == {"role": "user", "content": "fantasy"}
    assert stream.finish_reasons == ["stop"]
    assert stream.usage is not None
    assert stream.output_tokens == stream.usage.completion_tokens
    assert stream.input_tokens == stream.usage.prompt_tokens
    assert stream.cached_tokens == 0
    assert stream.cost is stream.cost_metadata.cost is None
    assert stream.model == "m"
    assert stream.id == response.id
    assert stream.tools is stream.tool is None
    assert await async_listed(stream) == []
    assert repr(stream).endswith("'You said: fantasy'>")


async def test_when_a_stream_began_and_ended() -> None:
    """Both colours say it, whether the stream is read to its end or left."""

    @llm.call("openai/m", stream=True)
    async def asked() -> str:
        return "a b c d"

    whole = await asked()
    await async_listed(whole)
    left = await asked()
    async for _ in left:
        break
    await left.close()
    for stream in (whole, left):
        assert stream.end_time is not None
        assert 0 < stream.start_time <= stream.end_time
    response = whole.construct_call_response()
    assert (response.start_time, response.end_time) == (whole.start_time, whole.end_time)


async def test_other_ways_to_read() -> None:
    @llm.call("openai/m", stream=True)
    async def asked() -> str:
        return "one two"

    assert "".join(await async_listed((await asked()).text_stream())) == "You said: one two"
    assert (await (await asked()).finish()).content == "You said: one two"
    async with await asked() as stream:
        async for piece in stream.chunk_stream():
            assert piece.content == str(piece)
            assert piece.thinking is None
            break
    assert stream.end_time is not None
    other = await stream.resume("and now?")
    assert (await other.finish()).content == "You said: and now?"


async def test_a_stream_that_is_left_early_releases_its_connection() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(f"data: {json.dumps(said('a'))}\n\n".encode()))
        peer.until_closed()

    with RawServer(script) as peer:
        where = {"base_url": peer.url("/v1"), "api_key": "key"}

        @llm.call("openai/m", stream=True, call_params=where)
        async def asked() -> str:
            return "Hello"

        async for piece, _ in await asked():
            assert piece.content == "a"
            break
        assert await async_reached(peer.given_up)
        async for text in (await asked()).text_stream():
            assert text == "a"
            break
        assert await async_reached(peer.given_up)
        async with await asked():
            pass
        assert await async_reached(peer.given_up)

        @llm.call("openai/m", stream=True, response_model=str, call_params=where)
        async def valued() -> str:
            return "Hello"

        async for value in await valued():
            assert value == "a"
            break
        assert await async_reached(peer.given_up)


async def test_a_stream_that_is_closed_within_its_loop_ends() -> None:
    @llm.call("openai/m", stream=True)
    async def asked() -> str:
        return "Hello over there"

    stream, said = await asked(), list[str]()
    async for text in stream.text_stream():
        said.append(text)
        await stream.close()
    assert said == ["You "]
    assert stream.content == "You "
    assert await async_listed(stream) == []


async def test_a_stream_that_nobody_holds_releases_its_connection() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(f"data: {json.dumps(said('a'))}\n\n".encode()))
        peer.until_closed()

    with RawServer(script) as peer:

        @llm.call("openai/m", stream=True, call_params={"base_url": peer.url("/v1"), "api_key": "key"})
        async def asked() -> str:
            return "Hello"

        stream = await asked()
        del stream
        await async_dropped()
        assert await async_reached(peer.given_up)


async def test_several_answers_at_once() -> None:
    """What is read is the first one; the others are in the pieces themselves."""
    call = {"index": 0, "id": "call_0", "function": {"name": "FormatBook", "arguments": ARGUMENTS}}
    other = {"content": "no", "tool_calls": [call]}
    pieces = [said("a"), said("no", index=1, delta=other), said("b"), said("", finish_reason="stop")]
    with Local(events(*pieces)) as peer:

        @llm.call(
            "openai/m",
            stream=True,
            tools=[FormatBook],
            call_params={"base_url": peer.url("/v1"), "api_key": "key", "n": 2},
        )
        async def asked() -> str:
            return "Hello"

        stream = await asked()
        pairs = await async_listed(stream)
    assert [piece.content for piece, _ in pairs] == ["a", "", "b", ""]
    assert tools(pairs) == []
    assert stream.content == "ab"


async def test_a_connection_that_breaks() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(f"data: {json.dumps(said('a'))}\n\n".encode()))

    with RawServer(script) as peer:

        @llm.call("openai/m", stream=True, call_params={"base_url": peer.url("/v1"), "api_key": "key"})
        async def asked() -> str:
            return "Hello"

        stream = await asked()
        with pytest.raises(APIConnectionError):
            await async_listed(stream)
    assert stream.content == "a"
    assert stream.end_time is not None


def tools(pairs: list[Any]) -> list[Any]:
    return [tool for _, tool in pairs if tool is not None]


async def test_tools_come_when_they_are_complete(server: MockServer) -> None:
    giving(server, [calling(("FormatBook", ARGUMENTS), ("unknown", "{}"), ("FormatBook", ARGUMENTS), text="Look:")])

    @llm.call("openai/m", stream=True, tools=[FormatBook])
    async def asked() -> str:
        return "Go"

    stream = await asked()
    pairs = await async_listed(stream)
    assert "".join(piece.content for piece, _ in pairs) == "Look:"
    found = tools(pairs)
    assert [type(tool) for tool in found] == [FormatBook, FormatBook]
    assert [tool.id for tool in found] == ["call_0", "call_2"]
    assert found[0].args == {"title": "A", "author": "B"}
    assert await found[0].call() == "A by B"
    assert found[0].delta is None
    assert stream.tools is not None
    assert [tool.id for tool in stream.tools] == ["call_0", "call_2"]
    assert all("index" not in call for call in stream.message_param["tool_calls"])
    assert stream.tool_message_params([(found[0], "done")]) == [
        {"role": "tool", "tool_call_id": "call_0", "content": "done"}
    ]
    results = await stream.execute_tools()
    assert [result.output for result in results][::2] == ["A by B", "A by B"]


async def test_several_whole_calls_in_one_piece_say_its_text_once() -> None:
    made = [
        {"id": f"call_{number}", "type": "function", "function": {"name": "FormatBook", "arguments": ARGUMENTS}}
        for number in range(3)
    ]
    with Local(events(said("x", delta={"content": "x", "tool_calls": made}))) as peer:

        @llm.call(
            "openai/m",
            stream=True,
            tools=[FormatBook],
            call_params={"base_url": peer.url("/v1"), "api_key": "key"},
        )
        async def asked() -> str:
            return "Go"

        pairs = await async_listed(await asked())
    assert [tool.id for tool in tools(pairs)] == ["call_0", "call_1", "call_2"]
    assert "".join(piece.content for piece, _ in pairs) == "x"


async def test_tools_that_grow(server: MockServer) -> None:
    giving(server, [calling(("FormatBook", ARGUMENTS))])

    @llm.call("openai/m", stream={"partial_tools": True}, tools=[FormatBook])
    async def asked() -> str:
        return "Go"

    found = tools(await async_listed(await asked()))
    assert all(isinstance(tool, FormatBook) for tool in found)
    assert "".join(tool.delta or "" for tool in found) == ARGUMENTS
    assert len(found) == 3
    assert [tool.delta is None for tool in found] == [False, False, True]
    assert found[-1].args == {"title": "A", "author": "B"}


async def test_tools_whose_arguments_do_not_fit(server: MockServer) -> None:
    giving(server, [calling(("FormatBook", '{"title": "A"}'))])

    @llm.call("openai/m", stream=True, tools=[FormatBook])
    async def asked() -> str:
        return "Go"

    stream = await asked()
    with pytest.raises(pydantic.ValidationError, match="author"):
        await async_listed(stream)
    assert stream.end_time is not None


@pytest.mark.parametrize("json_mode", [False, True])
async def test_values_that_grow(json_mode: bool) -> None:
    @llm.call("openai/m", stream=True, response_model=Book, json_mode=json_mode)
    async def asked() -> str:
        return "Invent one"

    stream = await asked()
    assert isinstance(stream, AsyncStructuredStream)
    with pytest.raises(ValueError, match="not been read to its end"):
        _ = stream.constructed_response_model
    books = await async_listed(stream)
    assert all(isinstance(book, Book) for book in books)
    last = books[-1]
    held: Any = last
    assert Book.model_validate(last.model_dump()) == last
    assert type(last) is Book
    assert len(books) > 2
    assert stream.constructed_response_model is last
    assert held._response.usage is not None
    assert stream.stream.construct_call_response() is held._response
    assert await async_listed(stream) == []
    assert "Book" in repr(stream)
    async with await asked() as left:
        async for book in left:
            assert isinstance(book, Book)
            break
    assert left.stream.end_time is not None


async def test_a_value_that_does_not_fit_in_the_end(server: MockServer) -> None:
    giving(server, [streamed({"content": '{"title": "A"}'})])

    @llm.call("openai/m", stream=True, response_model=Book)
    async def asked() -> str:
        return "Invent one"

    books: list[Any] = []

    async def read() -> None:
        async for book in await asked():
            books.append(book)

    with pytest.raises(pydantic.ValidationError) as caught:
        await read()
    assert books[-1].title == "A"
    error: Any = caught.value
    assert error._response.content == '{"title": "A"}'


async def test_overridden_streams() -> None:
    @llm.call("openai/m")
    async def asked() -> str:
        return "Hello"

    stream = await llm.override(asked, stream=True)()
    assert (await stream.finish()).content == "You said: Hello"
    with llm.context(stream=True):
        answer: Any = await asked()
        assert isinstance(answer, AsyncStream)
        await answer.close()
        plain: Any = await llm.override(asked, stream=False)()
        assert plain.content == "You said: Hello"
