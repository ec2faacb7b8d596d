"""What a transport is: it takes a core `Request` and gives back a head and a stream of raw body bytes.

Nothing in here waits; the protocols only name what the two colours of transports have in common.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from .request import Request
from .response import Head

__all__ = ["AsyncReply", "AsyncTransport", "Reply", "Transport", "TransportError", "TransportTimeout"]


class TransportError(Exception):
    """No answer, or no complete one; `cause` is the error of the library underneath, free of secrets."""

    def __init__(self, message: str, cause: BaseException | None = None) -> None:
        super().__init__(message)
        self.cause = cause


class TransportTimeout(TransportError):
    """A phase of the exchange took longer than allowed."""


class Reply(Protocol):
    """A response whose body was not read yet. The body comes as it is on the wire, content coding included."""

    @property
    def head(self) -> Head: ...

    def read(self) -> bytes:
        """The whole body; the connection is free afterwards. Raises `TransportError`."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives. Raises `TransportError`."""
        ...

    def finish(self) -> None:
        """Read the rest of the body if it is small and there within a tenth of a second, else give the connection up.

        Works whether or not the body was begun, and is bounded in any case.
        """
        ...

    def close(self) -> None:
        """Give up the rest of the body and the connection, unless the body was read to its end."""
        ...

    def abandon(self) -> None:
        """The same, for a response that was dropped."""
        ...


class Transport(Protocol):
    """Sends one request over one connection; never retries, never follows redirects."""

    def send(self, request: Request, body: bytes | Iterator[bytes] | None) -> Reply:
        """Send the request with this body. Raises `TransportError`."""
        ...

    def close(self) -> None: ...


class AsyncReply(Protocol):
    """A response whose body was not read yet. The body comes as it is on the wire, content coding included."""

    @property
    def head(self) -> Head: ...

    async def read(self) -> bytes:
        """The whole body; the connection is free afterwards. Raises `TransportError`."""
        ...

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises `TransportError`."""
        ...

    async def finish(self) -> None:
        """Read the rest of the body if it is small and there within a tenth of a second, else give the connection up.

        Works whether or not the body was begun, and is bounded in any case.
        """
        ...

    async def aclose(self) -> None:
        """Give up the rest of the body and the connection, unless the body was read to its end."""
        ...

    def abandon(self) -> None:
        """The same at once, without waiting: for a response that was dropped."""
        ...


class AsyncTransport(Protocol):
    """Sends one request over one connection; never retries, never follows redirects."""

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        """Send the request with this body. Raises `TransportError`."""
        ...

    async def aclose(self) -> None: ...
