"""The one place that looks inside httpcore and h11, where their public faces do not tell enough.

Where the insides are not as expected, the answer is the cautious one: the connection is not used again.
"""

from __future__ import annotations

from typing import Any, Final

from ._async.connection import AsyncConnection
from .sockets import is_readable

__all__ = ["asyncio_transport_of", "ends_at_once", "is_direct", "socket_of"]

_LINKS: Final = ("_stream", "_httpcore_stream", "_body", "_connection", "connection")


def ends_at_once(holder: object, seconds: float) -> bool:
    """Whether the next read of a body, whose contents are complete, will find its end without long waiting."""
    connection = _http11(holder)
    unprocessed = _unprocessed(connection)
    if unprocessed is None:
        return False
    left = getattr(getattr(getattr(connection, "_h11_state", None), "_reader", None), "_remaining", None)
    if isinstance(left, int):  # of a body with a Content-Length
        if len(unprocessed) >= left:
            return True
    elif unprocessed.endswith(b"0\r\n\r\n"):
        return True
    sock = socket_of(connection)
    return sock is not None and (_is_decrypted(sock) or is_readable(sock, seconds))


def socket_of(holder: object) -> Any:
    """The socket below a connection; None while there is none, and when it was closed."""
    stream: Any = getattr(_http11(holder), "_network_stream", None)
    sock = None if stream is None else stream.get_extra_info("socket")
    return None if sock is None or sock.fileno() < 0 else sock


def asyncio_transport_of(holder: object) -> Any:
    """asyncio's transport below a connection; None where there is none (trio, other libraries)."""
    own = _own_connection(holder)
    if own is not None:
        return None if own.stream is None else own.stream.transport
    stream: Any = getattr(_http11(holder), "_network_stream", None)
    for _ in range(8):
        transport = getattr(stream, "_transport", None)
        if transport is not None and hasattr(transport, "get_protocol"):
            return transport
        # httpcore's around anyio's, with TLS or without.
        stream = getattr(stream, "_stream", None) or getattr(stream, "transport_stream", None)
    return None


def is_direct(holder: object) -> bool:
    """Whether a reply came over a connection of our own."""
    return _own_connection(holder) is not None


def _own_connection(holder: object) -> AsyncConnection | None:
    connection = getattr(holder, "connection", None)
    return connection if isinstance(connection, AsyncConnection) else None


def _is_decrypted(sock: Any) -> bool:
    """Whether something is there to be read that the system knows nothing of any more."""
    pending = getattr(sock, "pending", None)
    return pending is not None and bool(pending())


def _http11(holder: object) -> object | None:
    """httpcore's HTTP/1.1 connection, followed through the wrappers that httpx and httpcore put around it."""
    for _ in range(8):
        if hasattr(holder, "_h11_state"):
            return holder
        holder = next((getattr(holder, link) for link in _LINKS if getattr(holder, link, None) is not None), None)
        if holder is None:
            return None
    return None


def _unprocessed(connection: object | None) -> bytes | None:
    trailing: Any = getattr(getattr(connection, "_h11_state", None), "trailing_data", None)
    return None if trailing is None else bytes(trailing[0])
