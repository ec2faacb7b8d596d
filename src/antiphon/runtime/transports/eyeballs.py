"""Connecting to a server that has several addresses, of which some may lead nowhere (RFC 8305, "happy eyeballs").

asyncio can do it as well, but loses sockets when it is cancelled meanwhile, and other loops than its own cannot.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
from typing import Any, Final, TypeAlias

__all__ = ["connected_socket"]

_HEAD_START: Final = 0.25
"""Seconds that an address is waited for alone before the next is tried as well."""

_Address: TypeAlias = "tuple[Any, Any, int, Any]"
"""Family, type, protocol, and the address itself."""


async def connected_socket(host: str, port: int) -> socket.socket:
    """A socket that is connected to the first address that answers. Raises OSError when none does."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    attempts: list[asyncio.Task[socket.socket]] = []
    winner: asyncio.Task[socket.socket] | None = None
    try:
        for address in _in_turn([(family, kind, protocol, place) for family, kind, protocol, _, place in found]):
            attempts.append(loop.create_task(_attempt(loop, address)))
            winner = await _first(attempts, _HEAD_START)
            if winner is not None:
                break
        if winner is None:
            winner = await _first(attempts, None)
    finally:
        _give_up([attempt for attempt in attempts if attempt is not winner])
    if winner is not None:
        return winner.result()
    raise _fault(attempts)


def _in_turn(addresses: list[_Address]) -> list[_Address]:
    """Addresses of both families by turns, beginning with that of the first."""
    first = [each for each in addresses if each[0] == addresses[0][0]]
    others = [each for each in addresses if each[0] != addresses[0][0]]
    return [each for pair in itertools.zip_longest(first, others) for each in pair if each is not None]


async def _attempt(loop: asyncio.AbstractEventLoop, address: _Address) -> socket.socket:
    family, kind, protocol, place = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, place)
    except BaseException:
        sock.close()
        raise
    return sock


async def _first(
    attempts: list[asyncio.Task[socket.socket]], seconds: float | None
) -> asyncio.Task[socket.socket] | None:
    """The attempt that succeeded, waited for this long; None when all failed, or the newest did or took too long."""
    newest = attempts[-1]
    deadline = None if seconds is None else asyncio.get_running_loop().time() + seconds
    while True:
        for attempt in attempts:
            if attempt.done() and attempt.exception() is None:
                return attempt
        running = [attempt for attempt in attempts if not attempt.done()]
        if not running or (deadline is not None and newest.done()):
            return None
        left = None if deadline is None else deadline - asyncio.get_running_loop().time()
        if left is not None and left <= 0:
            return None
        await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)


def _give_up(attempts: list[asyncio.Task[socket.socket]]) -> None:
    """Without waiting, which could be cancelled: each closes its own socket, or has it closed when it succeeds yet."""
    for attempt in attempts:
        attempt.add_done_callback(_close)
        attempt.cancel()


def _close(attempt: asyncio.Task[socket.socket]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()


def _fault(attempts: list[asyncio.Task[socket.socket]]) -> OSError:
    faults = [fault for attempt in attempts if isinstance(fault := attempt.exception(), OSError)]
    if len(faults) == 1 or len({str(fault) for fault in faults}) == 1:
        return faults[0]
    return OSError("; ".join(str(fault) for fault in faults) or "the server has no address")
