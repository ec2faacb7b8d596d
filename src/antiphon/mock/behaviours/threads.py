"""Threads of assistants: messages are kept, and a run answers the last one, in one piece or as events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event
from ..answer.resources import Thing
from .parts import count_tokens, said, tokens_of

__all__ = ["add_message", "create", "create_and_run", "run"]


def create(call: Call) -> JSON:
    """`POST /threads`."""
    return cast(JSON, dict(_thread(call, call.target, call.fields)))


def add_message(call: Call) -> JSON:
    """`POST /threads/{thread_id}/messages`."""
    return cast(JSON, dict(_message(call, _above(call.target), call.fields)))


def run(call: Call) -> Answer | JSON:
    """`POST /threads/{thread_id}/runs`."""
    thread = _above(call.target)
    for message in map(as_object, as_list(call.fields.get("additional_messages"))):
        _message(call, thread, message)
    return _run(call, thread, ())


def create_and_run(call: Call) -> Answer | JSON:
    """`POST /threads/runs`."""
    threads = _above(call.target)
    thread = _thread(call, threads, as_object(call.fields.get("thread")))
    return _run(call, f"{threads}/{thread['id']}", (Event(thread, "thread.created"),))


def _thread(call: Call, threads: str, fields: Mapping[str, Any]) -> Thing:
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
        _message(call, f"{threads}/{thread['id']}", message)
    return thread


def _message(call: Call, thread: str, fields: Mapping[str, Any], **known: object) -> Thing:
    """A message that is added to the thread at a path."""
    resources = call.data.resources
    number = resources.number()
    message: Thing = {
        "id": f"msg_{number:012d}",
        "object": "thread.message",
        "created_at": resources.time(),
        "thread_id": _name(thread),
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


def _run(call: Call, thread: str, before: tuple[Event, ...]) -> Answer | JSON:
    """A run that has answered, though it says it is queued where nobody streams it."""
    resources = call.data.resources
    asked = resources.listed(f"{thread}/messages", lambda: iter(()))
    text = _text(asked[0]) if asked else ""
    assistant = str(call.fields["assistant_id"])
    name = f"run_{resources.number():012d}"
    nothing_yet = dict.fromkeys(("started_at", "completed_at", "cancelled_at", "failed_at", "usage", "last_error"))
    started: Thing = call.sample(
        **nothing_yet,
        id=name,
        created_at=resources.time(),
        thread_id=_name(thread),
        assistant_id=assistant,
        status="queued",
        required_action=None,
        incomplete_details=None,
    )
    ran = {"assistant_id": assistant, "run_id": name}
    message = _message(call, thread, {"role": "assistant", "content": said(text)}, **ran)
    spent = {"prompt_tokens": count_tokens(text), "completion_tokens": count_tokens(said(text))}
    usage = {**spent, "total_tokens": sum(spent.values())}
    step: Thing = {
        **ran,
        "id": f"step_{resources.number():012d}",
        "object": "thread.run.step",
        "created_at": resources.time(),
        "thread_id": _name(thread),
        "type": "message_creation",
        "status": "completed",
        "step_details": {"type": "message_creation", "message_creation": {"message_id": message["id"]}},
        **dict.fromkeys(("last_error", "expired_at", "cancelled_at", "failed_at")),
        "completed_at": resources.time(),
        "metadata": {},
        "usage": usage,
    }
    resources.add(f"{thread}/runs/{name}/steps", step)
    if not call.streaming:
        resources.add(f"{thread}/runs", started)
        return cast(JSON, dict(started))
    ended = {**started, "status": "completed", "completed_at": resources.time(), "usage": usage}
    resources.add(f"{thread}/runs", ended)
    return Answer(events=(*before, *_events(started, step, message, ended)), done=True)


def _events(started: Thing, step: Thing, message: Thing, ended: Thing) -> Iterator[Event]:
    unfinished = {"status": "in_progress", "completed_at": None}
    yield Event(started, "thread.run.created")
    yield Event(started, "thread.run.queued")
    yield Event({**started, "status": "in_progress"}, "thread.run.in_progress")
    for happened in ("created", "in_progress"):
        yield Event({**step, **unfinished, "usage": None}, f"thread.run.step.{happened}")
    for happened in ("created", "in_progress"):
        yield Event({**message, **unfinished, "content": []}, f"thread.message.{happened}")
    for token in tokens_of(_text(message)):
        delta = {"content": [{"index": 0, "type": "text", "text": {"value": token}}]}
        yield Event({"id": message["id"], "object": "thread.message.delta", "delta": delta}, "thread.message.delta")
    yield Event(message, "thread.message.completed")
    yield Event(step, "thread.run.step.completed")
    yield Event(ended, "thread.run.completed")


def _parts(content: object) -> Iterator[JSON]:
    """What a message is made of, as it is kept: texts with room for annotations, all else as it was sent."""
    for part in map(as_object, as_list([{"type": "text", "text": content}] if isinstance(content, str) else content)):
        yield {"type": "text", "text": {"value": part["text"], "annotations": []}} if part["type"] == "text" else part


def _text(message: Thing) -> str:
    texts = (part["text"]["value"] for part in message["content"] if part["type"] == "text")
    return " ".join(texts)


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
