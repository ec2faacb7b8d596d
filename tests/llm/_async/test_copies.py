"""Answers and conversations that are copied, or go to another process."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from antiphon.llm import AsyncEmbeddingModel, AsyncModel, NeedsKeyException, Tool
from antiphon.mock import MockServer, serve

from ..scripts import calling, giving, saying


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


WAYS: list[Callable[[Any], Any]] = [copy.deepcopy, pickled]
"""How a copy is made that shares nothing."""


def look(place: str) -> str:
    """Look somewhere."""
    return f"nothing in {place}"


def asked(server: MockServer) -> AsyncModel:
    return AsyncModel("openai/gpt-5.4-mini", base_url=server.url, api_key="key")


@pytest.mark.parametrize("copied", WAYS)
async def test_a_conversation_goes_on_in_its_copy(copied: Callable[[Any], Any], server: MockServer) -> None:
    giving(server, [saying("You said: ", "One"), saying("You said: ", "Two")])
    conversation = asked(server).conversation(tools=[look])
    assert await conversation.prompt("One").text() == "You said: One"
    other = copied(conversation)
    other.model.key = "key"
    assert await other.prompt("Two").text() == "You said: Two"
    assert (len(conversation.responses), len(other.responses)) == (1, 2)
    assert all(each.conversation is other for each in other.responses)
    assert len(await other.responses[1].all_messages()) == 4
    assert other.tools == [Tool.function(look)]


@pytest.mark.parametrize("copied", [*WAYS, copy.copy])
async def test_an_answer_is_the_same_in_its_copy(copied: Callable[[Any], Any], server: MockServer) -> None:
    giving(server, [calling(("look", '{"place": "here"}')), saying("No.")])
    response = asked(server).prompt("Hi", tools=[look], temperature=0.5)
    untouched = copied(response)
    (call,) = await response.tool_calls()
    other = copied(response)
    assert (await other.tool_calls(), other.to_dict()) == ([call], response.to_dict())
    other.model.key = "key"
    assert await other.reply("And?").text() == "No."
    assert not untouched.answer.is_done or copied is copy.copy


@pytest.mark.parametrize("copied", WAYS)
async def test_an_answer_brings_its_conversation(copied: Callable[[Any], Any], server: MockServer) -> None:
    async def last() -> Any:
        conversation = asked(server).conversation()
        await conversation.prompt("One").complete()
        return await conversation.prompt("Two").complete()

    for response in (await last(), copied(await last())):
        found = copied(response).conversation
        assert [await each.text() for each in found.responses] == ["You said: One", "You said: Two"]


@pytest.mark.parametrize("copied", WAYS)
async def test_a_chain_is_the_same_in_its_copy(copied: Callable[[Any], Any], server: MockServer) -> None:
    giving(server, [calling(("look", '{"place": "here"}')), saying("No.")])
    chain = asked(server).chain("Hi", tools=[look])
    assert await chain.text() == "No."
    assert await copied(chain).text() == "No."


@pytest.mark.parametrize("copied", [*WAYS, copy.copy])
async def test_an_answer_that_is_being_read_is_not_copied(copied: Callable[[Any], Any], server: MockServer) -> None:
    response = asked(server).prompt("One two three")
    async for _ in response:
        break
    with pytest.raises(TypeError, match="being read"):
        copied(response)
    assert await response.text() == "You said: One two three"
    assert await copied(response).text() == "You said: One two three"


async def test_copies_have_keys_and_pickles_have_none(server: MockServer) -> None:
    secret = "sk-very-secret"
    model = AsyncModel("openai/m", base_url=server.url, api_key=secret)
    model.key = secret
    embedder = AsyncEmbeddingModel("openai/e", base_url=server.url, api_key=secret)
    for of in (model, model.prompt("Hi", key=secret), model.conversation(), model.chain("Hi"), embedder):
        assert secret.encode() not in pickle.dumps(of)
    for way in (copy.copy, copy.deepcopy):
        assert await way(model).prompt("Hi").text() == "You said: Hi"
        assert len(await way(embedder).embed("Hi")) > 1
    again = pickled(model)
    with pytest.raises(NeedsKeyException, match="its key was not"):
        await again.prompt("Hi").text()
    with pytest.raises(NeedsKeyException, match="its key was not"):
        await pickled(embedder).embed("Hi")
    assert await again.prompt("Hi", key=secret).text() == "You said: Hi"
