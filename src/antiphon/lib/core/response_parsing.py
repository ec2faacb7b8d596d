"""From a response to a parsed one."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from ...runtime.core.kinds import is_list
from ...types.responses import Response
from .finish_errors import ContentFilterFinishReasonError, LengthFinishReasonError
from .formats import Format
from .function_tools import FunctionParsers
from .parsed_responses import (
    ParsedResponse,
    ParsedResponseFunctionToolCall,
    ParsedResponseOutputMessage,
    ParsedResponseOutputText,
)
from .retyped import retyped

__all__ = ["is_answer", "parse_response"]


def parse_response(
    response: Response, *, format: Format[Any] | None, functions: FunctionParsers
) -> ParsedResponse[Any]:
    """The response with its text and function calls parsed.

    Raises `LengthFinishReasonError` and `ContentFilterFinishReasonError` for what is not whole because the response
    ended early, and `pydantic.ValidationError` for what does not fit.
    """
    try:
        items: Any = response.output
        output = [_item(item, format, functions) for item in (items if is_list(items) else ())]
    except ValidationError as error:
        reason = getattr(response.incomplete_details, "reason", None) if response.status == "incomplete" else None
        if reason == "max_output_tokens":
            raise LengthFinishReasonError(completion=response) from error
        if reason == "content_filter":
            raise ContentFilterFinishReasonError(completion=response) from error
        raise
    return retyped(ParsedResponse, response, output=output)


def is_answer(phase: str | None) -> bool:
    """Whether a message of this phase is what was asked for, and not a remark on the way there."""
    return phase is None or phase == "final_answer"


def _item(item: Any, format: Format[Any] | None, functions: FunctionParsers) -> Any:
    kind = getattr(item, "type", None)
    if kind == "message" and isinstance(getattr(item, "content", None), list):
        told = format if is_answer(getattr(item, "phase", None)) else None
        return retyped(ParsedResponseOutputMessage, item, content=[_part(part, told) for part in item.content])
    if kind == "function_call":
        arguments = functions.parse(item.name, item.arguments, getattr(item, "namespace", None))
        return retyped(ParsedResponseFunctionToolCall, item, parsed_arguments=arguments)
    return item


def _part(part: Any, format: Format[Any] | None) -> Any:
    if getattr(part, "type", None) != "output_text":
        return part
    return retyped(ParsedResponseOutputText, part, parsed=None if format is None else format.parse(part.text))
