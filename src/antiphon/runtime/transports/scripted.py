"""Transports that answer from a script and record what they were sent: for tests and examples, without a network.

Pass one as `http_client=`. Both colours, by hand.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..core.errors import ClientClosedError
from ..core.headers import Headers
from ..core.kinds import is_list
from ..core.request import Request, SentRequest
from ..core.response import Head
from ..core.transport import AsyncReply, Reply, TransportError, TransportTimeout

__all__ = ["Answer", "AsyncScriptedTransport", "Drop", "ScriptedTransport", "Stall"]


@dataclass(frozen=True)
class Drop:
    """No answer, or no more of it: the connection breaks here."""

    message: str = "ConnectionResetError: connection reset by peer"


@dataclass(frozen=True)
class Stall:
    """Nothing comes until the read timeout strikes."""

    message: str = "nothing was received within the read timeout"


@dataclass(frozen=True)
class Answer:
    """A response. `body` is bytes, text, or anything that JSON can hold; or a list of pieces, faults among them."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def pieces(self) -> list[bytes | Drop | Stall]:
        """The body in the pieces it arrives in."""
        body: Any = self.body
        if is_list(body) and all(isinstance(part, (bytes, Drop, Stall)) for part in body):
            return list(body)
        if isinstance(body, bytes):
            return [body]
        return [(body if isinstance(body, str) else json.dumps(body)).encode()]

    def head(self) -> Head:
        """Status and headers; a content type and a length are added where they can be told."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if "content-type" not in headers and not isinstance(self.body, (bytes, str)):
            headers["content-type"] = "application/json"
        parts = self.pieces()
        if "content-length" not in headers and all(isinstance(part, bytes) for part in parts):
            headers["content-length"] = str(sum(len(part) for part in parts if isinstance(part, bytes)))
        return Head(self.status, Headers(headers))


Step: TypeAlias = Answer | Drop | Stall


class _Script:
    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = iter(list(steps))
        self.requests: list[SentRequest] = []
        """Every request that was sent, in order; bodies in full."""
        self.open_replies = 0
        """How many responses were neither read to the end nor closed."""
        self.is_closed = False

    def _next(self, request: Request, body: bytes) -> Answer:
        if self.is_closed:
            raise ClientClosedError
        sent = SentRequest(request.method, request.url, Headers(request.header_fields), body)
        self.requests.append(sent)
        step = next(self._steps, None)
        if step is None:
            raise AssertionError(f"the script has no answer left for {sent!r}")
        if isinstance(step, Answer):
            return step
        raise _fault(step)


class ScriptedTransport(_Script):
    """Answers the requests of a sync client, one step of the script each."""

    def send(self, request: Request, body: bytes | Iterator[bytes] | None) -> Reply:
        content = body if isinstance(body, bytes) else b"".join(body or ())
        return _ScriptedReply(self._next(request, content), self)

    def close(self) -> None:
        self.is_closed = True


class AsyncScriptedTransport(_Script):
    """Answers the requests of an async client, one step of the script each."""

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        content = body or b"" if body is None or isinstance(body, bytes) else b"".join([piece async for piece in body])
        return _AsyncScriptedReply(self._next(request, content), self)

    async def aclose(self) -> None:
        self.is_closed = True


class _Body:
    def __init__(self, answer: Answer, script: _Script) -> None:
        self.head = answer.head()
        self._parts = iter(answer.pieces())
        self._script = script
        self._is_open = True
        script.open_replies += 1

    def _take(self) -> bytes | None:
        part = next(self._parts, None)
        if isinstance(part, (Drop, Stall)):
            self._done()
            raise _fault(part)
        if part is None:
            self._done()
        return part

    def _done(self) -> None:
        if self._is_open:
            self._is_open = False
            self._script.open_replies -= 1

    def abandon(self) -> None:
        self._done()


class _ScriptedReply(_Body):
    def read(self) -> bytes:
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        while (part := self._take()) is not None:
            yield part

    def finish(self) -> None:
        self._done()

    def close(self) -> None:
        self._done()


class _AsyncScriptedReply(_Body):
    async def read(self) -> bytes:
        return b"".join([piece async for piece in self.pieces()])

    async def pieces(self) -> AsyncIterator[bytes]:
        while (part := self._take()) is not None:
            yield part

    async def finish(self) -> None:
        self._done()

    async def aclose(self) -> None:
        self._done()


def _fault(step: Drop | Stall) -> TransportError:
    cause = ConnectionResetError(step.message)
    return TransportTimeout(step.message, cause) if isinstance(step, Stall) else TransportError(step.message, cause)
