"""One answer of a model, from its first piece to its end. Nothing here waits."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ...lib.core.merging import merge_into, whole
from ...runtime.core.kinds import is_mapping
from .tools import ToolCall

__all__ = ["ModelAnswer", "RoundText", "StreamEvent", "Usage"]


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """A piece of an answer."""

    type: Literal["text", "reasoning", "tool_call_name", "tool_call_args", "tool_result"]
    chunk: str
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that an answer took; None where the server does not say."""

    input: int | None = None
    output: int | None = None
    details: dict[str, Any] | None = None


@dataclass
class ModelAnswer:
    """What has come so far."""

    events: list[StreamEvent] = field(default_factory=list[StreamEvent])
    is_done: bool = False
    input: Sequence[Mapping[str, Any]] = ()
    """The messages that were sent."""
    began: datetime.datetime | None = None
    seconds: float | None = None
    _head: dict[str, Any] = field(default_factory=dict[str, Any])
    _message: dict[str, Any] = field(default_factory=dict[str, Any])
    _choice: dict[str, Any] = field(default_factory=dict[str, Any])
    _begun: dict[object, tuple[str | None, str | None]] = field(
        default_factory=dict[object, tuple[str | None, str | None]]
    )
    """Id and name of the calls that have begun, by their number."""

    def add(self, chunk: Mapping[str, Any], *, hide_reasoning: bool = False) -> None:
        """Take a chunk of a stream over."""
        self._head.update({key: value for key, value in chunk.items() if key != "choices" and value is not None})
        for choice in chunk.get("choices") or ():
            if choice.get("index") in (0, None):
                self._choice.update(
                    {key: value for key, value in choice.items() if key != "delta" and value is not None}
                )
                self._add_delta(choice.get("delta") or {}, hide_reasoning=hide_reasoning)

    def take(self, completion: Mapping[str, Any], *, hide_reasoning: bool = False) -> None:
        """Take a whole completion over."""
        self._head.update({key: value for key, value in completion.items() if key != "choices"})
        choices: Sequence[Mapping[str, Any]] = completion.get("choices") or ()
        for choice in choices[:1]:
            self._choice.update({key: value for key, value in choice.items() if key != "message"})
            message = dict(choice.get("message") or {})
            calls: Sequence[Mapping[str, Any]] = message.pop("tool_calls", None) or ()
            numbered = [{**call, "index": number} for number, call in enumerate(calls)]
            self._add_delta({**message, "tool_calls": numbered}, hide_reasoning=hide_reasoning)

    def _add_delta(self, delta: Mapping[str, Any], *, hide_reasoning: bool) -> None:
        # `reasoning` is another name of the same text.
        pieces = {key: value for key, value in delta.items() if key != "reasoning" and value is not None}
        calls = [dict(each) for each in pieces.pop("tool_calls", None) or () if is_mapping(each)]
        thought, text = pieces.get("reasoning_content"), pieces.get("content")
        if thought and not hide_reasoning:
            self.events.append(StreamEvent("reasoning", thought))
        if text:
            self.events.append(StreamEvent("text", text))
        for call in calls:
            self._add_call(call)
        merge_into(self._message, {**pieces, **({"tool_calls": calls} if calls else {})})

    def _add_call(self, piece: dict[str, Any]) -> None:
        function: dict[str, Any] = {**(piece.get("function") or {})}
        known, said = self._begun.get(piece.get("index"), (None, None))
        identity: str | None = known or piece.get("id")
        if function.get("name") == said:  # some servers repeat the name in every piece
            function.pop("name", None)
        self._begun[piece.get("index")] = identity, said or function.get("name")
        for key in ("id", "type"):
            if not piece.get(key):
                piece.pop(key, None)
        if function.get("name"):
            self.events.append(StreamEvent("tool_call_name", function["name"], identity))
        if function.get("arguments"):
            self.events.append(StreamEvent("tool_call_args", function["arguments"], identity))
        piece["function"] = function

    def text(self) -> str:
        return "".join(event.chunk for event in self.events if event.type == "text")

    def message(self) -> dict[str, Any]:
        """What the model said, as a message that can be sent back."""
        said = whole(self._message)
        made: dict[str, Any] = {"role": "assistant", "content": said.get("content")}
        if said.get("reasoning_content"):
            made["reasoning_content"] = said["reasoning_content"]
        if calls := said.get("tool_calls"):
            made["tool_calls"] = [{key: value for key, value in call.items() if key != "index"} for call in calls]
        elif made["content"] is None:
            made["content"] = ""
        return made

    def tool_calls(self) -> list[ToolCall]:
        return [ToolCall.of(call) for call in whole(self._message.get("tool_calls") or [])]

    def usage(self) -> Usage:
        """The tokens; what the server says besides their number is in `details`."""
        given: dict[str, Any] = dict(self._head.get("usage") or {})
        taken, made = given.pop("prompt_tokens", None), given.pop("completion_tokens", None)
        given.pop("total_tokens", None)
        return Usage(taken, made, _without_nothing(given) or None)

    def body(self) -> dict[str, Any]:
        """The completion as the server would have sent it whole."""
        choice = {"index": 0, **self._choice, "message": whole(self._message)}
        return whole({**self._head, "object": "chat.completion", "choices": [choice]})

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it."""
        return {
            "input": [dict(message) for message in self.input],
            "body": self.body(),
            "datetime_utc": None if self.began is None else self.began.isoformat(),
            "seconds": self.seconds,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelAnswer:
        """The answer that `to_dict` wrote."""
        began = data.get("datetime_utc")
        made = cls(
            is_done=True,
            input=tuple(data.get("input") or ()),
            began=None if began is None else datetime.datetime.fromisoformat(began),
            seconds=data.get("seconds"),
        )
        made.take(data.get("body") or {})
        return made


class RoundText:
    """Joins the texts of the rounds of a chain, with a space where words would run into each other."""

    def __init__(self) -> None:
        self._end = ""
        self._is_new = False

    def begin(self) -> None:
        """Another round begins."""
        self._is_new = True

    def piece(self, text: str) -> str:
        """The next piece as it is to be shown."""
        if not text:
            return text
        apart = self._is_new and self._end and not self._end.isspace() and not text[0].isspace()
        self._is_new, self._end = False, text[-1]
        return f" {text}" if apart else text


def _without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """What says something: no zeros, no nulls."""
    made: dict[str, Any] = {}
    for key, value in values.items():
        kept: Any = _without_nothing(value) if is_mapping(value) else value
        if kept:
            made[key] = kept
    return made
