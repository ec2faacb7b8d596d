"""Messages: OpenAI's form and their parts, there and back."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from typing import Any

import pytest

from antiphon.llm.attachments import Attachment
from antiphon.llm.core.model_answers import ModelAnswer
from antiphon.llm.core.parts import (
    AttachmentPart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from antiphon.llm.core.prompt_keywords import Fragment
from antiphon.llm.core.prompts import prompt_of
from antiphon.llm.core.said import assistant, system, tool_message, user
from antiphon.llm.core.tools import ToolCall, ToolResult

PNG = b"\x89PNG\r\n\x1a\n0000"
URL = "https://example.com/a.png"
CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
WAVE = base64.b64encode(b"RIFF0000WAVE").decode()

MESSAGES: list[tuple[Message, dict[str, Any], list[Part]]] = [
    (system("Be", " brief"), {"role": "system", "content": "Be brief"}, [TextPart("Be"), TextPart(" brief")]),
    (user("Hi"), {"role": "user", "content": "Hi"}, [TextPart("Hi")]),
    (
        user(["Look", "here"]),
        {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "text", "text": "here"}]},
        [TextPart("Look"), TextPart("here")],
    ),
    (
        user("Look", Attachment(url=URL)),
        {"role": "user", "content": [{"type": "text", "text": "Look"}, Attachment(url=URL)]},
        [TextPart("Look"), AttachmentPart(Attachment(url=URL))],
    ),
    (
        assistant("Well", ReasoningPart("hm"), ToolCall("add", {"a": 1}, "c1")),
        {"role": "assistant", "content": "Well", "tool_calls": [CALL], "reasoning_content": "hm"},
        [TextPart("Well"), ReasoningPart("hm"), ToolCallPart("add", {"a": 1}, "c1")],
    ),
    (
        assistant(ToolCall("add", {"a": 1}, "c1")),
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        [ToolCallPart("add", {"a": 1}, "c1")],
    ),
    (
        tool_message(ToolResult("add", "1", "c1")),
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        [ToolResultPart("add", "1", "c1")],
    ),
]


@pytest.mark.parametrize(("message", "sent", "parts"), MESSAGES)
def test_messages_are_mappings_with_parts(message: Message, sent: dict[str, Any], parts: list[Part]) -> None:
    assert message == sent
    assert message.role == sent["role"]
    assert message.parts == parts
    assert Message(message.role, parts) == message
    assert message.sent() == [sent]
    again = Message.from_dict(json.loads(json.dumps(message.to_dict())))
    assert again == message
    assert again.parts == parts
    for made in (copy.copy(message), copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert made == message
        assert made.parts == parts


READ: list[tuple[dict[str, Any], list[Part]]] = [
    ({"role": "user", "content": [{"type": "text", "text": "Hi"}]}, [TextPart("Hi")]),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": URL}}]},
        [AttachmentPart(Attachment(url=URL))],
    ),
    (
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": WAVE, "format": "wav"}}]},
        [AttachmentPart(Attachment("audio/wav", content=b"RIFF0000WAVE"))],
    ),
    (
        {"role": "user", "content": [{"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0="}}]},
        [AttachmentPart(Attachment("application/pdf", content=b"%PDF-"))],
    ),
    ({"role": "assistant", "content": "", "reasoning": "hm"}, [ReasoningPart("hm")]),
    (
        {"role": "assistant", "content": None, "reasoning_details": [{"data": "x"}]},
        [ReasoningPart("", True, {"reasoning_details": [{"data": "x"}]})],
    ),
    (
        {"role": "assistant", "content": None, "tool_calls": [{**CALL, "extra_content": {"google": 1}}]},
        [ToolCallPart("add", {"a": 1}, "c1", False, {"extra_content": {"google": 1}})],
    ),
    ({"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "a"}]}, [ToolResultPart("", "a", "c")]),
]


@pytest.mark.parametrize(("given", "parts"), READ)
def test_messages_of_openais_form_have_parts(given: dict[str, Any], parts: list[Part]) -> None:
    message = Message.of(given)
    assert message == given
    assert message.parts == parts
    assert Message.from_dict(message.to_dict()).parts == parts
    assert Message.from_dict(given) == given
    assert Message.of(message) is message


def test_what_a_provider_puts_beside_a_part_goes_back_with_it() -> None:
    message = Message.of({**READ[6][0], "extra_content": {"more": 2}})
    assert message.provider_metadata == {"extra_content": {"more": 2}}
    again = Message.from_dict(json.loads(json.dumps(message.to_dict())))
    assert again == message


def test_several_results_are_several_messages() -> None:
    image = Attachment(content=PNG)
    message = tool_message(ToolResult("a", "1", "x", OSError("no"), [image]), ToolResult("b", "2", "y"))
    assert message.parts[0] == ToolResultPart("a", "1", "x", False, [image], "OSError: no")
    assert message.sent() == [
        {"role": "tool", "tool_call_id": "x", "content": "1"},
        {"role": "tool", "tool_call_id": "y", "content": "2"},
        {"role": "user", "content": [image]},
    ]
    assert Message.from_dict(json.loads(json.dumps(message.to_dict()))).sent() == message.sent()
    asked = prompt_of(None, {"messages": [user("x"), message, message.to_dict()]})
    assert [each["role"] for each in asked.given or ()] == ["user", *["tool", "tool", "user"] * 2]


@pytest.mark.parametrize("item", [3, None, {"role": "user"}])
def test_what_is_no_part(item: Any) -> None:
    with pytest.raises(TypeError, match="a part of a message"):
        user(item)
    with pytest.raises(ValueError, match="no type of a part"):
        Part.from_dict({"type": "smell"})
    with pytest.raises(TypeError, match=r"messages\[0\] must be a mapping"):
        prompt_of("x", {"messages": ["Hi"]})


def test_the_texts_of_a_message() -> None:
    assert user("a", Attachment(url=URL), "b").text == "ab"
    assert repr(user("a")) == "Message({'role': 'user', 'content': 'a'})"


def test_fragments_know_where_they_come_from() -> None:
    fragment = Fragment("text", "file.txt")
    assert (fragment, fragment.source) == ("text", "file.txt")
    assert fragment.id() == Fragment("text").id()
    asked = prompt_of("c", {"fragments": [fragment], "system": "b", "system_fragments": ["a"]})
    assert (asked.text, asked.prompt, asked.system) == ("text\nc", "text\nc", "a\n\nb")
    assert prompt_of(None, {}).prompt == ""


def test_calls_without_an_id_get_one() -> None:
    answer = ModelAnswer()
    for name in ("a", "b"):
        call = {"index": "ab".index(name), "id": "", "function": {"name": name, "arguments": "{}"}}
        answer.add({"choices": [{"delta": {"tool_calls": [call]}}]})
    ids = [call.tool_call_id for call in answer.tool_calls()]
    assert len(set(ids)) == 2
    assert all(ids)
    assert [call["id"] for call in answer.message()["tool_calls"]] == ids
    assert [event.tool_call_id for event in answer.events[::2]] == ids


def test_events_tell_their_part() -> None:
    answer = ModelAnswer()
    call = {"index": 0, "id": "i", "function": {"name": "f", "arguments": "{}"}, "extra_content": {"s": 1}}
    for delta in (
        {"reasoning_content": "h"},
        {"reasoning_content": "m"},
        {"content": "a"},
        {"content": "b"},
        {"tool_calls": [call]},
        {"content": "c"},
    ):
        answer.add({"choices": [{"index": 0, "delta": delta}]})
    assert [event.part_index for event in answer.events] == [0, 0, 1, 1, 2, 2, 3]
    assert [event.tool_name for event in answer.events[4:]] == ["f", "f", None]
    assert answer.events[4].provider_metadata == {"extra_content": {"s": 1}}


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("hide", [True, False])
def test_thoughts_that_the_provider_keeps_to_itself(streamed: bool, hide: bool) -> None:
    usage = {"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 7}}
    answer = ModelAnswer()
    if streamed:
        answer.add({"choices": [{"index": 0, "delta": {"content": "a"}}]}, hide_reasoning=hide)
        answer.add({"choices": [], "usage": usage}, hide_reasoning=hide)
    else:
        answer.take({"choices": [{"message": {"content": "a"}}], "usage": usage}, hide_reasoning=hide)
    assert [event.type for event in answer.events if event.redacted] == ([] if hide else ["reasoning"])
    assert answer.text() == "a"
    assert answer.message().parts == [ReasoningPart(redacted=True), TextPart("a")]


@pytest.mark.parametrize(
    ("choices", "text", "kinds"),
    [
        ([], "", []),
        ([{"message": {"content": "a", "reasoning_content": "h"}}], "a", ["reasoning", "text"]),
        ([{"message": {"content": None, "refusal": "no"}}], "", []),
        ([{"message": {"content": "a"}}, {"message": {"content": "b"}}], "a", ["text"]),
        (
            [{"message": {"content": None, "tool_calls": [{"id": "i", "function": {"name": "f", "arguments": "{}"}}]}}],
            "",
            ["tool_call_name", "tool_call_args"],
        ),
    ],
)
def test_the_text_of_a_whole_answer_does_not_depend_on_what_was_read_before(
    choices: list[Any], text: str, kinds: list[str]
) -> None:
    answer = ModelAnswer()
    answer.take({"model": "m", "choices": choices})
    assert answer.text() == text
    assert [event.type for event in answer.events] == kinds
    assert (answer.text(), answer.served_model()) == (text, "m")
    answer.take({"choices": [{"message": {"content": "+"}}]})
    assert answer.text() == f"{text}+"
