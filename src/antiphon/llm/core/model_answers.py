"""One answer of a model, from its first piece to its end. Nothing here waits."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ...lib.core.merging import merge_into, whole
from ...runtime.core.kinds import is_mapping
from .parts import Message, ToolCallPart, checked_list
from .tools import ToolCall, ToolResult

__all__ = ["ModelAnswer", "RoundText", "StreamEvent", "Usage", "result_events"]

EventType: TypeAlias = Literal["text", "reasoning", "tool_call_name", "tool_call_args", "tool_result"]


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """A piece of an answer."""

    type: EventType
    chunk: str
    tool_call_id: str | None = None
    part_index: int | None = field(default=None, compare=False)
    """Which part of the message the piece belongs to."""
    tool_name: str | None = field(default=None, compare=False)
    """What is called, for the pieces of calls and their results."""
    server_executed: bool = False
    """Whether the provider made the call itself."""
    redacted: bool = False
    """Whether the model thought, and its provider keeps to itself what."""
    provider_metadata: dict[str, Any] | None = None
    """What the provider put beside it."""
    message_index: int = 0
    """Which message of the answer it belongs to."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that an answer took; None where the server does not say."""

    input: int | None = None
    output: int | None = None
    details: dict[str, Any] | None = None
    """What else the server counted; zeros are left out."""

    def in_words(self) -> str:
        """`12 input, 34 output`, and the details."""
        said = [f"{count:,} {name}" for name in ("input", "output") if (count := getattr(self, name)) is not None]
        return ", ".join([*said, *([json.dumps(self.details)] if self.details else [])])


_PIECES: Final = frozenset({"events", "_head", "_message", "_choice", "_begun"})


@dataclass
class _Begun:
    """A call that has begun."""

    identity: str
    part: int
    name: str | None = None


class ModelAnswer:
    """What has come so far. A whole answer is taken apart when something other than its text is wanted."""

    is_done: bool = False
    is_cut_off: bool = False
    """Whether the stream ended without its mark and without a reason."""
    input: Sequence[Mapping[str, Any]] = ()
    """The messages that were sent."""
    began: datetime.datetime | None = None
    seconds: float | None = None
    _whole: Mapping[str, Any] | None = None
    """The only thing that came."""
    _hides_reasoning: bool = False
    _parts: int = 0
    _told_hidden: bool = False
    _own_calls: int = 0
    _own: Sequence[StreamEvent | ToolCallPart] = ()
    """What a class of models said itself, as it said it."""
    _said: Message | None = None
    """The message, where it was kept as one."""

    if TYPE_CHECKING:
        events: list[StreamEvent]
        _head: dict[str, Any]
        _message: dict[str, Any]
        _choice: dict[str, Any]
        _begun: dict[object, _Begun]
        """The calls that have begun, by their number."""
    else:

        def __getattr__(self, name: str) -> Any:
            if name not in _PIECES:
                raise AttributeError(f"{type(self).__name__} has no {name!r}", name=name, obj=self)
            made: dict[str, Any] = {"events": [], "_head": {}, "_message": {}, "_choice": {}, "_begun": {}}
            if self._whole is not None:
                apart = ModelAnswer()
                vars(apart).update(made)
                apart._take_apart(self._whole, hide_reasoning=self._hides_reasoning)
                made = vars(apart)
            vars(self).update(made)  # at once: other threads may read it too
            return made[name]

    def add(self, chunk: Mapping[str, Any], *, hide_reasoning: bool = False) -> None:
        """Take a chunk of a stream over."""
        self._head.update({key: value for key, value in chunk.items() if key != "choices" and value is not None})
        for choice in chunk.get("choices") or ():
            if choice.get("index") in (0, None):
                self._choice.update(
                    {key: value for key, value in choice.items() if key != "delta" and value is not None}
                )
                self._add_delta(choice.get("delta") or {}, hide_reasoning=hide_reasoning)
        if chunk.get("usage") and self._has_hidden_thoughts() and not hide_reasoning and not self._told_hidden:
            self._told_hidden = True
            self.events.append(StreamEvent("reasoning", "", part_index=self._part_of("reasoning"), redacted=True))

    def take(self, completion: Mapping[str, Any], *, hide_reasoning: bool = False) -> None:
        """Take a whole completion over."""
        if self._whole is None and "events" not in vars(self):
            self._whole, self._hides_reasoning = completion, hide_reasoning
        else:
            self._take_apart(completion, hide_reasoning=hide_reasoning)

    def _take_apart(self, completion: Mapping[str, Any], *, hide_reasoning: bool) -> None:
        self._head.update(completion)
        choices: Sequence[Mapping[str, Any]] = self._head.pop("choices", None) or ()
        for choice in choices[:1]:
            self._choice.update(choice)
            self._choice.pop("message", None)
            message = dict(choice.get("message") or {})
            calls: Sequence[Mapping[str, Any]] = message.pop("tool_calls", None) or ()
            if calls:
                message["tool_calls"] = [{**call, "index": number} for number, call in enumerate(calls)]
            self._add_delta(message, hide_reasoning=hide_reasoning, is_whole=True)
        if self._has_hidden_thoughts() and not hide_reasoning:
            self.events.insert(0, StreamEvent("reasoning", "", part_index=self._part_of("reasoning"), redacted=True))

    def take_piece(self, piece: str | StreamEvent, *, hide_reasoning: bool = False) -> None:
        """Take over what a class of models says itself. Raises TypeError for what is neither text nor an event."""
        if isinstance(piece, str):
            self._add_delta({"content": piece}, hide_reasoning=hide_reasoning)
            self._keep_own(StreamEvent("text", piece))
            return
        if not isinstance(piece, StreamEvent):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"execute yields texts and StreamEvents, not {type(piece).__name__}")
        beside = piece.provider_metadata or {}
        if piece.server_executed or piece.redacted or piece.type == "tool_result":
            if not (hide_reasoning and piece.redacted):
                self.events.append(piece)
            self._keep_own(piece)
        elif piece.type in ("text", "reasoning"):
            name = "content" if piece.type == "text" else "reasoning_content"
            self._add_delta({name: piece.chunk, **beside}, hide_reasoning=hide_reasoning)
            self._keep_own(piece)
        else:
            said = {"name" if piece.type == "tool_call_name" else "arguments": piece.chunk}
            if piece.type == "tool_call_name":
                self._own_calls += 1
            index = piece.tool_call_id if piece.part_index is None else piece.part_index
            index = f"own {self._own_calls}" if index is None else index  # each name begins another
            call = {"index": index, "id": piece.tool_call_id, "type": "function", "function": said, **beside}
            self._add_delta({"tool_calls": [call]}, hide_reasoning=hide_reasoning)
            self._keep_own(replace(piece, tool_call_id=self._begun[index].identity))

    def take_call(self, call: ToolCall) -> None:
        """Take over a call that a class of models wants, unless its pieces were taken over already."""
        if call.tool_call_id is None or all(each.identity != call.tool_call_id for each in self._begun.values()):
            index = f"call {self._parts}"
            self._add_delta({"tool_calls": [{**call.param(), "index": index}]}, hide_reasoning=False)
            self._keep_own(ToolCallPart(call.name, call.arguments, self._begun[index].identity))

    def _keep_own(self, piece: StreamEvent | ToolCallPart) -> None:
        if not isinstance(self._own, list):
            self._own = []
        self._own.append(piece)

    def count(self, taken: int | None, made: int | None, details: Mapping[str, Any] | None) -> None:
        """Take over how many tokens it took."""
        self._head["usage"] = {**(details or {}), "prompt_tokens": taken, "completion_tokens": made}

    def name_model(self, name: str) -> None:
        """Take over what the model that answered is called."""
        self._head["model"] = name

    def _has_hidden_thoughts(self) -> bool:
        """Whether the model thought, and its provider keeps to itself what."""
        usage: Any = self._head.get("usage")
        details: Any = usage.get("completion_tokens_details") if is_mapping(usage) else None
        hidden = is_mapping(details) and bool(details.get("reasoning_tokens"))
        return hidden and not self._message.get("reasoning_content") and not self._message.get("reasoning")

    def _add_delta(self, delta: Mapping[str, Any], *, hide_reasoning: bool, is_whole: bool = False) -> None:
        # `reasoning` is another name of the same text.
        pieces = {key: value for key, value in delta.items() if key != "reasoning" and value is not None}
        calls = pieces.pop("tool_calls", None)
        calls = [dict(each) for each in calls if is_mapping(each)] if calls else None
        thought, text = pieces.get("reasoning_content"), pieces.get("content")
        if thought and not hide_reasoning:
            self.events.append(StreamEvent("reasoning", thought, part_index=self._part_of("reasoning")))
        if text:
            self.events.append(StreamEvent("text", text, part_index=self._part_of("text")))
        if calls:
            for call in calls:
                self._add_call(call)
            pieces["tool_calls"] = calls
        if is_whole and not self._message:
            self._message = pieces  # nothing comes after it
        else:
            merge_into(self._message, pieces)

    def _part_of(self, kind: EventType) -> int:
        """The number of the part that a text continues, or of the part it begins."""
        last = self.events[-1] if self.events else None
        if last is not None and last.type == kind and last.part_index is not None:
            return last.part_index
        self._parts += 1
        return self._parts - 1

    def _add_call(self, piece: dict[str, Any]) -> None:
        function: dict[str, Any] = {**(piece.get("function") or {})}
        begun = self._begun.get(piece.get("index"))
        if begun is None:
            # Results need the id of their call; not all servers give one.
            begun = _Begun(piece.get("id") or f"call_{uuid.uuid4().hex}", self._parts)
            self._begun[piece.get("index")] = begun
            self._parts += 1
        piece["id"] = begun.identity
        if function.get("name") == begun.name:  # some servers repeat the name in every piece
            function.pop("name", None)
        begun.name = begun.name or function.get("name")
        if not piece.get("type"):
            piece.pop("type", None)
        kinds: tuple[tuple[EventType, str], ...] = (("tool_call_name", "name"), ("tool_call_args", "arguments"))
        for kind, field_name in kinds:
            if chunk := function.get(field_name):
                beside = piece.get("extra_content") if kind == "tool_call_name" else None
                self.events.append(
                    StreamEvent(
                        kind,
                        chunk,
                        begun.identity,
                        part_index=begun.part,
                        tool_name=begun.name,
                        provider_metadata={"extra_content": beside} if beside else None,
                    )
                )
        piece["function"] = function

    @property
    def has_reason(self) -> bool:
        """Whether the server said why the answer ends."""
        return self._choice.get("finish_reason") is not None

    def text(self) -> str:
        if self._whole is not None and "events" not in vars(self):
            choices: Sequence[Mapping[str, Any]] = self._whole.get("choices") or ()
            message: Mapping[str, Any] = choices[0].get("message") or {} if choices else {}
            return message.get("content") or ""
        return "".join(event.chunk for event in self.events if event.type == "text")

    def refusal(self) -> str | None:
        """What the model said in declining."""
        return self._message.get("refusal")

    def message(self) -> Message:
        """What the model said, as a message that can be sent back."""
        if self._said is not None:
            return self._said
        if self._own:
            from .own_pieces import own_message

            return own_message(self._own)
        said = whole(self._message)
        made: dict[str, Any] = {"role": "assistant", "content": said.get("content")}
        for key in ("reasoning_content", "reasoning_details", "extra_content"):
            if said.get(key):
                made[key] = said[key]
        if calls := said.get("tool_calls"):
            made["tool_calls"] = [{key: value for key, value in call.items() if key != "index"} for call in calls]
        elif made["content"] is None:
            made["content"] = ""
        return Message.of(made, thought_in_secret=self._has_hidden_thoughts())

    def tool_calls(self) -> list[ToolCall]:
        return [ToolCall.of(call) for call in whole(self._message.get("tool_calls") or [])]

    def served_model(self) -> str | None:
        """What the server calls the model."""
        return self._head.get("model")

    def usage(self) -> Usage:
        """The tokens; what the server says besides their number is in `details`."""
        given: dict[str, Any] = dict(self._head.get("usage") or {})
        taken, made = given.pop("prompt_tokens", None), given.pop("completion_tokens", None)
        given.pop("total_tokens", None)
        return Usage(taken, made, _without_nothing(given) if "usage" in self._head else None)

    def body(self) -> dict[str, Any]:
        """The completion as the server would have sent it whole."""
        choice = {"index": 0, **self._choice, "message": whole(self._message)}
        return whole({**self._head, "object": "chat.completion", "choices": [choice]})

    def to_dict(self) -> dict[str, Any]:
        """The answer, as JSON can hold it."""
        usage = self.usage()
        counted = {name: getattr(usage, name) for name in ("input", "output", "details")}
        made: dict[str, Any] = {"messages": [self.message().to_dict()]}
        if kept := {name: value for name, value in counted.items() if value is not None}:
            made["usage"] = kept
        if self.began is not None:
            made["datetime_utc"] = self.began.isoformat()
        # The form of completions has no place for all that a class of models may say.
        body = whole(self._head) if self._own or self._said is not None else self.body()
        return {**made, "seconds": self.seconds, "body": body}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], sent: Iterable[Mapping[str, Any]]) -> ModelAnswer:
        """The answer that `to_dict` wrote, to the messages that were sent."""
        began = data.get("datetime_utc")
        made = cls()
        made.is_done = True
        made.input = tuple(sent)
        made.began = None if began is None else datetime.datetime.fromisoformat(began)
        made.seconds = data.get("seconds")
        if is_mapping(body := data.get("body")):
            if not all(is_mapping(each) for each in checked_list("choices", body.get("choices"))):
                raise TypeError("choices must be mappings")
            made.take(body)
            if "choices" in body:
                return made
        for each in checked_list("messages", data.get("messages")):
            made._said = Message.from_dict(each)
            made.take({"choices": [{"message": made._said}]})
        if is_mapping(usage := data.get("usage")):
            counted = {"prompt_tokens": usage.get("input"), "completion_tokens": usage.get("output")}
            made._head["usage"] = {**counted, **(usage.get("details") or {})}
        return made

    @classmethod
    def of_text(cls, text: str) -> ModelAnswer:
        """An answer that nobody sent."""
        made = cls()
        made.is_done = True
        made.take({"choices": [{"message": {"role": "assistant", "content": text}}]})
        return made


def result_events(results: Iterable[ToolResult]) -> list[StreamEvent]:
    """What came of calls, as events of a chain."""
    return [StreamEvent("tool_result", each.output, each.tool_call_id, tool_name=each.name) for each in results]


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
