"""Providers by their names."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

from ..core.errors import UnknownProviderError
from .profile import Provider
from .table import PROVIDERS

__all__ = ["Registry", "every", "find", "get", "register", "unregister"]


class Registry:
    """Providers, each under its name and its aliases. Safe to share among threads."""

    def __init__(self, providers: tuple[Provider, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._by_name: dict[str, Provider] = {}
        self._at_host: dict[str, Provider] = {}
        self._at_hosts: tuple[tuple[str, Provider], ...] = ()
        self._with_model: tuple[Provider, ...] = ()
        self.edition = 0
        """Grows with every change: what was looked up in an earlier one may be different now."""
        for provider in providers:
            self.register(provider)

    def register(self, provider: Provider, *, replace: bool = False) -> None:
        """Make a provider known.

        Raises ValueError when one of its names is taken, unless `replace` is true, and TypeError for what is none.
        """
        if not isinstance(provider, Provider):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a provider is a Provider(name=..., base_url=...), not {type(provider).__name__}")
        with self._lock:
            taken = sorted(name for name in provider.names if name in self._by_name)
            if taken and not replace:
                raise ValueError(f"{taken[0]!r} is the name of a provider already; pass replace=True to change it")
            names = dict(self._by_name)  # readers need no lock
            for old in {id(names[name]): names[name] for name in taken}.values():
                for name in old.names:
                    names.pop(name, None)
            names.update(dict.fromkeys(provider.names, provider))
            self._keep(names)

    def unregister(self, name: str) -> None:
        """Forget a provider, with all its names. Raises `UnknownProviderError`."""
        provider = self.get(name)
        with self._lock:
            self._keep({each: known for each, known in self._by_name.items() if known is not provider})

    def find(self, name: str) -> Provider | None:
        """The provider with this name or alias, in any case; None when nobody has it. Raises TypeError for no text."""
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"the name of a provider is text, not {type(name).__name__}")
        return self._by_name.get(name) or self._by_name.get(name.lower())

    def get(self, name: str) -> Provider:
        """The provider with this name or alias. Raises `UnknownProviderError`, which tells names like it."""
        found = self.find(name)
        if found is None:
            raise UnknownProviderError(name, self.near(name))
        return found

    def near(self, name: str) -> list[str]:
        """Names that are like this one."""
        return difflib.get_close_matches(name.lower(), sorted(self._by_name), n=3, cutoff=0.6)

    def at(self, base_url: str) -> Provider | None:
        """The provider whose servers are at this address; None for others, and for those that are anywhere."""
        host = urlsplit(base_url).hostname or ""
        found = self._at_host.get(host)
        if found is not None or "." not in host:
            return found
        return next((provider for pattern, provider in self._at_hosts if fnmatchcase(host, pattern)), None)

    def with_model(self, model: str) -> Provider | None:
        """The provider whose models begin as this one does."""
        return next((each for each in self._with_model if model.startswith(each.model_prefixes)), None)

    def _keep(self, names: dict[str, Provider]) -> None:
        every = list({id(provider): provider for provider in names.values()}.values())
        self._at_host = {host: provider for provider in reversed(every) if (host := _host(provider)) is not None}
        self._at_hosts = tuple((host, provider) for provider in every for host in provider.hosts)
        self._with_model = tuple(provider for provider in every if provider.model_prefixes)
        self._by_name = names
        self.edition += 1

    def __iter__(self) -> Iterator[Provider]:
        return iter({provider.name: provider for provider in self._by_name.values()}.values())


def _host(provider: Provider) -> str | None:
    host = urlsplit(provider.base_url or "").hostname
    return None if host is None or host in ("localhost", "127.0.0.1") or "{" in host else host


known: Final = Registry(PROVIDERS)
"""What model names are looked up in."""

get = known.get
find = known.find
register = known.register
unregister = known.unregister


def every() -> tuple[Provider, ...]:
    """All providers that are known."""
    return tuple(known)
