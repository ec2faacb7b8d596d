"""The engine as an ASGI application: reads bodies, sends replies, and breaks off where a fault says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from .answer.calls import error_answer
from .answer.replies import Reply, reply_to
from .engine import Engine
from .request.examining import Incoming

__all__ = ["Application", "Watcher"]

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Watcher: TypeAlias = Callable[[str, str, int, float], None]
"""Told of each request: method, path with query, status, seconds."""

_LARGEST_BODY: Final = 512 * 1024 * 1024


class Application:
    """One server. `transport` finds the connection of a request, to cut it."""

    def __init__(self, engine: Engine, watcher: Watcher | None = None) -> None:
        self._engine = engine
        self._watcher = watcher
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Ends what waits on purpose."""
        self._closing.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        body = await _body(receive)
        if body is None:
            return  # the client is gone
        query: bytes = scope["query_string"]
        path = scope["raw_path"].decode("latin-1")
        if len(body) > _LARGEST_BODY:
            message = f"the body is larger than {_LARGEST_BODY} bytes"
            reply = reply_to(error_answer(413, message, headers={"connection": "close"}))
        else:
            headers = tuple((name.decode("latin-1"), _decoded(value)) for name, value in scope["headers"])
            incoming = Incoming(scope["method"], path, query.decode("latin-1"), headers, bytes(body))
            reply = self._engine.respond(incoming)
        try:
            await self._deliver(reply, scope, receive, send)
        finally:
            if self._watcher is not None:
                shown = path + ("?" + query.decode("latin-1") if query else "")
                self._watcher(scope["method"], shown, reply.status, time.perf_counter() - began)

    async def _deliver(self, reply: Reply, scope: Message, receive: Receive, send: Send) -> None:
        if reply.delay:
            await self._wait(reply.delay)
        if reply.ending == "stall":
            await self._wait(None, receive)
        if reply.ending in ("drop", "stall"):
            await _cut(scope, receive)
            return
        headers = [(name.encode("latin-1"), _encoded(value)) for name, value in reply.headers]
        pieces = reply.pieces
        if not reply.streamed and reply.status not in (204, 205, 304):
            headers.append((b"content-length", str(sum(map(len, pieces))).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if reply.ending != "whole":
            await self._break_off(reply, scope, receive, send)
            return
        transport: asyncio.Transport = scope["state"]["transport"]
        for piece in pieces:
            if transport.is_closing():  # the client left; asyncio complains of what is written all the same
                await _disconnected(receive)
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _break_off(self, reply: Reply, scope: Message, receive: Receive, send: Send) -> None:
        """Sends the first part of the body, and then nothing, or the end of the connection."""
        for piece in _first_part(reply):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if reply.ending == "stall-body":
            await self._wait(None, receive)
        else:
            await asyncio.sleep(0.01)  # what was sent has to be on its way before the connection goes
        await _cut(scope, receive)

    async def _wait(self, seconds: float | None, receive: Receive | None = None) -> None:
        """Waits, but no longer than the server lives, and not for a client that is gone."""
        waiting: list[asyncio.Task[Any]] = [asyncio.create_task(self._closing.wait())]
        if receive is not None:
            waiting.append(asyncio.create_task(_disconnected(receive)))
        _, pending = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


def _first_part(reply: Reply) -> tuple[bytes, ...]:
    """What comes before the break: half of the events, or half of the bytes."""
    if reply.streamed:
        return reply.pieces[: len(reply.pieces) // 2 if reply.after is None else reply.after]
    whole = b"".join(reply.pieces)
    return (whole[: len(whole) // 2 if reply.after is None else reply.after],)


async def _body(receive: Receive) -> bytearray | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= _LARGEST_BODY:
            body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cut(scope: Message, receive: Receive) -> None:
    """Ends the connection, and waits until it is gone."""
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.abort()
    await _disconnected(receive)


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _encoded(value: str) -> bytes:
    """A header's value; line breaks in one, from a script or a behaviour, must not become headers."""
    return " ".join(value.split("\n")).replace("\r", " ").encode("utf-8", "replace")
