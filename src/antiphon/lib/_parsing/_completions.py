"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from dataclasses import is_dataclass
from inspect import isclass
from typing import Any

from pydantic import BaseModel

from ...types.chat import ChatCompletion
from ..core.chat_parsing import format_for
from ..core.chat_parsing import parse_chat_completion as _parse
from ..core.formats import response_format_param as type_to_response_format_param
from ..core.function_tools import FunctionParsers, listed
from ..core.parsed_chat import ParsedChatCompletion
from ..core.type_variables import ResponseFormatT

__all__ = [
    "ResponseFormatT",
    "is_basemodel_type",
    "is_dataclass_like_type",
    "parse_chat_completion",
    "type_to_response_format_param",
]


def is_basemodel_type(typ: object) -> bool:
    """Whether this is a model of pydantic."""
    return isclass(typ) and issubclass(typ, BaseModel)


def is_dataclass_like_type(typ: object) -> bool:
    """Whether this is a dataclass."""
    return isclass(typ) and is_dataclass(typ)


def parse_chat_completion(
    *, response_format: Any, input_tools: Any, chat_completion: ChatCompletion
) -> ParsedChatCompletion[Any]:
    """What `chat.completions.parse` makes of a completion; it raises what that does."""
    functions = FunctionParsers(listed(input_tools))
    return _parse(chat_completion, format=format_for(response_format), functions=functions)
