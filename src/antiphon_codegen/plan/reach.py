"""What named types are made of, and where that leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..graphs import circles, components
from ..ir.model import API
from ..ir.types import Binary, Object, Primitive, Reference, Type, Union, inner_types
from .layout import types_of, walk

__all__ = ["empty_circles", "keys_that_come_back", "recursive_texts", "structured"]


def keys_that_come_back(api: API) -> set[str]:
    """The named types that are part of some answer."""
    results: list[Type] = []
    sent: list[Type] = []
    for resource in walk(api.root):
        for method in resource.methods:
            found = types_of(method.operation)
            results += found[0]
            sent += found[1]
    received = _reached(results, api)
    # What the author lists and no operation mentions comes by other ways, such as events of a socket.
    mentioned = received | _reached(sent, api)
    listed = [key for resource in walk(api.root) for wanted, key in resource.models if not wanted.endswith("_param")]
    return received | _reached([Reference(key) for key in listed if key not in mentioned], api)


def _reached(types: list[Type], api: API) -> set[str]:
    """The named types that these are made of."""
    found: set[str] = set()
    waiting = list(types)
    while waiting:
        type = waiting.pop()
        waiting.extend(inner_types(type))
        if isinstance(type, Reference) and type.key not in found:
            found.add(type.key)
            waiting.append(api.types[type.key].type)
    return found


def structured(api: API) -> frozenset[str]:
    """The named types with an object somewhere in them, or that are made of themselves.

    What is sent of them has other types than what comes back.
    """
    parts = {key: list(_parts(named.type)) for key, named in api.types.items()}
    edges = {key: _referred(found) for key, found in parts.items()}
    found: set[str] = set()
    for group in components(edges):  # each after those it leads to
        first = group[0]
        is_circle = len(group) > 1 or first in edges[first]
        if is_circle or any(isinstance(part, Object) for part in parts[first]) or found.intersection(edges[first]):
            found.update(group)
    return frozenset(found)


def empty_circles(api: API) -> dict[str, frozenset[str]]:
    """For each named type that is, or may be, another that is it again: the types of that circle.

    A list or a map in between makes such types good ones: a value of `X = str | list[X]` ends somewhere.
    """
    edges = {key: _referred(_variants(named.type)) for key, named in api.types.items()}
    return {key: frozenset(circle) for circle in circles(edges) for key in circle}


def recursive_texts(api: API) -> frozenset[str]:
    """The named types that are made of themselves, without an object in between, and may be a text as well."""
    edges = {key: _referred(_parts(named.type, into_objects=False)) for key, named in api.types.items()}
    return frozenset(key for circle in circles(edges) for key in circle if _may_be_text(api, key))


def _may_be_text(api: API, key: str) -> bool:
    seen = {key}
    waiting = [key]
    while waiting:
        for each in _variants(api.types[waiting.pop()].type):
            if isinstance(each, Binary) or (isinstance(each, Primitive) and each.kind == "string"):
                return True
            if isinstance(each, Reference) and each.key not in seen:
                seen.add(each.key)
                waiting.append(each.key)
    return False


def _parts(type: Type, *, into_objects: bool = True) -> Iterator[Type]:
    """The type and everything in it; what it refers to is not followed."""
    waiting = [type]
    while waiting:
        current = waiting.pop()
        yield current
        if into_objects or not isinstance(current, Object):
            waiting.extend(inner_types(current))


def _variants(type: Type) -> Iterator[Type]:
    """What the type is, or may be."""
    if isinstance(type, Union):
        for each in type.variants:
            yield from _variants(each)
    else:
        yield type


def _referred(types: Iterable[Type]) -> list[str]:
    return [each.key for each in types if isinstance(each, Reference)]
