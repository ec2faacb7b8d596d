"""Messages for `messages=`; attachments in them are brought here when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ...runtime.core.kinds import is_list
from .attachments import Attachment, Loaded, message_part
from .parts import Message, Part, parts_of
from .tools import ToolCall, ToolResult

__all__ = ["assistant", "attached", "system", "tool_message", "user", "with_attachments"]

Said: TypeAlias = "str | Part | Sequence[str | Part]"
"""A text or a part, or several."""


def system(*items: Said, provider_metadata: Mapping[str, Any] | None = None) -> Message:
    """What the model is to be."""
    return Message("system", parts_of(items), provider_metadata)


def user(
    *items: Said | Attachment | Sequence[Attachment], provider_metadata: Mapping[str, Any] | None = None
) -> Message:
    """What somebody said: texts and attachments."""
    return Message("user", parts_of(items), provider_metadata)


def assistant(
    *items: Said | ToolCall | Sequence[ToolCall], provider_metadata: Mapping[str, Any] | None = None
) -> Message:
    """What the model said: texts, and the calls it wanted."""
    return Message("assistant", parts_of(items), provider_metadata)


def tool_message(
    *items: Part | ToolResult | Sequence[Part | ToolResult], provider_metadata: Mapping[str, Any] | None = None
) -> Message:
    """What came of calls: one result or several."""
    return Message("tool", parts_of(items), provider_metadata)


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
