"""Chat completions whose messages and tool calls were parsed."""

from __future__ import annotations

from typing import Any, ClassVar, Generic

from pydantic import SerializeAsAny

from ...types.chat import ChatCompletion, ChatCompletionMessage, ChatCompletionMessageFunctionToolCall
from ...types.chat.completions_types import ChatCompletionChoice, ChatCompletionMessageFunctionToolCallFunction
from .type_variables import ResponseFormatT

__all__ = [
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
]

# Fields that are inherited are understood where their class is written: so before there are subclasses elsewhere.
for _base in (
    ChatCompletion,
    ChatCompletionChoice,
    ChatCompletionMessage,
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageFunctionToolCallFunction,
):
    _base.model_rebuild()

# The fields below hold subclasses of what they hold in the base: lists are invariant, so a checker objects, but
# nobody puts an unparsed message into a parsed completion.


class ParsedFunction(ChatCompletionMessageFunctionToolCallFunction):
    """The function that a tool call names, with its arguments."""

    parsed_arguments: object | None = None
    """The arguments: an object of the tool's model, plain data for another strict tool, None for other tools."""

    __unsent__: ClassVar[Any] = {"parsed_arguments"}


class ParsedFunctionToolCall(ChatCompletionMessageFunctionToolCall):
    """A call of a function."""

    function: ParsedFunction  # pyright: ignore[reportIncompatibleVariableOverride]

    __unsent__: ClassVar[Any] = {"function": {"parsed_arguments"}, "index": True}


class ParsedChatCompletionMessage(ChatCompletionMessage, Generic[ResponseFormatT]):
    """What the model answered."""

    parsed: ResponseFormatT | None = None
    """The content as the type that was asked for; None for a refusal, and for a message without content."""
    tool_calls: list[SerializeAsAny[ParsedFunctionToolCall]] | None = None  # pyright: ignore[reportIncompatibleVariableOverride]

    __unsent__: ClassVar[Any] = {
        "parsed": True,
        "tool_calls": {"__all__": {"function": {"parsed_arguments"}, "index": True}},
    }


class ParsedChoice(ChatCompletionChoice, Generic[ResponseFormatT]):
    """One of the alternative answers."""

    message: ParsedChatCompletionMessage[ResponseFormatT]  # pyright: ignore[reportIncompatibleVariableOverride]


class ParsedChatCompletion(ChatCompletion, Generic[ResponseFormatT]):
    """An answer whose messages were parsed."""

    choices: list[ParsedChoice[ResponseFormatT]]  # pyright: ignore[reportIncompatibleVariableOverride]
