"""Where well-known packages go wrong in one colour, and this one does not in either. The numbers are explained in
`tests/llm/test_known_defects.py`."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from antiphon import AsyncOpenAI
from antiphon.llm import acompletion
from antiphon.llm.core.tool_loop import PauseChain
from antiphon.llm.core.tools import Tool
from antiphon.llm.models import AsyncModel
from antiphon.mock import MockServer, Scripted, serve

from ...runtime.colours import async_listed, async_reached, async_together
from ...runtime.transports.servers import BOUND, STREAM, Peer, RawServer, answer, chunk
from ..colours import slowly
from ..local import Local, completion_body, events, said, whole
from ..scripts import calling, giving, saying

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


def model_at(server: MockServer, *script: Scripted) -> AsyncModel:
    return AsyncModel("openai/m", base_url=giving(server, script).url, api_key="no-secret", max_retries=0)


def told(server: MockServer) -> list[str]:
    """What the model was told of its calls in the last request."""
    return [each["content"] for each in server.requests[-1].body["messages"] if each["role"] == "tool"]


def add(a: int) -> int:
    return a + 1


async def test_defect_01_an_async_tool_fits_every_chain(server: MockServer) -> None:
    model = model_at(server, calling(("slowly", '{"a": 1}')), saying("Done"))
    assert await model.chain("x", tools=[slowly]).text() == "Done"
    assert told(server) == ["slowly 1"]


async def test_defect_02_a_conversation_keeps_its_tools_in_prompts_and_chains(server: MockServer) -> None:
    conversation = model_at(server, saying("a"), saying("b")).conversation(tools=[add])
    await conversation.prompt("One").text()
    await conversation.chain("Two").text()
    names = [[tool["function"]["name"] for tool in request.body["tools"]] for request in server.requests]
    assert names == [["add"], ["add"]]


async def test_defect_03_plain_tools_of_one_answer_block_nobody(server: MockServer) -> None:
    gate = threading.Barrier(2, timeout=BOUND)

    def meet() -> str:
        gate.wait()
        return "met"

    model = model_at(server, calling(("meet", "{}"), ("meet", "{}")), saying("Done"))
    assert await model.chain("x", tools=[meet]).text() == "Done"
    assert told(server) == ["met", "met"]


async def test_defect_04_files_from_the_web_are_fetched_side_by_side(server: MockServer) -> None:
    gate = threading.Barrier(2, timeout=BOUND)

    def script(peer: Peer) -> None:
        peer.request()
        gate.wait()
        peer.send(answer(b"%PDF-1", "content-type: application/pdf"))

    with RawServer(script) as files:
        model = model_at(server)
        prompts = [model.prompt(name, attachments=[files.url(f"/{name}")]) for name in "ab"]
        outcomes = await async_together([prompt.text for prompt in prompts])
    assert [str(outcome)[:11] for outcome in outcomes] == ["You said: a", "You said: b"]


async def test_defect_05_a_tool_without_a_function_is_told_to_the_model(server: MockServer) -> None:
    model = model_at(server, calling(("defined", "{}")), saying("Sorry"))
    assert await model.chain("x", tools=[Tool("defined", "Only a definition")]).text() == "Sorry"
    assert told(server) == ['Error: tool "defined" has no implementation']


async def test_defect_06_a_pause_lets_the_other_calls_of_the_answer_end(server: MockServer) -> None:
    def pausing() -> None:
        raise PauseChain("ask first")

    model = model_at(server, calling(("add", '{"a": 1}'), ("pausing", "{}"), ("add", '{"a": 2}')))
    with pytest.raises(PauseChain) as caught:
        await model.chain("x", tools=[pausing, add]).text()
    assert [result.output for result in caught.value.tool_results] == ["2", "3"]


async def test_defect_07_prompts_share_a_connection() -> None:
    with Local(whole(completion_body("Hi"))) as local:
        for number in range(50):
            model = AsyncModel("openai/m", base_url=local.url("/v1"), api_key="key")  # another model each time
            assert await model.prompt(str(number), stream=False).text() == "Hi"
        assert local.connections == 1
    with Local(events(said("a"), said("b"))) as local:
        for number in range(10):
            assert await AsyncModel("openai/m", base_url=local.url("/v1")).prompt(str(number), key="k").text() == "ab"
        assert local.connections == 1


async def test_defect_08_a_reply_needs_no_answer_that_was_read_before(server: MockServer) -> None:
    response = model_at(server).prompt("One")
    assert await response.reply("Two").text() == "You said: Two"
    assert [each["role"] for each in server.requests[-1].body["messages"]] == ["user", "assistant", "user"]


async def test_defect_14_many_calls_run_at_the_same_time() -> None:
    all_have_asked = threading.Barrier(10, timeout=BOUND)

    def script(peer: Peer) -> None:
        peer.request()
        all_have_asked.wait()  # nobody is answered before all have asked
        peer.send(answer(json.dumps(completion_body("Hi")).encode()))

    with RawServer(script) as local:
        at = local.url("/v1")
        calls = [lambda: acompletion("openai/m", ASKED, base_url=at, api_key="key")] * 10
        outcomes: list[Any] = await async_together(calls)
    assert [outcome["choices"][0]["message"]["content"] for outcome in outcomes] == ["Hi"] * 10


async def test_defect_14_pieces_come_as_they_are_sent() -> None:
    seen = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM)
        for text in "abc":
            peer.send(chunk(f"data: {json.dumps(said(text))}\n\n".encode()))
            assert seen.acquire(timeout=BOUND)  # nothing more is sent before the program has seen this
        peer.send(chunk(b"data: [DONE]\n\n") + chunk(b""))

    with RawServer(script) as local:
        texts: list[str] = []
        stream = await acompletion("openai/m", ASKED, base_url=local.url("/v1"), api_key="key", stream=True)
        async for piece in stream:
            texts.append(piece["choices"][0]["delta"]["content"])
            seen.release()
    assert texts == ["a", "b", "c"]


async def test_defect_15_parsing_waits_only_for_what_is_still_to_be_read(server: MockServer) -> None:
    """`with_raw_response` has read all of it in either colour; `with_streaming_response` nothing."""
    async with AsyncOpenAI(base_url=server.url, api_key="key") as client:
        raw = await client.models.with_raw_response.retrieve("m")
        assert raw.parse().id == "m"  # plain in both colours, for nothing waits
        assert len(raw.content) == int(raw.headers["content-length"])
        async with client.models.with_streaming_response.retrieve("m") as opened:
            model = await opened.parse()
            assert (model.id, type(model)) == ("m", type(raw.parse()))
        stream = (
            await client.chat.completions.with_raw_response.create(
                model="m", messages=[{"role": "user", "content": "a b"}], stream=True
            )
        ).parse()
        pieces = await async_listed(stream)
        assert "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices) == "You said: a b"


async def test_defect_16_a_client_outlives_what_it_was_used_in(server: MockServer) -> None:
    """The connections that a server has closed meanwhile are no error of the next call."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b'{"id": "m", "created": 1, "object": "model", "owned_by": "x"}'))
        peer.sock.shutdown(socket.SHUT_RDWR)
        closed.release()

    closed = threading.Semaphore(0)
    with RawServer(script) as local:
        async with AsyncOpenAI(base_url=local.url("/v1"), api_key="key", max_retries=0) as client:
            for _ in range(3):
                assert (await client.models.retrieve("m")).id == "m"
                assert await async_reached(closed)
