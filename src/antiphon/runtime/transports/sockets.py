"""What is set on every socket, whichever library opens it, and how to get at those of asyncio's transports."""

from __future__ import annotations

import os
import socket
from typing import Any

__all__ = ["copied", "socket_options"]


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
