"""Answers that nobody gave: what `mock_response=` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...runtime.core.kinds import is_mapping
from .data import Completion, CompletionChunk, Data, Embeddings, ResponseData, data_of

__all__ = ["mocked_chunks", "mocked_completion", "mocked_embeddings", "mocked_events", "mocked_response"]

_WORD = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")
_MADE = {"created": 0, "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}


def mocked_completion(model: object, wanted: object) -> Completion:
    """The answer with this text, or this answer. Raises `wanted` itself when that is an error."""
    given = _checked(wanted)
    if not isinstance(given, str):
        return data_of(given, Completion)
    message = {"role": "assistant", "content": given}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    body = {"id": "mock", "object": "chat.completion", "model": str(model), **_MADE, "choices": [choice]}
    return data_of(body, Completion)


def mocked_chunks(model: object, wanted: object) -> Iterator[CompletionChunk]:
    """The same in pieces, a word each."""
    answer = mocked_completion(model, wanted)
    for choice in answer.choices or ():
        message: dict[str, Any] = dict(choice.message or {})
        words = _WORD.findall(message.pop("content", None) or "")
        deltas = [{**message, "content": ""}, *({"content": word} for word in words)]
        for delta in deltas:
            yield _chunk(answer, [{"index": choice.index or 0, "delta": delta, "finish_reason": None}])
        yield _chunk(answer, [{"index": choice.index or 0, "delta": {}, "finish_reason": choice.finish_reason}])


def _chunk(answer: Completion, choices: list[Any]) -> CompletionChunk:
    head = {key: value for key, value in answer.items() if key not in ("choices", "usage", "object")}
    return data_of({**head, "object": "chat.completion.chunk", "choices": choices}, CompletionChunk)


def mocked_response(model: object, wanted: object) -> ResponseData:
    """The answer of the Responses API with this text, or this answer."""
    given = _checked(wanted)
    if not isinstance(given, str):
        return data_of(given, ResponseData)
    content = [{"type": "output_text", "text": given, "annotations": list[Any]()}]
    message = {"type": "message", "id": "mock", "role": "assistant", "status": "completed", "content": content}
    head = {"id": "mock", "object": "response", "created_at": 0, "model": str(model), "status": "completed"}
    return data_of({**head, "output": [message]}, ResponseData)


def mocked_events(model: object, wanted: object) -> Iterator[Data]:
    """The same as events."""
    answer = mocked_response(model, wanted)
    for word in _WORD.findall(answer.output_text):
        yield data_of({"type": "response.output_text.delta", "delta": word, "output_index": 0, "content_index": 0})
    yield Data(type="response.completed", response=answer)


def mocked_embeddings(wanted: object) -> Embeddings:
    """These embeddings. Raises TypeError for text, which is none."""
    given = _checked(wanted)
    if isinstance(given, str):
        raise TypeError("mock_response of an embedding must be a mapping, as the server would answer")
    return data_of(given, Embeddings)


def _checked(wanted: object) -> str | Mapping[str, Any]:
    if isinstance(wanted, Exception):
        raise wanted
    if isinstance(wanted, str) or is_mapping(wanted):
        return wanted
    raise TypeError(f"mock_response must be text, a mapping or an exception, not {type(wanted).__name__}")
