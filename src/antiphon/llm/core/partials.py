"""Values of a type of which only a part is there: what is missing is None, or not in the list yet.

A partial object is of a subclass of its class, so that methods and `isinstance` work; nothing of it is validated. A
text grows; every other value appears when it has ended, if it fits.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Collection, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any, Final, Literal, Union, cast

import pydantic
from pydantic_core import PydanticUndefined, to_json
from typing_extensions import TypeAliasType, is_typeddict

from ...lib.core.growing_json import NOTHING, PLAIN, Plain, Shape
from ...runtime.core.kinds import is_list, is_mapping

__all__ = ["PARTIAL", "ObjectShape", "Within", "shape_of"]

PARTIAL: Final = "__antiphon_partial__"
"""An attribute of classes of partial objects."""

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
    if _has_fields(of):
        made = known[of] = ObjectShape(of, known)
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


def _has_fields(of: Any) -> bool:
    if not isinstance(of, type):
        return False
    kind: Any = cast("Any", of)
    if issubclass(kind, pydantic.RootModel):
        return False
    return issubclass(kind, pydantic.BaseModel) or dataclasses.is_dataclass(kind) or is_typeddict(kind)


def _union(of: Any, arguments: Sequence[Any], known: dict[object, Shape]) -> Shape:
    members = [each for each in arguments if each is not type(None)]
    if len(members) == 1:
        return _Optional(shape_of(members[0], known))
    return _OneOf(of, [shape_of(each, known) for each in members])


class _Text(Plain):
    """A text; nothing else may be in its place."""

    def scalar(self, value: Any) -> Any:
        return value if isinstance(value, str) else NOTHING

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        return NOTHING

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        return NOTHING


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


class _Items(Plain):
    """A list, a set or a tuple."""

    def __init__(self, kind: type[Any], inner: list[Shape]) -> None:
        self._kind = kind
        self._inner = inner

    def item(self, position: int) -> Shape:
        return self._inner[min(position, len(self._inner) - 1)]

    def scalar(self, value: Any) -> Any:
        return NOTHING

    def growing(self, text: str) -> Any:
        return NOTHING

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        return NOTHING

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        if self._kind is list:
            return items
        try:
            return self._kind(items)
        except TypeError:  # models cannot be in sets, unless they are frozen
            return NOTHING


class _Entries(Plain):
    """An object with any keys."""

    def __init__(self, inner: Shape) -> None:
        self._inner = inner

    def entry(self, key: str) -> Shape:
        return self._inner

    def scalar(self, value: Any) -> Any:
        return NOTHING

    def growing(self, text: str) -> Any:
        return NOTHING

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        return NOTHING


class ObjectShape(Plain):
    """An object of a class with fields."""

    def __init__(self, of: Any, known: dict[object, Shape]) -> None:
        self._type = of
        self._known = known

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The types of the fields, by their names."""
        if issubclass(self._type, pydantic.BaseModel):
            if not self._type.__pydantic_complete__:  # some of its types were defined after it
                self._type.model_rebuild(raise_errors=False)
            return {name: field.annotation for name, field in self._type.model_fields.items()}
        try:
            hints = typing.get_type_hints(self._type, include_extras=True)
        except NameError:  # of a class in a function
            hints: dict[str, Any] = {}
        names = (
            [field.name for field in dataclasses.fields(self._type)]
            if dataclasses.is_dataclass(self._type)
            else list(hints or self._type.__annotations__)
        )
        return {name: hints.get(name, Any) for name in names}

    @cached_property
    def names(self) -> dict[str, str]:
        """What the fields are called in JSON, and what in Python."""
        made = {name: name for name in self.fields}
        if issubclass(self._type, pydantic.BaseModel):
            for name, field in self._type.model_fields.items():
                said = field.validation_alias if field.validation_alias is not None else field.alias
                choices = said.choices if isinstance(said, pydantic.AliasChoices) else [said]
                made.update({each: name for each in choices if isinstance(each, str)})
        return made

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        return {key: shape_of(self.fields[name], self._known) for key, name in self.names.items()}

    @cached_property
    def _maker(self) -> Any:
        return _maker(self._type, self.names)

    @cached_property
    def _missing(self) -> dict[str, Any]:
        return dict.fromkeys(self.fields)

    def entry(self, key: str) -> Shape:
        return self._shapes.get(key, PLAIN)

    def scalar(self, value: Any) -> Any:
        return NOTHING

    def growing(self, text: str) -> Any:
        return NOTHING

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        return NOTHING

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        names = self.names
        given = {names[key]: value for key, value in entries.items() if key in names}
        values = self._missing | given
        if is_whole and len(given) < len(values):
            values |= {name: default for name, default in _defaults(self._type) if name not in given}
        return self._maker(values, given, entries)


def _defaults(of: Any) -> list[tuple[str, Any]]:
    if issubclass(of, pydantic.BaseModel):
        fields = of.model_fields.items()
        found = [(name, field.get_default()) for name, field in fields if field.default_factory is None]
        found += [(name, cast("Any", field.default_factory)()) for name, field in fields if _is_made(field)]
        return [(name, value) for name, value in found if value is not PydanticUndefined]
    if not dataclasses.is_dataclass(of):
        return []
    made: list[tuple[str, Any]] = []
    for field in dataclasses.fields(of):
        if field.default is not dataclasses.MISSING:
            made.append((field.name, field.default))
        elif field.default_factory is not dataclasses.MISSING:
            made.append((field.name, field.default_factory()))
    return made


def _is_made(field: Any) -> bool:
    return field.default_factory is not None and not field.default_factory_takes_validated_data


def _maker(of: Any, names: Mapping[str, str]) -> Any:
    """A function that makes the partial object of the fields, of those that were given, and of all that came."""
    if is_typeddict(of):
        return _values
    if not issubclass(of, pydantic.BaseModel):

        def instance(values: Mapping[str, Any], given: Mapping[str, Any], entries: Mapping[str, Any]) -> Any:
            made = object.__new__(of)
            for name, value in values.items():
                object.__setattr__(made, name, value)
            return made

        return instance
    partial = _partial_class(of)
    private, is_open = partial.__private_attributes__, of.model_config.get("extra") == "allow"

    def model(values: dict[str, Any], given: Mapping[str, Any], entries: Mapping[str, Any]) -> Any:
        more = {key: value for key, value in entries.items() if key not in names} if is_open else None
        made = partial.__new__(partial)
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "__pydantic_fields_set__", set(given))
        object.__setattr__(made, "__pydantic_extra__", more)
        held = {name: each.get_default() for name, each in private.items()}
        kept = {name: value for name, value in held.items() if value is not PydanticUndefined}
        object.__setattr__(made, "__pydantic_private__", kept or None)
        return made

    return model


def _values(values: Mapping[str, Any], given: Mapping[str, Any], entries: Mapping[str, Any]) -> Any:
    return values


def _partial_class(of: Any) -> type[pydantic.BaseModel]:
    """A subclass whose fields may be anything: nothing complains when partial objects are written as JSON."""
    fields: dict[str, Any] = {
        name: (Any, pydantic.Field(default=None, alias=field.alias, serialization_alias=field.serialization_alias))
        for name, field in of.model_fields.items()
    }
    try:
        made = pydantic.create_model(f"Partial{of.__name__}", __base__=of, __module__=of.__module__, **fields)
    except (TypeError, pydantic.errors.PydanticUserError):  # whatever the class wants of its subclasses
        return of
    made.__doc__ = of.__doc__
    type.__setattr__(made, PARTIAL, True)
    return made


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
