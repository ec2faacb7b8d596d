"""What is set on every socket, whichever library opens it."""

from __future__ import annotations

import socket

__all__ = ["socket_options"]


def socket_options() -> list[tuple[int, int, int]]:
    """Keep-alive probes, so that an answer that takes minutes is not lost to a router that forgets the connection."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options
