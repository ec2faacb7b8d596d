"""Values of a type in an answer that arrives piece by piece."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...lib.core.growing_json import NOTHING, GrowingJson
from ...lib.core.growing_text import GrowingText
from ...lib.core.merging import merge_into, whole
from ...runtime.core.kinds import is_list, is_mapping
from .json_answers import AfterThoughts, json_text

if TYPE_CHECKING:
    from .extraction import Extraction

__all__ = ["Partials"]


class Partials:
    """Partial values, from the deltas of a stream."""

    def __init__(self, extraction: Extraction, given: Mapping[str, Any]) -> None:
        self._extraction = extraction
        self._given = given
        self._message: dict[str, Any] = {}
        self._json: GrowingJson | None = None
        self._source: object = None
        self._words: GrowingText | None = None
        self._content = AfterThoughts()
        self._seen: object = NOTHING
        self._finish_reason: str | None = None

    def feed(self, delta: Mapping[str, Any], *, finish_reason: str | None = None) -> Any:
        """Take a delta over: the value as far as it has come, or None where there is nothing new to see."""
        self._finish_reason = finish_reason or self._finish_reason
        pieces = {key: value for key, value in delta.items() if value is not None}
        calls: Any = pieces.get("tool_calls")
        function: Any = pieces.get("function_call")
        merge_into(self._message, pieces)
        shown = False
        for call in calls if is_list(calls) else ():
            held = call.get("function") if is_mapping(call) else None
            if is_mapping(held):
                shown = self._add(("call", call.get("index")), held.get("arguments")) or shown
        if is_mapping(function):
            shown = self._add(("call", None), function.get("arguments")) or shown
        shown = self._add("content", pieces.get("content")) or shown
        value = self._value() if shown else NOTHING
        if value is NOTHING or value is self._seen:
            return None
        self._seen = value
        return value

    def finish(self) -> Any:
        """The value, whole and validated. Raises what `Extraction.read` raises."""
        return self._extraction.read(self.message, finish_reason=self._finish_reason, given=self._given)

    @property
    def message(self) -> dict[str, Any]:
        """What the deltas make together."""
        return {"role": "assistant", "content": None, **whole(self._message)}

    def _add(self, source: object, piece: object) -> bool:
        """Only one text is read while it grows: the arguments of the first call, or else the content."""
        if source == "content" and isinstance(piece, str):
            piece = self._content.feed(piece)
        if not piece:
            return False
        if self._source != source:
            if self._source is not None and (source == "content" or self._source != "content"):
                return False
            self._source, self._json, self._words = source, None, None
        text = piece if isinstance(piece, str) else json_text(piece)
        if self._words is not None:
            self._words.add(text)
            return True
        if self._json is None:
            begin = re.search(r"\S" if source != "content" or self._extraction.type is str else r"[{\[]", text)
            if begin is None:
                return False
            text = text[begin.start() :]
            if source == "content" and begin[0] not in '{["`':
                self._words = GrowingText()  # a text needs no JSON around it
                self._words.add(text)
                return True
            self._json = GrowingJson(self._extraction.shape)
        return self._json.feed(text)

    def _value(self) -> Any:
        if self._words is not None:
            return self._words.text()
        return NOTHING if self._json is None else self._json.value
