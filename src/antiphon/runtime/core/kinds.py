"""What kind of value something is, told to type checkers as well: data of unknown shape is looked at in many places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

__all__ = ["checked_mapping", "is_bytes", "is_iterable", "is_list", "is_mapping"]


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether this is a mapping, by its text keys where it came as JSON."""
    # Most are dicts, and most others texts: both are quickly told, where an abstract class takes its time.
    return value.__class__ is not str and isinstance(value, (dict, Mapping))


def checked_mapping(name: str, value: object) -> Mapping[str, Any]:
    """The value, an empty mapping for None; TypeError for what is no mapping, naming the argument."""
    if value is None:
        return {}
    if not is_mapping(value):
        raise TypeError(f"{name} must be a mapping, not {type(value).__name__}")
    return value


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_iterable(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable)


def is_bytes(value: object) -> TypeGuard[bytes | bytearray]:
    """Whether this is bytes in memory; a memoryview counts as well."""
    return isinstance(value, (bytes, bytearray, memoryview))
