"""A WebSocket server of our own: each connection follows a script, and what arrives is recorded."""

from __future__ import annotations

import contextlib
import http
import json
import socket
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

__all__ = ["Break", "Close", "EventServer", "Refuse", "Take", "events"]


@dataclass(frozen=True)
class Take:
    """Wait for this many messages."""

    count: int = 1


@dataclass(frozen=True)
class Close:
    code: int = 1000
    reason: str = ""


@dataclass(frozen=True)
class Break:
    """The connection is gone, without a word."""


@dataclass(frozen=True)
class Refuse:
    """Answer the handshake with something else."""

    status: int
    body: str = "{}"
    headers: tuple[tuple[str, str], ...] = ()


Step: TypeAlias = "dict[str, Any] | str | bytes | Take | Close | Break"


@dataclass
class EventServer:
    port: int = 0
    paths: list[str] = field(default_factory=list[str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    messages: list[Any] = field(default_factory=list[Any])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@contextlib.contextmanager
def events(*scripts: Sequence[Step] | Refuse) -> Generator[EventServer]:
    """A server whose connections follow the scripts, one after the other; after its script one stays open."""
    server = EventServer()
    waiting = iter(scripts)
    chosen: dict[int, Sequence[Step]] = {}
    lock = threading.Lock()

    def begin(connection: ServerConnection, request: Request) -> Response | None:
        with lock:
            server.paths.append(request.path)
            server.headers.append({name.lower(): value for name, value in request.headers.raw_items()})
            script = next(waiting, ())
        if isinstance(script, Refuse):
            response = connection.respond(http.HTTPStatus(script.status), script.body)
            for name, value in script.headers:
                response.headers[name] = value
            return response
        chosen[id(connection)] = script
        return None

    def follow(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for step in chosen.pop(id(connection)):
                match step:
                    case Take(count):
                        for _ in range(count):
                            take(connection)
                    case Close(code, reason):
                        connection.close(code, reason)
                        return
                    case Break():
                        connection.socket.shutdown(socket.SHUT_RDWR)
                        return
                    case dict():
                        connection.send(json.dumps(step))
                    case _:
                        connection.send(step)
            while True:
                take(connection)

    def take(connection: ServerConnection) -> None:
        message = connection.recv()
        with lock:
            server.messages.append(json.loads(message) if isinstance(message, str) else message)

    with serve(follow, "127.0.0.1", 0, process_request=begin) as running:
        server.port = running.socket.getsockname()[1]
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            running.shutdown()
            thread.join(10)
