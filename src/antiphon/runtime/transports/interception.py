"""Whether somebody stands between httpx and the network: mocks, recorders and tracers put themselves there.

They do so by replacing methods of httpx or httpcore, or of httpx2 or httpcore2. While one is replaced, default clients
send through that library, so that those see the requests; at other times they need no HTTP library.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any, Final, NamedTuple, TypeAlias

__all__ = ["async_intercepted", "intercepted"]

_LIBRARIES: Final = (("httpx", "httpcore"), ("httpx2", "httpcore2"))
_Places: TypeAlias = tuple[tuple[str, str, str], ...]


def _places(prefix: str, folder: str, method: str) -> dict[str, _Places]:
    return {
        client: (
            (f"{client}._client", f"{prefix}Client", "send"),
            (f"{client}._client", f"{prefix}Client", "_send_single_request"),
            (f"{client}._client", f"{prefix}Client", "_transport_for_url"),
            (f"{client}._transports.default", f"{prefix}HTTPTransport", method),
            (f"{core}.{folder}.connection_pool", f"{prefix}ConnectionPool", method),
            (f"{core}.{folder}.connection", f"{prefix}HTTPConnection", method),
        )
        for client, core in _LIBRARIES
    }


_PLACES: Final = _places("", "_sync", "handle_request")
_ASYNC_PLACES: Final = _places("Async", "_async", "handle_async_request")


class _Found(NamedTuple):
    """The methods of some places, and the modules in which places were not found, as long as those were not loaded."""

    methods: list[tuple[type, str, dict[str, Any]]]
    missing: set[str]


_found: Final[dict[_Places, _Found]] = {}


def async_intercepted() -> str | None:
    """The library in which requests of async clients are looked at, if they are."""
    return _replaced_in(_ASYNC_PLACES)


def intercepted() -> str | None:
    """The library in which requests of sync clients are looked at, if they are."""
    return _replaced_in(_PLACES)


def _replaced_in(places: dict[str, _Places]) -> str | None:
    for library in places:
        if library in sys.modules and _is_replaced(places[library]):
            return library
    return None


def _is_replaced(places: _Places) -> bool:
    methods, missing = _found.get(places) or _find(places)
    if missing and not sys.modules.keys().isdisjoint(missing):  # httpx loads httpcore late
        methods, _ = _find(places)
    for holder, name, names in methods:
        # What stands for a method may claim to be it in all but these two.
        method: Any = getattr(holder, name, None)
        if type(method) is not FunctionType or method.__globals__ is not names:
            return True
    return False


def _find(places: _Places) -> _Found:
    found = _Found([], set())
    for module_name, class_name, name in places:
        module = sys.modules.get(module_name)
        holder = getattr(module, class_name, None)
        if module is not None and isinstance(holder, type) and hasattr(holder, name):
            found.methods.append((holder, name, vars(module)))
        else:
            found.missing.add(module_name)
    _found[places] = found
    return found
