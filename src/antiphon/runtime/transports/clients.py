"""httpx clients with this SDK's defaults, for users who want to change one thing and keep the rest."""

from __future__ import annotations

from typing import Any

import httpx

from ..core.timeouts import DEFAULT_TIMEOUT
from .pools import KEEPALIVE_SECONDS, MAX_CONNECTIONS

__all__ = ["DefaultAsyncHttpxClient", "DefaultHttpxClient"]


def _with_defaults(arguments: dict[str, Any]) -> dict[str, Any]:
    timeout = httpx.Timeout(DEFAULT_TIMEOUT.read, connect=DEFAULT_TIMEOUT.connect)
    limits = httpx.Limits(
        max_connections=MAX_CONNECTIONS, max_keepalive_connections=100, keepalive_expiry=KEEPALIVE_SECONDS
    )
    return {"timeout": timeout, "limits": limits, "follow_redirects": True, **arguments}


class DefaultHttpxClient(httpx.Client):
    """An `httpx.Client` with the timeouts, limits and redirects this SDK uses; takes all of its keywords."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` with the timeouts, limits and redirects this SDK uses; takes all of its keywords."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))
