"""httpx2 clients with this SDK's defaults; httpx2 is loaded when one is made.

Their types are not said, since type checkers of those who have no httpx2 could not know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..core.timeouts import DEFAULT_TIMEOUT
from .pools import KEEPALIVE_SECONDS, MAX_CONNECTIONS

__all__ = ["DefaultAsyncHttpx2Client", "DefaultHttpx2Client", "check_transports"]

_OTHER: Final = {"httpx": ("httpx2", "DefaultHttpx2Client"), "httpx2": ("httpx", "DefaultHttpxClient")}


def check_transports(arguments: Mapping[str, Any], library: str) -> None:
    """Raises TypeError for a transport of the other library: it would fail at the first request, without a word."""
    other, client = _OTHER[library]
    given: list[object] = [arguments.get("transport"), *(arguments.get("mounts") or {}).values()]
    for each in given:
        libraries = {base.__module__.partition(".")[0] for base in type(each).__mro__}
        if other in libraries and library not in libraries:
            raise TypeError(
                f"{type(each).__name__} is a transport of {other}: pass it to {client}, or to its async twin"
            )


def _with_defaults(arguments: dict[str, Any]) -> dict[str, Any]:
    import httpx2

    check_transports(arguments, "httpx2")
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
