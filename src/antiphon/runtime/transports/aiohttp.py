"""The aiohttp transport: SDK calls go straight to aiohttp. Loads aiohttp when a transport is made, not before."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from ..core.request import Request
from ..core.timeouts import Timeout
from ..core.transport import AsyncReply
from .loops import PerLoop
from .pools import KEEPALIVE_SECONDS, MAX_CONNECTIONS

if TYPE_CHECKING:
    import httpx

    from .aiohttp_session import Home, Setup

__all__ = ["AioHTTPTransport", "aiohttp_setup"]

_MISSING: Final = "aiohttp is not installed: pip install 'antiphon[aiohttp]'"


def aiohttp_setup(
    *,
    verify: ssl.SSLContext | None = None,
    proxy: str | httpx.URL | httpx.Proxy | None = None,
    trust_env: bool = True,
    max_connections: int | None = MAX_CONNECTIONS,
    max_idle: int | None = None,
    keepalive_seconds: float | None = KEEPALIVE_SECONDS,
) -> Setup:
    """What every session of a transport is made of. Raises RuntimeError where aiohttp is not installed."""
    try:
        import aiohttp  # noqa: F401  # pyright: ignore[reportUnusedImport]  only to tell that it is there
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise RuntimeError(_MISSING) from None
    from .aiohttp_routes import Routes
    from .aiohttp_session import Setup

    return Setup(
        routes=Routes(proxy, trust_env=trust_env),
        verify=verify,
        max_connections=max_connections,
        max_idle=max_idle,
        keepalive_seconds=keepalive_seconds,
    )


class AioHTTPTransport:
    """An async transport over aiohttp, to be passed as `http_client=`.

    It has one pool of connections for each event loop it is used in. A pool is closed when its loop ends, on
    `aclose`, and when the transport is dropped.

    Args:
        verify: TLS settings, in place of the default ones.
        proxy: the URL of a proxy for every request, with user and password in it where it wants them.
        trust_env: whether HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY are obeyed.
        max_connections: how many requests may be in flight; further ones wait.
        keepalive_seconds: how long a connection that is not in use is kept; None for as long as the server keeps it.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_connections: int | None = MAX_CONNECTIONS,
        keepalive_seconds: float | None = KEEPALIVE_SECONDS,
        setup: Setup | None = None,
    ) -> None:
        self._setup: Setup = setup or aiohttp_setup(
            verify=verify,
            proxy=proxy,
            trust_env=trust_env,
            max_connections=max_connections,
            keepalive_seconds=keepalive_seconds,
        )
        from .aiohttp_session import Home

        self._homes: PerLoop[Home] = PerLoop(partial(Home, self._setup))
        self._latest: Home | None = None

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        return await self.exchange(request.method, request.url, request.header_fields, body, request.timeout)

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | AsyncIterator[bytes] | None,
        limit: Timeout,
    ) -> AsyncReply:
        """As `send`, for a request in its parts; `headers` may hold a name several times."""
        home = self._latest
        if home is None or not home.is_here():
            home = self._latest = await self._homes.get()
        reply = await home.exchange(method, url, headers, body, limit)
        reply.owner = self  # dropping it would close the connection
        return reply

    async def aclose(self) -> None:
        """Close the connections of the running loop, and let go of those of other loops."""
        self._latest = None
        await self._homes.aclose()
        # The connections are gone two turns of the loop later: a TLS one tells the one below first.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
