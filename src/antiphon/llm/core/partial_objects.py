"""Objects of which only some fields are there: of classes of pydantic, dataclasses and `TypedDict`.

A partial object is of a subclass of its class, so that methods and `isinstance` work; nothing of it is validated.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, cast

import pydantic
from pydantic_core import PydanticUndefined
from typing_extensions import is_typeddict

from ...lib.core.growing_json import NOTHING, PLAIN, Plain, Shape

__all__ = ["PARTIAL", "ObjectShape", "Refusing", "has_fields"]

PARTIAL: Final = "__antiphon_partial__"
"""An attribute of classes of partial objects."""


class Refusing(Plain):
    """Shows nothing, whatever comes, but for what a subclass takes."""

    def scalar(self, value: Any) -> Any:
        return NOTHING

    def growing(self, text: str) -> Any:
        return NOTHING

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        return NOTHING

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        return NOTHING


def has_fields(of: Any) -> bool:
    """Whether values of a type are objects of known fields."""
    if not isinstance(of, type):
        return False
    kind: Any = cast("Any", of)
    if issubclass(kind, pydantic.RootModel):
        return False
    return issubclass(kind, pydantic.BaseModel) or dataclasses.is_dataclass(kind) or is_typeddict(kind)


class ObjectShape(Refusing):
    """An object of a class with fields."""

    def __init__(self, of: Any, shape_of: Callable[[Any], Shape]) -> None:
        self._type = of
        self._shape_of = shape_of

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
        return {key: self._shape_of(self.fields[name]) for key, name in self.names.items()}

    @cached_property
    def _maker(self) -> Any:
        return _maker(self._type, self.names)

    @cached_property
    def _missing(self) -> dict[str, Any]:
        return dict.fromkeys(self.fields)

    def entry(self, key: str) -> Shape:
        return self._shapes.get(key, PLAIN)

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
