"""The server of the benchmark: canned bytes over real sockets, with as little work as possible for each request.

`python -m bench.server` prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from functools import cache
from typing import Final
from urllib.parse import parse_qs

from .answers import CHAT, chunks, embeddings, idle_start, jobs

__all__ = ["main"]

_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\nx-request-id: req_8f2c\r\nopenai-processing-ms: 100\r\n"
    b"openai-version: 2020-10-01\r\nopenai-organization: choir\r\nserver: bench\r\n"
    b"date: Mon, 03 Nov 2025 00:00:00 GMT\r\nx-ratelimit-limit-requests: 10000\r\n"
    b"x-ratelimit-remaining-requests: 9999\r\n"
)
_LARGEST_PIECE: Final = 64 * 1024


@cache
def _whole(body: bytes, kind: bytes = b"application/json") -> bytes:
    return _HEAD % kind + b"content-length: %d\r\n\r\n" % len(body) + body


@cache
def _stream(count: int) -> bytes:
    body = chunks(count)
    head = _HEAD % b"text/event-stream; charset=utf-8" + b"transfer-encoding: chunked\r\n\r\n"
    pieces = [body[start : start + _LARGEST_PIECE] for start in range(0, len(body), _LARGEST_PIECE)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@cache
def _idle() -> bytes:
    body = idle_start()
    head = _HEAD % b"text/event-stream; charset=utf-8" + b"transfer-encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%s\r\n" % (len(body), body)


@cache
def _jobs(query: str) -> bytes:
    values = parse_qs(query)
    return _whole(jobs(values.get("after", [None])[0], int(values.get("limit", ["100"])[0])))


@cache
def _embeddings(encoding: str) -> bytes:
    return _whole(embeddings(encoding))


def _answer(target: str, body: bytes) -> bytes:
    path, _, query = target.partition("?")
    if path.endswith("/fine_tuning/jobs"):
        return _jobs(query)
    if path.endswith("/embeddings"):
        # Many compatible servers give floats, whatever they are asked for: `text-embedding-floats` stands for those.
        return _embeddings("base64" if b"base64" in body and b"-floats" not in body else "float")
    if b'"model":"stream-' in body or b'"model": "stream-' in body:
        count = body.split(b"stream-", 1)[1].split(b'"', 1)[0]
        return _idle() if count == b"idle" else _stream(int(count))
    return _whole(CHAT)


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._read = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while self._transport is not None:
            end = self._read.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._read[:end]).lower()
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]) if b"content-length:" in head else 0
            whole = end + 4 + length
            if len(self._read) < whole:
                return
            target = bytes(self._read[:end]).split(b" ", 2)[1].decode()
            body = bytes(self._read[end + 4 : whole])
            del self._read[:whole]
            self._transport.write(_answer(target, body))


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=2_048)
    port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve until the parent lets go of the standard input."""
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
