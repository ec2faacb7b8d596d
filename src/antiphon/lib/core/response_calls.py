"""The calls behind `responses.parse` and `.stream`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...runtime import Call, fill_path, is_given, omit
from ...runtime.core.kinds import is_mapping
from .formats import format_of, text_format_param
from .function_tools import FunctionParsers, listed, response_tools
from .response_parsing import parse_response

__all__ = ["is_existing_response", "response_body", "response_parsing"]


def response_parsing(
    body: dict[str, Any], text_format: Any, parse_as: Any, verbosity: Any
) -> tuple[Call, Callable[[Any], Any]]:
    """The call for a body and a type, and what is done to the answer. Raises TypeError and ValueError."""
    if is_given(body["stream"]) and body["stream"]:
        raise ValueError("`parse` gives a whole response; for one that is streamed there is `responses.stream`")
    sent, tools = response_body({**body, "stream": omit}, text_format, verbosity)
    call = Call("POST", "/responses", body=sent)
    into = parse_as if is_given(parse_as) else text_format
    format = format_of(into) if is_given(into) and into is not None else None
    functions = FunctionParsers(tools)
    return call, lambda response: parse_response(response, format=format, functions=functions)


def response_body(
    body: dict[str, Any], text_format: Any, verbosity: Any = omit
) -> tuple[dict[str, Any], list[Any] | None]:
    """The body, with a type, as it is sent, and its tools. Raises TypeError."""
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
    return sent, tools


def is_existing_response(response_id: Any, starting_after: Any, body: Mapping[str, Any]) -> bool:
    """Whether the stream is that of a response that there is; else one is to be made.

    Raises ValueError for entries that only a new response has.
    """
    if not is_given(response_id):
        if is_given(starting_after):
            raise ValueError("`starting_after` is for a response that there is already: give its `response_id`")
        if not any(is_given(body[name]) for name in _ASKED):
            raise ValueError("give a `model` and an `input` for a new response, or the `response_id` of one there is")
        return False
    new = [name for name, value in body.items() if is_given(value) and name not in _READ]
    if new:
        raise ValueError(f"a response that there is already is not made with {', '.join(new)}: leave out `response_id`")
    fill_path("/responses/{response_id}", response_id=response_id)  # refuse now what cannot be sent
    return True


_ASKED = ("conversation", "input", "model", "previous_response_id", "prompt")
"""What a new response needs one of."""

_READ = frozenset({"include", "stream", "tools"})
"""What may be said of a response that there is: the tools are for parsing."""
