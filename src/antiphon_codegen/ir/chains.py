"""Chains of types, each made of the next: they end where Python could not follow them.

A module with a type imports those with the types it is made of, and a model is built after those that it holds. Both
nest, so that hundreds of them would be more than Python's stack holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ..graphs import components
from ..problems import Problems
from .model import NamedType
from .types import Array, Map, Object, Reference, Type, Union, Unknown, inner_types

__all__ = ["bounded"]

_BAND: Final = 25
"""A chain is cut into bands of so many types, and has at most twice as many. Documents that are met have about 15."""


def bounded(types: Mapping[str, NamedType], problems: Problems) -> Mapping[str, NamedType]:
    """The types, anything in place of those that chains lead to from too far away, which is reported."""
    made_of = {key: list(_referred(named.type)) for key, named in types.items()}
    groups = components(made_of)  # types that are made of each other count as one
    below: dict[str, int] = {}
    for group in groups:
        deepest = max((below[other] + 1 for key in group for other in made_of[key] if other in below), default=0)
        below.update(dict.fromkeys(group, deepest))
    if max(below.values(), default=0) < 2 * _BAND:
        return types
    above = dict.fromkeys(types, 0)
    for group in reversed(groups):
        highest = max(above[key] for key in group)
        inside = set(group)
        above.update(dict.fromkeys(group, highest))
        for other in {other for key in group for other in made_of[key]} - inside:
            above[other] = max(above.get(other, 0), highest + 1)
    found = dict(types)
    for key, named in types.items():
        here = above[key] // _BAND
        far = {other for other in made_of[key] if above[other] // _BAND != here and below.get(other, 0) >= _BAND}
        if far:
            message = "schemas lead from one to the next too far here; anything is allowed below"
            problems.add("too-large", message, named.origin)
            found[key] = replace(named, type=_without(named.type, far))
    return found


def _referred(type: Type) -> Iterator[str]:
    waiting = [type]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Reference):
            yield current.key
        waiting.extend(inner_types(current))


def _without(type: Type, far: Collection[str]) -> Type:
    """The type, anything in place of these named ones."""
    match type:
        case Reference(key):
            return Unknown() if key in far else type
        case Array(items):
            return Array(_without(items, far))
        case Map(values):
            return Map(_without(values, far))
        case Union(variants):
            return replace(type, variants=tuple(_without(each, far) for each in variants))
        case Object(properties, additional):
            kept = tuple(replace(each, type=_without(each.type, far)) for each in properties)
            return replace(type, properties=kept, additional=None if additional is None else _without(additional, far))
        case _:
            return type
