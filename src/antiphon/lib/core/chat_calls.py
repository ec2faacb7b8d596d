"""The calls behind `chat.completions.parse` and `.stream`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...runtime import Call, omit
from .chat_parsing import format_for, parse_chat_completion
from .formats import response_format_param
from .function_tools import FunctionParsers, checked_tools, listed

__all__ = ["chat_parsing", "chat_streaming"]


def chat_parsing(body: dict[str, Any]) -> tuple[Call, Callable[[Any], Any]]:
    """The call for a body with a type as its response format, and what is done to the answer.

    Raises TypeError, and ValueError for tools whose calls cannot be parsed.
    """
    tools = listed(body["tools"])
    checked_tools(tools)
    call, _ = chat_streaming({**body, "tools": tools})
    format = format_for(body["response_format"])
    functions = FunctionParsers(tools)
    return call, lambda completion: parse_chat_completion(completion, format=format, functions=functions)


def chat_streaming(body: dict[str, Any]) -> tuple[Call, list[Any] | None]:
    """The call for such a body, and its tools, of any kind. Raises TypeError for a type that cannot be parsed into."""
    tools = listed(body["tools"])
    sent = {
        **body,
        "response_format": response_format_param(body["response_format"]),
        "tools": omit if tools is None else tools,
    }
    return Call("POST", "/chat/completions", body=sent), tools
