"""One aiohttp session, for one event loop: how it is made, sends a request, and is closed without a sound.

With `aiohttp_pool`, it is the place that knows how aiohttp works inside.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import aiohttp
from multidict import CIMultiDict

from ..core.errors import ClientClosedError
from ..core.timeouts import Timeout
from .aiohttp_body import AT_ONCE, RequestBody
from .aiohttp_errors import ERRORS, fault_of
from .aiohttp_pool import Connector, Places
from .aiohttp_reply import AioHTTPReply, give_up
from .aiohttp_routes import Routes
from .pools import trust

__all__ = ["Home", "Setup"]

_LINE_AT_MOST: Final = 32 * 1024
_FIELDS_AT_MOST: Final = 512
"""Bounds of a response's head: what any API sends fits, and what a broken server sends does not fill the memory."""

_ADDED_BY_AIOHTTP: Final = ("accept", "accept-encoding", "content-type", "user-agent")


@dataclass(frozen=True, slots=True)
class Setup:
    """What the sessions of one transport have in common."""

    routes: Routes
    verify: ssl.SSLContext | None
    max_connections: int | None
    max_idle: int | None
    keepalive_seconds: float | None
    limits: Mapping[str, Any] = field(default_factory=lambda: _limits())


class _Request(aiohttp.ClientRequest):
    """A request whose headers are the core's, and nothing else."""

    def update_expect_continue(self, expect: bool = False) -> None:
        # aiohttp would hold the body back until a server that may not know of `expect` says something.
        pass

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        if self.method == "DELETE" and not self.body:
            self.headers.pop("content-length", None)
        return await super().send(conn)


class Home:
    """The connections of the running event loop."""

    def __init__(self, setup: Setup) -> None:
        loop = asyncio.get_running_loop()
        self.is_closed = False
        self.open: set[aiohttp.ClientResponse] = set()
        """Responses with a connection. Kept here, they are closed in an orderly way even when their reader is lost."""
        self.loop = loop
        self._pid = os.getpid()
        self._routes = setup.routes
        self._verify = setup.verify
        self._places = Places(loop, setup.max_connections)
        self._connector = Connector(loop, max_idle=setup.max_idle, keepalive_seconds=setup.keepalive_seconds)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=_Request,
            auto_decompress=False,
            raise_for_status=False,
            trust_env=False,  # it would read .netrc and the environment in a thread at every request
            **setup.limits,
        )
        # The core repeats requests, and says so in a header; aiohttp would do it once more on its own.
        setattr(self._session, "_retry_connection", False)  # noqa: B010
        _keep_until_closed(self)

    def is_here(self) -> bool:
        """Whether this is open, and of the running loop and process."""
        return not self.is_closed and self.loop is asyncio.get_running_loop() and self._pid == os.getpid()

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | AsyncIterator[bytes] | None,
        limit: Timeout,
    ) -> AioHTTPReply:
        """Send a request and give the answer with its body unread. Raises `TransportError`."""
        route = self._routes.route(url)
        options: dict[str, Any] = {}
        if route.is_tls:
            options["ssl"] = self._verify or self._default_trust()
        if route.proxy is not None:
            options["proxy"] = route.proxy
            if route.is_tls:
                options["proxy_headers"] = route.proxy_headers
            else:
                headers = CIMultiDict([*route.proxy_headers.items(), *headers.items()])
        missing = [name for name in _ADDED_BY_AIOHTTP if name not in headers]
        if missing:
            options["skip_auto_headers"] = missing
        data: RequestBody | bytes | None = body or None if isinstance(body, bytes) else None
        if body is not None and not (isinstance(body, bytes) and len(body) <= AT_ONCE):
            length = headers.get("content-length")
            data = RequestBody(body, int(length) if length and length.isdigit() else None, limit.write)
            if "transfer-encoding" in headers:
                headers = CIMultiDict(pair for pair in headers.items() if pair[0].lower() != "transfer-encoding")
        places = self._places
        if not places.take_at_once():
            await places.take(limit.pool)
        fault: Exception | None = None
        try:
            response = await self._session.request(
                method,
                route.url,
                data=data,
                headers=headers,
                allow_redirects=False,
                timeout=_client_timeout(limit.connect, limit.read),
                **options,
            )
        except ERRORS as error:
            places.give_back()
            fault = self._fault(error, data)
        except BaseException:
            places.give_back()
            raise
        else:
            connection = response.connection
            if connection is None:
                places.give_back()
            else:
                connection.add_callback(places.give_back)
            if len(response.headers) <= _FIELDS_AT_MOST:
                return AioHTTPReply(response, self, limit.read)
            give_up(response)
            fault = fault_of(aiohttp.ClientPayloadError("too many headers"))
        raise fault  # here, so that aiohttp's own error, which holds the request's headers, is not its context

    def _fault(self, error: Exception, data: object) -> Exception:
        if isinstance(data, RequestBody) and data.failure is not None:
            failure = data.failure
            return fault_of(failure) if isinstance(failure, ERRORS) else failure
        if self.is_closed:
            return ClientClosedError("this client was closed during the request")
        return fault_of(error)

    def _default_trust(self) -> ssl.SSLContext:
        context = self._verify = trust()
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def aclose(self) -> None:
        """Close every connection, those in use included. Closing twice does nothing."""
        # Without waiting: the loop may be about to end, and a task that still waits then is complained of.
        if self._pid != os.getpid():
            self.hush()  # the connections are the parent's
        elif not self.is_closed:
            self.close_now()

    def close_now(self) -> None:
        """The part of closing that needs no loop."""
        self.is_closed = True
        self._places.close()
        for response in self.open:
            give_up(response)
        self.open.clear()
        self._connector.close_now()
        self.hush()

    def hush(self) -> None:
        """Have the session say nothing of connections it may have when it is collected."""
        _open.discard(self)
        self._session.detach()

    def has_lost_its_loop(self) -> bool:
        """Whether the loop is closed, without having finished what ran in it, as `asyncio.run` would have done."""
        return self.loop.is_closed() and self._pid == os.getpid()


_open: Final[set[Home]] = set()
"""Every open one. Were it collected open, in a reference cycle or at exit, the parts of aiohttp would complain."""


def _keep_until_closed(home: Home) -> None:
    for other in list(_open):  # at once: other threads have loops, too
        if other.has_lost_its_loop():
            other.close_now()
    _open.add(home)


@atexit.register
def _hush_all() -> None:
    for home in list(_open):
        home.hush()


@lru_cache(maxsize=64)
def _client_timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    """aiohttp's form of a timeout. No time at all is the shortest time there: zero would mean no limit."""
    return aiohttp.ClientTimeout(
        total=None,
        sock_connect=None if connect is None else max(connect, 1e-6),
        sock_read=None if read is None else max(read, 1e-6),
    )


@lru_cache(maxsize=1)
def _limits() -> dict[str, int]:
    import inspect

    known = inspect.signature(aiohttp.ClientSession.__init__).parameters
    limits = {"max_line_size": _LINE_AT_MOST, "max_field_size": _LINE_AT_MOST, "max_headers": _FIELDS_AT_MOST}
    return {name: value for name, value in limits.items() if name in known}  # `max_headers` is a recent one
