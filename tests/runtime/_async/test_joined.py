"""What is written in two goes to the network in one, whole and in order."""

from __future__ import annotations

import ssl
from typing import Any

import httpcore
import pytest

from ..colours import AsyncJoinedStream


class AsyncWire(httpcore.AsyncNetworkStream):
    """Remembers what was done to it."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.fault: Exception | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.done.append(("read", timeout))
        return b"answer"

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.done.append((buffer, timeout))
        if self.fault is not None:
            raise self.fault

    async def aclose(self) -> None:
        self.done.append("closed")

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        self.done.append("tls")
        return self

    def get_extra_info(self, info: str) -> Any:
        return info


LARGE = b"x" * 70_000


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ([b"head"], [b"head"]),
        ([b"head", b""], [b"head"]),
        ([b"", b"head", b"body", b""], [b"headbody"]),
        ([b"head", b"1", b"2", b"3"], [b"head1", b"2", b"3"]),
        ([b"head", LARGE, b"2"], [b"head", LARGE, b"2"]),
        ([], []),
    ],
)
async def test_writes(written: list[bytes], sent: list[bytes]) -> None:
    wire = AsyncWire()
    stream = AsyncJoinedStream(wire)
    for _ in range(2):  # a connection serves many requests
        wire.done.clear()
        for each in written:
            await stream.write(each, 5)
        assert await stream.read(100, 7) == b"answer"
        assert wire.done == [*((each, 5) for each in sent), ("read", 7)]
        await stream.read(100, 8)
        assert wire.done[-1] == ("read", 8)


async def test_an_answer_is_read_though_writing_failed() -> None:
    wire = AsyncWire()
    stream = AsyncJoinedStream(wire)
    wire.fault = httpcore.WriteError("the server has closed")
    await stream.write(b"head")
    assert await stream.read(100) == b"answer"


async def test_other_faults_are_told() -> None:
    wire = AsyncWire()
    stream = AsyncJoinedStream(wire)
    wire.fault = httpcore.WriteTimeout("it takes too long")
    await stream.write(b"head")
    with pytest.raises(httpcore.WriteTimeout):
        await stream.read(100)
    await stream.write(b"head")
    with pytest.raises(httpcore.WriteTimeout):
        await stream.write(b"body")


async def test_everything_else_is_passed_on() -> None:
    wire = AsyncWire()
    stream = AsyncJoinedStream(wire)
    assert stream.get_extra_info("socket") == "socket"
    inner = await stream.start_tls(ssl.create_default_context())
    assert isinstance(inner, AsyncJoinedStream)
    await inner.write(b"head")
    await inner.aclose()
    assert wire.done == ["tls", "closed"]
