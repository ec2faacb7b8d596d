"""Classes of models that answer by themselves, with no server: in programs of their own, and in tests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from antiphon.llm import ConversationNotSupported, NeedsKeyException, Options, StreamEvent, Usage, set_key
from antiphon.llm.core.parts import ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from antiphon.llm.core.prompts import Prompt
from antiphon.llm.core.said import assistant, user
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


class Remembering(AsyncModel):
    """Builds what it says from the conversation, as models do that know nothing of messages."""

    model_id = "remembering"

    async def execute(
        self, prompt: Prompt, stream: bool, response: AsyncResponse, conversation: AsyncConversation | None
    ) -> AsyncIterator[str]:
        before = [] if conversation is None else conversation.responses
        said = [f"{each.prompt.prompt}={each.text_or_raise()}" for each in before]
        results = [each.output for each in prompt.tool_results]
        if prompt.prompt == "call":
            response.add_tool_call(ToolCall("slowly", {"a": 1}))
        yield f"({', '.join([*said, *results, prompt.prompt])})"


async def test_a_class_of_models_has_the_conversation_before_its_own_answer() -> None:
    conversation = Remembering().conversation()
    assert await conversation.prompt("One").text() == "(One)"
    second = conversation.prompt("Two")
    assert await second.text() == "(One=(One), Two)"
    assert await second.reply("Three").text() == "(One=(One), Two=(One=(One), Two), Three)"
    assert conversation.responses[1] is second
    assert await Remembering().chain("call", tools=[slowly]).text() == "(call) (call=(call), slowly 1, )"


async def test_results_of_calls_that_are_made_up_for_reach_a_class_of_models() -> None:
    call = ToolCallPart("slowly", {"a": 2}, "id")
    chain = Remembering().chain(messages=[user("x"), assistant(call)], tools=[slowly])
    assert await chain.text() == "(slowly 2, )"
    (response,) = await async_listed(chain.responses())
    assert [each.tool_call_id for each in response.prompt.tool_results] == ["id"]


class Saying(AsyncModel):
    """Says what it was made with."""

    model_id = "saying"

    def __init__(self, *pieces: str | StreamEvent) -> None:
        super().__init__()
        self.pieces = pieces

    async def execute(self, *given: object) -> AsyncIterator[str | StreamEvent]:
        for piece in self.pieces:
            yield piece


def event(kind: Any, text: str, part: int | None = None, **rest: Any) -> StreamEvent:
    return StreamEvent(kind, text, part_index=part, **rest)


@pytest.mark.parametrize(
    ("pieces", "parts"),
    [
        (("a", event("text", "b"), "c"), [TextPart("abc")]),
        ((event("text", "a", 0), event("text", "b", 1)), [TextPart("a"), TextPart("b")]),
        (
            (event("reasoning", "", 0, redacted=True), event("text", "a", 1)),
            [ReasoningPart("", redacted=True), TextPart("a")],
        ),
        (
            (event("reasoning", "h", 0), event("reasoning", "m", 0, provider_metadata={"of": {"it": 1}})),
            [ReasoningPart("hm", provider_metadata={"of": {"it": 1}})],
        ),
        (
            (
                event("tool_call_name", "search", 0, tool_call_id="a", server_executed=True),
                event("tool_call_args", '{"of": 1}', 0, tool_call_id="a", server_executed=True),
                event("tool_result", "found", 1, tool_call_id="a", server_executed=True, tool_name="search"),
                event("text", "there", 2),
            ),
            [
                ToolCallPart("search", {"of": 1}, "a", server_executed=True),
                ToolResultPart("search", "found", "a", server_executed=True),
                TextPart("there"),
            ],
        ),
        (
            (
                event("text", "a", 0),
                event("tool_call_name", "one", 1, tool_call_id="1"),
                event("tool_call_name", "two", 2, tool_call_id="2"),
                event("tool_call_args", '{"x"', 1, tool_call_id="1"),
                event("tool_call_args", "{}", 2, tool_call_id="2"),
                event("tool_call_args", ":1}", 1, tool_call_id="1"),
                event("text", "b", 3),
            ),
            [TextPart("a"), ToolCallPart("one", {"x": 1}, "1"), ToolCallPart("two", {}, "2"), TextPart("b")],
        ),
    ],
)
async def test_parts_of_what_a_class_of_models_says(pieces: Any, parts: list[object]) -> None:
    response = Saying(*pieces).prompt("x")
    (message,) = await response.messages()
    assert message.parts == parts
    kept = json.loads(json.dumps(response.to_dict()))
    again = AsyncResponse.from_dict(kept, model=Saying())
    assert (await again.messages())[0].parts == parts
    assert again.to_dict() == response.to_dict()
    assert await again.text() == await response.text()


async def test_tokens_of_an_answer_as_attributes() -> None:
    response = Echo().prompt("Hello")
    assert (response.input_tokens, response.output_tokens, response.token_details) == (None, None, None)
    await response.complete()
    assert (response.input_tokens, response.output_tokens, response.token_details) == (1, 2, {"more": 1})
