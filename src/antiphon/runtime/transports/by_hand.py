"""Reading from an async response in the middle of a running event loop, by a plain `for`: what the loop would do for
it is done by hand, for this one connection, while the loop stands still.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..core.errors import SDKError
from ..core.transport import TransportError, TransportTimeout
from .errors import TIMEOUT_WORDS
from .insides import asyncio_transport_of, is_direct
from .sockets import copied, is_readable

if TYPE_CHECKING:
    import asyncio

__all__ = ["ByHand"]

T = TypeVar("T")

_AT_ONCE: Final = 65536
_END_SECONDS: Final = 0.1
"""How long the end of a body is waited for, when all that matters of it is there."""


class ByHand:
    """Runs coroutines that read from one response, within the step of a task.

    No other task goes on meanwhile, as with anything that blocks an event loop.
    """

    def __init__(self, reply: object, read_seconds: float | None) -> None:
        """For a reply of the default transport; others can be read so as far as they need not wait."""
        self._transport = asyncio_transport_of(reply)
        self._is_direct = is_direct(reply)  # else the reading is httpcore's, which knows other errors
        self._read_seconds = read_seconds
        self._socket: socket.socket | None = None

    def run(self, coroutine: Coroutine[Any, Any, T], *, at_end: Callable[[], bool]) -> T:
        """What the coroutine gives. `at_end` says whether all of worth has come."""
        fault: BaseException | None = None
        while True:
            try:
                waited = coroutine.send(None) if fault is None else coroutine.throw(fault)
            except StopIteration as stop:
                return stop.value
            fault = None
            if waited is not None:  # None only gives way to other tasks
                fault = self._wait(waited, _END_SECONDS if at_end() else self._read_seconds)

    def close(self) -> None:
        """Let go of the socket, which belongs to the event loop again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _wait(self, future: asyncio.Future[Any], seconds: float | None) -> BaseException | None:
        """Pass on what arrives until the future is done; the fault to raise where it is waited for, if any."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not future.done():
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                data = self._received(left)
            except TimeoutError as error:
                # Raised where the data is waited for, so that all is closed on the way.
                return TransportTimeout(TIMEOUT_WORDS["ReadTimeout"]) if self._is_direct else error
            except SDKError as error:
                return error
            except OSError as error:
                return TransportError(f"ReadError: {error}", error) if self._is_direct else self._broken()
            protocol = self._transport.get_protocol()
            if data:
                protocol.data_received(data)
            else:
                protocol.eof_received()
        return None

    def _broken(self) -> BaseException:
        import anyio

        return anyio.BrokenResourceError()

    def _received(self, seconds: float | None) -> bytes:
        if self._socket is None:
            self._socket = self._open()
        while True:
            if not is_readable(self._socket, seconds):
                raise TimeoutError("nothing was received within the read timeout")
            try:
                return self._socket.recv(_AT_ONCE)
            except (BlockingIOError, InterruptedError):
                continue

    def _open(self) -> socket.socket:
        sock = None if self._transport is None else self._transport.get_extra_info("socket")
        # On Windows the default loop has reads of its own under way.
        if sock is None or type(self._transport).__name__.startswith("_Proactor"):
            raise SDKError(
                "this stream can be read by `async for` only: its connection cannot be read by a plain `for`"
            )
        return copied(sock)
