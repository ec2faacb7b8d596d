"""What type checkers, and so editors, know of models. It is checked when the types of this module are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

import pytest

from antiphon import llm
from antiphon.mock import MockServer, serve


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


def add(a: int) -> int:
    return a + 1


def after(tool: llm.Tool, call: llm.ToolCall, result: llm.ToolResult) -> None: ...


def before(tool: llm.Tool | None, call: llm.ToolCall) -> None: ...


def test_types_of_models(server: MockServer) -> None:
    model = llm.Model("openai/m", base_url=server.url, api_key="k", temperature=0.5, max_retries=0)
    response = model.prompt("x", system="s", max_tokens=5, options={"seed": 1}, schema="name", attachments=[b"%PDF-1"])
    assert_type(response, llm.Response)
    assert_type(list(response), list[str])
    assert_type(list(response.stream_events()), list[llm.StreamEvent])
    assert_type(response.text(), str)
    assert_type(response.usage(), llm.Usage)
    assert_type(response.tool_calls(), list[llm.ToolCall])
    assert_type(response.messages(), list[llm.Message])
    assert_type(response.messages()[0].parts, list[llm.Part])
    assert_type(response.prompt.messages, list[llm.Message])
    assert_type(response.reply("y"), llm.Response)
    chain = model.chain("x", tools=[add], before_call=before, after_call=after, chain_limit=3)
    assert_type(chain, llm.ChainResponse)
    assert_type(list(chain.responses()), list[llm.Response])
    conversation = model.conversation(tools=[add], after_call=print)
    assert_type(conversation.prompt("x"), llm.Response)
    assert_type(conversation.responses, list[llm.Response])


async def test_types_of_async_models(server: MockServer) -> None:
    model = llm.AsyncModel("openai/m", base_url=server.url, api_key="k", temperature=0.5, max_retries=0)
    response = model.prompt("x", system="s", max_tokens=5, options={"seed": 1})
    assert_type(response, llm.AsyncResponse)
    assert_type(await response, llm.AsyncResponse)
    assert_type([piece async for piece in response], list[str])
    assert_type([event async for event in response.astream_events()], list[llm.StreamEvent])
    assert_type(await response.text(), str)
    assert_type(response.text_or_raise(), str)
    assert_type(await response.usage(), llm.Usage)
    assert_type(await response.tool_calls(), list[llm.ToolCall])
    assert_type(await response.messages(), list[llm.Message])
    assert_type(await response.to_sync_response(), llm.Response)
    assert_type(await response.reply("y"), llm.AsyncResponse)
    chain = model.chain("x", tools=[add], before_call=before, after_call=after, chain_limit=3)
    assert_type(await chain, llm.AsyncChainResponse)
    assert_type([each async for each in chain.responses()], list[llm.AsyncResponse])
    conversation = model.conversation(tools=[add], after_call=print)
    assert_type(conversation.prompt("x"), llm.AsyncResponse)
