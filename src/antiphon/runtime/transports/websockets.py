"""WebSockets by the `websockets` package. Both colours, by hand; the only module that knows the package."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..core.channel import AsyncSocket, Socket, SocketClosed, SocketRefused, transport_failure
from ..core.errors import SDKError
from ..core.headers import Headers
from ..core.request import Request
from ..core.response import Head
from ..core.transport import TransportTimeout

if TYPE_CHECKING:
    from types import ModuleType

    from websockets.asyncio.client import ClientConnection as AsyncClientConnection
    from websockets.sync.client import ClientConnection

__all__ = ["async_opened", "opened"]

T = TypeVar("T")


async def async_opened(request: Request, options: Mapping[str, Any], package: str) -> AsyncSocket:
    """The open WebSocket. Raises `SocketRefused`, `TransportError`, or `SDKError` without the package."""
    exceptions = _exceptions(package)
    from websockets.asyncio.client import connect

    try:
        connecting = connect(request.url, **_arguments(request, options, package))
        cast(Any, connecting).process_redirect = _unchanged
        connection: Any = await cast(Any, connecting)
        return _AsyncSocket(connection, exceptions)
    except Exception as error:
        raise _failure(error, exceptions) from None


def opened(request: Request, options: Mapping[str, Any], package: str) -> Socket:
    exceptions = _exceptions(package)
    from websockets.sync import client

    arguments = _arguments(request, options, package)
    reconnect: Any = getattr(client, "reconnect", None)
    connect: Any = client.connect
    try:
        # Before 17 the sync client followed no redirects. What tests or tracers put in its place is what they want.
        if reconnect is None or getattr(connect, "__module__", None) != client.__name__:
            return _Socket(connect(request.url, **arguments), exceptions)
        connecting = reconnect(request.url, **arguments)
        connecting.process_redirect = _unchanged
        return _Socket(connecting.__enter__(), exceptions)
    except Exception as error:
        raise _failure(error, exceptions) from None


def _unchanged(error: Exception) -> Exception:
    """Follows no redirect: whom the first server trusts, our credentials need not."""
    return error


def _exceptions(package: str) -> ModuleType:
    try:
        from websockets import exceptions
    except ImportError:
        raise SDKError(
            f"WebSockets need the package websockets: install it with pip install '{package}[realtime]'"
        ) from None
    return exceptions


def _arguments(request: Request, options: Mapping[str, Any], package: str) -> dict[str, Any]:
    headers = dict(request.header_fields)
    agent = headers.pop("user-agent", None)
    return {
        "max_size": None,  # events with audio are large
        # What has no limit must not grow on its way either, from a few bytes to all of the memory.
        **({"compression": None} if options.get("max_size") is None else {}),
        "additional_headers": headers,
        "user_agent_header": agent,
        "logger": _quiet_logger(package),
        **{name: value for name, value in options.items() if name not in ("additional_headers", "extra_headers")},
    }


def _quiet_logger(package: str) -> logging.Logger:
    """A logger for the library that is never at debug level, where it would write out our headers."""
    logger = logging.getLogger(f"{package}.websockets")
    if logger.level < logging.INFO:
        logger.setLevel(logging.INFO)
    return logger


def _failure(error: Exception, exceptions: Any) -> Exception:
    """What a failed handshake becomes. The library's own error is left behind: it holds our request."""
    if isinstance(error, exceptions.InvalidStatus):
        answer: Any = cast(Any, error).response
        pairs = [(str(name), str(value)) for name, value in answer.headers.raw_items()]
        return SocketRefused(Head(int(answer.status_code), Headers(pairs)), bytes(answer.body or b""))
    if isinstance(error, TimeoutError):
        return TransportTimeout("the WebSocket was not open in time")
    if isinstance(error, (OSError, EOFError, exceptions.WebSocketException)):
        return transport_failure(error)
    return error


def _closed(error: Any) -> SocketClosed:
    frame = error.rcvd or error.sent
    return SocketClosed(1006, "") if frame is None else SocketClosed(int(frame.code), str(frame.reason))


class _AsyncSocket:
    def __init__(self, connection: AsyncClientConnection, exceptions: Any) -> None:
        self._connection = connection
        self._closed_error: type[Exception] = exceptions.ConnectionClosed

    async def send(self, message: str | bytes) -> None:
        try:
            await self._connection.send(message)
        except self._closed_error as error:
            raise _closed(error) from None

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv()
        except self._closed_error as error:
            raise _closed(error) from None

    async def close(self, code: int, reason: str) -> None:
        await self._connection.close(code, reason)


class _Socket:
    def __init__(self, connection: ClientConnection, exceptions: Any) -> None:
        self._connection = connection
        self._closed_error: type[Exception] = exceptions.ConnectionClosed

    def send(self, message: str | bytes) -> None:
        self._do(lambda: self._connection.send(message))

    def receive(self) -> str | bytes:
        return self._do(self._connection.recv)

    def close(self, code: int, reason: str) -> None:
        self._connection.close(code, reason)

    def _do(self, function: Callable[[], T]) -> T:
        try:
            return function()
        except self._closed_error as error:
            raise _closed(error) from None
