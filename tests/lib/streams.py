"""Event streams for tests, and what is asked for in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeGuard

from pydantic import BaseModel

from antiphon.runtime.transports.scripted import Answer

__all__ = ["City", "answered", "called", "chunk", "completion", "events", "response", "said"]


class City(BaseModel):
    """A city."""

    name: str
    inhabitants: int


def events(*data: Any, named: bool = False, done: bool = True) -> Answer:
    """A stream of these events; `named` ones are pairs of a name and data, or say their name in `type`."""
    blocks: list[str] = []
    for each in data:
        name, content = each if is_pair(each) else (each.get("type") if named else None, each)
        head = f"event: {name}\n" if name else ""
        blocks.append(f"{head}data: {json.dumps(content)}\n\n")
    if done:
        blocks.append("data: [DONE]\n\n")
    return Answer(200, "".join(blocks), {"content-type": "text/event-stream"})


def is_pair(value: object) -> TypeGuard[tuple[str, Any]]:
    return isinstance(value, tuple)


def chunk(delta: Mapping[str, Any] | None = None, finish: str | None = None, index: Any = 0, **rest: Any) -> Any:
    """A chunk of a completion; no delta, no choice."""
    logprobs = rest.pop("logprobs", None)
    choice: dict[str, Any] = {"delta": delta, "finish_reason": finish, "logprobs": logprobs}
    if index is not None:
        choice["index"] = index
    choices = [] if delta is None else [choice]
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **rest}


def called(arguments: str | None = None, **rest: Any) -> dict[str, Any]:
    """A delta with a piece of a tool call."""
    name = rest.pop("name", None)
    function = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"function": {key: value for key, value in function.items() if value is not None}, **rest}]}


def completion(content: str | None, finish: str = "stop", **message: Any) -> Answer:
    """A whole completion."""
    said = {"role": "assistant", "content": content, **message}
    choice = {"index": 0, "finish_reason": finish, "message": said}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return Answer(200, whole)


def said(text: str) -> dict[str, Any]:
    """A message in a response."""
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    return {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [part]}


def answered(name: str, arguments: str) -> dict[str, Any]:
    """A function call in a response."""
    return {"type": "function_call", "id": "f", "call_id": "x", "name": name, "arguments": arguments}


def response(*output: Any, **rest: Any) -> dict[str, Any]:
    """A response."""
    return {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": list(output),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        **rest,
    }
