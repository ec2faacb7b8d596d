"""A response of aiohttp, its body as it is on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from ..core.headers import Headers
from ..core.response import Head
from .aiohttp_errors import ERRORS, fault_of

if TYPE_CHECKING:
    from .aiohttp_session import Home

__all__ = ["AioHTTPReply", "give_up"]

_DRAINING_SECONDS: Final = 0.1
_REST_AT_MOST: Final = 64 * 1024


class AioHTTPReply:
    """The reply of `AioHTTPTransport`."""

    __slots__ = ("_home", "_read_seconds", "_response", "head", "owner")

    def __init__(self, response: aiohttp.ClientResponse, home: Home, read_seconds: float | None) -> None:
        version = response.version
        self.head = Head(
            response.status,
            Headers([(name, value if value.isascii() else _text(value)) for name, value in response.headers.items()]),
            "HTTP/1.1" if version is None or version == (1, 1) else f"HTTP/{version[0]}.{version[1]}",
        )
        self.owner: object = None
        self._home = home
        self._response: aiohttp.ClientResponse | None = response
        self._read_seconds = None if read_seconds is None else max(read_seconds, 1e-6)
        if response.connection is not None:
            home.open.add(response)
            _forget_heads(response)
            # aiohttp would count while nobody reads; from here on the time counts that a read has to wait.
            _watch(response, None)

    async def read(self) -> bytes:
        response = self._response
        if response is not None and response.connection is None and response.content.exception() is None:
            self._response = None
            return response.content.read_nowait()  # all of it came with the head
        return b"".join([piece async for piece in self.pieces()])

    async def pieces(self) -> AsyncIterator[bytes]:
        while piece := await self._piece():
            yield piece

    async def _piece(self) -> bytes:
        try:
            piece = await self._next()
        except ERRORS as error:
            self._close()
            fault = fault_of(error)
        except BaseException:
            self._close()
            raise
        else:
            if not piece:
                self._close()
            return piece
        raise fault  # here, so that aiohttp's error is not its context

    async def finish(self) -> None:
        rest = 0
        try:
            async with asyncio.timeout(_DRAINING_SECONDS):
                while rest <= _REST_AT_MOST and (piece := await self._next()):
                    rest += len(piece)
        except ERRORS:  # a TimeoutError among them
            return
        finally:
            self._close()

    async def aclose(self) -> None:
        self._close()

    def abandon(self) -> None:
        response, self._response = self._response, None
        home = self._home
        if response is None or response not in home.open:
            return
        with suppress(RuntimeError):  # the loop is closed; its end has let go of the connection
            home.loop.call_soon_threadsafe(_close, response, home)

    def __del__(self) -> None:
        self.abandon()

    async def _next(self) -> bytes:
        """What has come of the body, or comes next; nothing at its end."""
        response = self._response
        if response is None:
            return b""
        content = response.content
        piece = _arrived(content)
        if piece or content.at_eof():
            return piece
        _watch(response, self._read_seconds)
        try:
            return await content.readany()
        finally:
            _watch(response, None)

    def _close(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            _close(response, self._home)


def _close(response: aiohttp.ClientResponse, home: Home) -> None:
    home.open.discard(response)
    if response.connection is not None:  # else its body ended, and the connection is in the pool
        give_up(response)


def give_up(response: aiohttp.ClientResponse) -> None:
    """Break the connection off. An orderly end of TLS would have to be waited for."""
    connection = response.connection
    transport = None if connection is None else connection.transport
    with suppress(RuntimeError):  # the loop is closed
        if transport is not None:
            transport.abort()
        response.close()


def _forget_heads(response: Any) -> None:
    """Let go of what nobody asks a response for any more: it may stay open for long, and many others with it."""
    response._headers = response._request_info = None
    response._raw_headers = ()


def _watch(response: aiohttp.ClientResponse, seconds: float | None) -> None:
    """Have aiohttp's clock for reading run, or not. The connection is somebody else's when the body has ended."""
    connection = response.connection
    protocol = None if connection is None else connection.protocol
    if protocol is not None:
        protocol.read_timeout = seconds
        protocol.start_timeout()


def _arrived(content: Any) -> bytes:
    """What can be had without waiting. What came before a fault is given out before the fault is raised."""
    if content.exception() is None or not getattr(content, "_buffer", None):
        return content.read_nowait()
    return content._read_nowait(-1)


def _text(value: str) -> str:
    """A header value that is not ASCII: aiohttp reads UTF-8 and keeps other bytes as surrogates."""
    return value.encode("utf-8", "surrogateescape").decode("latin-1") if _has_surrogates(value) else value


def _has_surrogates(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)
