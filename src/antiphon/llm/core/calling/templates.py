"""Prompts as templates: sections that say who speaks, and places for values.

A template is read once, before there are any values. What a value holds is never looked at: text in it that reads like
a section or like a place for a value stays the text it is.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Any, Final, TypeAlias

from ..parts import TextPart
from .messages import BaseMessageParam, history_of
from .parts import CacheControlPart, PromptError, items_of, media_of, sent_parts

__all__ = ["Template", "template_of"]

_MARK: Final = re.compile(r"^[ \t]*(SYSTEM|USER|ASSISTANT|MESSAGES):", re.MULTILINE)
_SPEC: Final = re.compile(
    r"(lists?|texts?|images?|audios?|documents?|parts?|cache_control)(?:\((.*)\))?", re.DOTALL | re.ASCII
)
_OPTIONS: Final = {"image": ("detail",), "images": ("detail",), "cache_control": ("type", "ttl")}
_MEDIA: Final = {"image": "image", "audio": "audio", "document": "document"}
_CONVERSIONS: Final = ("r", "s", "a")
_formatter: Final = Formatter()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes, and as what."""

    name: str
    conversion: str | None
    spec: str
    """As Python's own `format` takes it; empty for those that are ours."""
    kind: str
    """One of ours, or nothing."""
    options: Mapping[str, str]

    @property
    def is_text(self) -> bool:
        """Whether the value becomes a piece of the text around it."""
        return self.kind in ("", "list", "lists")


Piece: TypeAlias = str | Place


@dataclass(frozen=True, slots=True)
class Section:
    """What one of the speakers says; or, for MESSAGES, where messages go."""

    role: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read."""

    text: str
    sections: tuple[Section, ...]

    def messages(self, values: Mapping[str, Any]) -> list[Any]:
        """The messages with these values. A section that comes out empty is left out.

        Raises `PromptError` for a value that is missing or does not fit.
        """
        made: list[Any] = []
        for section in self.sections:
            if section.role == "messages":
                place = section.pieces[0]
                if isinstance(place, Place):
                    made += history_of(_value(place, values), place.name)
                continue
            content = _content(section.pieces, values)
            if content:
                made.append(BaseMessageParam(role=section.role, content=content))
        return made


@lru_cache(maxsize=512)
def template_of(text: str) -> Template:
    """The template in a text, whose indentation does not count. Raises `PromptError`, saying where it is wrong."""
    plain = inspect.cleandoc(text)
    marks = list(_MARK.finditer(plain))
    if not marks:
        return Template(text, (Section("user", _trimmed(_pieces(plain))),))
    if plain[: marks[0].start()].strip():
        raise PromptError(f"text stands before the first section of the template, {marks[0][1]}: put it into one")
    ends = [*(mark.start() for mark in marks[1:]), len(plain)]
    sections: list[Section] = []
    for mark, end in zip(marks, ends, strict=True):
        pieces = _trimmed(_pieces(_dedented(plain[mark.end() : end])))
        role = mark[1].lower()
        if role == "messages" and (len(pieces) != 1 or not isinstance(pieces[0], Place) or pieces[0].kind):
            raise PromptError("MESSAGES: is followed by one value and nothing else, as in `MESSAGES: {history}`")
        sections.append(Section(role, pieces))
    return Template(text, tuple(sections))


def _dedented(body: str) -> str:
    """What follows a mark: the rest of its line, and lines whose common indentation goes."""
    first, _, rest = body.partition("\n")
    return "\n".join(filter(None, (first.strip(), textwrap.dedent(rest).strip("\n"))))


def _pieces(text: str) -> list[Piece]:
    try:
        parsed = list(_formatter.parse(text))
    except ValueError as error:
        raise PromptError(f"the template cannot be read: {error}; a brace of the text is written twice") from None
    made: list[Piece] = []
    for literal, name, spec, conversion in parsed:
        if literal:
            if made and isinstance(made[-1], str):
                made[-1] += literal  # `{{` ends a literal
            else:
                made.append(literal)
        if name is not None:
            made.append(_place(name, spec or "", conversion))
    return made


def _place(name: str, spec: str, conversion: str | None) -> Place:
    match = _SPEC.fullmatch(spec)
    if not name and (match is None or match[1] != "cache_control"):
        raise PromptError(f"a place for a value has no name: {{{':' * bool(spec)}{spec}}}; a brace is written twice")
    if conversion is not None and conversion not in _CONVERSIONS:
        raise PromptError(f"{{{name}!{conversion}}}: '!{conversion}' is no conversion; there are: !r, !s, !a")
    if match is None:
        return Place(name, conversion, spec, "", {})
    kind = match[1]
    options: dict[str, str] = {}
    for option in filter(None, (each.strip() for each in (match[2] or "").split(","))):
        key, is_set, value = (each.strip() for each in option.partition("="))
        if not is_set or key not in _OPTIONS.get(kind, ()):
            known = ", ".join(_OPTIONS.get(kind, ())) or "none"
            raise PromptError(f"{{{name}:{spec}}}: {option!r} is no option of {kind}; there are: {known}")
        options[key] = value
    return Place(name, conversion, "", kind, options)


def _trimmed(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Without the blanks at both ends and around what is no text. Those of values stay."""
    for number, piece in enumerate(pieces):
        if not isinstance(piece, str):
            continue
        before, after = pieces[number - 1 : number] if number else [], pieces[number + 1 : number + 2]
        if not before or _is_apart(before[0]):
            piece = piece.lstrip()
        if not after or _is_apart(after[0]):
            piece = piece.rstrip()
        pieces[number] = piece
    return tuple(piece for piece in pieces if piece != "")


def _is_apart(piece: Piece) -> bool:
    return isinstance(piece, Place) and not piece.is_text


def _content(pieces: Sequence[Piece], values: Mapping[str, Any]) -> Any:
    if not any(_is_apart(piece) for piece in pieces):
        return "".join(_texts(pieces, values))
    made: list[Any] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, Place) and not piece.is_text:
            made += sent_parts(text) if text else []
            text = ""
            made += _parts(piece, values)
        else:
            text += "".join(_texts((piece,), values))
    return [*made, *(sent_parts(text) if text else [])]


def _texts(pieces: Sequence[Piece], values: Mapping[str, Any]) -> Iterator[str]:
    for piece in pieces:
        yield piece if isinstance(piece, str) else _text(piece, values)


def _text(place: Place, values: Mapping[str, Any]) -> str:
    value = _value(place, values)
    if place.kind == "list":
        return "\n".join(_shown(item) for item in _listed(place, value))
    if place.kind == "lists":
        groups = [_listed(place, group) for group in _listed(place, value)]
        return "\n\n".join("\n".join(_shown(item) for item in group) for group in groups)
    if place.conversion:
        value = _formatter.convert_field(value, place.conversion)
    if value is None or not place.spec:
        value = _shown(value)
    if not place.spec:
        return value
    spec = place.spec
    if "{" in spec:
        spec = "".join(_texts(_pieces(spec), values))
    try:
        return format(value, spec)
    except (TypeError, ValueError) as error:
        raise PromptError(f"{{{place.name}:{place.spec}}} does not fit: {error}") from error


def _parts(place: Place, values: Mapping[str, Any]) -> list[Any]:
    if place.kind == "cache_control":
        mark = CacheControlPart(cache_type=place.options.get("type", "ephemeral"), ttl=place.options.get("ttl"))
        return [mark] if not place.name else [*_of_kind(place, "text", _value(place, values)), mark]
    value = _value(place, values)
    kind = place.kind.removesuffix("s")
    items = _listed(place, value) if kind != place.kind else [value]
    return [part for item in items if item is not None for part in _of_kind(place, kind, item)]


def _of_kind(place: Place, kind: str, item: object) -> list[Any]:
    if kind == "text" and not isinstance(item, (str, int, float, TextPart)):
        raise PromptError(f"{{{place.name}:{place.kind}}} takes text, not {type(item).__name__}")
    if kind == "text":
        return sent_parts(item if not isinstance(item, (int, float)) else str(item))
    try:
        if kind in _MEDIA:
            return [media_of(item, _MEDIA[kind], place.options.get("detail"))]
        return sent_parts(item)
    except (TypeError, ValueError) as error:
        raise PromptError(f"{{{place.name}:{place.kind}}}: {error}") from error


def _listed(place: Place, value: object) -> Sequence[object]:
    items = items_of(value)
    if items is not None:
        return items
    raise PromptError(f"{{{place.name}:{place.kind}}} takes a list, not {type(value).__name__}")


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _value(place: Place, values: Mapping[str, Any]) -> Any:
    find: Callable[..., Any] = _formatter.get_field
    try:
        return find(place.name, (), values)[0]
    except (KeyError, IndexError, AttributeError, TypeError) as error:
        names = ", ".join(map(str, values)) or "none"
        raise PromptError(f"there is no value for {{{place.name}}} of the prompt; there are: {names}") from error
