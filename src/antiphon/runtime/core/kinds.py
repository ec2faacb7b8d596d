"""What kind of value something is, told to type checkers as well: data of unknown shape is looked at in many places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

__all__ = ["is_bytes", "is_iterable", "is_list", "is_mapping"]


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether this is a mapping, by its text keys where it came as JSON."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_iterable(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable)


def is_bytes(value: object) -> TypeGuard[bytes | bytearray]:
    """Whether this is bytes in memory; a memoryview counts as well."""
    return isinstance(value, (bytes, bytearray, memoryview))
