"""What a docstring says of the function and of each parameter, in the styles of Google, numpy and reStructuredText."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = ["Described", "described"]

_OF_PARAMETERS: Final = frozenset(
    {"args", "arguments", "keyword args", "keyword arguments", "other parameters", "parameters"}
)
_HEADINGS: Final = (
    _OF_PARAMETERS
    | {"see also"}
    | frozenset(
        "attributes example examples note notes raises references return returns todo warning warnings warns yield "
        "yields".split()
    )
)
_GOOGLE_HEADING: Final = re.compile(r"([A-Z][A-Za-z ]*):[ ]*")
_GOOGLE_ENTRY: Final = re.compile(r"\*{0,2}(\w+)[ ]*(?:\([^\n]*?\))?[ ]*:(?:[ ]+(.*)|)$")
_NUMPY_ENTRY: Final = re.compile(r"(\*{0,2}\w+(?:[ ]*,[ ]*\*{0,2}\w+)*)[ ]*(?::.*)?$")
_REST_FIELD: Final = re.compile(r":(\w+)(?:[ ]+([^:]*))?:[ ]*(.*)$")
_REST_PARAMETERS: Final = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})


@dataclass(frozen=True, slots=True)
class Described:
    """A docstring taken apart."""

    text: str
    """What it says besides the parameters: the part before the first section."""
    parameters: dict[str, str]


def described(docstring: str | None) -> Described:
    """The parts of a docstring. Never raises: what has no known form belongs to the text."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    text: list[str] = []
    parameters: dict[str, str] = {}
    at = 0
    in_sections = False
    while at < len(lines):
        heading, length = _heading(lines, at)
        if heading:
            end = _end_of_section(lines, at + length)
            if heading in _OF_PARAMETERS:
                read = _numpy if length > 1 else _google
                parameters.update(read(lines[at + length : end]))
            in_sections, at = True, end
        elif field := _REST_FIELD.match(lines[at]):
            end = _end_of_field(lines, at + 1)
            named = (field[2] or "").split()
            if field[1] in _REST_PARAMETERS and named:
                parameters[named[-1].lstrip("*")] = _joined([field[3], *lines[at + 1 : end]])
            in_sections, at = True, end
        else:
            if not in_sections:
                text.append(lines[at])
            at += 1
    return Described("\n".join(text).strip(), parameters)


def _heading(lines: list[str], at: int) -> tuple[str, int]:
    """The heading that begins here, in lower case, and how many lines it takes; none is ''."""
    line = lines[at]
    if at + 1 < len(lines) and line.strip() and re.fullmatch(r"-{3,}|={3,}", lines[at + 1].strip()):
        return (line.strip().lower(), 2) if line.strip().lower() in _HEADINGS else ("", 0)
    match = _GOOGLE_HEADING.fullmatch(line)
    if match and match[1].lower() in _HEADINGS and at + 1 < len(lines) and lines[at + 1].startswith(" "):
        return match[1].lower(), 1
    return "", 0


def _end_of_section(lines: list[str], at: int) -> int:
    numpy = at >= 2 and re.fullmatch(r"-{3,}|={3,}", lines[at - 1].strip()) is not None
    while at < len(lines):
        if _heading(lines, at)[0] or _REST_FIELD.match(lines[at]):
            return at
        if not numpy and lines[at] and not lines[at].startswith(" "):
            return at
        at += 1
    return at


def _end_of_field(lines: list[str], at: int) -> int:
    while at < len(lines) and lines[at].startswith(" "):
        at += 1
    return at


def _google(lines: list[str]) -> dict[str, str]:
    return _entries(lines, lambda line: [match[1]] if (match := _GOOGLE_ENTRY.match(line)) else [], _after_colon)


def _numpy(lines: list[str]) -> dict[str, str]:
    def names(line: str) -> list[str]:
        match = _NUMPY_ENTRY.match(line)
        return [name.strip().lstrip("*") for name in match[1].split(",")] if match else []

    return _entries(lines, names, lambda line: "")


def _after_colon(line: str) -> str:
    match = _GOOGLE_ENTRY.match(line)
    return (match[2] or "") if match else ""


def _entries(lines: list[str], names: Callable[[str], list[str]], rest: Callable[[str], str]) -> dict[str, str]:
    """Entries begin at the indentation of the first line; what is further in continues them."""
    base = next((len(line) - len(line.lstrip()) for line in lines if line.strip()), 0)
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= base:
            current = []
            entry = [rest(line.strip())]
            for name in names(line.strip()):
                found[name] = current = entry
        else:
            current.append(line)
    return {name: _joined(said) for name, said in found.items()}


def _joined(lines: list[str]) -> str:
    return " ".join(filter(None, (line.strip() for line in lines)))
