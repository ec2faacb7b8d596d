"""Connections over which both sides send events: what is asked for, what waits to be sent, when to connect anew.

Nothing here waits.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, Self, TypeAlias, TypedDict

from .body import encode_json
from .errors import APIError, SDKError, excerpt
from .headers import Headers, HeaderTypes
from .kinds import is_mapping
from .models import BaseModel
from .reading import Drift, Malformed, reader_for
from .request import Call, Request, Settings, build_request
from .response import Head
from .transport import TransportError
from .urls import BaseURL, checked_url, shown_url

__all__ = [
    "AsyncSocket",
    "Handlers",
    "HasHandlers",
    "Outbox",
    "Reconnecting",
    "ReconnectingEvent",
    "ReconnectingOverrides",
    "Socket",
    "SocketClosed",
    "SocketRefused",
    "SyncWebSocketConnectionOptions",
    "WebSocketConnectionClosedError",
    "WebSocketConnectionOptions",
    "WebSocketQueueFullError",
    "WebsocketConnectionOptions",
    "checked_code",
    "error_event",
    "event_text",
    "event_type",
    "log_opened",
    "read_event",
    "socket_request",
    "transport_failure",
]

_RECOVERABLE: Final = frozenset({1001, 1005, 1006, 1011, 1012, 1013, 1015})
"""RFC 6455, section 7.4, and the codes registered since: what happens to connections, not to what they are about."""
_NOT_SENT: Final = frozenset(
    {"accept", "accept-encoding", "content-length", "content-type", "transfer-encoding", "connection", "upgrade"}
)


class WebSocketConnectionClosedError(SDKError):
    """The connection is closed. `code` and `reason` say how; `unsent_frames` are what was still to be sent."""

    code: int | None
    reason: str

    def __init__(
        self,
        message: str,
        *,
        unsent_messages: Iterable[str | bytes] = (),
        code: int | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(message)
        self._frames = list(unsent_messages)
        self.code = code
        self.reason = reason

    @property
    def unsent_frames(self) -> list[str | bytes]:
        """What was not sent, in its order."""
        return self._frames

    @property
    def unsent_messages(self) -> list[str]:
        """The text that was not sent, in its order."""
        return [each if isinstance(each, str) else each.decode("utf-8", "replace") for each in self._frames]


class WebSocketQueueFullError(SDKError):
    """More waits to be sent than `max_queue_size` allows; this message was not taken."""


class SocketClosed(Exception):
    """The other side, or this one, closed the WebSocket, or the connection broke."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class SocketRefused(Exception):
    """The server answered the request for a WebSocket with something else."""

    def __init__(self, head: Head, body: bytes) -> None:
        super().__init__(head.status)
        self.head = head
        self.body = body


class Socket(Protocol):
    """An open WebSocket. `send` and `receive` raise `SocketClosed`."""

    def send(self, message: str | bytes) -> None: ...

    def receive(self) -> str | bytes: ...

    def close(self, code: int, reason: str) -> None: ...


class AsyncSocket(Protocol):
    """An open WebSocket. `send` and `receive` raise `SocketClosed`."""

    async def send(self, message: str | bytes) -> None: ...

    async def receive(self) -> str | bytes: ...

    async def close(self, code: int, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ReconnectingEvent:
    """What an `on_reconnecting` function is told before a new connection is tried."""

    attempt: int
    """Which attempt this is, from 1."""
    max_attempts: int
    delay: float
    """Seconds until the attempt."""
    close_code: int
    """How the last connection ended."""
    extra_query: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    extra_headers: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


class ReconnectingOverrides(TypedDict, total=False):
    """What an `on_reconnecting` function may answer."""

    extra_query: Mapping[str, object]
    """Takes the place of the query entries from now on."""
    extra_headers: HeaderTypes
    """Takes the place of the extra headers from now on."""
    abort: bool
    """Whether to give up."""


class SyncWebSocketConnectionOptions(TypedDict, total=False):
    """What `websocket_connection_options` may hold for a sync client; the `websockets` package takes still more."""

    extensions: Sequence[Any] | None
    """Extensions to be agreed upon, in order of preference."""
    subprotocols: Sequence[Any] | None
    """Subprotocols, in order of preference."""
    compression: str | None
    """`deflate`, or None for no compression."""
    max_size: int | None
    """The most bytes of a message that comes in; None for any number."""
    max_queue: int | tuple[int | None, int | None] | None
    """How many frames wait to be read before the server has to; None for any number."""


class WebSocketConnectionOptions(SyncWebSocketConnectionOptions, total=False):
    """What `websocket_connection_options` may hold for an async client; the `websockets` package takes still more."""

    write_limit: int | tuple[int, int | None]
    """How many bytes wait to be sent before the program has to."""


WebsocketConnectionOptions: TypeAlias = WebSocketConnectionOptions


def socket_request(
    call: Call,
    settings: Settings,
    credentials: Mapping[str, str],
    query: Mapping[str, str],
    base_url: str | None,
) -> Request:
    """The request for a WebSocket; at `base_url` where the client has another address for them."""
    if base_url is not None:
        settings = replace(settings, base_url=BaseURL(_as_http(base_url)))
    request = build_request(call, settings, credentials, query)
    scheme, _, rest = request.url.partition("://")
    request.url = f"{'ws' if scheme == 'http' else 'wss'}://{rest}"
    fields = request.header_fields
    request.header_fields = {
        name: value for name, value in fields.items() if name not in _NOT_SENT and not name.startswith("x-stainless-")
    }
    return request


def _as_http(url: str) -> str:
    scheme, mark, rest = str(url).partition("://")
    known = {"ws": "http", "wss": "https"}
    return checked_url(f"{known.get(scheme.lower(), scheme)}{mark}{rest}", "websocket_base_url")


def event_text(event: object) -> str:
    """An event as it is sent: a model, or a mapping, whose `omit` entries are left out."""
    if not is_mapping(event) and not isinstance(event, BaseModel):
        raise TypeError(f"an event is a dict or a model, not {type(event).__name__}")
    return encode_json(event).decode("utf-8")


def read_event(target: Any, data: str | bytes) -> Any:
    """The event in a message, of whatever type. Raises `APIError` for a message that holds none."""
    try:
        return reader_for(target).read(data)
    except (Malformed, Drift):
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        raise APIError(f"A message is no event: {excerpt(text)}", None, body=text) from None


def event_type(event: object) -> str:
    """The `type` of an event, model or mapping; empty where it has none."""
    found = event.get("type") if is_mapping(event) else getattr(event, "type", None)
    return found if isinstance(found, str) else ""


def error_event(event: object) -> APIError:
    """An `error` event as the exception it becomes where nothing else takes it."""
    detail: Any = event.get("error") if is_mapping(event) else getattr(event, "error", None)
    body: Any = detail.model_dump() if isinstance(detail, BaseModel) else detail
    said = body.get("message") if is_mapping(body) else None
    return APIError(said if isinstance(said, str) and said else excerpt(repr(body)), None, body=body)


def checked_code(code: int, reason: str) -> None:
    """Refuse what no closing frame can hold (RFC 6455, section 7.4.2 and 5.5)."""
    if not (code == 1000 or 3000 <= code <= 4999 or code in (1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011)):
        raise ValueError(f"{code} is no code that a client may close with")
    if len(reason.encode("utf-8", "surrogatepass")) > 123:
        raise ValueError("the reason is longer than 123 bytes")


class Outbox:
    """What is to be sent, in order, while there is no connection. Safe to share among threads."""

    def __init__(self, limit: int, lock: AbstractContextManager[object]) -> None:
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("max_queue_size must be a number of bytes that is not negative")
        self._limit = limit
        self._size = 0
        self._waiting: deque[str | bytes] = deque()
        self._is_open = False
        self._lock = lock

    def takes(self, message: str | bytes) -> bool:
        """Whether the message was queued; if not, it can go out at once. Raises `WebSocketQueueFullError`."""
        with self._lock:
            if self._is_open:
                return False
            self._add(message)
            return True

    def keep(self, message: str | bytes) -> None:
        """Queue a message that could not be sent, since the connection broke."""
        with self._lock:
            self._is_open = False
            self._add(message)

    def _add(self, message: str | bytes) -> None:
        size = len(message) if isinstance(message, bytes) else len(message.encode("utf-8"))
        if self._size + size > self._limit:
            raise WebSocketQueueFullError(f"more than {self._limit} bytes wait to be sent; this message was not taken")
        self._waiting.append(message)
        self._size += size

    def first(self) -> str | bytes | None:
        """The message to send next. None when there is none: from then on messages go out at once."""
        with self._lock:
            if self._waiting:
                return self._waiting[0]
            self._is_open = True
            return None

    def sent(self) -> None:
        """The first message was sent."""
        with self._lock:
            message = self._waiting.popleft()
            self._size -= len(message) if isinstance(message, bytes) else len(message.encode("utf-8"))

    def shut(self) -> None:
        """From now on messages wait."""
        with self._lock:
            self._is_open = False

    def drained(self) -> list[str | bytes]:
        """Everything that waits, taken out."""
        with self._lock:
            found = list(self._waiting)
            self._waiting.clear()
            self._size = 0
            return found


class Reconnecting:
    """Whether, and how soon, to connect again after a connection broke."""

    def __init__(
        self, *, is_wanted: bool, max_retries: int, initial_delay: float, max_delay: float, random: Callable[[], float]
    ) -> None:
        if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("max_retries must be a number that is not negative")
        if not (0 <= initial_delay <= max_delay):
            raise ValueError("initial_delay must not be negative, nor greater than max_delay")
        self.is_wanted = is_wanted
        self.max_retries = max_retries
        self._initial = initial_delay
        self._max = max_delay
        self._random = random
        self._attempt = 0

    def recovers(self, code: int) -> bool:
        """Whether a connection closed with this code is to be replaced."""
        return self.is_wanted and code in _RECOVERABLE

    def next(self, code: int, query: Mapping[str, object], headers: HeaderTypes) -> ReconnectingEvent | None:
        """The next attempt; None when there were enough."""
        if self._attempt >= self.max_retries:
            return None
        delay = min(self._initial * 2**self._attempt, self._max) * (1 - 0.25 * self._random())
        self._attempt += 1
        return ReconnectingEvent(self._attempt, self.max_retries, delay, code, query, headers)

    def received(self, kind: str) -> None:
        """An event came, so the connection is a good one. An `error` may be the refusal of a server that is full."""
        if self._attempt and kind and kind != "error":
            self._attempt = 0


class Handlers:
    """The functions that want to see events, by type; `event` stands for all. Safe to share among threads."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._listed: dict[str, list[tuple[Callable[..., Any], bool]]] = {}
        self._lock = lock

    def add(self, kind: str, handler: Callable[..., Any], *, once: bool = False) -> None:
        if not callable(handler):
            raise TypeError(f"a handler is a function, not {type(handler).__name__}")
        with self._lock:
            self._listed.setdefault(kind, []).append((handler, once))

    def remove(self, kind: str, handler: Callable[..., Any]) -> None:
        """Take one handler away; one that is not there is no error."""
        with self._lock:
            listed = self._listed.get(kind, [])
            for index, (each, _) in enumerate(listed):
                if each == handler:
                    del listed[index]
                    return

    def of(self, kind: str) -> list[Callable[..., Any]]:
        """The handlers for an event of this type, in the order they were added; those for one event only are gone."""
        with self._lock:
            found: list[Callable[..., Any]] = []
            for name in (kind, "event") if kind != "event" else (kind,):
                listed = self._listed.get(name)
                if listed:
                    found += [handler for handler, _ in listed]
                    self._listed[name] = [entry for entry in listed if not entry[1]]
            return found


def log_opened(logger: logging.Logger, request: Request) -> None:
    """Tell that a WebSocket is asked for; no secret is shown."""
    if logger.isEnabledFor(logging.DEBUG):
        names = Headers(request.header_fields, secret=request.secrets)
        logger.debug("WebSocket %s %r", shown_url(request.url, request.secrets), names)


def transport_failure(error: BaseException) -> TransportError:
    """An error of the network as one that shows no header, since libraries keep those on their exceptions."""
    return TransportError(f"{type(error).__name__}: {excerpt(str(error))}")


class HasHandlers:
    """What functions can be registered with: a connection, and what will open one."""

    _handlers: Handlers

    def on(self, event_type: str, handler: Callable[[Any], Any] | None = None) -> Any:
        """Have a function called with every event of a type (`event`: of any) that `dispatch_events` sees.

        Without a function it decorates one.
        """
        return self._registered(event_type, handler, once=False)

    def once(self, event_type: str, handler: Callable[[Any], Any] | None = None) -> Any:
        """The same, for the next event only."""
        return self._registered(event_type, handler, once=True)

    def off(self, event_type: str, handler: Callable[[Any], Any]) -> Self:
        """Take a function away again."""
        self._handlers.remove(event_type, handler)
        return self

    def _registered(self, kind: str, handler: Callable[[Any], Any] | None, *, once: bool) -> object:
        if handler is not None:
            self._handlers.add(kind, handler, once=once)
            return self

        def decorate(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
            self._handlers.add(kind, function, once=once)
            return function

        return decorate
