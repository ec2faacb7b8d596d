"""What the model answers: a text, JSON in the form that was asked for, or calls of the tools it was given.

Tools whose names the question has a word of are called, else the first one; once their results are there, the model
says what they were.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.alone import sample_of
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Call
from .parts import count_tokens, identity, said

__all__ = ["Question", "Said", "Tool", "ToolCall", "reply", "tools_of"]

Kind = Literal["function", "custom"]

_SHORTEST_WORD: Final = 4
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool the model was given that is called by whoever asks; those that run at the server are passed over."""

    kind: Kind
    name: str
    parameters: JSON


@dataclass(frozen=True, slots=True)
class ToolCall:
    kind: Kind
    id: str
    name: str
    argument: str
    """JSON for a function, any text for a custom tool."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the model is asked, in whichever API."""

    text: str
    tools: Sequence[Tool]
    choice: object
    """`tool_choice` as it was sent."""
    parallel: bool
    results: Sequence[str] | None
    """What the tools came back with, if they were called before."""
    form: Mapping[str, Any]
    """The form the answer has to have: `type`, and the `schema` of `json_schema`."""


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    calls: tuple[ToolCall, ...] = ()

    @property
    def tokens(self) -> int:
        return count_tokens(self.text) + sum(1 + count_tokens(each.argument) for each in self.calls)


def tools_of(entries: object, *, nested: bool) -> list[Tool]:
    """The tools of a request; `nested` tells whether they are described one level below."""
    found: list[Tool] = []
    for entry in map(as_object, as_list(entries)):
        kind = entry.get("type", "function")
        if kind in ("function", "custom"):
            held = as_object(entry.get(kind)) if nested else entry
            if isinstance(held.get("name"), str):
                found.append(Tool(kind, held["name"], held.get("parameters")))
    return found


def reply(call: Call, question: Question) -> Said:
    """What the model says."""
    chosen = _chosen(question)
    if chosen:
        return Said("", tuple(_call(call, tool, number) for number, tool in enumerate(chosen)))
    if question.form.get("type") == "json_schema":
        schema = question.form.get("schema")
        return Said(json.dumps(sample_of({} if schema is None else schema, call.seed), ensure_ascii=False))
    text = said(question.text) if question.results is None else f"The tools said: {'; '.join(question.results)}"
    return Said(json.dumps({"said": text}, ensure_ascii=False) if question.form.get("type") == "json_object" else text)


def _chosen(question: Question) -> list[Tool]:
    """The tools that are called."""
    choice = question.choice
    tools = list(question.tools)
    held = as_object(choice)
    mode = choice if isinstance(choice, str) else "auto"
    if held.get("type") == "allowed_tools":
        allowed = as_object(held.get("allowed_tools")) or held
        mode = str(allowed.get("mode", "auto"))
        names = {_named(each) for each in as_list(allowed.get("tools"))}
        tools = [tool for tool in tools if tool.name in names]
    elif held:
        return [tool for tool in tools if tool.name == _named(held)][:1]
    if not tools or mode == "none" or (question.results is not None and mode != "required"):
        return []
    words = set(_WORD.findall(question.text.lower()))
    meant = [tool for tool in tools if words & _words(tool.name)] or tools[:1]
    return meant if question.parallel else meant[:1]


def _named(entry: object) -> str | None:
    held = as_object(entry)
    name = held.get("name", as_object(held.get(str(held.get("type", "function")))).get("name"))
    return name if isinstance(name, str) else None


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name) if len(word) >= _SHORTEST_WORD}


def _call(call: Call, tool: Tool, number: int) -> ToolCall:
    argument = "mock input"
    if tool.kind == "function":
        parameters: JSON = {"type": "object", **as_object(tool.parameters)}
        argument = json.dumps(sample_of(parameters, f"{call.seed} {number}"), ensure_ascii=False)
    return ToolCall(tool.kind, identity("call_", call, number), tool.name, argument)
