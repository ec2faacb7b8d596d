"""From a chat completion to a parsed one."""

from __future__ import annotations

from typing import Any, cast

from ...types.chat import ChatCompletion
from .finish_errors import ContentFilterFinishReasonError, LengthFinishReasonError
from .formats import Format, format_of, is_type
from .function_tools import FunctionParsers
from .parsed_chat import (
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
)
from .retyped import retyped

__all__ = ["format_for", "parse_chat_completion", "parsed_call", "parsed_choice"]


def format_for(response_format: Any) -> Format[Any] | None:
    """What answers are parsed into; None where no type was given."""
    return format_of(response_format) if is_type(response_format) else None


def parse_chat_completion(
    completion: ChatCompletion, *, format: Format[Any] | None, functions: FunctionParsers
) -> ParsedChatCompletion[Any]:
    """The completion with its messages and tool calls parsed.

    Raises `LengthFinishReasonError` and `ContentFilterFinishReasonError` where a choice ended so, and
    `pydantic.ValidationError` for content that does not fit.
    """
    choices: list[ParsedChoice[Any]] = []
    for choice in completion.choices or ():
        if choice.finish_reason == "length":
            raise LengthFinishReasonError(completion=completion)
        if choice.finish_reason == "content_filter":
            raise ContentFilterFinishReasonError(completion=completion)
        message = choice.message
        calls = cast("list[Any] | None", message.tool_calls)
        parsed_calls = None if calls is None else [parsed_call(each, functions) for each in calls]
        content = None
        if format is not None and message.content and not message.refusal:
            content = format.parse(message.content)
        choices.append(parsed_choice(choice, message, content, parsed_calls))
    return retyped(ParsedChatCompletion, completion, choices=choices)


def parsed_choice(choice: Any, message: Any, content: object, calls: list[Any] | None) -> ParsedChoice[Any]:
    """A choice with what its message was parsed into."""
    changes: dict[str, object] = {"parsed": content}
    if calls is not None or "tool_calls" in message.model_fields_set:
        changes["tool_calls"] = calls
    return retyped(ParsedChoice, choice, message=retyped(ParsedChatCompletionMessage, message, **changes))


def parsed_call(call: Any, functions: FunctionParsers) -> Any:
    """A tool call with its arguments parsed; one that calls no function stays as it is."""
    function = getattr(call, "function", None)
    if function is None:
        return call
    arguments = functions.parse(function.name, function.arguments)
    return retyped(ParsedFunctionToolCall, call, function=retyped(ParsedFunction, function, parsed_arguments=arguments))
