"""Types as an API means them: no Python spellings, no behaviour. Null is a type; absence is a fact about a property."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..document import JSON
from ..problems import Origin

__all__ = [
    "Array",
    "Binary",
    "Constant",
    "Discriminator",
    "Enum",
    "Map",
    "Null",
    "Object",
    "Primitive",
    "Property",
    "Reference",
    "Type",
    "Union",
    "Unknown",
    "inner_types",
    "without_null",
]


@dataclass(frozen=True, slots=True)
class Primitive:
    kind: Literal["string", "integer", "number", "boolean"]
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """One value."""

    value: JSON


@dataclass(frozen=True, slots=True)
class Enum:
    """One of several values; none of them null."""

    values: tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Array:
    items: Type


@dataclass(frozen=True, slots=True)
class Map:
    """An object with any keys, all values of one type."""

    values: Type


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    """As on the wire."""
    type: Type
    required: bool
    docs: str | None = None
    deprecated: bool = False
    default: JSON = field(default=None, hash=False)
    read_only: bool = False
    write_only: bool = False
    called: str | None = None
    """The name the author wants, where it is not to follow from that on the wire."""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Object:
    properties: tuple[Property, ...]
    additional: Type | None = None
    """The type of properties beyond the declared ones, where the document gives one."""
    title: str | None = None
    docs: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Discriminator:
    """The property whose value tells the variants of a union apart, and which value means which variant."""

    property: str
    tags: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Union:
    variants: tuple[Type, ...]
    discriminator: Discriminator | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A named type, by its key in `API.types`."""

    key: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything."""


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes: the content of a file."""


@dataclass(frozen=True, slots=True)
class Null:
    pass


Type: TypeAlias = Primitive | Constant | Enum | Array | Map | Object | Union | Reference | Unknown | Binary | Null


def inner_types(type: Type) -> Iterator[Type]:
    """The types a type is directly made of."""
    match type:
        case Array(items):
            yield items
        case Map(values):
            yield values
        case Object(properties, additional):
            yield from (each.type for each in properties)
            if additional is not None:
                yield additional
        case Union(variants):
            yield from variants
        case _:
            pass


def without_null(type: Type) -> tuple[Type, bool]:
    """The type with null taken away, and whether it was there."""
    if isinstance(type, Null):
        return Unknown(), True
    if not isinstance(type, Union):
        return type, False
    rest = tuple(each for each in type.variants if not isinstance(each, Null))
    if len(rest) == len(type.variants):
        return type, False
    if len(rest) == 1:
        return rest[0], True
    discriminator = type.discriminator
    if discriminator is not None:
        moved = {index: rest.index(each) for index, each in enumerate(type.variants) if not isinstance(each, Null)}
        tags = tuple((tag, moved[index]) for tag, index in discriminator.tags if index in moved)
        discriminator = Discriminator(discriminator.property, tags)
    return Union(rest, discriminator), True
