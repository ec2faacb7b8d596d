"""A document served over a real socket, from a thread of its own: for tests, examples and the command line."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from antiphon_codegen.samples.service import Service, read_service

from .answer.turns import ToolUse, Turn, TurnLike, turn_of
from .asgi import Application, Watcher
from .control import Scripted
from .engine import Engine, Given, Received

__all__ = ["MockServer", "own_document", "serve"]

_PATIENCE: Final = 2.0
_log: Final = logging.getLogger("antiphon.mock")
_log.addHandler(logging.NullHandler())


def own_document() -> Path:
    """The SDK's own API description: in an installed package beside its modules, else at the repository's root."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "openapi.yaml"
    return installed if installed.exists() else package.parent.parent / "openapi.yaml"


def serve(
    document: str | Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    page_size: int | None = None,
    items: int = 45,
    seed: str | int = "",
    strict: bool = False,
    behaviours: Mapping[str, Given] | None = None,
    script: Iterable[Scripted | tuple[Any, ...] | int] = (),
    turns: Iterable[TurnLike] = (),
    watcher: Watcher | None = None,
) -> MockServer:
    """A server for an API, to be used with `with` or `async with`; it is ready when the block begins.

    Args:
        document: An OpenAPI document, JSON or YAML; without one the API of this SDK is served.
        port: 0 takes a free one.
        page_size: How many items a page has when the request does not say; else what the document says, or 20.
        items: How many items there are in a list before anything was created.
        seed: Other seeds give other samples.
        strict: Refuse query parameters and properties that the document does not know, even where it allows any.
        behaviours: By operation id, what to do instead of the usual: a function of the call, an `Answer`, a body, or a
            text with a fault such as `"status=503; times=2"`. The id `"*"` stands for all others.
        script: Answers for the first requests, whatever they ask for; see `MockServer.enqueue`.
        turns: What the model says first: texts, `Turn` objects, or mappings with their fields; see `MockServer.say`.
        watcher: Told of each request.

    Raises:
        BadTurn: A turn is nothing that can be said.
        antiphon_codegen.problems.Refused: The document is none.
        OSError: The port is taken.
    """
    service = read_service(own_document() if document is None else Path(document))
    engine = Engine(service, seed=str(seed), items=items, page_size=page_size, strict=strict, behaviours=behaviours)
    server = MockServer(service, engine, host, port, watcher)
    for each in script:
        server.enqueue(*_scripted(each))
    given = [turn_of(each) for each in turns]
    if given:
        engine.say(given)
    return server


def _scripted(entry: Scripted | tuple[Any, ...] | int) -> tuple[Any, ...]:
    if isinstance(entry, Scripted):
        return entry.status, entry.body, entry.headers, entry.fault
    return (entry,) if isinstance(entry, int) else entry


class MockServer:
    """A running server."""

    def __init__(self, service: Service, engine: Engine, host: str, port: int, watcher: Watcher | None) -> None:
        self.service = service
        self._engine = engine
        self._host = host
        self._port = port
        self._watcher = watcher
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._address = ""
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The base URL to give to a client, with the base path of the document."""
        if not self._address:
            raise RuntimeError("the server has not been started: use it with `with`, or call start()")
        return self._address + self.service.base_path

    @property
    def origin(self) -> str:
        """The address without the base path: what an endpoint of Azure is, or the host of a provider."""
        return self.url.removesuffix(self.service.base_path)

    @property
    def requests(self) -> list[Received]:
        """The requests that were received, in their order."""
        return self._engine.received

    def enqueue(
        self, status: int = 200, body: object = b"", headers: Mapping[str, str] | None = None, fault: str = ""
    ) -> None:
        """Puts an answer in the queue: the next request gets it, whatever it asks for.

        `body` is bytes, or what JSON can hold; `fault` is an instruction as in the header `x-mock-fault`.
        """
        self._engine.enqueue([Scripted(status, body, headers or {}, fault)])

    def say(
        self,
        text: object = None,
        *,
        calls: Sequence[ToolUse] = (),
        reasoning: str | None = None,
        refusal: str | None = None,
        finish_reason: str | None = None,
        usage: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        fault: str = "",
    ) -> None:
        """Has the model say this in the next answer it gives, by chat completions, responses, completions or runs.

        What is no text is sent as JSON; `calls` are names of tools, or names with arguments. Requests to anything but a
        model leave it in the queue. Raises `BadTurn` for what cannot be said.
        """
        turn = Turn(text, calls, reasoning, refusal, finish_reason, usage, headers or {}, fault)
        self._engine.say([turn_of(turn)])

    def start(self) -> Self:
        """Starts the server, which is ready when this returns."""
        if self._thread is not None:
            return self
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # With the protocol named: asyncio sends small pieces at once only on sockets that say they are TCP.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
        except BaseException:
            listener.close()
            raise
        port = listener.getsockname()[1]
        shown = f"[{self._host}]" if family == socket.AF_INET6 else self._host
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listener, ready), name="antiphon-mock", daemon=True)
        self._thread.start()
        ready.wait()
        if self._failure is not None:
            self.close()
            raise self._failure
        self._address = f"http://{shown}:{port}"
        return self

    def close(self) -> None:
        """Stops the server and waits until nothing of it is left. May be called again."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            loop.call_soon_threadsafe(stop.set)
        thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, listener: socket.socket, ready: threading.Event) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve(listener, ready))
        except BaseException as error:
            self._failure = error
        finally:
            listener.close()
            ready.set()

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        application = Application(self._engine, self._watcher)
        config = Config(
            cast(Any, application),
            http=_Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            loop="asyncio",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=60,
        )
        config.load()
        state = ServerState()
        loop = self._loop = asyncio.get_running_loop()
        stop = self._stop = asyncio.Event()
        server = await loop.create_server(lambda: _Connection(config, state, {}), sock=listener, backlog=512)
        ready.set()
        await stop.wait()
        server.close()
        application.close()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=_PATIENCE)
        for connection in list(state.connections):
            cast(H11Protocol, connection).transport.abort()
        for _ in range(100):  # a transport tells its end in the next round of the loop
            if not state.connections and not state.tasks:
                break
            await asyncio.sleep(0)
        await server.wait_closed()


class _Connection(H11Protocol):
    """Lets the application reach its connection, so that it can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
        # Odd requests are what this server is for; they are no news to whoever runs the tests.
        self.logger = _log
