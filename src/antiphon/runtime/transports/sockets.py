"""What is set on every socket, whichever library opens it; how to look at one, and to get at those of asyncio."""

from __future__ import annotations

import os
import select
import socket
from typing import Any

__all__ = ["copied", "is_quiet", "is_readable", "ready", "socket_options"]


def socket_options() -> list[tuple[int, int, int]]:
    """Keep-alive probes, so that an answer that takes minutes is not lost to a router that forgets the connection."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


def copied(sock: Any) -> socket.socket:
    """Another socket of the same connection; to be closed."""
    # uvloop's sockets have a number and little else.
    return socket.socket(fileno=os.dup(sock.fileno())) if os.name == "posix" else sock.dup()


def is_readable(sock: Any, seconds: float | None) -> bool:
    """Whether there is something to read, or the end, within the time. Also for the number of a socket."""
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], seconds)[0])
    poll = select.poll()  # knows no limit to the numbers of sockets, as select() does
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def is_quiet(sock: Any) -> bool:
    """Whether it is open, and nothing has come."""
    return sock.fileno() >= 0 and not is_readable(sock, 0)


def ready(sock: socket.socket, listens: bool, seconds: float | None) -> tuple[bool, bool]:
    """Whether it can be read from, where that is asked for, and whether it can be written to or has failed."""
    if not hasattr(select, "poll"):
        readable, writable, failed = select.select([sock] if listens else [], [sock], [sock], seconds)
        return bool(readable), bool(writable or failed)
    poll = select.poll()
    poll.register(sock, select.POLLOUT | (select.POLLIN if listens else 0))
    events = [event for _, event in poll.poll(None if seconds is None else seconds * 1000)]
    return any(event & select.POLLIN for event in events), any(event & ~select.POLLIN for event in events)
