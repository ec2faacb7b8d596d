"""The arguments of a tool call: a sample that fits, with the numbers and names of the question where they fit too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.alone import sample_of
from antiphon_codegen.samples.values import as_object

__all__ = ["arguments_for"]

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,9})?(?![\w.]*\w)")
_QUOTED: Final = re.compile(r'"([^"\n]{1,200})"|“([^”\n]{1,200})”|(?<!\w)\'([^\'\n]{1,200})\'(?!\w)')
_NAME: Final = re.compile(r"(?<![.!?:\s] )(?<=\s)[A-Z][\w-]+(?: [A-Z][\w-]+)*")
_LONGEST: Final = 10_000
_PLAIN: Final = frozenset({"type", "title", "description", "default", "examples"})
"""Keywords that do not say which numbers and texts are meant."""


def arguments_for(parameters: JSON, question: str, seed: str) -> JSON:
    """Arguments that fit a tool's parameters, the same for the same question and seed."""
    schema: dict[str, Any] = {"type": "object", **as_object(parameters)}
    made = sample_of(schema, seed)
    if not isinstance(made, dict):
        return made
    question = question[:_LONGEST]
    numbers = [match.group() for match in _NUMBER.finditer(question)]
    quoted = [next(filter(None, match.groups())) for match in _QUOTED.finditer(question)]
    names = quoted or [match.group() for match in _NAME.finditer(question)]
    for name, part in as_object(schema.get("properties")).items():
        if name in made:
            made[name] = _from_question(as_object(part), made[name], numbers, names)
    return made


def _from_question(schema: Mapping[str, Any], sample: JSON, numbers: list[str], names: list[str]) -> JSON:
    kind = schema.get("type")
    if not _PLAIN.issuperset(schema):
        return sample
    if kind == "string" and names:
        return names.pop(0)
    if kind == "number" and numbers:
        number = float(numbers.pop(0))
        return int(number) if number.is_integer() else number
    if kind == "integer":
        whole = next((each for each in numbers if "." not in each), None)
        if whole is not None:
            numbers.remove(whole)
            return int(whole)
    return sample
