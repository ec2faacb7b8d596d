"""What models have besides their fields."""

from __future__ import annotations

from typing import Any

from ...runtime.core.kinds import is_list

__all__ = ["MessageText", "ResponseText", "listed_in"]


class ResponseText:
    """The text of a response."""

    @property
    def output_text(self) -> str:
        """The text of all messages in one; empty when the model said none."""
        messages = (item for item in listed_in(self, "output") if getattr(item, "type", None) == "message")
        return "".join(_text_of(message) for message in messages)


class MessageText:
    """The text of a message."""

    @property
    def output_text(self) -> str:
        """The text of all parts that a model has written, in one; empty when there are none."""
        return _text_of(self)


def _text_of(message: object) -> str:
    parts = (part for part in listed_in(message, "content") if getattr(part, "type", None) == "output_text")
    return "".join(text for part in parts if isinstance(text := getattr(part, "text", None), str))


def listed_in(owner: object, name: str) -> list[Any]:
    """A list of an object; empty where something else is there."""
    found: Any = getattr(owner, name, None)
    return found if is_list(found) else []  # servers differ
