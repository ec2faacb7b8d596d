"""What happens in the stream of a chat completion."""

from __future__ import annotations

from typing import Generic, Literal, TypeAlias

from ...types.chat import ChatCompletionChunk, ChatCompletionTokenLogprob
from .late import LateModel
from .parsed_chat import ParsedChatCompletion
from .type_variables import ResponseFormatT

__all__ = [
    "ChatCompletionStreamEvent",
    "ChunkEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "LogprobsRefusalDeltaEvent",
    "LogprobsRefusalDoneEvent",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
]


class ChunkEvent(LateModel):
    """A chunk as the server sent it; the events that it leads to come after it."""

    type: Literal["chunk"]
    chunk: ChatCompletionChunk
    snapshot: ParsedChatCompletion[object]
    """The completion as far as it has come when this is first read."""


class ContentDeltaEvent(LateModel):
    """More text."""

    type: Literal["content.delta"]
    delta: str
    snapshot: str
    """The text so far."""
    parsed: object | None = None
    """With a response format that is a type: the JSON so far, as plain data."""


class ContentDoneEvent(LateModel, Generic[ResponseFormatT]):
    """The text is whole."""

    type: Literal["content.done"]
    content: str
    parsed: ResponseFormatT | None = None


class RefusalDeltaEvent(LateModel):
    """More of a refusal."""

    type: Literal["refusal.delta"]
    delta: str
    snapshot: str


class RefusalDoneEvent(LateModel):
    """The refusal is whole."""

    type: Literal["refusal.done"]
    refusal: str


class FunctionToolCallArgumentsDeltaEvent(LateModel):
    """More of the arguments of a call."""

    type: Literal["tool_calls.function.arguments.delta"]
    name: str
    index: int
    arguments: str
    """The JSON text so far."""
    parsed_arguments: object | None = None
    """The arguments so far, as plain data, for tools that are parsed."""
    arguments_delta: str


class FunctionToolCallArgumentsDoneEvent(LateModel):
    """The arguments of a call are whole."""

    type: Literal["tool_calls.function.arguments.done"]
    name: str
    index: int
    arguments: str
    parsed_arguments: object | None = None
    """An object of the tool's model, or plain data for another strict tool."""


class LogprobsContentDeltaEvent(LateModel):
    """Log probabilities of further tokens of the text."""

    type: Literal["logprobs.content.delta"]
    content: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsContentDoneEvent(LateModel):
    """Log probabilities of all tokens of the text."""

    type: Literal["logprobs.content.done"]
    content: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDeltaEvent(LateModel):
    """Log probabilities of further tokens of a refusal."""

    type: Literal["logprobs.refusal.delta"]
    refusal: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDoneEvent(LateModel):
    """Log probabilities of all tokens of a refusal."""

    type: Literal["logprobs.refusal.done"]
    refusal: list[ChatCompletionTokenLogprob]


ChatCompletionStreamEvent: TypeAlias = (
    ChunkEvent
    | ContentDeltaEvent
    | ContentDoneEvent[ResponseFormatT]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
