"""Whether somebody stands between httpx and the network: mocks, recorders and tracers put themselves there.

They do so by replacing methods of httpx or httpcore. While one is replaced, default clients send through httpx, so
that those see the requests; at other times they need no HTTP library.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any, Final

__all__ = ["async_intercepted", "intercepted"]

_PLACES: Final = (
    ("httpx._client", "Client", "send"),
    ("httpx._client", "Client", "_send_single_request"),
    ("httpx._client", "Client", "_transport_for_url"),
    ("httpx._transports.default", "HTTPTransport", "handle_request"),
    ("httpcore._sync.connection_pool", "ConnectionPool", "handle_request"),
    ("httpcore._sync.connection", "HTTPConnection", "handle_request"),
)
_ASYNC_PLACES: Final = (
    ("httpx._client", "AsyncClient", "send"),
    ("httpx._client", "AsyncClient", "_send_single_request"),
    ("httpx._client", "AsyncClient", "_transport_for_url"),
    ("httpx._transports.default", "AsyncHTTPTransport", "handle_async_request"),
    ("httpcore._async.connection_pool", "AsyncConnectionPool", "handle_async_request"),
    ("httpcore._async.connection", "AsyncHTTPConnection", "handle_async_request"),
)

_found: Final[dict[tuple[tuple[str, str, str], ...], tuple[list[tuple[type, str, dict[str, Any]]], set[str]]]] = {}
"""The methods of these places, and the modules in which places were not found, as long as those were not loaded."""


def async_intercepted() -> bool:
    """Whether requests of async clients are looked at."""
    return "httpx" in sys.modules and _is_replaced(_ASYNC_PLACES)


def intercepted() -> bool:
    """Whether requests of sync clients are looked at."""
    return "httpx" in sys.modules and _is_replaced(_PLACES)


def _is_replaced(places: tuple[tuple[str, str, str], ...]) -> bool:
    methods, missing = _found.get(places) or _find(places)
    if missing and not sys.modules.keys().isdisjoint(missing):  # httpx loads httpcore late
        methods, _ = _find(places)
    for holder, name, names in methods:
        # What stands for a method may claim to be it in all but these two.
        method: Any = getattr(holder, name, None)
        if type(method) is not FunctionType or method.__globals__ is not names:
            return True
    return False


def _find(places: tuple[tuple[str, str, str], ...]) -> tuple[list[tuple[type, str, dict[str, Any]]], set[str]]:
    methods: list[tuple[type, str, dict[str, Any]]] = []
    missing: set[str] = set()
    for module_name, class_name, name in places:
        module = sys.modules.get(module_name)
        holder = getattr(module, class_name, None)
        if module is not None and isinstance(holder, type) and hasattr(holder, name):
            methods.append((holder, name, vars(module)))
        else:
            missing.add(module_name)
    _found[places] = methods, missing
    return methods, missing
