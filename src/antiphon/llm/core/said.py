"""Messages for `messages=`; attachments in them are brought here when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from ...runtime.core.kinds import is_list, is_mapping
from .attachments import Attachment, Loaded, message_part
from .parts import Message, Part, parts_of
from .tools import ToolCall, ToolResult

__all__ = ["assistant", "attached", "held", "system", "tool_message", "user", "with_attachments", "with_parts"]

T = TypeVar("T")

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
    return held(messages, Attachment)


def with_attachments(
    messages: Iterable[Mapping[str, Any]], loaded: Sequence[Loaded], *, image_detail: str | None = None
) -> list[Mapping[str, Any]]:
    """The messages with what `attached` found replaced by parts as they are sent."""
    return with_parts(messages, Attachment, [message_part(each, image_detail=image_detail) for each in loaded])


def held(messages: Iterable[Any], kind: type[T]) -> Iterator[T]:
    """The parts of this kind in messages, in their order."""
    for message in messages:
        content: object = message.get("content") if is_mapping(message) else None
        if is_list(content):
            yield from (part for part in content if isinstance(part, kind))


def with_parts(messages: Iterable[Any], kind: type[object], parts: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The messages with other parts in place of what `held` found."""
    others = iter(parts)
    made: list[Any] = []
    for message in messages:
        content: object = message.get("content") if is_mapping(message) else None
        if is_list(content) and any(isinstance(part, kind) for part in content):
            message = {**message, "content": [next(others) if isinstance(part, kind) else part for part in content]}
        made.append(message)
    return made
