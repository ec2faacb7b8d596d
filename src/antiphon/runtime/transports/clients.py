"""httpx clients with this SDK's defaults, for users who want to change one thing and keep the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx

from ..core.timeouts import DEFAULT_TIMEOUT
from .httpx2_clients import DefaultAsyncHttpx2Client, DefaultHttpx2Client, check_transports
from .loops import PerLoop, PerProcess
from .pools import KEEPALIVE_SECONDS, MAX_CONNECTIONS

__all__ = [
    "DEFAULT_CONNECTION_LIMITS",
    "AsyncClients",
    "Clients",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "ProxiesTypes",
    "Transport",
]

DEFAULT_CONNECTION_LIMITS = httpx.Limits(
    max_connections=MAX_CONNECTIONS, max_keepalive_connections=100, keepalive_expiry=KEEPALIVE_SECONDS
)
Transport: TypeAlias = httpx.BaseTransport
ProxiesTypes: TypeAlias = str | httpx.Proxy | Mapping[str | httpx.URL, str | httpx.URL | httpx.Proxy | None]


def _with_defaults(arguments: dict[str, Any]) -> dict[str, Any]:
    check_transports(arguments, "httpx")
    timeout = httpx.Timeout(DEFAULT_TIMEOUT.read, connect=DEFAULT_TIMEOUT.connect, pool=DEFAULT_TIMEOUT.pool)
    return {"timeout": timeout, "limits": DEFAULT_CONNECTION_LIMITS, "follow_redirects": True, **arguments}


class DefaultHttpxClient(httpx.Client):
    """An `httpx.Client` with the timeouts, limits and redirects this SDK uses; takes all of its keywords."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` with the timeouts, limits and redirects this SDK uses; takes all of its keywords."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))


class AsyncClients(PerLoop[Any]):
    """One client of httpx, or of httpx2, for each event loop."""

    def __init__(self, library: str) -> None:
        super().__init__(DefaultAsyncHttpxClient if library == "httpx" else DefaultAsyncHttpx2Client)


class Clients(PerProcess[Any]):
    """The client of httpx, or of httpx2, of this process; after a fork the child begins with a new one."""

    def __init__(self, library: str) -> None:
        super().__init__(DefaultHttpxClient if library == "httpx" else DefaultHttpx2Client)
