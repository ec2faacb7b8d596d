"""What constructors of clients take, in both colours: credentials and HTTP clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import httpx

    from .core.channel import ReconnectingEvent, ReconnectingOverrides
    from .core.transport import AsyncTransport, Transport

__all__ = [
    "AsyncCredential",
    "AsyncHTTPClient",
    "AsyncReconnectingHandler",
    "Credential",
    "HTTPClient",
    "ReconnectingHandler",
]

AsyncCredential: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""A credential, or a function (plain or async) that is asked for it before every attempt."""
Credential: TypeAlias = str | Callable[[], str]
"""A credential, or a function that is asked for it before every attempt."""

AsyncReconnectingHandler: TypeAlias = (
    "Callable[[ReconnectingEvent], ReconnectingOverrides | Awaitable[ReconnectingOverrides | None] | None]"
)
"""A function (plain or async) that is told before a broken connection is replaced."""
ReconnectingHandler: TypeAlias = "Callable[[ReconnectingEvent], ReconnectingOverrides | None]"
"""A function that is told before a broken connection is replaced."""

AsyncHTTPClient: TypeAlias = "httpx.AsyncClient | AsyncTransport"
"""An HTTP client to send requests with: httpx's (or httpx2's), `DefaultAioHttpClient()`, or a transport."""
HTTPClient: TypeAlias = "httpx.Client | Transport"
"""An HTTP client to send requests with: httpx's (or httpx2's), or a transport."""
