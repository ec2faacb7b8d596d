"""A client for the package as a whole: made when it is first used, of the options set on the package by then."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from .core.kinds import is_mapping

__all__ = ["ModuleClient"]


class ModuleClient:
    """Gives the client that a package's own attributes describe, and what stands for the client's resources.

    An option that was changed holds from the next call on. The connections stay, unless `http_client` changed. Safe to
    use from several threads.
    """

    def __init__(self, package: str, options: tuple[str, ...], make: Callable[[Mapping[str, Any]], Any]) -> None:
        self._package = package
        self.options = options
        """The attributes of the package that are options."""
        self._make = make
        self._lock = threading.Lock()
        self._client: Any = None
        self._first: Any = None
        self._made_of: dict[str, Any] = {}

    def client(self) -> Any:
        """The client of the options as they are now. Raises what the client's constructor does."""
        given = self._given()
        if self._client is not None and given == self._made_of:
            return self._client
        with self._lock:
            if self._client is None or given != self._made_of:
                options = dict(given)
                if self._first is not None and options.get("http_client") is self._made_of.get("http_client"):
                    options["http_client"] = self._first.connections
                    self._client = self._make(options)
                else:
                    self._client = self._first = self._make(options)
                self._made_of = given
            return self._client

    def reset(self) -> None:
        """Forget the client; the next use makes another."""
        with self._lock:
            self._client = self._first = None
            self._made_of = {}

    def resource(self, name: str) -> Any:
        """What stands for a resource of the client."""
        return _Resource(self, name)

    def _given(self) -> dict[str, Any]:
        attributes = vars(sys.modules[self._package])
        found = {name: attributes[name] for name in self.options if name in attributes}
        return {
            # Copies, so that a change inside of a dict is one.
            name: dict(value) if is_mapping(value) else value
            for name, value in found.items()
            if value is not None or name == "timeout"
        }


class _Resource:
    """A resource of whatever client there is when it is used."""

    def __init__(self, owner: ModuleClient, name: str) -> None:
        self._owner = owner
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # what looks into things (copy, inspect, doctest) makes no client
        return getattr(getattr(self._owner.client(), self._name), name)

    def __repr__(self) -> str:
        return f"<{self._name} of the package's own client>"
