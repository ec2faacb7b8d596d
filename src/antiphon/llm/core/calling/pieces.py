"""Tools as they come in the pieces of an answer: when they are complete, or while they grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ....lib.core.chat_accumulator import CallInProgress, CallsInProgress
from ....lib.core.growing_json import NOTHING, GrowingJson, Shape
from ....runtime.core.kinds import is_list, is_mapping
from ..base_tools import BaseTool
from ..data import CompletionChunk
from ..json_answers import is_json
from ..partials import shape_of
from .answers import made_of, tool_named

__all__ = ["GrowingTool", "ToolPieces"]


class ToolPieces:
    """The calls of one answer, in the order in which they began.

    A call is complete when its arguments are JSON and another one begins, or when the answer ends.
    """

    def __init__(self, tools: Sequence[type[BaseTool]], *, partial: bool) -> None:
        self._tools = tools
        self._partial = partial
        self._calls = CallsInProgress()
        self._partials: dict[int, GrowingTool] = {}

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
        return self._complete(call for call in self._calls if not call.is_done)

    def _add(self, piece: Mapping[str, Any]) -> list[BaseTool]:
        function: Any = piece.get("function")
        name, text = (function.get("name"), function.get("arguments")) if is_mapping(function) else (None, None)
        begun = len(self._calls)
        call = self._calls.of(piece.get("index"), piece.get("id"), name)
        made = self._complete(self._whole_before(call)) if len(self._calls) > begun else []
        call.id = call.id or piece.get("id")
        call.extra.update({key: value for key, value in piece.items() if key not in _OF_CALLS})
        call.grow(name, text)
        if self._partial and text:
            growing = self._partials.get(call.index)
            kind = tool_named(self._tools, call.name)
            if growing is None and kind is not None:
                growing = self._partials[call.index] = GrowingTool(kind)
            if growing is not None:
                made.append(growing.feed(text, _sent(call)))
        return made

    def _whole_before(self, begun: CallInProgress) -> Iterator[CallInProgress]:
        """The calls before one that begins, up to the first that may go on: pieces of several can come in turns."""
        for call in self._calls:
            if call is begun or not (call.is_done or is_json(call.arguments.text())):
                return
            if not call.is_done:
                yield call

    def _complete(self, calls: Iterable[CallInProgress]) -> list[BaseTool]:
        made: list[BaseTool] = []
        for call in calls:
            call.is_done = True
            if (tool := made_of(self._tools, _sent(call))) is not None:
                made.append(tool)
        return made


_OF_CALLS: Final = frozenset({"id", "type", "index", "function"})


def _sent(call: CallInProgress) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments.text()}
    return {"id": call.id, "type": "function", **call.extra, "function": function}


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
