"""JSON that is still being written."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic_core import from_json

from .growing_json import NOTHING, GrowingJson, Plain, Shape
from .growing_text import GrowingText

__all__ = ["partial_json", "partial_json_at"]

_BARE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null|NaN|-?Infinity")


def partial_json(text: str) -> object | None:
    """What a JSON document says as far as it has come; None before it says anything, and for what is no JSON.

    A text that has not ended yet is left out.
    """
    try:
        return from_json(text, allow_partial=True) if text.strip() else None
    except ValueError:
        return None


class _Ended(Plain):
    """Plain data without texts that have not ended; numbers count as far as they go."""

    def entry(self, key: str) -> Shape:
        return self

    def growing(self, text: str) -> Any:
        return NOTHING

    def bare(self, said: str) -> Any:
        return from_json(said) if _BARE.fullmatch(said) else NOTHING


_ENDED: Final = _Ended()


class _Reader:
    """What was read of a text that grows."""

    __slots__ = ("json", "length")

    def __init__(self) -> None:
        self.json = GrowingJson(_ENDED)
        self.length = 0


def partial_json_at(text: GrowingText, length: int) -> object | None:
    """The same of a text that grows, when it had this length.

    Asked for one length after the other, each is as cheap as what it adds; what had ended before is in all of them.
    """
    reader = text.reader
    if not isinstance(reader, _Reader):
        reader = text.reader = _Reader()
    if length >= reader.length:
        reader.json.feed(text.text()[reader.length : length])
        reader.length = length
        if (value := reader.json.value) is not NOTHING:
            return value
    return partial_json(text.text(length))
