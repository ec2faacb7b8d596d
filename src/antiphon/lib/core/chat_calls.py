"""The calls behind `chat.completions.parse` and `.stream`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...runtime import Call, omit
from .chat_parsing import format_for, parse_chat_completion
from .formats import response_format_param
from .function_tools import FunctionParsers, checked_tools, listed

__all__ = ["chat_body", "chat_parsing"]


def chat_parsing(body: dict[str, Any]) -> tuple[Call, Callable[[Any], Any]]:
    """The call for a body with a type as its response format, and what is done to the answer.

    Raises TypeError, and ValueError for tools whose calls cannot be parsed.
    """
    tools = listed(body["tools"])
    checked_tools(tools)
    sent, _ = chat_body({**body, "tools": tools})
    format = format_for(body["response_format"])
    functions = FunctionParsers(tools)
    call = Call("POST", "/chat/completions", body=sent)
    return call, lambda completion: parse_chat_completion(completion, format=format, functions=functions)


def chat_body(body: dict[str, Any]) -> tuple[dict[str, Any], list[Any] | None]:
    """Such a body as it is sent, and its tools, of any kind. Raises TypeError for a type that cannot be parsed into."""
    tools = listed(body["tools"])
    sent = {
        **body,
        "response_format": response_format_param(body["response_format"]),
        "tools": omit if tools is None else tools,
    }
    return sent, tools
