"""Threads of assistants and their messages, which are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Call
from ..answer.resources import Thing

__all__ = ["above", "add_message", "create", "message_made", "name_in", "text_in", "thread_made"]


def create(call: Call) -> JSON:
    """`POST /threads`."""
    return cast(JSON, dict(thread_made(call, call.target, call.fields)))


def add_message(call: Call) -> JSON:
    """`POST /threads/{thread_id}/messages`."""
    return cast(JSON, dict(message_made(call, above(call.target), call.fields)))


def thread_made(call: Call, threads: str, fields: Mapping[str, Any]) -> Thing:
    """A thread that is added to those at a path, with its messages."""
    resources = call.data.resources
    thread: Thing = {
        "id": f"thread_{resources.number():012d}",
        "object": "thread",
        "created_at": resources.time(),
        "metadata": fields.get("metadata") or {},
        "tool_resources": {},
    }
    resources.add(threads, thread)
    for message in map(as_object, as_list(fields.get("messages"))):
        message_made(call, f"{threads}/{thread['id']}", message)
    return thread


def message_made(call: Call, thread: str, fields: Mapping[str, Any], **known: object) -> Thing:
    """A message that is added to the thread at a path."""
    resources = call.data.resources
    number = resources.number()
    message: Thing = {
        "id": f"msg_{number:012d}",
        "object": "thread.message",
        "created_at": resources.time(),
        "thread_id": name_in(thread),
        "status": "completed",
        "incomplete_details": None,
        "completed_at": resources.time(),
        "incomplete_at": None,
        "role": fields.get("role", "user"),
        "content": list(_parts(fields.get("content"))),
        "assistant_id": None,
        "run_id": None,
        "attachments": fields.get("attachments") or [],
        "metadata": fields.get("metadata") or {},
        **known,
    }
    resources.add(f"{thread}/messages", message)
    return message


def _parts(content: object) -> Iterator[JSON]:
    """What a message is made of, as it is kept: texts with room for annotations, all else as it was sent."""
    for part in map(as_object, as_list([{"type": "text", "text": content}] if isinstance(content, str) else content)):
        yield {"type": "text", "text": {"value": part["text"], "annotations": []}} if part["type"] == "text" else part


def text_in(message: Thing) -> str:
    """The text of a message as it is kept."""
    texts = (part["text"]["value"] for part in message["content"] if part["type"] == "text")
    return " ".join(texts)


def above(path: str) -> str:
    """The path one step up."""
    return path.rpartition("/")[0]


def name_in(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]
