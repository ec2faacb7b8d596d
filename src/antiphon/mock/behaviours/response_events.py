"""A response as the events it is streamed in: one for every step of every item of its output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Event
from ..answer.resources import Thing
from .parts import tokens_of

__all__ = ["events_of"]

Step: TypeAlias = "tuple[str, dict[str, Any]]"

_PIECE: Final = 12
_NO_CONTENT: Final[dict[str, Any]] = {"content": []}
_NO_SUMMARY: Final[dict[str, Any]] = {"summary": []}


def events_of(response: Thing) -> Iterator[Event]:
    """The whole stream, numbered from 0."""
    for number, (name, held) in enumerate(_steps(response)):
        kind = f"response.{name}"
        yield Event({"type": kind, **held, "sequence_number": number}, kind)


def _steps(response: Thing) -> Iterator[Step]:
    unfinished: Thing = {**response, "status": "in_progress", "output": [], "completed_at": None}
    unfinished["incomplete_details"] = None
    unfinished.pop("usage", None)
    yield "created", {"response": unfinished}
    yield "in_progress", {"response": unfinished}
    for index, item in enumerate(map(as_object, as_list(response["output"]))):
        match item["type"]:
            case "message":
                empty, steps = _NO_CONTENT, _of_message(item)
            case "reasoning":
                empty, steps = _NO_SUMMARY, _of_reasoning(item)
            case "function_call":
                empty, steps = {"arguments": ""}, _of_call(item, "function_call_arguments", "arguments")
            case _:
                empty, steps = {"input": ""}, _of_call(item, "custom_tool_call_input", "input")
        started = {**item, **empty}
        if "status" in started:
            started["status"] = "in_progress"
        yield "output_item.added", {"output_index": index, "item": started}
        for name, held in steps:
            yield name, {"item_id": item["id"], "output_index": index, **held}
        yield "output_item.done", {"output_index": index, "item": item}
    ended = "incomplete" if response["status"] == "incomplete" else "completed"
    yield ended, {"response": {**response, "status": ended}}


def _of_message(item: dict[str, Any]) -> Iterator[Step]:
    for index, part in enumerate(map(as_object, as_list(item["content"]))):
        where: dict[str, JSON] = {"content_index": index}
        if part["type"] == "refusal":
            yield "content_part.added", {**where, "part": {**part, "refusal": ""}}
            for token in tokens_of(part["refusal"]):
                yield "refusal.delta", {**where, "delta": token}
            yield "refusal.done", {**where, "refusal": part["refusal"]}
            yield "content_part.done", {**where, "part": part}
            continue
        yield "content_part.added", {**where, "part": {**part, "text": ""}}
        for token in tokens_of(part["text"]):
            yield "output_text.delta", {**where, "delta": token, "logprobs": []}
        yield "output_text.done", {**where, "text": part["text"], "logprobs": []}
        yield "content_part.done", {**where, "part": part}


def _of_reasoning(item: dict[str, Any]) -> Iterator[Step]:
    for index, part in enumerate(map(as_object, as_list(item["summary"]))):
        where: dict[str, JSON] = {"summary_index": index}
        yield "reasoning_summary_part.added", {**where, "part": {**part, "text": ""}}
        for token in tokens_of(part["text"]):
            yield "reasoning_summary_text.delta", {**where, "delta": token}
        yield "reasoning_summary_text.done", {**where, "text": part["text"]}
        yield "reasoning_summary_part.done", {**where, "part": part}


def _of_call(item: dict[str, Any], stem: str, key: str) -> Iterator[Step]:
    argument = str(item[key])
    for at in range(0, len(argument), _PIECE):
        yield f"{stem}.delta", {"delta": argument[at : at + _PIECE]}
    yield f"{stem}.done", {key: argument}
