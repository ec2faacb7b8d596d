"""Bytes to and from a server, with nothing in between."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

__all__ = ["Answered", "Wire"]


@dataclass(frozen=True)
class Answered:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """One connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = f"{parts.hostname}:{parts.port}"
        self.base = parts.path
        self._socket = socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=10)
        self._left = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
        """The bytes of a request."""
        own = {"host": self.host, "authorization": "Bearer any"}
        if body:
            own |= {"content-length": str(len(body)), "content-type": "application/json"}
        lines = [f"{method} {self.base}{path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in {**own, **(headers or {})}.items() if value]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    def read(self) -> bytes:
        """What comes next; nothing at the end of the connection."""
        try:
            return self._socket.recv(65536)
        except ConnectionError:
            return b""

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        whole = self._left
        while data := self.read():
            whole += data
        return whole

    def line(self, *, end: bytes = b"\r\n") -> bytes:
        """What comes up to an end, without it."""
        while end not in self._left:
            data = self.read()
            if not data:
                raise EOFError(self._left)
            self._left += data
        line, _, self._left = self._left.partition(end)
        return line

    def exactly(self, count: int) -> bytes:
        while len(self._left) < count:
            data = self.read()
            if not data:
                raise EOFError(self._left)
            self._left += data
        found, self._left = self._left[:count], self._left[count:]
        return found

    def answer(self, *, head: bool = False) -> Answered:
        """One answer; that to a HEAD has no body."""
        first, *rest = self.line(end=b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        status = int(first.split(" ")[1])
        body = b""
        if head or status in (100, 204, 304):
            pass
        elif headers.get("transfer-encoding") == "chunked":
            while size := int(self.line(), 16):
                body += self.exactly(size)
                self.line()
            self.line()
        else:
            body = self.exactly(int(headers["content-length"]))
        return Answered(status, headers, body)
