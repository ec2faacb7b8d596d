"""Messages for `messages=`, in OpenAI's form; attachments in them are brought here when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...runtime.core.kinds import is_list
from .attachments import Attachment, Loaded, attachment_of, message_part
from .tools import ToolCall, ToolResult

__all__ = ["assistant", "attached", "system", "tool_message", "user", "with_attachments"]


def system(text: str) -> dict[str, Any]:
    """What the model is to be."""
    return {"role": "system", "content": text}


def user(*parts: str | Attachment) -> dict[str, Any]:
    """What somebody said: texts and attachments."""
    if len(parts) == 1 and isinstance(parts[0], str):
        return {"role": "user", "content": parts[0]}
    content = [{"type": "text", "text": part} if isinstance(part, str) else attachment_of(part) for part in parts]
    return {"role": "user", "content": content}


def assistant(*parts: str | ToolCall) -> dict[str, Any]:
    """What the model said: texts, and the calls it wanted."""
    text = "".join(part for part in parts if isinstance(part, str))
    calls = [part.param() for part in parts if isinstance(part, ToolCall)]
    if not calls:
        return {"role": "assistant", "content": text}
    return {"role": "assistant", "content": text or None, "tool_calls": calls}


def tool_message(result: ToolResult) -> dict[str, Any]:
    """What came of a call."""
    return result.param()


def attached(messages: Iterable[Mapping[str, Any]]) -> Iterator[Attachment]:
    """The attachments in messages, in their order."""
    for message in messages:
        content: object = message.get("content")
        if is_list(content):
            yield from (part for part in content if isinstance(part, Attachment))


def with_attachments(
    messages: Iterable[Mapping[str, Any]], loaded: Sequence[Loaded], *, image_detail: str | None = None
) -> list[Mapping[str, Any]]:
    """The messages with what `attached` found replaced by parts as they are sent."""
    parts = iter([message_part(each, image_detail=image_detail) for each in loaded])
    made: list[Mapping[str, Any]] = []
    for message in messages:
        content: object = message.get("content")
        if is_list(content) and any(isinstance(part, Attachment) for part in content):
            message = {**message, "content": [next(parts) if isinstance(p, Attachment) else p for p in content]}
        made.append(message)
    return made
