"""Where a URL leads: the server, and what it is asked for (RFC 9112, section 3.2.1)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from ..core.transport import TransportError
from .network import Origin

__all__ = ["Target", "target_of"]

_PORTS: Final = {"http": 80, "https": 443}

# Only what means itself: everything else is left to httpx, which knows how to write it.
_PLAIN: Final = re.compile(
    r"(https?)://([a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(/[A-Za-z0-9._~!$&'()*+,;=:@/%-]*)?"
)
_PLAIN_QUERY: Final = re.compile(r"[A-Za-z0-9._~!$&()*+,;=:@/?%-]*")


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
    target = _of_base(base) if _PLAIN_QUERY.fullmatch(query) else None
    return _of_any(url) if target is None else target._replace(path=f"{target.path}?{query}")


@lru_cache(maxsize=256)
def _of_base(url: str) -> Target | None:
    # Kept are only URLs that cannot hold a credential.
    found = _PLAIN.fullmatch(url)
    if found is None or "/." in (found[4] or ""):
        return None
    scheme, host, port, path = found.groups()
    number = int(port) if port else _PORTS[scheme]
    if number > 65535 or number == 0:
        return None
    shown = host if number == _PORTS[scheme] else f"{host}:{number}"
    return Target(Origin(scheme, host.strip("[]"), number), shown, path or "/")


def _of_any(url: str) -> Target:
    import httpx

    try:
        parsed = httpx.URL(url)
        port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
    except (httpx.InvalidURL, KeyError) as error:
        raise TransportError(f"the URL is not usable: {error}") from None
    host = parsed.raw_host.decode("ascii")
    if not host:
        raise TransportError("the URL is not usable: it names no server")
    return Target(Origin(parsed.scheme, host, port), parsed.netloc.decode("ascii"), parsed.raw_path.decode("ascii"))
