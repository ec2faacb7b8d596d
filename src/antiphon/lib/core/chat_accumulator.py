"""A chat completion put together from its chunks.

Every chunk costs the same, however many came before it. What servers get wrong is understood where the meaning is
plain: choices and calls without an index, in any order, calls that share an index, names sent twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ...types.chat import ChatCompletionAnnotation, ChatCompletionAudio, ChatCompletionChunk
from ...types.chat.completions_types import ChatCompletionChoiceLogprobs, FunctionCall
from .growing_text import GrowingText
from .merging import merge_into, whole
from .parsed_chat import (
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
)
from .retyped import assembled

__all__ = ["CallInProgress", "CallsInProgress", "ChatAccumulator", "ChoiceInProgress"]


class CallInProgress:
    """One tool call."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.id: str | None = None
        self.type: str | None = None
        self.name: str | None = None
        self.arguments = GrowingText()
        self.extra: dict[str, Any] = {}
        self.parsed: object | None = None
        self.is_done = False

    def add(self, piece: Any) -> str | None:
        """Take a piece of the call over; what it adds to the arguments, or None."""
        self.id = self.id or piece.id
        self.type = self.type or piece.type
        merge_into(self.extra, piece.model_extra or {})
        function = piece.function
        if function is None:
            return None
        self.grow(function.name, function.arguments)
        return function.arguments

    def grow(self, name: str | None, arguments: str | None) -> None:
        """Add to the name, and to the arguments."""
        if name and name != self.name:  # some servers repeat the whole name in every piece
            self.name = (self.name or "") + name
        if arguments:
            self.arguments.add(arguments)

    def assemble(self, parsed: object | None) -> Any:
        values = {"name": self.name or "", "arguments": self.arguments.text(), "parsed_arguments": parsed}
        function = assembled(ParsedFunction, values)
        extra = {**whole(self.extra), "index": self.index}
        if self.type not in (None, "function"):
            extra["type"] = self.type
        call = {"id": self.id or "", "type": self.type or "function", "function": function}
        return assembled(ParsedFunctionToolCall, call, extra)


class CallsInProgress(list[CallInProgress]):
    """The tool calls of one answer, in the order in which they began."""

    def __init__(self) -> None:
        super().__init__()
        self._by_index: dict[int, CallInProgress] = {}

    def of(self, index: object, id: str | None, name: str | None) -> CallInProgress:
        """The call that a piece belongs to: by its index, by its id, or else the one that came last."""
        known: CallInProgress | None = None
        if isinstance(index, int):
            known = self._by_index.get(index)
        elif id:
            known = next((call for call in self if call.id == id), None)
        elif self:
            known = self[-1]
        if known is not None and not (id and known.id and id != known.id and name):
            return known
        # New, or another call under an index that is taken.
        free = index
        if not isinstance(free, int) or free in self._by_index:
            free = max(self._by_index, default=-1) + 1
        call = self._by_index[free] = CallInProgress(free)
        self.append(call)
        if isinstance(index, int):
            self._by_index[index] = call
        return call


class ChoiceInProgress:
    """One of the alternative answers."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.role: str | None = None
        self.content: GrowingText | None = None
        self.refusal: GrowingText | None = None
        self.calls = CallsInProgress()
        self.content_logprobs: list[Any] | None = None
        self.refusal_logprobs: list[Any] | None = None
        self.finish_reason: str | None = None
        self.parsed: object | None = None
        self._function_call: dict[str, Any] = {}
        self._audio: dict[str, Any] = {}
        self._message_extra: dict[str, Any] = {}
        self._extra: dict[str, Any] = {}

    def add(self, choice: Any) -> list[tuple[CallInProgress, str | None]]:
        """Take a choice of a chunk over; the calls it has pieces of, with what those add to the arguments."""
        self._extra.update(choice.model_extra or {})
        if choice.finish_reason:
            self.finish_reason = choice.finish_reason
        if choice.logprobs is not None:
            self._add_logprobs(choice.logprobs)
        delta = choice.delta
        if delta is None:
            return []
        self.role = self.role or delta.role
        if delta.content is not None:
            self.content = self.content or GrowingText()
            self.content.add(delta.content)
        if delta.refusal is not None:
            self.refusal = self.refusal or GrowingText()
            self.refusal.add(delta.refusal)
        if delta.function_call is not None:
            merge_into(self._function_call, _given(delta.function_call))
        if delta.audio is not None:
            merge_into(self._audio, _given(delta.audio))
        if delta.model_extra:
            merge_into(self._message_extra, delta.model_extra)
        return [((call := self._call_of(piece)), call.add(piece)) for piece in delta.tool_calls or ()]

    def _add_logprobs(self, logprobs: Any) -> None:
        if logprobs.content is not None:
            self.content_logprobs = [] if self.content_logprobs is None else self.content_logprobs
            self.content_logprobs += logprobs.content
        if logprobs.refusal is not None:
            self.refusal_logprobs = [] if self.refusal_logprobs is None else self.refusal_logprobs
            self.refusal_logprobs += logprobs.refusal

    def _call_of(self, piece: Any) -> CallInProgress:
        function = piece.function
        return self.calls.of(piece.index, piece.id, None if function is None else function.name)

    def assemble(self, partly: Any = None) -> ParsedChoice[Any]:
        """The choice as it is now. `partly` gives what unfinished content and calls say so far."""
        message: dict[str, object] = {
            "role": self.role or "assistant",
            "content": None if self.content is None else self.content.text(),
            "refusal": None if self.refusal is None else self.refusal.text(),
            "parsed": self.parsed if partly is None or self.parsed is not None else partly.content(self),
        }
        if self.calls:
            message["tool_calls"] = [
                call.assemble(call.parsed if partly is None or call.parsed is not None else partly.arguments(call))
                for call in sorted(self.calls, key=lambda call: call.index)
            ]
        if self._function_call:
            message["function_call"] = assembled(FunctionCall, whole(self._function_call))
        if self._audio:
            message["audio"] = assembled(ChatCompletionAudio, whole(self._audio))
        extra = whole(self._message_extra)
        if isinstance(annotations := extra.pop("annotations", None), list):
            message["annotations"] = [_annotation(each) for each in cast("list[Any]", annotations)]
        values: dict[str, object] = {
            "index": self.index,
            "finish_reason": self.finish_reason,
            "message": assembled(ParsedChatCompletionMessage, message, extra),
        }
        if self.content_logprobs is not None or self.refusal_logprobs is not None:
            logprobs = {"content": _copied(self.content_logprobs), "refusal": _copied(self.refusal_logprobs)}
            values["logprobs"] = assembled(ChatCompletionChoiceLogprobs, logprobs)
        return assembled(ParsedChoice, values, self._extra)


class ChatAccumulator:
    """The completion so far."""

    def __init__(self) -> None:
        self.choices: dict[int, ChoiceInProgress] = {}
        self.is_begun = False
        self._values: dict[str, object] = {}
        self._extra: dict[str, Any] = {}

    def add(self, chunk: ChatCompletionChunk) -> Iterator[tuple[ChoiceInProgress, Any, Any]]:
        """Take a chunk over; for each choice in it: the choice, the piece, and the pieces of its calls.

        All of the chunk is taken over when the iterator has ended.
        """
        self.is_begun = True
        for name in ("id", "created", "model", "service_tier", "system_fingerprint", "usage", "moderation"):
            value = getattr(chunk, name, None)
            if value is not None and value != "":
                self._values[name] = value
        self._extra.update(chunk.model_extra or {})
        pieces = cast("list[Any]", chunk.choices if isinstance(chunk.choices, list) else [])  # pyright: ignore[reportUnnecessaryIsInstance]  servers differ
        for position, piece in enumerate(pieces):
            index = piece.index if isinstance(piece.index, int) else position
            choice = self.choices.get(index)
            if choice is None:
                choice = self.choices[index] = ChoiceInProgress(index)
            yield choice, piece, choice.add(piece)

    def assemble(self, partly: Any = None) -> ParsedChatCompletion[Any]:
        """The completion as it is now."""
        choices = [self.choices[index].assemble(partly) for index in sorted(self.choices)]
        values = {**self._values, "object": "chat.completion", "choices": choices}
        return assembled(ParsedChatCompletion, values, self._extra)


def _given(model: Any) -> dict[str, Any]:
    return {
        **{name: model.__dict__[name] for name in model.model_fields_set if name in model.__dict__},
        **(model.model_extra or {}),
    }


def _copied(items: list[Any] | None) -> list[Any] | None:
    return None if items is None else list(items)


def _annotation(value: Any) -> Any:
    return ChatCompletionAnnotation.construct(**cast("dict[str, Any]", value)) if isinstance(value, Mapping) else value
