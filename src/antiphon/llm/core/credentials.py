"""What proves who calls: a key, a function that gives one, or what signs every request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

from ...runtime.core.kinds import is_mapping
from .colours import is_async

__all__ = ["Key", "KeyFunction", "Signer", "is_quick", "place_of", "signable_url"]

KeyFunction: TypeAlias = Callable[[], str | Awaitable[str]]
"""Gives a key or a token; asked before every attempt."""


@runtime_checkable
class Signer(Protocol):
    """Authorises each request by its contents."""

    def is_ready(self) -> bool:
        """Whether the next signature is made without waiting for a disk or another server."""
        ...

    def signed(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """The header fields that authorise a request; those of `headers` that it has already."""
        ...


Key: TypeAlias = "str | KeyFunction | Signer"


def is_quick(function: Callable[[], Any]) -> bool:
    """Whether a function can be called in an event loop: an async one, or one that says that it need not wait."""
    ready: Any = getattr(function, "is_ready", None)
    if callable(ready):
        return bool(ready())
    return is_async(function)


def signable_url(url: str) -> str:
    """The URL with its query as it is signed: a space has one form there, and servers must not guess which."""
    path, mark, query = url.partition("?")
    return path + mark + query.replace("+", "%20")


def place_of(key: object) -> Mapping[str, str]:
    """What credentials know of the place that is called (`region`, `project`); nothing where they know nothing."""
    place: Any = getattr(key, "place", None)
    return place if is_mapping(place) else {}
