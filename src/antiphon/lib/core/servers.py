"""Where the API is kept: one address for each place that data must not leave."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["DataResidency", "residency_url"]

DataResidency: TypeAlias = Literal["global", "us", "eu", "ae", "au", "in", "jp"]
"""A place where data is kept and worked on."""

_PLACES: Final = ("global", "us", "eu", "ae", "au", "in", "jp")


def residency_url(place: object, base_url: str | None) -> str:
    """The address of the API in a place; ValueError for an unknown place, or beside a `base_url`."""
    if place not in _PLACES:
        raise ValueError(f"data_residency must be one of {', '.join(map(repr, _PLACES))}")
    if base_url is not None:
        raise ValueError("data_residency and base_url are mutually exclusive: each says where the API is")
    return "https://api.openai.com/v1" if place == "global" else f"https://{place}.api.openai.com/v1"
