"""The JSON in what a model wrote: bare, in a fence, after its thoughts, between other text, or written as a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import pydantic
from pydantic_core import to_json

from ...runtime.core.kinds import is_list, is_mapping

__all__ = [
    "AfterThoughts",
    "better",
    "is_json",
    "is_no_json",
    "json_readings",
    "json_text",
    "unwrapped",
    "without_thoughts",
]

_FENCE: Final = re.compile(r"```[ \t]*[\w+-]*[ \t]*\r?\n?(.*?)(?:```|\Z)", re.DOTALL)
_THOUGHTS: Final = ("<think>", "<thinking>", "<thought>")
_BEGIN: Final = re.compile(r"[{\[]")
_TRIED: Final = 20
"""Places at which an object may begin in a text; a number, so that a long text of braces costs little."""
_WRAPPED: Final = 3
"""How often JSON may be written as a text of JSON."""

_decoder: Final = json.JSONDecoder(strict=False)


def json_text(value: object) -> str:
    """A value as JSON text; a text stays as it is, and nothing at all is the empty object."""
    if value is None:
        return "{}"
    if isinstance(value, str):
        return value if value.strip() else "{}"
    return _written(value)


def json_readings(text: str, *, depth: int = _WRAPPED) -> Iterator[str]:
    """JSON texts that a text may stand for, the most likely one first. Whether they are JSON is not certain."""
    bare = text.strip().removeprefix("\ufeff")
    yield bare
    without = without_thoughts(bare)
    if without != bare:
        yield without
    inner = _value(without)
    if isinstance(inner, str):
        if depth and inner.strip() != without:
            yield from json_readings(inner, depth=depth - 1)
        return
    if inner is not None:
        yield _written(inner)  # control characters in texts, halves of pairs: what a strict reader refuses
        return
    for fence in _FENCE.finditer(without):
        if (found := _value(fence[1].strip())) is not None:
            yield _written(found)
    for begin, _ in zip(_BEGIN.finditer(without), range(_TRIED), strict=False):
        try:
            found, _ = _decoder.raw_decode(without, begin.start())
        except (ValueError, RecursionError):
            continue
        yield _written(found)


def without_thoughts(text: str) -> str:
    """The text without the thoughts that it may begin with, and without blanks around it."""
    bare = text.strip()
    return (AfterThoughts().feed(bare) or bare).strip()


class AfterThoughts:
    """Passes on a text that grows, without the thoughts that it may begin with."""

    def __init__(self) -> None:
        self._held = ""
        self._end = ""
        self._is_past = False

    def feed(self, piece: str) -> str:
        """What there is to pass on: nothing as long as these are thoughts, or may become some."""
        if self._is_past:
            return piece
        self._held += piece
        if not self._end:
            said = self._held.lstrip()
            begin = next((each for each in _THOUGHTS if said.startswith(each)), None)
            if begin is not None:
                self._end = f"</{begin[1:]}"
            elif any(each.startswith(said) for each in _THOUGHTS):
                return ""
            else:
                self._is_past = True
                return self._held
        _, end, rest = self._held.partition(self._end)
        self._is_past = bool(end)
        self._held = self._held[-len(self._end) :]  # which may come in pieces
        return rest


def unwrapped(value: object, name: str) -> Iterator[object]:
    """What may be meant by data that does not fit: what stands in it under a name that models make up."""
    if is_list(value) and len(value) == 1:
        yield value[0]
    if not is_mapping(value):
        return
    function: object = value.get("function")
    held = function if is_mapping(function) else value
    for key in ("arguments", "parameters", "input", name):
        if key in held:
            inner: object = held[key]
            yield _value(inner) if isinstance(inner, str) else inner


def better(best: pydantic.ValidationError | None, error: pydantic.ValidationError) -> pydantic.ValidationError:
    """The error that says more: of fields rather than of the whole, and of what is JSON at all; else the first."""
    return error if best is None or _telling(error) > _telling(best) else best


def is_json(text: str) -> bool:
    """Whether a text is JSON from its beginning to its end."""
    return _value(text) is not None or text.strip() == "null"


def is_no_json(error: pydantic.ValidationError) -> bool:
    return _telling(error) == 0


def _telling(error: pydantic.ValidationError) -> int:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if any(each["type"] == "json_invalid" for each in problems):
        return 0
    return 2 if all(each["loc"] for each in problems) else 1


def _value(text: str) -> object | None:
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError):
        return None


def _written(value: object) -> str:
    try:
        return to_json(value, inf_nan_mode="constants").decode()
    except ValueError:  # halves of surrogate pairs
        text = json.dumps(value, ensure_ascii=False)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
