"""Conversations and their answers: who holds whom, and what is left when one of them is let go."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from antiphon.llm import AsyncModel
from antiphon.mock import MockServer, Scripted, serve

from ...runtime.colours import async_settled
from ..scripts import giving, saying


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


def model_at(server: MockServer, *script: Scripted) -> AsyncModel:
    return AsyncModel("openai/gpt-4o-mini", base_url=giving(server, script).url, api_key="no-secret", max_retries=0)


def said(server: MockServer) -> list[Any]:
    body: Any = server.requests[-1].body
    return [each["content"] for each in body["messages"]]


async def test_answers_that_nobody_holds_wait_for_no_collector(server: MockServer) -> None:
    for chained in (False, True):
        conversation = model_at(server, saying("one"), saying("Hello", "you", "there")).conversation()
        assert await conversation.prompt("a").text() == "one"
        if chained:
            async for response in conversation.chain("b").responses():
                async for _ in response:
                    break
                break
        else:
            response = conversation.prompt("b")
            async for _ in response:
                break
        response = conversation.responses[-1]
        assert not response.answer.is_done
        assert response.conversation is conversation
        gc.collect()
        gc.disable()
        try:
            held = weakref.ref(response)
            del response, conversation
            await async_settled()
            assert held() is None
        finally:
            gc.enable()


async def test_the_conversation_of_an_answer_when_nobody_holds_it(server: MockServer) -> None:
    conversation = model_at(server, saying("one"), saying("two"), saying("three")).conversation(chain_limit=3)
    await conversation.prompt("a").text()
    response = conversation.prompt("b")
    kept = conversation.id
    del conversation
    assert await response.text() == "two"
    again = response.conversation
    assert again is not None
    assert again is response.conversation
    assert (again.id, again.chain_limit, again.responses[-1]) == (kept, 3, response)
    assert await again.prompt("c").text() == "three"
    assert said(server) == ["a", "one", "b", "two", "c"]
    assert (await model_at(server).prompt("x").complete()).conversation is None
