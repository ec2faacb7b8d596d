"""What is told when nobody answered."""

from __future__ import annotations

from collections.abc import Sequence

from ...runtime.core.errors import APIError, excerpt
from .asking import Attempt

__all__ = ["told"]


def told(failures: Sequence[tuple[Attempt, APIError]]) -> APIError:
    """The error of the last attempt, with a note of who was asked, and of how the others failed."""
    *before, (_, last) = failures
    if not before:
        return last
    for way, error in before:
        last.add_note(f"before it {_name(way)} failed: {type(error).__name__}: {excerpt(error.message)}")
    return last


def _name(way: Attempt) -> str:
    return f"{way.route.provider.name}/{way.route.model}"
