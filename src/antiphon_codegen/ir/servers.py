"""Where the API is, and which of its operations are elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin

from ..spec.model import Server
from ..spec.resolve import ResolvedOperation, ResolvedSpec

__all__ = ["Servers", "environments"]

_HOLE = re.compile(r"\{[^{}]*\}")


def environments(spec: ResolvedSpec) -> Iterator[tuple[str, str]]:
    """The addresses of the API, the first one first; where only its operations have one, that of most of them."""
    found = [url for server in spec.spec.servers if (url := _whole(server)) is not None]
    if not found:
        own = Counter(
            url for each in spec.operations for server in each.operation.servers[:1] if (url := _whole(server))
        )
        found = [url for url, _ in own.most_common(1)]
    for index, url in enumerate(found):
        yield "production" if index == 0 else f"environment_{index + 1}", url


class Servers:
    """The servers of operations, as far as they differ from the server of the API."""

    def __init__(self, spec: ResolvedSpec, known: tuple[tuple[str, str], ...]) -> None:
        self._base = known[0][1] if known else None
        first = spec.spec.servers[:1]
        self._usual = {_plain(url) for url in (self._base, *(map(_filled, first))) if url is not None}

    def of(self, found: ResolvedOperation) -> tuple[str | None, str | None]:
        """The server of an operation, where it has one of its own; and what the document says instead."""
        servers = found.operation.servers
        if not servers or any(_plain(_filled(each)) in self._usual for each in servers):
            return None, None
        said = _filled(servers[0])
        url = said
        if self._base is not None and "://" not in said and not _HOLE.search(said):
            # Relative addresses are relative to where the document is (OpenAPI 3.1, 4.8.5); the API is what is known.
            url = _joined(self._base, said or "/")
        if _plain(url) in self._usual:
            return None, None
        is_whole = url.startswith(("http://", "https://")) and not _HOLE.search(url)
        return (url.rstrip("/"), said) if is_whole and url.isprintable() and " " not in url else (None, said)


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:  # brackets that are not closed
        return url


def _filled(server: Server) -> str:
    """The URL with the defaults of its variables."""
    url = server.url
    for name, default in server.variables.items():
        url = url.replace(f"{{{name}}}", default)
    return url


def _whole(server: Server) -> str | None:
    url = _filled(server)
    return url if url.startswith(("http://", "https://")) and not _HOLE.search(url) else None


def _plain(url: str) -> str:
    return url.rstrip("/")
