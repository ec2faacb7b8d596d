"""Tools as they come in the pieces of an answer: when they are complete, or while they grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....lib.core.growing_json import NOTHING, GrowingJson, Shape
from ....runtime.core.kinds import is_list, is_mapping
from ..base_tools import BaseTool
from ..data import CompletionChunk
from ..partials import shape_of
from .answers import made_of, tool_named

__all__ = ["GrowingTool", "ToolPieces"]


class ToolPieces:
    """The calls of one answer. A call is complete when the next one begins, or when the answer ends."""

    def __init__(self, tools: Sequence[type[BaseTool]], *, partial: bool) -> None:
        self._tools = tools
        self._partial = partial
        self._growing: dict[object, dict[str, Any]] = {}
        self._partials: dict[object, GrowingTool] = {}

    def add(self, chunk: CompletionChunk) -> list[BaseTool]:
        """The tools that a piece of the answer brings.

        Raises `pydantic.ValidationError` for a complete call whose arguments do not fit.
        """
        if not self._tools:
            return []
        made: list[BaseTool] = []
        for choice in chunk.get("choices") or ():
            if choice.index:
                continue  # of several answers, the first one's
            calls: object = choice.delta.get("tool_calls")
            for piece in calls if is_list(calls) else ():
                if is_mapping(piece):
                    made += self._add(piece)
            if choice.finish_reason is not None:
                made += self.finish()
        return made

    def finish(self) -> list[BaseTool]:
        """The tools that were not complete yet, now that the answer has ended."""
        calls, self._growing, self._partials = list(self._growing.values()), {}, {}
        return [tool for call in calls if (tool := made_of(self._tools, call)) is not None]

    def _add(self, piece: Mapping[str, Any]) -> list[BaseTool]:
        number = piece.get("index")
        made: list[BaseTool] = [] if number in self._growing else self.finish()
        call = self._growing.setdefault(number, {"id": None, "type": "function", "function": {}})
        call["id"] = call["id"] or piece.get("id")
        call.update({key: value for key, value in piece.items() if key not in ("id", "type", "index", "function")})
        function, held = piece.get("function"), call["function"]
        if not is_mapping(function):
            return made
        held["name"] = held.get("name") or function.get("name")
        text = function.get("arguments") or ""
        held["arguments"] = held.get("arguments", "") + text
        if self._partial and text:
            growing = self._partials.get(number)
            kind = tool_named(self._tools, held["name"])
            if growing is None and kind is not None:
                growing = self._partials[number] = GrowingTool(kind)
            if growing is not None:
                made.append(growing.feed(text, {**call, "function": dict(held)}))
        return made


class GrowingTool:
    """A call whose arguments arrive piece by piece."""

    def __init__(self, of: type[BaseTool]) -> None:
        self.of = of
        self._json = GrowingJson(_shape(of))

    def feed(self, delta: str, tool_call: Mapping[str, Any]) -> BaseTool:
        """The call as far as it has come: what is missing is None, and `delta` is what was fed."""
        self._json.feed(delta)
        value = self._json.value
        made = _shape(self.of).object({}, is_whole=False) if value is NOTHING else value
        made._tool_call, made._delta = tool_call, delta
        return made


def _shape(of: type[BaseTool]) -> Shape:
    known = vars(of).get("__antiphon_shape__")
    if known is None:
        known = shape_of(of)
        type.__setattr__(of, "__antiphon_shape__", known)
    return known
