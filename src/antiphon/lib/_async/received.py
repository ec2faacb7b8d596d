"""Streams as they are handed over: those of calls, and what tracers make of them, which may be able to do less."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

__all__ = ["async_given_up", "async_items"]


def async_items(stream: Any) -> AsyncIterator[Any]:
    """The items. The stream itself where it is an iterator: leaving a loop over it does not end it then."""
    return stream if hasattr(stream, "__anext__") else aiter(stream)


async def async_given_up(stream: Any) -> None:
    """Close the connection unless everything was read."""
    if hasattr(stream, "close"):
        await stream.close()
    else:
        await stream.response.aclose()
