"""Pieces become the answer they were cut from."""

from __future__ import annotations

from typing import Any

import pytest

from antiphon.llm import Completion, completion, completion_from_chunks

from ..local import Local, events, said

USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def piece(finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"id": "c", "created": 1, "model": "m", "choices": [{"delta": delta, "finish_reason": finish_reason}]}


def call(**fields: Any) -> dict[str, Any]:
    return piece(tool_calls=[fields])


def test_text_thoughts_calls_and_usage() -> None:
    chunks: list[Any] = [
        piece(role="assistant", content=""),
        piece(reasoning="H"),
        piece(reasoning="m."),
        piece(content="Hel"),
        piece(content="lo"),
        call(id="1", type="function", function={"name": "look", "arguments": '{"x":'}),
        call(function={"arguments": "1}"}),
        call(id="2", type="function", function={"name": "look", "arguments": "{}"}),
        piece("stop"),
        {"id": "c", "created": 1, "model": "m", "choices": [], "usage": USAGE},
    ]
    with Local(events(*chunks)) as server:
        stream = completion(
            "vllm/m", [{"role": "user", "content": "Hi"}], base_url=server.url("/v1"), api_key="key", stream=True
        )
        whole = completion_from_chunks(stream)
    assert isinstance(whole, Completion)
    message = whole.choices[0].message
    assert (message.role, message.content, message.reasoning_content) == ("assistant", "Hello", "Hm.")
    assert [(each.id, each.function.name, each.function.arguments) for each in message.tool_calls or ()] == [
        ("1", "look", '{"x":1}'),
        ("2", "look", "{}"),
    ]
    assert (whole.choices[0].finish_reason, whole.usage, whole.object) == ("tool_calls", USAGE, "chat.completion")
    assert "parsed" not in message


def test_several_answers() -> None:
    chunks: list[Any] = [said("a"), said("b", index=1), said("c"), said("", finish_reason="stop")]
    choices = completion_from_chunks(chunks).choices
    assert [(each.index, each.message.content) for each in choices] == [(0, "ac"), (1, "b")]


def test_nothing_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no chunks"):
        completion_from_chunks([])
