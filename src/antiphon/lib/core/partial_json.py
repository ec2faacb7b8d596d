"""JSON that is still being written."""

from __future__ import annotations

from pydantic_core import from_json

__all__ = ["partial_json"]


def partial_json(text: str) -> object | None:
    """What a JSON document says as far as it has come; None before it says anything, and for what is no JSON.

    A text that has not ended yet is left out.
    """
    try:
        return from_json(text, allow_partial=True) if text.strip() else None
    except ValueError:
        return None
