"""Where a request goes with aiohttp: its URL as aiohttp wants it, and the proxy on the way."""

from __future__ import annotations

import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from urllib.parse import urlsplit, urlunsplit

import httpx
from yarl import URL

from ..core.transport import TransportError

__all__ = ["Route", "Routes"]


@dataclass(frozen=True, slots=True)
class Route:
    """The way to one URL."""

    url: URL
    is_tls: bool
    proxy: URL | None = None
    proxy_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """For the proxy alone: credentials, and what the user added."""


class Routes:
    """Routes through the proxy the user named, or through those the environment names, as httpx chooses them.

    Raises ValueError for a proxy that aiohttp cannot use.
    """

    def __init__(self, proxy: str | httpx.URL | httpx.Proxy | None = None, *, trust_env: bool = True) -> None:
        proxies: dict[str, httpx.Proxy] = {}
        if proxy is not None:
            proxies["all"] = _checked(proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy), "proxy=")
        elif trust_env:
            for scheme, url in urllib.request.getproxies().items():
                if scheme in ("http", "https", "all"):
                    full = url if "://" in url else f"http://{url}"
                    proxies[scheme] = _checked(httpx.Proxy(full), f"{scheme.upper()}_PROXY in the environment")
        # A partial of a function, not a bound method: the cache must not keep its owner alive.
        find = partial(_route, proxies, proxy is None)
        self._find = find
        self._remembered = lru_cache(maxsize=256)(find)

    def route(self, url: str) -> Route:
        """The route to a URL; raises `TransportError` for one that leads nowhere."""
        return self._remembered(url) if "?" not in url else self._find(url)


def _route(proxies: Mapping[str, httpx.Proxy], has_exceptions: bool, url: str) -> Route:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = httpx.URL(f"http://{host}").raw_host.decode("ascii")
        host.encode("idna")  # the look-up would do that, and raise an error of its own kind
        # The user information stays behind: aiohttp would send it in place of the Authorization header.
        netloc = f"[{host}]" if ":" in host else host
        netloc = netloc if port is None else f"{netloc}:{port}"
        target = URL(urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")), encoded=True)
    except (ValueError, httpx.InvalidURL):
        raise TransportError("the URL of the request cannot be used") from None  # it may hold a secret
    is_tls = parts.scheme == "https"
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy is None or (has_exceptions and urllib.request.proxy_bypass(netloc)):
        return Route(target, is_tls)
    return Route(target, is_tls, URL(str(proxy.url), encoded=True), _proxy_headers(proxy))


def _checked(proxy: httpx.Proxy, source: str) -> httpx.Proxy:
    if proxy.url.scheme not in ("http", "https"):
        raise ValueError(f"aiohttp cannot use a {proxy.url.scheme} proxy, as {source} names one")
    if (proxy.url.port or 0) > 65535:
        raise ValueError(f"the proxy that {source} names has a port that is no number up to 65535")
    if proxy.ssl_context is not None:
        raise ValueError("aiohttp has no TLS settings for the proxy alone: pass them as verify=")
    return proxy


def _proxy_headers(proxy: httpx.Proxy) -> dict[str, str]:
    headers = {name.lower(): value for name, value in proxy.headers.items()}
    if proxy.auth is not None:
        headers["proxy-authorization"] = "Basic " + b64encode(":".join(proxy.auth).encode()).decode("ascii")
    return headers
