"""Values of a type of which only a part is there: what is missing is None, or not in the list yet.

A text grows; every other value appears when it has ended, if it fits. Nothing else is validated.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Collection, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any, Final, Literal, Union

import pydantic
from pydantic_core import to_json
from typing_extensions import TypeAliasType

from ...lib.core.growing_json import NOTHING, PLAIN, Plain, Shape
from ...runtime.core.kinds import is_list, is_mapping
from .partial_objects import ObjectShape, Refusing, has_fields

__all__ = ["Within", "shape_of"]

_LISTS: Final = (list, Sequence, Iterable, Collection, MutableSequence)
_SETS: Final = (set, frozenset, AbstractSet)
_MAPPINGS: Final = (dict, Mapping, MutableMapping)
_SIMPLE: Final = frozenset({int, float, bool, type(None)})


def shape_of(of: Any, known: dict[object, Shape] | None = None) -> Shape:
    """How partial values of a type are built. It never raises: what it does not know appears when it is whole."""
    known = {} if known is None else known
    of = _bare(of)
    if of is str:
        return _Text()
    if of is Any or of is object:
        return PLAIN
    if isinstance(of, type) and (found := known.get(of)) is not None:
        return found
    origin: Any = typing.get_origin(of) or of
    arguments: Sequence[Any] = typing.get_args(of)
    if origin is Union or origin is types.UnionType:
        return _union(of, arguments, known)
    if origin is tuple:
        return _Items(tuple, [shape_of(each, known) for each in arguments if each is not ...] or [PLAIN])
    if origin in _LISTS or origin in _SETS:
        kind = list if origin in _LISTS else frozenset if origin is frozenset else set
        return _Items(kind, [shape_of(each, known) for each in arguments[:1]] or [PLAIN])
    if origin in _MAPPINGS:
        return _Entries(shape_of(arguments[1], known) if len(arguments) == 2 else PLAIN)
    if has_fields(of):
        made = known[of] = ObjectShape(of, lambda inner: shape_of(inner, known))
        return made
    return _Whole(of)


def _bare(of: Any) -> Any:
    """The type without what is said about it."""
    while True:
        if typing.get_origin(of) in (typing.Annotated, typing.Required, typing.NotRequired, typing.Final):
            of = typing.get_args(of)[0]
        elif isinstance(of, TypeAliasType) or type(of).__name__ == "TypeAliasType":
            of = of.__value__
        else:
            return of


def _union(of: Any, arguments: Sequence[Any], known: dict[object, Shape]) -> Shape:
    members = [each for each in arguments if each is not type(None)]
    if len(members) == 1:
        return _Optional(shape_of(members[0], known))
    return _OneOf(of, [shape_of(each, known) for each in members])


class _Text(Refusing):
    """A text; nothing else may be in its place."""

    def growing(self, text: str) -> Any:
        return text

    def scalar(self, value: Any) -> Any:
        return value if isinstance(value, str) else NOTHING


class _Whole(Plain):
    """Values that appear when they have ended: numbers, enums, literals, dates."""

    def __init__(self, of: Any) -> None:
        self._type = of
        self._is_simple = of in _SIMPLE

    @cached_property
    def _adapter(self) -> pydantic.TypeAdapter[Any]:
        return pydantic.TypeAdapter(self._type)

    def _fitting(self, value: Any) -> Any:
        if self._is_simple and type(value) is self._type:
            return value
        try:
            return self._adapter.validate_json(to_json(value))
        except (ValueError, pydantic.errors.PydanticUserError):
            return NOTHING

    def entry(self, key: str) -> Shape:
        return PLAIN

    def item(self, position: int) -> Shape:
        return PLAIN

    def scalar(self, value: Any) -> Any:
        return self._fitting(value)

    def growing(self, text: str) -> Any:
        return NOTHING

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        return self._fitting(entries) if is_whole else NOTHING

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        return self._fitting(items) if is_whole else NOTHING


class _Optional:
    """A value, or null."""

    def __init__(self, inner: Shape) -> None:
        self.inner = inner
        self.entry = inner.entry
        self.item = inner.item
        self.growing = inner.growing
        self.bare = inner.bare
        self.object = inner.object
        self.array = inner.array

    def scalar(self, value: Any) -> Any:
        return None if value is None else self.inner.scalar(value)


class _Items(Refusing):
    """A list, a set or a tuple."""

    def __init__(self, kind: type[Any], inner: list[Shape]) -> None:
        self._kind = kind
        self._inner = inner

    def item(self, position: int) -> Shape:
        return self._inner[min(position, len(self._inner) - 1)]

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        if self._kind is list:
            return items
        try:
            return self._kind(items)
        except TypeError:  # models cannot be in sets, unless they are frozen
            return NOTHING


class _Entries(Refusing):
    """An object with any keys."""

    def __init__(self, inner: Shape) -> None:
        self._inner = inner

    def entry(self, key: str) -> Shape:
        return self._inner

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        return entries


class _OneOf(Plain):
    """One of several types. Objects are of the first that has all the fields there are so far."""

    def __init__(self, of: Any, members: list[Shape]) -> None:
        self._whole = _Whole(of)
        self._members = members

    def entry(self, key: str) -> Shape:
        return PLAIN  # which of them it is shows later

    def item(self, position: int) -> Shape:
        return PLAIN

    def scalar(self, value: Any) -> Any:
        return self._whole.scalar(value)

    def growing(self, text: str) -> Any:
        return text if any(isinstance(each, _Text) for each in self._members) else NOTHING

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        if is_whole and (found := self._whole.object(entries, is_whole=True)) is not NOTHING:
            return found
        shapes = [each for each in self._members if isinstance(each, ObjectShape)]
        fitting = [each for each in shapes if _may_be(each, entries, is_whole=is_whole)]
        if fitting and (is_whole or len(fitting) == 1 or (entries and not any(map(_is_marked, fitting)))):
            return rebuilt(fitting[0], entries, is_whole=is_whole)
        return entries if any(isinstance(each, _Entries) for each in self._members) else NOTHING

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        if is_whole and (found := self._whole.array(items, is_whole=True)) is not NOTHING:
            return found
        for each in self._members:
            if isinstance(each, _Items):
                return rebuilt(each, items, is_whole=is_whole)
        return NOTHING


def _may_be(shape: ObjectShape, entries: Mapping[str, Any], *, is_whole: bool) -> bool:
    if not entries.keys() <= shape.names.keys():
        return False
    for position, (key, value) in enumerate(entries.items()):
        choices = _literals(shape.fields[shape.names[key]])
        if choices is None or value in choices:
            continue
        is_open = isinstance(value, str) and not is_whole and position == len(entries) - 1
        if not is_open or not any(isinstance(each, str) and each.startswith(value) for each in choices):
            return False
    return True


def _is_marked(shape: ObjectShape) -> bool:
    """Whether one of its fields says which of several types it is."""
    return any(_literals(each) for each in shape.fields.values())


def _literals(of: Any) -> Sequence[Any] | None:
    of = _bare(of)
    return typing.get_args(of) if typing.get_origin(of) is Literal else None


def rebuilt(shape: Shape, value: Any, *, is_whole: bool) -> Any:
    """What a shape makes of plain data. What came last is as open as the whole is."""
    if is_mapping(value):
        last = len(value) - 1
        made = {
            key: rebuilt(shape.entry(key), each, is_whole=is_whole or number < last)
            for number, (key, each) in enumerate(value.items())
        }
        return shape.object({key: each for key, each in made.items() if each is not NOTHING}, is_whole=is_whole)
    if is_list(value):
        last = len(value) - 1
        items = [
            rebuilt(shape.item(number), each, is_whole=is_whole or number < last) for number, each in enumerate(value)
        ]
        return shape.array([each for each in items if each is not NOTHING], is_whole=is_whole)
    if isinstance(value, str) and not is_whole:
        return shape.growing(value)
    return shape.scalar(value)


class Within(Plain):
    """A value that stands in an object, under a key; it may stand alone as well."""

    def __init__(self, key: str, inner: Shape) -> None:
        self._key = key
        self._inner = inner
        self.item = inner.item
        self.array = inner.array
        self.scalar = inner.scalar
        self.growing = inner.growing

    def entry(self, key: str) -> Shape:
        return self._inner if key == self._key else PLAIN

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        return entries.get(self._key, NOTHING)
