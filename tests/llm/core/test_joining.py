"""Pieces become the answer they were cut from."""

from __future__ import annotations

import random
from typing import Any

import pytest

from antiphon.lib.core.chat_accumulator import ChatAccumulator
from antiphon.llm import Completion, completion, completion_from_chunks
from antiphon.runtime.core.reading import reader_for
from antiphon.types.chat import ChatCompletionChunk

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


def one_by_one(chunks: list[Any]) -> Any:
    """The answer when every chunk is taken over for itself."""
    accumulator = ChatAccumulator()
    for chunk in chunks:
        list(accumulator.add(reader_for(ChatCompletionChunk).build(chunk)))
    made: Any = accumulator.assemble().to_dict()
    for choice in made["choices"]:
        choice["message"].pop("parsed")
        for each in choice["message"].get("tool_calls") or ():
            each["function"].pop("parsed_arguments")
    return made


def test_chunks_that_only_go_on_are_taken_over_together() -> None:
    """Which changes nothing about the answer, whatever stands between them."""
    chance = random.Random(5)

    def arguments(text: str, index: object = 0, **fields: Any) -> dict[str, Any]:
        return {"tool_calls": [{"index": index, "function": {"arguments": text}, **fields}]}

    deltas: list[dict[str, Any]] = [
        *({"content": text} for text in ("a", "b", "", "c")),
        *({"content": "d", "refusal": None}, {"content": "e", "role": "assistant"}, {"content": None}, {}),
        *({"reasoning_content": "t"}, {"reasoning_content": "u", "content": "f"}, {"annotations": [{"type": "x"}]}),
        *(
            arguments("{"),
            arguments("1"),
            arguments("2", 1),
            arguments("3", 1, id="i"),
            arguments("4", 0, type="function"),
        ),
        arguments("5", 2, function={"name": "n", "arguments": ""}),
    ]
    for _ in range(300):
        chunks: list[Any] = [piece(role="assistant")]
        chunks[0]["choices"][0]["index"] = 0
        for _ in range(chance.randrange(1, 25)):
            choice: dict[str, Any] = {"index": chance.choice((0, 0, 0, 1)), "delta": dict(chance.choice(deltas))}
            if chance.random() < 0.1:
                choice["finish_reason"] = chance.choice(("stop", None))
            if chance.random() < 0.1:
                choice["logprobs"] = {"content": [{"token": "a", "logprob": -1.0, "bytes": None, "top_logprobs": []}]}
            if chance.random() < 0.1:
                choice["extra"] = chance.random()
            head: dict[str, Any] = {"id": chance.choice(("", "c", None)), "model": "m", "created": chance.randrange(3)}
            if chance.random() < 0.3:
                head["obfuscation"] = chance.choice(("x", "", None))
            several: list[Any] = [[], [choice, {"index": 1, "delta": {}}]]
            choices: Any = [choice] if chance.random() < 0.9 else chance.choice(several)
            chunks.append({**head, "choices": choices, "usage": chance.choice((None, None, USAGE))})
        assert completion_from_chunks(chunks) == one_by_one(chunks)


def test_nothing_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no chunks"):
        completion_from_chunks([])
