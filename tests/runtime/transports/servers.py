"""Servers on 127.0.0.1 that do to each connection exactly what a test says, and wait for nothing beyond a bound."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

__all__ = ["CERTIFICATE", "OK", "STREAM", "Peer", "RawServer", "answer", "chunk", "serve_ok", "unused_port"]

BOUND: Final = 20.0
CERTIFICATE: Final = Path(__file__).with_name("localhost.pem")
"""Self-signed, for localhost and 127.0.0.1, with its key."""


def answer(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """A complete response with a content length."""
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *fields]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def chunk(data: bytes) -> bytes:
    """One chunk of a body in chunks."""
    return b"%x\r\n%s\r\n" % (len(data), data)


OK: Final = answer(b'{"ok": true}', "content-type: application/json")
STREAM: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
"""The head of a body in chunks."""


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, server: RawServer) -> None:
        self.sock = sock
        self.server = server
        self._rest = b""

    def begun(self) -> bool:
        """Whether a request came, of whose body nothing has to be read."""
        while b"\r\n\r\n" not in self._rest:
            if not self._more():
                return False
        return True

    def request(self) -> bytes:
        """The next request, head and body; empty when the client closed."""
        if not self.begun():
            return b""
        head, _, body = self._rest.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        if b"chunked" in fields.get(b"transfer-encoding", b""):
            while b"0\r\n\r\n" not in body:
                if not self._more():
                    return b""
                body = self._rest.partition(b"\r\n\r\n")[2]
            length = body.index(b"0\r\n\r\n") + 5
        else:
            length = int(fields.get(b"content-length", b"0"))
            while len(body) < length:
                if not self._more():
                    return b""
                body = self._rest.partition(b"\r\n\r\n")[2]
        whole = head + b"\r\n\r\n" + body[:length]
        self._rest = body[length:]
        self.server.requests.append(whole)
        return whole

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def until_closed(self) -> None:
        """Wait until the client gives the connection up."""
        with suppress(ConnectionResetError):  # which gives it up as well
            while self._more():
                pass
        self.server.given_up.release()

    def reset(self) -> None:
        """End the connection with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _more(self) -> bool:
        data = self.sock.recv(65536)
        self._rest += data
        return bool(data)


class RawServer:
    """Runs `script(peer)` for each connection in a thread, and closes the connection after it."""

    def __init__(self, script: Callable[[Peer], object], *, tls: bool = False) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.given_up = threading.Semaphore(0)
        """Counts the connections the client gave up, and whatever else a script says so."""
        self.reached = threading.Semaphore(0)
        """Counts what a script reports of its progress."""
        self._script = script
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if self._context is not None:
            self._context.load_cert_chain(CERTIFICATE)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listener.settimeout(BOUND)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._sockets: list[socket.socket] = []
        self._is_closed = False

    def url(self, path: str = "/v1/x") -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_closed = True
        # A listener that is only closed would leave the thread in accept().
        with socket.create_connection(("127.0.0.1", self.port), timeout=BOUND):
            pass
        self._threads[0].join(BOUND)
        self._listener.close()
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(BOUND)
        for sock in self._sockets:
            sock.close()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self._is_closed:
                sock.close()
                return
            sock.settimeout(BOUND)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a reset can take what was sent with it
            self.connections += 1
            self._sockets.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
            self._script(Peer(sock, self))
        except OSError:
            pass  # the client went away, as many tests have it do
        finally:
            sock.close()


def serve_ok(peer: Peer) -> None:
    """Answer every request."""
    while peer.request():
        peer.send(OK)


def unused_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: Any = listener.getsockname()[1]
    return port
