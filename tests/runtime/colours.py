"""What tests do otherwise in the two colours, side by side. The mirror drops `async_` from the names."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Final, TypeVar

import httpx

from antiphon.runtime.core.transport import AsyncTransport, Transport
from antiphon.runtime.transports._async.direct import AsyncDirectTransport
from antiphon.runtime.transports._async.pool import AsyncConnectionPool
from antiphon.runtime.transports._sync.direct import DirectTransport
from antiphon.runtime.transports._sync.pool import ConnectionPool
from antiphon.runtime.transports.network import AsyncNetworkStream, NetworkStream
from antiphon.runtime.transports.pools import AsyncPools, Pools

__all__ = [
    "AsyncConnectionPool",
    "ConnectionPool",
    "async_dropped",
    "async_listed",
    "async_pieces",
    "async_pooled",
    "async_reached",
    "async_read",
    "async_settled",
    "async_socket_of",
    "async_together",
    "dropped",
    "listed",
    "pieces",
    "pooled",
    "reached",
    "read",
    "settled",
    "socket_of",
    "together",
]

BOUND: Final = 20.0

T = TypeVar("T")


async def async_dropped() -> None:
    """Let everything that nobody holds go, and let the loop do what that has led to."""
    for _ in range(2):
        gc.collect()
        await async_settled()


async def async_settled() -> None:
    """Let the loop do what it has to do now."""
    for _ in range(10):
        await asyncio.sleep(0)


def dropped() -> None:
    gc.collect()


async def async_together(calls: Iterable[Callable[[], Awaitable[T]]]) -> list[T | BaseException]:
    """The outcomes of calls made at the same time."""
    return await asyncio.gather(*(call() for call in calls), return_exceptions=True)


def together(calls: Iterable[Callable[[], T]]) -> list[T | BaseException]:
    """The outcomes of calls made at the same time, each in a thread."""
    listed = list(calls)
    outcomes: dict[int, T | BaseException] = {}

    def run(number: int) -> None:
        try:
            outcomes[number] = listed[number]()
        except BaseException as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(listed))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(listed))]


def async_pooled(max_connections: int, verify: ssl.SSLContext | None = None) -> AsyncTransport:
    """The default transport with another number of connections, or other authorities that are trusted."""
    return AsyncDirectTransport(AsyncPools(max_connections=max_connections, verify=verify))


def pooled(max_connections: int, verify: ssl.SSLContext | None = None) -> Transport:
    """The default transport with another number of connections, or other authorities that are trusted."""
    return DirectTransport(Pools(max_connections=max_connections, verify=verify))


def async_socket_of(stream: AsyncNetworkStream) -> socket.socket:
    """The socket of a connection."""
    return stream.transport.get_extra_info("socket")


def socket_of(stream: NetworkStream) -> socket.socket:
    """The socket of a connection."""
    return stream.socket


async def async_reached(semaphore: threading.Semaphore) -> bool:
    """Whether a server came to a point, without blocking the loop."""
    return await asyncio.to_thread(semaphore.acquire, timeout=BOUND)


def reached(semaphore: threading.Semaphore) -> bool:
    """Whether a server came to a point."""
    return semaphore.acquire(timeout=BOUND)


async def async_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    """An iterator of this colour."""
    for piece in pieces:
        yield piece


def pieces(*pieces: bytes) -> Iterator[bytes]:
    """An iterator of this colour."""
    yield from pieces


async def async_listed(items: AsyncIterable[T]) -> list[T]:
    """All of them."""
    return [item async for item in items]


def listed(items: Iterable[T]) -> list[T]:
    """All of them."""
    return list(items)


async def async_read(response: httpx.Response) -> bytes:
    """The body of a response of httpx."""
    return await response.aread()


def read(response: httpx.Response) -> bytes:
    """The body of a response of httpx."""
    return response.read()


def settled() -> None:
    """Let other threads go on."""
    time.sleep(0)
