"""The whole answer of the pieces it came in. How pieces grow together is the same as for the clients' streams."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ...lib.core.chat_accumulator import ChatAccumulator
from ...runtime.core.kinds import is_list, is_mapping
from ...runtime.core.reading import reader_for
from ...types.chat import ChatCompletionChunk
from .data import Completion, data_of

__all__ = ["completion_from_chunks"]

_OURS = ("parsed", "parsed_arguments")
"""What the clients add for typed answers."""


def completion_from_chunks(chunks: Iterable[Mapping[str, Any]]) -> Completion:
    """The answer that a stream's chunks make together: text, thoughts, tool calls, usage.

    Raises ValueError when there are none.
    """
    accumulator = ChatAccumulator()
    build = reader_for(ChatCompletionChunk).build
    for chunk in _fewer(chunks):
        deque(accumulator.add(build(chunk)), maxlen=0)
    if not accumulator.is_begun:
        raise ValueError("there are no chunks to make an answer of")
    return data_of(_answer(accumulator.assemble().to_dict()), Completion)


def _fewer(chunks: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The same chunks, but those that only go on with the text, or the call, of the one before are put into it."""
    held: dict[str, Any] = {}
    place: tuple[str, int, int] | None = None
    texts: list[str] = []
    for chunk in chunks:
        here, text = _continuation(chunk)
        if place is not None and here == place:
            texts.append(text)
            for key, value in chunk.items():
                if key != "choices" and (key not in _HEAD or value not in _NOTHING):
                    held[key] = value
            continue
        if place is not None:
            yield _with_text(held, place, "".join(texts))
        place, texts = here, [text]
        if here is None:
            yield chunk
        else:
            held = dict(chunk)
    if place is not None:
        yield _with_text(held, place, "".join(texts))


_HEAD: Final = frozenset({"id", "created", "model", "service_tier", "system_fingerprint", "usage", "moderation"})
"""What counts as it was said last, if anything was."""
_NOTHING: Final = (None, "")
_OF_CHOICES: Final = frozenset({"index", "delta", "finish_reason", "logprobs"})


def _continuation(chunk: Mapping[str, Any]) -> tuple[tuple[str, int, int] | None, str]:
    """Where a chunk goes on, and with which text; nowhere for one that says anything else."""
    choices: Any = chunk.get("choices")
    choice: Any = choices[0] if is_list(choices) and len(choices) == 1 else None
    if not is_mapping(choice) or not choice.keys() <= _OF_CHOICES or not isinstance(choice.get("index"), int):
        return _NOWHERE
    delta = choice.get("delta")
    if not is_mapping(delta) or choice.get("finish_reason") is not None or choice.get("logprobs") is not None:
        return _NOWHERE
    said = [key for key, value in delta.items() if value is not None]
    if said == ["content"] and isinstance(text := delta["content"], str):
        return ("content", choice["index"], 0), text
    calls: Any = delta["tool_calls"] if said == ["tool_calls"] else None
    call: Any = calls[0] if is_list(calls) and len(calls) == 1 else None
    if not is_mapping(call) or set(call) != {"index", "function"} or not isinstance(call["index"], int):
        return _NOWHERE
    function = call["function"]
    if not is_mapping(function) or set(function) != {"arguments"} or not isinstance(function["arguments"], str):
        return _NOWHERE
    return ("call", choice["index"], call["index"]), function["arguments"]


_NOWHERE: Final = (None, "")


def _with_text(chunk: dict[str, Any], place: tuple[str, int, int], text: str) -> dict[str, Any]:
    choice: Any = chunk["choices"][0]
    delta = choice["delta"]
    if place[0] == "content":
        delta = {**delta, "content": text}
    else:
        delta = {**delta, "tool_calls": [{"index": place[2], "function": {"arguments": text}}]}
    return {**chunk, "choices": [{**choice, "delta": delta}]}


def _answer(value: object) -> Any:
    if is_mapping(value):
        return {key: _answer(item) for key, item in value.items() if key not in _OURS}
    return [_answer(item) for item in value] if is_list(value) else value
