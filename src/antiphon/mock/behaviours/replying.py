"""What the model answers: a text, JSON in the form that was asked for, or calls of the tools it was given.

Tools whose names the question has a word of are called, else the first one; once their results are there, the model
says what they were. Without parallel calls there is a round for each. What a test has it say comes before all that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.alone import sample_of
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Call
from ..answer.turns import Turn
from .arguments import arguments_for
from .parts import THOUGHT, THOUGHTS, count_tokens, identity, said

__all__ = ["Question", "Said", "Tool", "ToolCall", "reply", "tools_of"]

Kind = Literal["function", "custom"]

_SHORTEST_WORD: Final = 4
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LONGEST_SCHEMA: Final = 100_000


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
    tools: Sequence[Tool] = ()
    choice: object = None
    """`tool_choice` as it was sent."""
    parallel: bool = True
    results: Sequence[str] | None = None
    """What the tools came back with since the question, if they were called."""
    called: AbstractSet[str] = frozenset()
    """The names of those tools."""
    form: Mapping[str, Any] | None = None
    """The form the answer has to have: `type`, and the `schema` of `json_schema`."""
    told: str = ""
    """Everything the model was told, where a form may be described in words."""
    thinks: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    calls: tuple[ToolCall, ...] = ()
    thought: str = ""
    refusal: str | None = None
    reason: str | None = None
    """Why it stopped, where a test says so."""
    usage: Mapping[str, Any] | None = None

    @property
    def tokens(self) -> int:
        """How many tokens this is, without the thoughts."""
        arguments = sum(1 + count_tokens(each.argument) for each in self.calls)
        return count_tokens(self.text) + arguments + count_tokens(self.refusal or "")

    @property
    def thoughts(self) -> int:
        """How many tokens were thought."""
        return 0 if not self.thought else THOUGHTS if self.thought == THOUGHT else count_tokens(self.thought)


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
    turn = call.turn or Turn()
    thought = turn.reasoning if turn.reasoning is not None else THOUGHT if question.thinks else ""
    if turn.says_something:
        text = "" if turn.text is None else turn.said
        calls = tuple(_told_calls(call, question, turn))
        return Said(text, calls, thought, turn.refusal, turn.finish_reason, turn.usage)
    chosen = _chosen(question)
    calls = tuple(_call(call, tool, number, question) for number, tool in enumerate(chosen))
    text = "" if calls else _text(call, question)
    return Said(text, calls, thought, None, turn.finish_reason, turn.usage)


def _text(call: Call, question: Question) -> str:
    form = question.form or {}
    if form.get("type") == "json_schema":
        schema = form.get("schema")
        return json.dumps(sample_of({} if schema is None else schema, call.seed), ensure_ascii=False)
    text = said(question.text) if question.results is None else f"The tools said: {'; '.join(question.results)}"
    if form.get("type") != "json_object":
        return text
    described = _described_schema(question.told)
    value = {"said": text} if described is None else sample_of(cast(JSON, described), call.seed)
    return json.dumps(value, ensure_ascii=False)


def _described_schema(text: str) -> dict[str, Any] | None:
    """The last JSON Schema of an object that stands in a text: who cannot send a schema describes it in the prompt."""
    decoder = json.JSONDecoder()
    found: dict[str, Any] | None = None
    at = text.find("{", 0, _LONGEST_SCHEMA)
    while at >= 0:
        end = at + 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and isinstance(cast("dict[str, Any]", value).get("properties"), dict):
            found = cast("dict[str, Any]", value)
        at = text.find("{", end, _LONGEST_SCHEMA)
    return found


def _told_calls(call: Call, question: Question, turn: Turn) -> Iterator[ToolCall]:
    given = {tool.name: tool for tool in question.tools}
    for number, (name, argument) in enumerate(turn.named_calls()):
        tool = given.get(name) or Tool("function", name, None)
        if argument is None:
            yield _call(call, tool, number, question)
        else:
            yield ToolCall(tool.kind, identity("call_", call, number), name, argument)


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
    is_answered = question.results is not None and mode != "required"
    if not tools or mode == "none" or (is_answered and question.parallel):
        return []
    words = set(_WORD.findall(question.text.lower()))
    meant = [tool for tool in tools if words & _words(tool.name)] or tools[:1]
    if is_answered:
        meant = [tool for tool in meant if tool.name not in question.called]
    return meant if question.parallel else meant[:1]


def _named(entry: object) -> str | None:
    held = as_object(entry)
    name = held.get("name", as_object(held.get(str(held.get("type", "function")))).get("name"))
    return name if isinstance(name, str) else None


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name) if len(word) >= _SHORTEST_WORD}


def _call(call: Call, tool: Tool, number: int, question: Question) -> ToolCall:
    argument = "mock input"
    if tool.kind == "function":
        made = arguments_for(tool.parameters, question.text, f"{call.seed} {number}")
        argument = json.dumps(made, ensure_ascii=False)
    return ToolCall(tool.kind, identity("call_", call, number), tool.name, argument)
