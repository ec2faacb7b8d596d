"""Classes of models that answer by themselves, with no server: in programs of their own, and in tests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from antiphon.llm import ConversationNotSupported, NeedsKeyException, Options, StreamEvent, Usage, set_key
from antiphon.llm.core.parts import ReasoningPart, TextPart, ToolCallPart
from antiphon.llm.core.prompts import Prompt
from antiphon.llm.core.tools import ToolCall
from antiphon.llm.models import (
    AsyncConversation,
    AsyncKeyModel,
    AsyncModel,
    AsyncResponse,
)

from ...runtime.colours import async_listed
from ..colours import slowly

PNG = b"\x89PNG\r\n\x1a\n0000"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "of-somebody-else")


class Echo(AsyncModel):
    """Says what it was asked, or makes the calls that it was asked for."""

    model_id = "echo"

    class Options(Options):
        loud: bool | None = None

    async def execute(
        self, prompt: Prompt, stream: bool, response: AsyncResponse, conversation: AsyncConversation | None
    ) -> AsyncIterator[str | StreamEvent]:
        options: Any = prompt.options
        said = ", ".join(f"{message.role}: {message.text}" for message in prompt.messages if message.text)
        if prompt.prompt.startswith("call "):
            name, _, arguments = prompt.prompt.removeprefix("call ").partition(" ")
            yield StreamEvent("tool_call_name", name, "a")
            yield StreamEvent("tool_call_args", arguments[:2], "a")
            yield StreamEvent("tool_call_args", arguments[2:], "a")
            response.add_tool_call(ToolCall(name, json.loads(arguments), "a"))  # the same, for others
            return
        yield StreamEvent("reasoning", "hm")
        for result in prompt.tool_results:
            yield f"[{result.output}]"
        for word in said.split():
            yield word.upper() if options.loud else word
            yield " "
        response.set_usage(input=len(prompt.messages), output=2, details={"more": 1})
        response.set_resolved_model("echo-2")


async def test_a_class_of_models_answers() -> None:
    response = Echo().prompt("Hello", system="Be brief", options={"loud": True})
    assert await async_listed(response) == ["SYSTEM:", " ", "BE", " ", "BRIEF,", " ", "USER:", " ", "HELLO", " "]
    assert await response.usage() == Usage(2, 2, {"more": 1})
    assert response.resolved_model == "echo-2"
    (message,) = await response.messages()
    assert message.parts == [ReasoningPart("hm"), TextPart("SYSTEM: BE BRIEF, USER: HELLO ")]
    assert [event.type for event in await async_listed(response.astream_events())][:2] == ["reasoning", "text"]
    assert response.prompt.options == Echo.Options(loud=True)
    hidden = await async_listed(Echo().prompt("Hello", hide_reasoning=True).astream_events())
    assert {event.type for event in hidden} == {"text"}


async def test_a_conversation_with_a_class_of_models() -> None:
    conversation = Echo().conversation()
    await conversation.prompt("One").text()
    assert await conversation.prompt("Two").text() == "user: One, assistant: user: One , user: Two "
    response = Echo().prompt("One")
    assert (await response.reply("Two").text()).endswith("user: Two ")
    data = json.loads(json.dumps(response.to_dict()))
    assert await AsyncResponse.from_dict(data, model=Echo()).text() == "user: One "


async def test_tools_of_a_class_of_models() -> None:
    chain = Echo().chain('call slowly {"a": 7}', tools=[slowly])
    assert (await chain.text()).startswith("[slowly 7]")
    first, second = await async_listed(chain.responses())
    assert await first.tool_calls() == [ToolCall("slowly", {"a": 7}, "a")]
    assert (await first.messages())[0].parts == [ToolCallPart("slowly", {"a": 7}, "a")]
    assert [message.role for message in second.prompt.messages] == ["user", "assistant", "tool"]


async def test_attachments_reach_a_class_of_models_as_they_were_given() -> None:
    class Looking(AsyncModel):
        model_id = "looking"
        attachment_types = frozenset({"image/png"})
        supports_conversation = False

        async def execute(self, prompt: Prompt, *rest: object) -> AsyncIterator[str]:
            for attachment in prompt.attachments:
                yield str(attachment.content == PNG)

    assert await Looking().prompt("x", attachments=[PNG]).text() == "True"
    with pytest.raises(ValueError, match="does not support attachments of type"):
        Looking().prompt("x", attachments=[b"%PDF-1"])
    with pytest.raises(ConversationNotSupported, match="looking does not support"):
        await Looking().prompt("x").reply("y").text()


async def test_a_class_of_models_with_a_name_of_its_own() -> None:
    assert Echo(temperature=0.5).settings == {"temperature": 0.5}
    assert Echo("other").model_id == "other"
    assert (Echo.settings, Echo().settings) == ({}, {})
    with pytest.raises(ValueError, match="has a model_id"):
        AsyncModel()


async def test_keys_of_a_class_of_models(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(AsyncKeyModel):
        model_id = "mine"
        needs_key = "mine"
        key_env_var = "MINE_KEY"

        async def execute(
            self,
            prompt: Prompt,
            stream: bool,
            response: AsyncResponse,
            conversation: AsyncConversation | None,
            key: str | None,
        ) -> AsyncIterator[str]:
            yield str(key)

    assert Echo().needs_key is None
    assert Echo().get_key() is None
    with pytest.raises(NeedsKeyException, match="MINE_KEY"):
        await Mine().prompt("x").text()
    monkeypatch.setenv("MINE_KEY", "of-the-environment")
    assert await Mine().prompt("x").text() == "of-the-environment"
    set_key("mine", "stored")
    assert await Mine().prompt("x").text() == "stored"
    assert await Mine(key="of-the-model").prompt("x").text() == "of-the-model"
    assert await Mine(key="of-the-model").prompt("x", key="of-the-prompt").text() == "of-the-prompt"


async def test_what_a_class_of_models_may_not_say() -> None:
    class Wrong(AsyncModel):
        model_id = "wrong"

        async def execute(self, *given: object) -> AsyncIterator[Any]:
            yield 3

    with pytest.raises(TypeError, match="yields texts and StreamEvents, not int"):
        await Wrong().prompt("x").text()


async def test_what_a_class_of_models_raises() -> None:
    class Failing(AsyncModel):
        model_id = "failing"

        async def execute(self, *given: object) -> AsyncIterator[str]:
            yield "a"
            raise OSError("no disk")

    response = Failing().prompt("x")
    for _ in range(2):  # what came stays, and the rest stays lost
        with pytest.raises(OSError, match="no disk"):
            await response.text()


async def test_calls_without_an_id_of_a_class_of_models() -> None:
    class Calling(AsyncModel):
        model_id = "calling"

        async def execute(self, *given: object) -> AsyncIterator[StreamEvent]:
            for name in ("one", "two"):
                yield StreamEvent("tool_call_name", name)
                yield StreamEvent("tool_call_args", '{"a": ')
                yield StreamEvent("tool_call_args", "1}")

    calls = await Calling().prompt("x").tool_calls()
    assert [(call.name, call.arguments) for call in calls] == [("one", {"a": 1}), ("two", {"a": 1})]
    assert len({call.tool_call_id for call in calls}) == 2
