"""The calls behind `responses.parse` and `.stream`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...runtime import Call, fill_path, is_given, omit
from ...runtime.core.kinds import is_mapping
from .formats import format_of, text_format_param
from .function_tools import FunctionParsers, listed, response_tools
from .response_parsing import parse_response

__all__ = ["existing_response", "response_parsing", "response_streaming"]


def response_parsing(
    body: dict[str, Any], text_format: Any, parse_as: Any, verbosity: Any
) -> tuple[Call, Callable[[Any], Any]]:
    """The call for a body and a type, and what is done to the answer. Raises TypeError and ValueError."""
    if is_given(body["stream"]) and body["stream"]:
        raise ValueError("`parse` gives a whole response; for one that is streamed there is `responses.stream`")
    call, tools = response_streaming({**body, "stream": omit}, text_format, verbosity)
    into = parse_as if is_given(parse_as) else text_format
    format = format_of(into) if is_given(into) and into is not None else None
    functions = FunctionParsers(tools)
    return call, lambda response: parse_response(response, format=format, functions=functions)


def response_streaming(body: dict[str, Any], text_format: Any, verbosity: Any = omit) -> tuple[Call, list[Any] | None]:
    """The call for a body and a type, and its tools. Raises TypeError."""
    text: Any = body["text"]
    further: dict[str, Any] = {}
    if is_given(text_format) and text_format is not None:
        if is_mapping(text) and "format" in text:
            raise TypeError("`text_format` says what `text` has a `format` for: give one of them")
        further["format"] = text_format_param(text_format)
    if is_given(verbosity):
        further["verbosity"] = verbosity
    if further:
        text = {**(text if is_mapping(text) else {}), **further}
    tools = response_tools(listed(body["tools"]))
    sent = {**body, "text": text, "tools": omit if tools is None else tools}
    return Call("POST", "/responses", body=sent), tools


def existing_response(response_id: Any, starting_after: Any, body: Mapping[str, Any]) -> Call | None:
    """The call for the stream of a response that there is; None where one is to be made.

    Raises ValueError for entries that only a new response has.
    """
    if not is_given(response_id):
        if is_given(starting_after):
            raise ValueError("`starting_after` is for a response that there is already: give its `response_id`")
        if not any(is_given(body[name]) for name in _ASKED):
            raise ValueError("give a `model` and an `input` for a new response, or the `response_id` of one there is")
        return None
    new = [name for name, value in body.items() if is_given(value) and name not in _READ]
    if new:
        raise ValueError(f"a response that there is already is not made with {', '.join(new)}: leave out `response_id`")
    query = {"include": body["include"], "stream": True}
    return Call("GET", fill_path("/responses/{response_id}", response_id=response_id), query=query)


_ASKED = ("conversation", "input", "model", "previous_response_id", "prompt")
"""What a new response needs one of."""

_READ = frozenset({"include", "stream", "tools"})
"""What may be said of a response that there is: the tools are for parsing."""
