"""What a test has the model say next, in whichever API it is asked: a text, calls of tools, thoughts, a refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeAlias, cast

from .faults import parse_fault

__all__ = ["BadTurn", "ToolUse", "Turn", "TurnLike", "check_headers", "turn_of"]

ToolUse: TypeAlias = "str | tuple[str, Mapping[str, Any] | str] | Mapping[str, Any]"
"""The name of a tool, whose arguments are made up to fit; or name and arguments; or both as a mapping."""


class BadTurn(ValueError):
    """What was given is nothing that a model could say."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the model says, once. Without anything it says what it would have said."""

    text: object = None
    """A text; what is none is sent as JSON."""
    calls: Sequence[ToolUse] = ()
    """The tools it calls, given or not; arguments that are text are sent as they are, fitting or not."""
    reasoning: str | None = None
    """What it thinks before."""
    refusal: str | None = None
    """Why it says nothing."""
    finish_reason: str | None = None
    """Why it stops (`length`, `content_filter`), as chat completions have it."""
    usage: Mapping[str, Any] | None = None
    """Counts that take the place of the usual ones."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers of the answer."""
    fault: str = ""
    """What goes wrong, as in the header `x-mock-fault`."""

    @property
    def says_something(self) -> bool:
        return self.text is not None or bool(self.calls) or self.refusal is not None

    @property
    def said(self) -> str:
        """The text that is sent."""
        return self.text if isinstance(self.text, str) else json.dumps(self.text, ensure_ascii=False)

    def named_calls(self) -> list[tuple[str, str | None]]:
        """Names and arguments; None where arguments are to be made up. Raises `BadTurn`."""
        return [_call(each) for each in self.calls]


TurnLike: TypeAlias = "Turn | str | Mapping[str, Any]"

_FIELDS: Final = tuple(each.name for each in fields(Turn))
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TEXTS: Final = ("reasoning", "refusal", "finish_reason", "fault")


def turn_of(entry: object) -> Turn:
    """The turn that a text, or a mapping with the fields of a `Turn`, stands for. Raises `BadTurn`."""
    if isinstance(entry, Turn):
        turn = entry
    elif isinstance(entry, str):
        turn = Turn(entry)
    elif isinstance(entry, Mapping):
        given = cast("Mapping[str, Any]", entry)
        unknown = sorted(str(name) for name in given if name not in _FIELDS)
        if unknown:
            raise BadTurn(f"a turn has no {unknown[0]!r}; it has {', '.join(_FIELDS)}")
        turn = Turn(**given)
    else:
        raise BadTurn(f"a turn is a text, a mapping or a Turn, not {type(entry).__name__}")
    for name in _TEXTS:
        value = getattr(turn, name)
        if value is not None and not isinstance(value, str):
            raise BadTurn(f"{name} of a turn is a text, not {type(value).__name__}")
    for name in ("usage", "headers"):
        value = getattr(turn, name)
        if value is not None and not isinstance(value, Mapping):
            raise BadTurn(f"{name} of a turn is a mapping, not {type(value).__name__}")
    for name, count in (turn.usage or {}).items():
        if count is not None and not isinstance(count, (int, Mapping)):
            raise BadTurn(f"{name} in the usage of a turn is a number, not {type(count).__name__}")
    try:
        check_headers(turn.headers)
        parse_fault(turn.fault)
    except ValueError as error:
        raise BadTurn(f"a turn cannot be sent: {error}") from None
    if isinstance(turn.calls, (str, bytes, Mapping)) or not isinstance(turn.calls, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise BadTurn("calls of a turn is a list")
    try:
        json.dumps(turn.text)
        turn.named_calls()
    except (TypeError, RecursionError) as error:
        raise BadTurn(f"JSON cannot hold the turn: {error}") from None
    return turn


def _call(entry: object) -> tuple[str, str | None]:
    name, arguments = entry, None
    if isinstance(entry, Mapping):
        held = cast("Mapping[str, Any]", entry)
        name, arguments = held.get("name"), held.get("arguments")
    elif isinstance(entry, (tuple, list)):
        parts = list(cast("Sequence[Any]", entry))
        if len(parts) != 2:
            raise BadTurn("a call of a turn is a name, or a name and its arguments")
        name, arguments = parts
    if not isinstance(name, str) or not name:
        raise BadTurn("a call of a turn has a name, which is a text")
    if arguments is None or isinstance(arguments, str):
        return name, arguments
    return name, json.dumps(arguments, ensure_ascii=False)


def check_headers(headers: Mapping[str, str]) -> None:
    """Raises ValueError for headers that no answer can have."""
    for name, value in headers.items():
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"{name!r} is no name of a header")
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"the header {name} is a text, not {type(value).__name__}")
        if name.lower() == "content-length":
            raise ValueError("the server says the content-length; the fault `truncate` sends less than it says")
