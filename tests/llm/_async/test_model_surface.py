"""What else models, answers and conversations have: facts, replies, data, toolboxes that are made ready."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from antiphon import BadRequestError, llm
from antiphon.llm.attachments import Attachment
from antiphon.llm.core.parts import Message, TextPart, ToolCallPart
from antiphon.llm.core.said import assistant, tool_message, user
from antiphon.llm.core.tool_loop import PauseChain
from antiphon.llm.core.toolboxes import Toolbox, is_prepared
from antiphon.llm.core.tools import Tool, ToolCall, ToolOutput, ToolResult
from antiphon.llm.models import AsyncConversation, AsyncModel, AsyncResponse, UnknownModelError
from antiphon.mock import MockServer, Scripted, serve

from ...runtime.colours import async_listed, async_together
from ..colours import Both
from ..scripts import calling, giving, saying

PNG = b"\x89PNG\r\n\x1a\n0000"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MockServer]:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def model_at(server: MockServer, *script: Scripted, **settings: Any) -> AsyncModel:
    return AsyncModel("gpt-4o-mini", base_url=giving(server, script).url, max_retries=0, **settings)


def roles(server: MockServer) -> list[str]:
    return [each["role"] for each in server.requests[-1].body["messages"]]


def add(a: int, b: int = 1) -> int:
    """Add."""
    return a + b


# --- models ---


def keys_sent(server: MockServer) -> list[Any]:
    return [request.headers.get("authorization") for request in server.requests]


async def test_keys_of_models(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_at(server)
    assert (model.needs_key, model.key_env_var, model.get_key()) == ("openai", "OPENAI_API_KEY", "of-the-environment")
    model.key = "of-the-model"
    assert model.get_key() == "of-the-model"
    assert model.get_key("given") == "given"
    assert await model.prompt("x").text() == "You said: x"
    assert await model.prompt("x", key="of-the-prompt").text() == "You said: x"
    assert "of-the-model" not in repr(model)
    local = AsyncModel("ollama/llama")
    assert (local.needs_key, local.get_key()) == (None, None)
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(llm.NeedsKeyException, match="openai"):
        AsyncModel("gpt-4o-mini").get_key()
    with pytest.raises(llm.NeedsKeyException):
        await AsyncModel("gpt-4o-mini", base_url=server.url, provider="openai").prompt("x").text()
    assert len(server.requests) == 2


def test_models_as_text() -> None:
    model = AsyncModel("groq/llama")
    assert str(model).endswith("Model: groq/llama")
    assert "groq/llama" in repr(model)
    assert "temperature" in model.Options.model_fields


async def test_what_a_model_cannot_do_is_told_before_anything_is_sent(server: MockServer) -> None:
    plain = model_at(
        server, supports_tools=False, supports_schema=False, supports_conversation=False, attachment_types=["image/png"]
    )
    with pytest.raises(ValueError, match="gpt-4o-mini does not support tools"):
        await plain.prompt("x", tools=[add]).text()
    with pytest.raises(ValueError, match="gpt-4o-mini does not support schemas"):
        await plain.prompt("x", schema="name").text()
    conversation = plain.conversation()
    assert await conversation.prompt("x").text() == "You said: x"
    with pytest.raises(llm.ConversationNotSupported, match="does not support conversations"):
        await conversation.prompt("y").text()
    with pytest.raises(ValueError, match="attachments of type 'application/pdf', only image/png"):
        plain.prompt("x", attachments=[b"%PDF-1"])
    with pytest.raises(ValueError, match="attachments of type"):
        plain.chain("x", attachments=[Attachment("audio/wav", path="a")])
    with pytest.raises(ValueError, match="attachments of type"):
        conversation.prompt("x", attachments=[Attachment("audio/wav", path="a")])
    with pytest.raises(ValueError, match="does not support attachments"):
        model_at(server, attachment_types=()).prompt("x", attachments=[PNG])
    assert (await plain.prompt("x", attachments=[PNG]).text()).startswith("You said: x")
    assert len(server.requests) == 2


async def test_what_cannot_be_attached_is_told_at_once(server: MockServer) -> None:
    for attachment in (Attachment("video/mp4", content=b"x"), Attachment(path="/a/b.zip")):
        with pytest.raises(ValueError, match="which cannot be attached"):
            model_at(server).prompt("x", attachments=[attachment])


async def test_a_type_that_only_the_contents_tell_is_checked_too(server: MockServer, tmp_path: Path) -> None:
    (tmp_path / "unnamed").write_bytes(PNG)
    model = model_at(server, attachment_types=["application/pdf"])
    with pytest.raises(ValueError, match="attachments of type 'image/png'"):
        await model.prompt("x", attachments=[tmp_path / "unnamed"]).text()
    assert not server.requests


async def test_a_model_that_does_not_stream(server: MockServer) -> None:
    assert await async_listed(model_at(server, can_stream=False).prompt("a b")) == ["You said: a b"]
    assert "stream" not in server.requests[-1].body
    assert "stream_options" not in server.requests[-1].body


async def test_settings_of_a_model_hold_for_its_prompts(server: MockServer) -> None:
    model = model_at(server, temperature=0.1, seed=3)
    await model.prompt("x", temperature=0.9).text()
    assert {name: server.requests[-1].body[name] for name in ("temperature", "seed")} == {"temperature": 0.9, "seed": 3}


# --- answers ---


async def test_messages_of_an_answer_have_parts(server: MockServer) -> None:
    model = model_at(server, calling(("add", '{"a": 1}'), text="Well."))
    response = model.prompt("x", tools=[add])
    (message,) = await response.messages()
    assert isinstance(message, Message)
    assert message.parts == [TextPart("Well."), ToolCallPart("add", {"a": 1}, "call_0")]
    assert [each.role for each in await response.all_messages()] == ["user", "assistant"]
    assert response.resolved_model == "m"
    assert await response.token_usage() == "1 input, 2 output"


async def test_an_answer_as_data_that_others_wrote(server: MockServer) -> None:
    """Without what only this package keeps."""
    data = {
        "model": "gpt-4o-mini",
        "prompt": {"messages": [user("x").to_dict()], "options": {"temperature": 0.5}},
        "messages": [assistant("Well.", ToolCall("add", {"a": 1}, "c")).to_dict()],
        "usage": {"input": 3, "output": 4, "details": {"more": 5}},
    }
    response = AsyncResponse.from_dict(json.loads(json.dumps(data)))
    assert await response.text() == "Well."
    assert await response.usage() == llm.Usage(3, 4, {"more": 5})
    assert response.prompt.options.temperature == 0.5
    assert await response.tool_calls() == [ToolCall("add", {"a": 1}, "c")]
    assert await response.reply("And?", tools=[add]).tool_calls()  # the server goes on calling
    assert server.requests[-1].body["messages"][1:] == [
        {
            "role": "assistant",
            "content": "Well.",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "2"},
        {"role": "user", "content": "And?"},
    ]
    with pytest.raises(UnknownModelError):
        AsyncResponse.from_dict({**data, "model": "nope"})


async def test_data_says_what_was_sent(server: MockServer) -> None:
    response = model_at(server).prompt("x", system="Be brief", attachments=[PNG], temperature=0.5)
    await response.text()
    data = response.to_dict()
    assert data["id"] == response.id
    assert data["prompt"]["system"] == "Be brief"
    assert data["prompt"]["options"] == {"temperature": 0.5}
    assert [part["type"] for part in data["prompt"]["messages"][1]["parts"]] == ["text", "attachment"]
    assert data["messages"][0]["parts"][0]["type"] == "text"
    again = AsyncResponse.from_dict(json.loads(json.dumps(data)), model=model_at(server))
    assert (again.id, repr(again)) == (response.id, repr(response))
    assert await again.reply("y").text() == "You said: y"
    assert server.requests[-1].body["messages"][:2] == server.requests[-2].body["messages"]


async def test_an_answer_for_tests(server: MockServer) -> None:
    model = model_at(server)
    response = AsyncResponse.fake(model, "Hello", system="Be brief", response="Hi")
    assert response.text_or_raise() == "Hi"
    assert await async_listed(response) == ["Hi"]
    assert repr(response) == f"<{type(response).__name__} prompt='Hello' text='Hi'>"
    assert not server.requests
    await response.reply("And?").text()
    assert roles(server) == ["system", "user", "assistant", "user"]


async def test_a_reply_with_messages(server: MockServer) -> None:
    response = model_at(server).prompt("One")
    assert await response.reply("Two", messages=[user("Three"), user("Four", Attachment(content=PNG))]).text()
    assert roles(server) == ["user", "assistant", "user", "user", "user"]
    assert server.requests[-1].body["messages"][3]["content"] == "Three"
    assert await response.reply(messages=[user("Five")]).text() == "You said: Five"


async def test_a_reply_with_results_makes_no_calls(server: MockServer) -> None:
    def never() -> None:
        raise AssertionError

    response = model_at(server, calling(("never", "{}")), saying("Fine")).prompt("x", tools=[never])
    calls = await response.tool_calls()
    given = [ToolResult("never", "made up", calls[0].tool_call_id)]
    assert await response.reply(tool_results=given).text() == "Fine"
    assert server.requests[-1].body["messages"][-1]["content"] == "made up"


async def test_one_call_by_hand(server: MockServer) -> None:
    heard: list[str] = []

    def before(tool: Tool | None, call: ToolCall) -> None:
        heard.append(call.name)

    conversation = model_at(server).conversation(tools=[add], before_call=before)
    response = conversation.prompt("x")
    result = await response.execute_tool_call(ToolCall("add", {"a": 2, "b": 3}))
    assert (result.output, heard) == ("5", ["add"])
    assert response.conversation is conversation


# --- conversations ---


async def test_messages_of_a_prompt_replace_what_was_said_before(server: MockServer) -> None:
    conversation = model_at(server).conversation()
    await conversation.prompt("One").text()
    given = [user("Zero"), assistant("Null")]
    assert await conversation.prompt("Two", messages=given).text() == "You said: Two"
    assert [each["content"] for each in server.requests[-1].body["messages"]] == ["Zero", "Null", "Two"]
    await conversation.prompt("Three").text()
    assert [each["content"] for each in server.requests[-1].body["messages"]][:3] == ["Zero", "Null", "Two"]


async def test_what_a_conversation_has(server: MockServer) -> None:
    model = model_at(server)
    conversation = AsyncConversation(model, tools=[add], name="sums", chain_limit=3)
    assert (conversation.model, conversation.name, conversation.chain_limit) == (model, "sums", 3)
    assert [tool.name for tool in conversation.tools] == ["add"]
    conversation.tools = []
    await conversation.prompt("x").text()
    assert "tools" not in server.requests[-1].body
    assert AsyncConversation(model).id > conversation.id


# --- chains ---


async def test_a_chain_whose_messages_end_with_calls_makes_them_first(server: MockServer) -> None:
    def draw() -> ToolOutput:
        return ToolOutput("drawn", [Attachment(content=PNG)])

    given = [user("x"), assistant(ToolCall("draw", {}, "a"), ToolCall("add", {"a": 1}, "b"))]
    given.append(tool_message(ToolResult("add", "2", "b")))
    model = model_at(server, saying("Done"), saying("Again"))
    assert await model.chain(messages=given, tools=[draw, add]).text() == "Done"
    assert roles(server) == ["user", "assistant", "tool", "tool", "user"]  # with what the tool attached
    assert await model.conversation(tools=[draw, add]).chain(messages=given).text() == "Again"
    assert roles(server) == ["user", "assistant", "tool", "tool", "user"]


async def test_a_pause_keeps_what_other_tools_attached(server: MockServer) -> None:
    def draw() -> ToolOutput:
        return ToolOutput("drawn", [Attachment(content=PNG)])

    def pausing() -> None:
        raise PauseChain("wait")

    model = model_at(server, calling(("draw", "{}"), ("pausing", "{}")))
    with pytest.raises(PauseChain) as caught:
        await model.chain("x", tools=[draw, pausing]).text()
    assert [each["role"] for each in caught.value.messages] == ["user", "assistant", "tool", "user"]


class Growing(Toolbox):
    """Has more tools once it is ready."""

    def __init__(self) -> None:
        self.prepared = 0

    def prepare(self) -> None:
        self.prepared += 1
        self.add_tool(add)
        self.add_tool(asking, pass_self=True)

    def count(self) -> int:
        return self.prepared


def asking(box: Growing, more: int) -> int:
    return box.prepared + more


async def test_tools_that_are_added_in_prepare_go_with_the_first_prompt(server: MockServer) -> None:
    box = Growing()
    calls = calling(("asking", '{"more": 4}'), ("add", '{"a": 1}'), ("Growing_count", "{}"))
    results: list[ToolResult] = []
    model = model_at(server, calls, saying("Done"), saying("Then"))
    conversation = model.conversation(tools=[box], after_call=lambda tool, call, result: results.append(result))
    assert await conversation.chain("x").text() == "Done"
    assert await conversation.prompt("y").text() == "Then"
    names = [[tool["function"]["name"] for tool in request.body["tools"]] for request in server.requests]
    assert names == [["Growing_count", "add", "asking"]] * 3
    assert [result.output for result in results] == ["5", "2", "1"]
    assert results[-1].instance is box


async def test_a_toolbox_of_many_chains_is_made_ready_once(server: MockServer) -> None:
    box = Growing()
    model = model_at(server)
    await async_together([model.chain("x", tools=[box]).text for _ in range(5)])
    assert box.prepared == 1


async def test_a_toolbox_can_be_copied_after_it_was_used(server: MockServer) -> None:
    box = Growing()
    await model_at(server).chain("x", tools=[box]).text()
    for made in (copy.copy(box), copy.deepcopy(box)):
        assert (made.prepared, [tool.name for tool in made.tools()]) == (1, ["Growing_count", "add", "asking"])
        assert is_prepared(made)


class Kitchen(llm.Toolbox):
    """Its tools are called as nothing of a toolbox is."""

    def prepare(self) -> None:
        self.oven = "hot"

    def preparing(self, dish: str) -> str:
        return f"{dish} in a {self.oven} oven"

    def is_prepared(self, dish: str) -> bool:
        return bool(dish)

    def prepared_tools(self) -> str:
        return "pans"


async def test_tools_of_a_toolbox_can_have_any_other_name(server: MockServer) -> None:
    box = Kitchen()
    names = ["Kitchen_preparing", "Kitchen_is_prepared", "Kitchen_prepared_tools"]
    assert [each.name for each in box.tools()] == names
    calls = [ToolCall(names[0], {"dish": "pie"}, "1"), ToolCall(names[1], {"dish": "pie"}, "2")]
    response = model_at(server).prompt("x", tools=[box])
    results = await response.execute_tool_calls(tool_calls_list=[*calls, ToolCall(names[2], {}, "3")])
    assert [each.output for each in results] == ["pie in a hot oven", "true", "pans"]


class Telling(llm.AsyncModel):
    """What it has itself is called as what models need could be."""

    parameters = 7
    check = "no"
    answers_itself = False


async def test_a_class_of_models_can_have_attributes_of_any_name(server: MockServer) -> None:
    model = Telling("openai/x", base_url=server.url, api_key="key")
    assert (model.parameters, await model.prompt("Hello").text()) == (7, "You said: Hello")


async def test_a_toolbox_with_both_ways_of_getting_ready_uses_one(server: MockServer) -> None:
    box = Both()
    await model_at(server).chain("x", tools=[box]).text()
    assert box.ways == 1


async def test_a_tool_may_be_described_by_a_model(server: MockServer) -> None:
    import pydantic

    class Sum(pydantic.BaseModel):
        a: int

    model: Any = Sum
    tool = Tool("sum", "Sum", model, add)
    assert tool.input_schema == {"properties": {"a": {"type": "integer"}}, "required": ["a"], "type": "object"}
    assert tool.hash() == Tool("sum", "Sum", tool.input_schema).hash() != Tool("sum", "Other", model).hash()
    assert "The tools said" in await model_at(server).chain("x", tools=[tool]).text()


# --- prompts ---


async def test_what_a_prompt_tells(server: MockServer) -> None:
    conversation = model_at(server).conversation(tools=[add])
    await conversation.prompt("One", tools=[]).text()
    response = conversation.prompt("Two", system="Be brief", options={"max_tokens": 5}, attachments=[PNG])
    assert [each.role for each in response.prompt.messages] == ["system", "user"]
    await response.tool_calls()
    prompt = response.prompt
    assert [each.role for each in prompt.messages] == ["user", "assistant", "system", "user"]
    assert [tool.name for tool in prompt.tools] == ["add"]
    assert (prompt.prompt, prompt.system, prompt.tool_results) == ("Two", "Be brief", [])
    assert prompt.options.max_tokens == 5
    assert prompt.attachments[0].content == PNG
    assert prompt.messages == (await response.all_messages())[:-1]


async def test_the_bias_of_words_as_json(server: MockServer) -> None:
    await model_at(server).prompt("x", logit_bias='{"17": -100}').text()
    assert server.requests[-1].body["logit_bias"] == {"17": -100}


async def test_a_chain_without_tools_makes_no_calls(server: MockServer) -> None:
    given = [user("x"), assistant(ToolCall("add", {"a": 1}, "a"))]
    server.enqueue(400, {"error": {"message": "the call has no result"}})
    with pytest.raises(BadRequestError):
        await model_at(server).chain(messages=given).text()
    assert roles(server) == ["user", "assistant"]


async def test_calls_without_an_id_are_answered_in_their_order(server: MockServer) -> None:
    given = [user("x"), assistant(ToolCall("add", {"a": 1}), ToolCall("add", {"a": 2}))]
    given.append(tool_message(ToolResult("add", "2")))
    assert await model_at(server, saying("Done")).chain(messages=given, tools=[add]).text() == "Done"
    assert [each.get("content") for each in server.requests[-1].body["messages"][2:]] == ["2", "3"]
