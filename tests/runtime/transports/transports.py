"""The async transports under test, by name: the same behaviour is asked of each."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import httpx2

from antiphon.runtime.core.request import Request
from antiphon.runtime.core.timeouts import Timeout
from antiphon.runtime.core.transport import AsyncReply, AsyncTransport
from antiphon.runtime.transports._async.direct import AsyncDirectTransport
from antiphon.runtime.transports._async.httpx import AsyncClientTransport
from antiphon.runtime.transports.aiohttp import AioHTTPTransport
from antiphon.runtime.transports.aiohttp_client import DefaultAioHttpClient
from antiphon.runtime.transports.choice import async_transport_for
from antiphon.runtime.transports.pools import AsyncPools

__all__ = ["NAMES", "PATIENT", "aiohttp", "exchange", "opened", "opened_reply", "request", "transport"]

NAMES: Final = ("direct", "aiohttp", "aiohttp client", "aiohttp as httpx", "httpx client", "httpx2 client")

PATIENT: Final = Timeout(15)


def transport(name: str, *, connections: int | None = None, verify: ssl.SSLContext | None = None) -> AsyncTransport:
    """A transport of this name, closed by nobody."""
    limits: dict[str, Any] = {} if connections is None else {"max_connections": connections}
    keywords: dict[str, Any] = {} if verify is None else {"verify": verify}
    keywords["trust_env"] = False
    match name:
        case "aiohttp":
            return AioHTTPTransport(**limits, **keywords)
        case "aiohttp client":
            return async_transport_for(DefaultAioHttpClient(limits=httpx.Limits(**limits), **keywords))
        case "aiohttp as httpx":
            return AsyncClientTransport(DefaultAioHttpClient(limits=httpx.Limits(**limits), **keywords), httpx)
        case "direct":
            return AsyncDirectTransport(AsyncPools(verify=verify, **limits))
        case "httpx client":
            return async_transport_for(httpx.AsyncClient(limits=httpx.Limits(**limits), **keywords))
        case "httpx2 client":
            return async_transport_for(httpx2.AsyncClient(limits=httpx2.Limits(**limits), **keywords))
        case _:
            raise ValueError(name)


@asynccontextmanager
async def opened(name: str, **arguments: Any) -> AsyncGenerator[AsyncTransport]:
    made = transport(name, **arguments)
    try:
        yield made
    finally:
        await made.aclose()


def request(
    url: str,
    body: bytes | None = b'{"a": 1}',
    *,
    method: str = "POST",
    timeout: Timeout = PATIENT,
    headers: dict[str, str] | None = None,
) -> Request:
    """A request as the core makes them."""
    fields = {"accept": "application/json", "user-agent": "test", "authorization": "Bearer sk-secret"}
    if body is not None:
        fields["content-length"] = str(len(body))
    return Request(method, url, {**fields, **(headers or {})}, body, timeout)


def aiohttp(**arguments: Any) -> AioHTTPTransport:
    """An aiohttp transport that knows no proxies."""
    return AioHTTPTransport(trust_env=False, **arguments)


async def opened_reply(made: AsyncTransport, url: str, timeout: Timeout = PATIENT) -> AsyncReply:
    """The answer to a GET, unread."""
    return await made.send(request(url, None, method="GET", timeout=timeout), None)


async def exchange(made: AsyncTransport, url: str, **arguments: Any) -> tuple[int, bytes]:
    """Status and body of one request."""
    asked = request(url, **arguments)
    reply: AsyncReply = await made.send(asked, asked.body if isinstance(asked.body, bytes) else None)
    return reply.head.status, await reply.read()
