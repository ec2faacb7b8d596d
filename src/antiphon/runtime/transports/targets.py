"""Where a URL leads: the server, and what it is asked for (RFC 9112, section 3.2.1)."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final, NamedTuple

from ..core.transport import TransportError
from .network import Origin

__all__ = ["Target", "target_of"]

_PORTS: Final = {"http": 80, "https": 443}

# Only what means itself (RFC 3986, section 3): everything else is left to httpx, which knows how to write it.
_OF_HOSTS: Final = frozenset(ascii_lowercase + digits + "-._")
_OF_ADDRESSES: Final = frozenset("abcdef" + digits + ":.")
_OF_PATHS: Final = frozenset(ascii_lowercase + ascii_uppercase + digits + "-._~!$&'()*+,;=:@/%")
_OF_QUERIES: Final = _OF_PATHS - {"'"} | {"?"}


class Target(NamedTuple):
    """What a request needs of its URL."""

    origin: Origin
    host: str
    """As it stands in the `host` field."""
    path: str
    """With the query."""


def target_of(url: str) -> Target:
    """The target of a URL. Raises `TransportError` for one that leads nowhere."""
    base, mark, query = url.partition("?")
    if not mark:
        return _of_base(base) or _of_any(url)
    target = _of_base(base) if _OF_QUERIES.issuperset(query) else None
    return _of_any(url) if target is None else target._replace(path=f"{target.path}?{query}")


@lru_cache(maxsize=256)
def _of_base(url: str) -> Target | None:
    # Kept are only URLs that cannot hold a credential.
    scheme, _, rest = url.partition("://")
    server, slash, path = rest.partition("/")
    usual = _PORTS.get(scheme)
    if usual is None or not _OF_PATHS.issuperset(path) or path.startswith(".") or "/." in path:
        return None
    host, port = server, ""
    if server.startswith("["):
        host, _, port = server[1:].partition("]")
        is_host = _OF_ADDRESSES.issuperset(host) and (not port or port.startswith(":"))
        port = port[1:]
    else:
        host, _, port = server.partition(":")
        is_host = _OF_HOSTS.issuperset(host) and host[:1].isalnum() and host[-1:].isalnum()
    if not is_host or not host or (port and (not port.isdigit() or len(port) > 5)):
        return None
    number = int(port or usual)
    if not 0 < number <= 65535:
        return None
    shown = f"[{host}]" if server.startswith("[") else host
    return Target(Origin(scheme, host, number), shown if number == usual else f"{shown}:{number}", slash + path or "/")


def _of_any(url: str) -> Target:
    import httpx

    try:
        parsed = httpx.URL(url)
        port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
    except (httpx.InvalidURL, KeyError) as error:
        raise TransportError(f"the URL is not usable: {error}") from None
    host = parsed.raw_host.decode("ascii")
    if not host or not 0 < port <= 65535:
        raise TransportError("the URL is not usable: it names no server, or a port that cannot be")
    shown = parsed.netloc.decode("ascii")
    address, mark, zone = host.partition("%")
    if mark and ":" in address:  # through which interface is this machine's own business (RFC 6874, section 4)
        host = f"{address}%{zone.removeprefix('25') or zone}"
        shown = f"[{address}]" if parsed.port is None else f"[{address}]:{port}"
    return Target(Origin(parsed.scheme, host, port), shown, parsed.raw_path.decode("ascii"))
