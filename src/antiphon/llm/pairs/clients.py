"""Clients that are passed to a function, which have to be of its colour."""

from __future__ import annotations

import inspect
from typing import Any

from ..core.calling.clients import OwnTree, Place, other_colour, way_of
from ..providers.profile import Provider

__all__ = ["async_client_way", "async_taken", "client_way", "taken"]


def async_client_way(client: Any, provider: Provider) -> OwnTree | Place:
    """How an async function asks by a client. Raises `UnsupportedClientError`."""
    return way_of(client, provider, is_async=True)


def client_way(client: Any, provider: Provider) -> OwnTree | Place:
    """How a plain function asks by a client. Raises `UnsupportedClientError`."""
    return way_of(client, provider, is_async=False)


async def async_taken(value: Any, client: object) -> Any:
    """What a client's `create` gives. Raises `UnsupportedClientError` for a sync client."""
    if not inspect.isawaitable(value):
        raise other_colour(client, is_async=True)
    return await value


def taken(value: Any, client: object) -> Any:
    """What a client's `create` gives. Raises `UnsupportedClientError` for an async client."""
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise other_colour(client, is_async=False)
    return value
