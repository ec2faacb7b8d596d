"""What is written where: symbols, and the annotations made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from .names import Identifier

__all__ = [
    "Annotation",
    "Anything",
    "Builtin",
    "Choice",
    "DictOf",
    "FileInput",
    "IterableOf",
    "ListOf",
    "MappingOf",
    "Module",
    "Named",
    "Nothing",
    "OneOf",
    "Standard",
    "Symbol",
    "Tagged",
    "symbols_in",
]

Module: TypeAlias = tuple[Identifier, ...]
"""A module by its path below the package; empty for the package itself."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name in a module of the package."""

    module: Module
    name: Identifier


@dataclass(frozen=True, slots=True)
class Builtin:
    """`str`, `int`, `float`, `bool`."""

    name: Identifier


@dataclass(frozen=True, slots=True)
class Standard:
    """A name of the standard library."""

    module: Identifier
    name: Identifier


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these literals."""

    values: tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Annotation


@dataclass(frozen=True, slots=True)
class IterableOf:
    """What is given as a list: any iterable; of text, but not a text itself."""

    item: Annotation
    is_text: bool = False
    """Whether an item may be a text, though what it is called does not say so."""


@dataclass(frozen=True, slots=True)
class DictOf:
    values: Annotation


@dataclass(frozen=True, slots=True)
class MappingOf:
    """What is given as an object with keys of any name."""

    values: Annotation


@dataclass(frozen=True, slots=True)
class OneOf:
    variants: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """One of several models, told apart by a field."""

    union: OneOf
    tag: Identifier


@dataclass(frozen=True, slots=True)
class Named:
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class FileInput:
    """Anything that a file can be sent from."""


@dataclass(frozen=True, slots=True)
class Anything:
    pass


@dataclass(frozen=True, slots=True)
class Nothing:
    """None."""


Annotation: TypeAlias = (
    Builtin
    | Standard
    | Choice
    | ListOf
    | IterableOf
    | DictOf
    | MappingOf
    | OneOf
    | Tagged
    | Named
    | FileInput
    | Anything
    | Nothing
)


def symbols_in(annotation: Annotation) -> Iterator[Symbol]:
    """Every symbol an annotation mentions."""
    match annotation:
        case Named(symbol):
            yield symbol
        case ListOf(inner) | IterableOf(item=inner) | DictOf(inner) | MappingOf(inner):
            yield from symbols_in(inner)
        case Tagged(union):
            yield from symbols_in(union)
        case OneOf(variants):
            for each in variants:
                yield from symbols_in(each)
        case _:
            pass
