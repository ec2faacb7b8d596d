"""Data that arrives in pieces and that no type describes: text is joined, lists and objects grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from ...runtime.core.kinds import is_mapping
from .growing_text import GrowingText

__all__ = ["merge_into", "merged", "whole"]

_REPLACED: Final = frozenset({"format", "id", "index", "object", "role", "type"})
"""Entries that are said anew, not continued."""


def merge_into(target: dict[str, Any], pieces: Mapping[str, Any]) -> None:
    """Add further pieces, in the form that `whole` turns into data again."""
    for name, piece in pieces.items():
        target[name] = piece if name in _REPLACED else merged(target.get(name), piece)


def merged(so_far: Any, piece: Any) -> Any:
    """What was there with a piece more."""
    if piece is None:
        return so_far
    if isinstance(piece, str):
        if not isinstance(so_far, GrowingText):
            so_far = GrowingText()
        so_far.add(piece)
        return so_far
    if is_mapping(piece):
        grown: dict[str, Any] = cast("dict[str, Any]", so_far) if isinstance(so_far, dict) else {}
        merge_into(grown, piece)
        return grown
    if isinstance(piece, list):
        return _merged_list(cast("list[Any]", so_far) if isinstance(so_far, list) else [], cast("list[Any]", piece))
    return piece


def _merged_list(so_far: list[Any], pieces: list[Any]) -> list[Any]:
    """Items with an index continue the item with that index; others are new."""
    for piece in pieces:
        index = piece.get("index") if is_mapping(piece) else None
        known = None
        if index is not None:
            known = next((item for item in so_far if is_mapping(item) and item.get("index") == index), None)
        if known is None:
            so_far.append(merged(None, piece))
        else:
            merge_into(cast("dict[str, Any]", known), piece)
    return so_far


def whole(value: Any) -> Any:
    """Merged data as plain data."""
    if isinstance(value, GrowingText):
        return value.text()
    if isinstance(value, dict):
        return {name: whole(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [whole(item) for item in cast("list[Any]", value)]
    return value
