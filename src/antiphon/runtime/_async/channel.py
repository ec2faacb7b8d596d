"""Connections over which both sides send events: opening them, sending, receiving, and opening them anew."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Any, ClassVar, Generic, TypeVar

from ..core.channel import (
    AsyncSocket,
    Handlers,
    HasHandlers,
    Outbox,
    Reconnecting,
    ReconnectingEvent,
    ReconnectingOverrides,
    SocketClosed,
    SocketRefused,
    WebSocketConnectionClosedError,
    checked_code,
    error_event,
    event_text,
    event_type,
    log_opened,
    read_event,
    socket_request,
)
from ..core.errors import APIConnectionError, APIError, APIStatusError, InternalServerError, RateLimitError
from ..core.exchange import connection_error
from ..core.headers import HeaderTypes
from ..core.request import Call, SentRequest
from ..core.response import HTTPResponse
from ..core.transport import TransportError
from ..waiting import async_answered, async_open_socket, async_sleep
from .client import AsyncAPIClient

__all__ = ["AsyncEventConnection", "AsyncEventConnectionManager", "AsyncEventSender", "AsyncOpening"]

EventT = TypeVar("EventT")
SentT = TypeVar("SentT")
ConnectionT = TypeVar("ConnectionT", bound="AsyncEventConnection[Any, Any]")


class AsyncOpening:
    """Opens WebSockets to one path of the API, the first and those that replace it."""

    def __init__(
        self,
        client: AsyncAPIClient,
        call: Call,
        *,
        options: Mapping[str, Any] | None = None,
        on_reconnecting: Callable[[ReconnectingEvent], Any] | None = None,
        max_retries: int = 5,
        initial_delay: float = 0.5,
        max_delay: float = 8.0,
        max_queue_size: int = 1_048_576,
    ) -> None:
        if on_reconnecting is not None and not callable(on_reconnecting):
            raise TypeError(f"on_reconnecting is a function, not {type(on_reconnecting).__name__}")
        self.outbox = Outbox(max_queue_size, threading.Lock())
        self.reconnecting = Reconnecting(
            is_wanted=on_reconnecting is not None,
            max_retries=max_retries,
            initial_delay=initial_delay,
            max_delay=max_delay,
            random=random.random,
        )
        self._client = client
        self._call = call
        self._options = dict(options or {})
        self._on_reconnecting = on_reconnecting

    async def open(self) -> AsyncSocket:
        """An open WebSocket.

        Raises `APIStatusError` when the server refuses it, `APIConnectionError` or `APITimeoutError` when it cannot be
        had, `SDKError` without the package that WebSockets need.
        """
        client = self._client
        call = await client.prepared(self._call)
        renewable = True
        while True:
            settings, credentials, query, functions = await client.authorised(call)
            address: str | None = getattr(client, "websocket_base_url", None)
            request = socket_request(call, settings, credentials, query, address)
            log_opened(client.logger, request)
            started = time.perf_counter()
            try:
                opened = await async_open_socket(request, self._options, settings.name)
            except SocketRefused as error:
                if error.head.status == 401 and renewable and functions:
                    for each in functions:
                        each.refused(request.header_fields)
                    renewable = False
                    continue
                refused = HTTPResponse(error.head, SentRequest.of(request), error.body)
                raise client.refused(refused) from None
            except TransportError as error:
                raise connection_error(error, SentRequest.of(request)) from error.cause
            client.logger.debug("WebSocket open after %.3f s", time.perf_counter() - started)
            return opened

    async def reopen(self, code: int) -> AsyncSocket | None:
        """Another WebSocket after one was closed with this code; None when it cannot be had, or must not."""
        if not self.reconnecting.recovers(code):
            return None
        while True:
            query: Mapping[str, object] = self._call.extra_query or {}
            headers: HeaderTypes = self._call.extra_headers or {}
            event = self.reconnecting.next(code, query, headers)
            if event is None:
                return None
            if self._on_reconnecting is not None:
                overrides: ReconnectingOverrides = await async_answered(self._on_reconnecting(event)) or {}
                if overrides.get("abort"):
                    return None
                query, headers = overrides.get("extra_query", query), overrides.get("extra_headers", headers)
                self._call = self._call.replaced(extra_query=query, extra_headers=headers)
            await async_sleep(event.delay)
            try:
                return await self.open()
            except (APIConnectionError, InternalServerError, RateLimitError):
                continue  # as good a reason to wait and try again as the one that brought us here


class AsyncEventConnection(HasHandlers, Generic[EventT, SentT]):
    """An open connection: events of the server to iterate over, and events to send.

    One task may receive while others send.
    """

    events: ClassVar[Any] = object
    """The type of what the server sends."""

    def __init__(self, socket: AsyncSocket, opening: AsyncOpening, handlers: Handlers) -> None:
        self._socket = socket
        self._opening = opening
        self._handlers = handlers
        self._is_closed = False
        """Whether this side closed it."""
        self._is_over = False
        """Whether it broke, and is not replaced any more."""

    # --- receiving ---

    async def __aiter__(self) -> AsyncIterator[EventT]:
        """The events, until the connection is closed in order. Raises `WebSocketConnectionClosedError` if it breaks."""
        while True:
            try:
                event = await self.recv()
            except WebSocketConnectionClosedError as closed:
                if closed.code in (1000, 1001) or self._is_closed:
                    return
                raise
            yield event

    async def recv(self) -> EventT:
        """The next event. Nothing is lost when the wait is cancelled.

        Raises `WebSocketConnectionClosedError` when there are no more, and `APIError` for what is no event.
        """
        event = self.parse_event(await self.recv_bytes())
        self._opening.reconnecting.received(event_type(event))
        return event

    async def recv_bytes(self) -> bytes:
        """The next message as it came; `parse_event` makes an event of it."""
        while True:
            try:
                message = await self._socket.receive()
            except SocketClosed as closed:
                await self._replace(closed)
                continue
            return message if isinstance(message, bytes) else message.encode("utf-8")

    def parse_event(self, data: str | bytes) -> EventT:
        """The event in a message; events of types that are not known yet are usable objects all the same."""
        return read_event(self.events, data)

    async def _replace(self, closed: SocketClosed) -> None:
        """Another connection for a broken one, with what could not be sent. Raises if there is none to be had."""
        opening = self._opening
        opening.outbox.shut()
        cause: APIError | None = None
        if not self._is_closed:
            try:
                socket = await opening.reopen(closed.code)
                if socket is not None:
                    self._socket = socket
                    await self.flush()
                    return
            except APIStatusError as error:
                cause = error
        self._is_over = True
        raise self._ended(closed.code, closed.reason, opening.outbox.drained()) from cause

    def _ended(self, code: int, reason: str, unsent: list[str | bytes]) -> WebSocketConnectionClosedError:
        text = f"The connection is closed (code {code}{f', {reason}' if reason else ''})"
        if unsent:
            text += f"; {len(unsent)} messages were not sent"
        return WebSocketConnectionClosedError(f"{text}.", unsent_messages=unsent, code=code, reason=reason)

    # --- sending ---

    async def send(self, event: SentT | Mapping[str, object]) -> None:
        """Send an event, a model or a mapping.

        While the connection is being replaced, it waits in a queue, which `WebSocketQueueFullError` says is full.
        Raises `WebSocketConnectionClosedError` when the connection is closed for good.
        """
        await self.send_raw(event_text(event))

    async def send_raw(self, data: str | bytes) -> None:
        """Send a message as it is."""
        opening = self._opening
        if not (self._is_closed or self._is_over) and opening.outbox.takes(data):
            return
        try:
            await self._socket.send(data)
        except SocketClosed as closed:
            if self._is_closed or self._is_over or not opening.reconnecting.recovers(closed.code):
                raise self._ended(closed.code, closed.reason, [data]) from None
            opening.outbox.keep(data)  # whoever receives notices as well, and connects again

    async def flush(self) -> None:
        """Send what waits."""
        outbox = self._opening.outbox
        while (message := outbox.first()) is not None:
            try:
                await self._socket.send(message)
            except SocketClosed:
                outbox.shut()
                return
            outbox.sent()

    async def close(self, *, code: int = 1000, reason: str = "") -> None:
        """Close the connection. Closing twice does nothing."""
        checked_code(code, reason)
        self._is_closed = True
        await self._socket.close(code, reason)

    # --- handlers ---

    async def dispatch_events(self) -> None:
        """Give the events to the functions that want them, until the connection is closed.

        Raises `APIError` for an `error` event that no function takes.
        """
        async for event in self:
            kind = event_type(event)
            handlers = self._handlers.of(kind)
            if kind == "error" and not handlers:
                raise error_event(event)
            for handler in handlers:
                await async_answered(handler(event))


class AsyncEventSender:
    """Sends the events whose types begin alike: `connection.session.update(...)` is the event `session.update`."""

    def __init__(self, connection: AsyncEventConnection[Any, Any]) -> None:
        self._connection = connection


class AsyncEventConnectionManager(HasHandlers, Generic[ConnectionT]):
    """Opens a connection where a `with` block begins, and closes it where that ends."""

    connection_class: ClassVar[Any]

    def __init__(self, opening: AsyncOpening) -> None:
        self._opening = opening
        self._handlers = Handlers(threading.Lock())
        self._connection: ConnectionT | None = None

    async def enter(self) -> ConnectionT:
        """Open the connection without a block; `close()` it when it is not needed any more."""
        socket = await self._opening.open()
        connection: ConnectionT = self.connection_class(socket, self._opening, self._handlers)
        self._connection = connection
        await connection.flush()
        return connection

    async def __aenter__(self) -> ConnectionT:
        return await self.enter()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._connection is not None:
            await self._connection.close()

    def send(self, event: object) -> None:
        """Have an event sent as soon as the connection is open."""
        if self._connection is not None or not self._opening.outbox.takes(event_text(event)):
            raise RuntimeError("the connection is open: send by it, not by what opened it")
