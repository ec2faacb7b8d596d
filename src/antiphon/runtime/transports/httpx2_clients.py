"""httpx2 clients with this SDK's defaults; httpx2 is loaded when one is made.

Their types are not said, since type checkers of those who have no httpx2 could not know them.
"""

from __future__ import annotations

from typing import Any

from ..core.timeouts import DEFAULT_TIMEOUT
from .pools import KEEPALIVE_SECONDS, MAX_CONNECTIONS

__all__ = ["DefaultAsyncHttpx2Client", "DefaultHttpx2Client"]


def _with_defaults(arguments: dict[str, Any]) -> dict[str, Any]:
    import httpx2

    limits = httpx2.Limits(
        max_connections=MAX_CONNECTIONS, max_keepalive_connections=100, keepalive_expiry=KEEPALIVE_SECONDS
    )
    timeout = httpx2.Timeout(DEFAULT_TIMEOUT.read, connect=DEFAULT_TIMEOUT.connect, pool=DEFAULT_TIMEOUT.pool)
    return {"timeout": timeout, "limits": limits, "follow_redirects": True, **arguments}


def DefaultHttpx2Client(**arguments: Any) -> Any:  # noqa: N802  the name users know
    """An `httpx2.Client` with the timeouts, limits and redirects this SDK uses. Raises ImportError without httpx2."""
    import httpx2

    return httpx2.Client(**_with_defaults(arguments))


def DefaultAsyncHttpx2Client(**arguments: Any) -> Any:  # noqa: N802
    """An `httpx2.AsyncClient` with the same defaults. Raises ImportError without httpx2."""
    import httpx2

    return httpx2.AsyncClient(**_with_defaults(arguments))
