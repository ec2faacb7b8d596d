"""Connections to servers in both colours: by hand, for this is where they differ most.

Both read what has come and write what they are given, each within a time; faults are `TransportError`.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..core.http11 import RequestHead, is_refusal, patience
from ..core.transport import TransportError, TransportTimeout
from .errors import TIMEOUT_WORDS
from .loops import close_in_loop
from .sockets import copied, is_quiet, ready, socket_options

if TYPE_CHECKING:  # whoever runs a loop has loaded it, and nobody else has to
    import asyncio
    import ssl

__all__ = ["AsyncNetworkStream", "NetworkStream", "Origin", "async_connected", "connected", "fault"]

_AT_ONCE: Final = 64 * 1024
_HELD_AT_MOST: Final = 256 * 1024

_ANSWERED: Final = "the server answered before it had read the whole request"
_CLOSED: Final = "the server closed the connection"
_ENDED: Final = "the connection was closed on this side meanwhile"


class Origin(NamedTuple):
    """Where a server is found."""

    scheme: str
    host: str
    port: int

    @property
    def certified(self) -> str:
        """The name that its certificate is for, which has no dot at its end (RFC 6066, section 3)."""
        return self.host.removesuffix(".")


async def async_connected(origin: Origin, trust: ssl.SSLContext | None, seconds: float | None) -> AsyncNetworkStream:
    """A connection in the running asyncio loop; over TLS where there are settings for it.

    Raises `TransportError` when there is none, `TransportTimeout` when there was none in time.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    stream = AsyncNetworkStream(loop)
    if trust is not None:
        from .tls import AsyncTLSStream

        stream = AsyncTLSStream(loop, trust, origin.certified)
    try:
        async with asyncio.timeout(seconds):
            await _connect(loop, stream, origin)
            await stream.begin()
    except TimeoutError as error:
        stream.abort()
        raise TransportTimeout(TIMEOUT_WORDS["ConnectTimeout"], error) from None
    except (OSError, UnicodeError) as error:
        stream.abort()
        raise _unreachable(origin, error) from None
    except BaseException:
        stream.abort()
        raise
    return stream


async def _connect(loop: asyncio.AbstractEventLoop, protocol: Any, origin: Origin) -> None:
    if _is_address(origin.host):
        await loop.create_connection(lambda: protocol, origin.host, origin.port)
        return
    from .eyeballs import connected_socket

    sock = await connected_socket(origin.host, origin.port)
    try:
        await loop.create_connection(lambda: protocol, sock=sock)
    except BaseException:
        sock.close()
        raise


class AsyncNetworkStream:
    """One connection of an asyncio loop, and the protocol that the loop calls. Used by one task at a time."""

    __slots__ = (
        "_deadline",
        "_fault",
        "_has_ended",
        "_is_aborted",
        "_is_full",
        "_is_paused",
        "_loop",
        "_received",
        "_timer",
        "_waiter",
        "transport",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.transport: Any = None
        """asyncio's transport, while it is connected."""
        self._loop = loop
        self._received = b""
        self._has_ended = False
        self._fault: Exception | None = None
        self._is_aborted = False
        self._is_full = False
        self._is_paused = False
        self._waiter: asyncio.Future[bool] | None = None
        # One timer serves all reads and writes: it looks when it fires whether somebody still waits, and until when.
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = math.inf

    # --- what the loop says ---

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        with contextlib.suppress(AttributeError):  # uvloop's transports have memory of their own
            # As much room is made for each read. asyncio's own 256 KiB come from the system, and go back to it at once.
            transport.max_size = _AT_ONCE
        sock: Any = transport.get_extra_info("socket")
        for option in socket_options():
            with contextlib.suppress(OSError):  # of no worth where the system does not know it
                sock.setsockopt(*option)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else bytes(data)
        if len(self._received) > _HELD_AT_MOST and not self._is_paused:
            self._is_paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._has_ended = True
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None and not self._has_ended:
            self._take_the_rest()
        self._has_ended = True
        self._fault = error
        self.transport = None
        self._stop_timer()
        self._wake()

    def _take_the_rest(self) -> None:
        """What the server said before it closed: when writing fails, the loop reads no more."""
        with contextlib.suppress(OSError), copied(self.transport.get_extra_info("socket")) as sock:
            sock.setblocking(False)
            while len(self._received) <= _HELD_AT_MOST and (data := sock.recv(_AT_ONCE)):
                self._received += data

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    # --- what the connection asks for ---

    async def begin(self) -> None:
        """Agree on what protects the connection."""

    async def read(self, seconds: float | None) -> bytes:
        """What has come since the last time, or what comes next; empty at the end."""
        while not self._received:
            if self._has_ended:
                if self._is_aborted:  # which is no end of a body
                    raise TransportError(_ENDED)
                if self._fault is not None:
                    raise fault("ReadError", self._fault) from None
                return b""
            if not await self._wait(seconds) and not self._received:
                raise TransportTimeout(TIMEOUT_WORDS["ReadTimeout"])
        return self._taken()

    def _taken(self) -> bytes:
        data, self._received = self._received, b""
        if self._is_paused:
            self._is_paused = False
            if self.transport is not None:
                self.transport.resume_reading()
        return data

    async def write(self, data: bytes, seconds: float | None) -> None:
        """Hand over all of it; a long one piece by piece, each within the time.

        Raises `TransportError` as well when the server answers meanwhile, and does not want the rest.
        """
        if len(data) <= _HELD_AT_MOST:
            await self._write(data, seconds)
            return
        view = memoryview(data)
        for start in range(0, len(data), _HELD_AT_MOST):
            await self._write(view[start : start + _HELD_AT_MOST], seconds)

    async def _write(self, data: bytes | memoryview, seconds: float | None, *, is_heard: bool = True) -> None:
        self._check_sending(is_heard)
        self.transport.write(data)
        while self._is_full:
            self._check_sending(is_heard)
            limit = patience(self._heard()) if is_heard else None
            left = self.transport.get_write_buffer_size()
            if await self._wait(_shorter(seconds, limit)):
                continue
            if limit is None:
                raise TransportTimeout(TIMEOUT_WORDS["WriteTimeout"])
            if self.transport is None or self.transport.get_write_buffer_size() >= left:
                raise TransportError(_ANSWERED)

    def _check_sending(self, is_heard: bool) -> None:
        if self.transport is None or self.transport.is_closing():
            raise TransportError(_ENDED if self._is_aborted else _CLOSED, self._fault)
        if is_heard and (heard := self._heard()) and is_refusal(heard):
            raise TransportError(_ANSWERED)

    def _heard(self) -> bytes:
        """What came while the request was sent."""
        return self._received

    def is_quiet(self) -> bool:
        """Whether it is open, and nothing has come that nobody asked for, also where the loop did not look yet."""
        if self._received or self._has_ended or self.transport is None:
            return False
        return is_quiet(self.transport.get_extra_info("socket"))

    def abort(self) -> None:
        """Close it now; a read that waits fails."""
        self._is_aborted = True
        self._stop_timer()
        if self.transport is not None:
            self.transport.abort()

    async def aclose(self) -> None:
        """Close it, and let the loop forget it."""
        if self.transport is not None:
            import asyncio

            self.abort()
            await asyncio.sleep(0)

    def close_later(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have `close` awaited in the loop, if that still runs, from anywhere and without waiting."""
        close_in_loop(self._loop, close)

    # --- waiting ---

    async def _wait(self, seconds: float | None) -> bool:
        """Whether something happened before the time was over."""
        waiter = self._waiter = self._loop.create_future()
        self._deadline = math.inf
        if seconds is not None:
            self._deadline = deadline = self._loop.time() + seconds
            if self._timer is None or self._timer.when() > deadline:
                self._stop_timer()
                self._timer = self._loop.call_at(deadline, self._expired)
        try:
            return await waiter
        finally:
            self._waiter = None

    def _wake(self, happened: bool = True) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(happened)

    def _expired(self) -> None:
        self._timer = None
        if self._waiter is None or self._deadline == math.inf:
            return
        if self._deadline > self._loop.time() + 0.001:
            self._timer = self._loop.call_at(self._deadline, self._expired)
        else:
            self._wake(False)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def connected(origin: Origin, trust: ssl.SSLContext | None, seconds: float | None) -> NetworkStream:
    """A connection; over TLS where there are settings for it. Raises as `async_connected`."""
    sock: socket.socket | None = None
    try:
        sock = socket.create_connection((origin.host, origin.port), _seconds(seconds))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in socket_options():
            with contextlib.suppress(OSError):
                sock.setsockopt(*option)
        if trust is not None:
            sock = trust.wrap_socket(sock, server_hostname=origin.certified)
    except BaseException as error:
        if sock is not None:
            sock.close()
        if isinstance(error, TimeoutError):
            raise TransportTimeout(TIMEOUT_WORDS["ConnectTimeout"], error) from None
        if isinstance(error, (OSError, UnicodeError)):
            raise _unreachable(origin, error) from None
        raise
    return NetworkStream(sock)


class NetworkStream:
    """One connection, used by one thread at a time."""

    __slots__ = ("_early", "_is_aborted", "_is_in_use", "_timeout", "socket")

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._is_in_use = False  # by a thread that may be waiting in it
        self._is_aborted = False
        self._early = b""  # what came while the request was sent
        self._timeout: float | None = sock.gettimeout()

    def read(self, seconds: float | None) -> bytes:
        """What has come since the last time, or what comes next; empty at the end."""
        if self._early:
            data, self._early = self._early, b""
            return data
        self._is_in_use = True
        try:
            self._within(seconds)
            data = self.socket.recv(_AT_ONCE)
        except TimeoutError as error:
            raise TransportTimeout(TIMEOUT_WORDS["ReadTimeout"], error) from None
        except OSError as error:
            raise TransportError(_ENDED, error) if self._is_aborted else fault("ReadError", error) from None
        finally:
            self._is_in_use = False  # in no function of its own: Ctrl-C can come before one begins
            if self._is_aborted:
                self.socket.close()
        if self._is_aborted:  # which is no end of a body
            raise TransportError(_ENDED)
        return data

    def write(self, data: bytes, seconds: float | None) -> None:
        """Hand over all of it, each piece that the system takes within the time.

        Raises `TransportError` as well when the server answers meanwhile, and does not want the rest.
        """
        view = memoryview(data)
        is_begun = not isinstance(data, RequestHead)
        self._is_in_use = True
        try:
            self._within(seconds)
            while view:
                if is_begun:
                    self._until_writable(seconds)
                view = view[self.socket.send(view[:_HELD_AT_MOST]) :]
                is_begun = True
        except TimeoutError as error:
            raise TransportTimeout(TIMEOUT_WORDS["WriteTimeout"], error.with_traceback(None)) from None
        except OSError as error:  # its traceback knows what was written, and with that the key
            raise fault("WriteError", error.with_traceback(None)) from None
        finally:
            self._is_in_use = False
            if self._is_aborted:
                self.socket.close()

    def _until_writable(self, seconds: float | None) -> None:
        while True:
            listens = len(self._early) <= _HELD_AT_MOST
            limit = patience(self._early)
            can_read, can_write = ready(self.socket, listens, _shorter(seconds, limit))
            if can_read:
                if not self._listen():
                    raise TransportError(_CLOSED)
                if is_refusal(self._early):
                    raise TransportError(_ANSWERED)
            if can_write:
                return
            if not can_read:
                raise TimeoutError if limit is None else TransportError(_ANSWERED)

    def _listen(self) -> bool:
        """Take what has come. Whether more can follow."""
        timeout = self.socket.gettimeout()
        self.socket.settimeout(0)
        try:
            data = self.socket.recv(_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError as error:  # over TLS what came may be no data; all else is found when the answer is read
            return type(error).__name__ == "SSLWantReadError"
        finally:
            self.socket.settimeout(timeout)
        self._early += data
        return bool(data)

    def is_quiet(self) -> bool:
        """Whether it is open, and nothing has come that nobody asked for."""
        return is_quiet(self.socket)

    def abort(self) -> None:
        """End it, also for a thread that waits in it now, which then closes it.

        Closed here, the number of the socket could belong to another connection before that thread wakes up.
        """
        self._is_aborted = True
        if not self._is_in_use:
            self.socket.close()
            return
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it."""
        self.abort()

    def close_later(self, close: Callable[[], None]) -> None:
        """Close it now: there is nothing to wait for."""
        close()

    def _within(self, seconds: float | None) -> None:
        if seconds != self._timeout:
            self.socket.settimeout(_seconds(seconds))
            self._timeout = seconds


def _seconds(seconds: float | None) -> float | None:
    """A time for a socket, to which none at all would mean that it never waits."""
    return seconds if seconds is None or seconds > 0 else 1e-6


def _shorter(seconds: float | None, limit: float | None) -> float | None:
    return min((each for each in (seconds, limit) if each is not None), default=None)


def _unreachable(origin: Origin, error: Exception) -> TransportError:
    """The core's error where there is no connection, in the words of the system: event loops have others."""
    where = f"[{origin.host}]" if ":" in origin.host else origin.host
    said = str(error) or type(error).__name__
    if isinstance(error, socket.gaierror):
        said = error.strerror
    elif isinstance(error, OSError) and error.errno and type(error).__module__ == "builtins":
        said = os.strerror(error.errno)
    return TransportError(f"ConnectError: cannot connect to {where}:{origin.port}: {said}", error)


def fault(name: str, error: Exception) -> TransportError:
    """The core's error for one of a socket, which is its cause."""
    return TransportError(f"{name}: {str(error) or type(error).__name__}", error)


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
