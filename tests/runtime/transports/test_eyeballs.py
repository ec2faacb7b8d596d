"""Servers with several addresses, some of which lead nowhere: the first that answers is used, and nothing is lost."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from typing import Any

import pytest

from antiphon.runtime.transports import eyeballs
from antiphon.runtime.transports.eyeballs import connected_socket

from .servers import RawServer

V6, V4 = socket.AF_INET6, socket.AF_INET


class World:
    """Addresses that answer, refuse or say nothing, and the order in which they were tried."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, port: int, addresses: list[tuple[int, str]]) -> None:
        self.tried: list[str] = []
        self._port = port
        self._addresses = addresses
        loop = asyncio.get_running_loop()
        self._connect: Callable[..., Any] = loop.sock_connect
        monkeypatch.setattr(loop, "getaddrinfo", self.getaddrinfo)
        monkeypatch.setattr(loop, "sock_connect", self.sock_connect)
        monkeypatch.setattr(eyeballs, "_HEAD_START", 0.01)

    async def getaddrinfo(self, host: str, port: int, **_: object) -> list[Any]:
        await asyncio.sleep(0)
        return [(family, socket.SOCK_STREAM, 0, "", (name, port)) for family, name in self._addresses]

    async def sock_connect(self, sock: socket.socket, address: tuple[str, int]) -> None:
        name = address[0]
        self.tried.append(name)
        if name.startswith("silent"):
            await asyncio.Event().wait()
        if name.startswith("refuses"):
            await asyncio.sleep(0)
            raise ConnectionRefusedError(111, f"{name} refused")
        if name.startswith("slow"):
            await asyncio.sleep(0.02)
        await self._connect(sock, ("127.0.0.1", self._port))


async def connected(world: World) -> bool:
    sock = await connected_socket("any.test", 80)
    with sock:
        return sock.getpeername() == ("127.0.0.1", world._port)  # pyright: ignore[reportPrivateUsage]


def hold(peer: Any) -> None:
    peer.until_closed()


@pytest.mark.parametrize(
    ("names", "tried"),
    [
        (["good"], ["good"]),
        (["good", "other"], ["good"]),
        (["silent", "good"], ["silent", "good"]),
        (["refuses", "good"], ["refuses", "good"]),
        (["refuses", "silent", "refuses2", "good"], ["refuses", "silent", "refuses2", "good"]),
        (["silent", "silent2", "slow"], ["silent", "silent2", "slow"]),
        (["slow", "refuses"], ["slow", "refuses"]),
    ],
)
async def test_the_first_that_answers(names: list[str], tried: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(hold) as server:
        world = World(monkeypatch, server.port, [(V4, name) for name in names])
        assert await connected(world)
        assert world.tried == tried
        await asyncio.sleep(0)
        gc.collect()  # sockets that nobody closed would complain


async def test_families_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[tuple[int, str]] = [
        (V4, "refuses1"),
        (V4, "refuses2"),
        (V4, "refuses3"),
        (V6, "refuses4"),
        (V6, "refuses5"),
    ]
    world = World(monkeypatch, 0, addresses)
    with pytest.raises(OSError, match=r"refuses1 refused.*refuses2 refused"):
        await connected_socket("any.test", 80)
    assert world.tried == ["refuses1", "refuses4", "refuses2", "refuses5", "refuses3"]


async def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    World(monkeypatch, 0, [(V4, "refuses")])
    with pytest.raises(ConnectionRefusedError, match="refuses refused"):
        await connected_socket("any.test", 80)


@pytest.mark.parametrize("steps", range(12))
async def test_cancelled_at_any_step(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(hold) as server:
        World(monkeypatch, server.port, [(V4, "refuses"), (V4, "silent"), (V4, "good")])
        task = asyncio.create_task(connected_socket("any.test", 80))
        for _ in range(steps):
            await asyncio.sleep(0.003 if steps > 6 else 0)
        task.cancel()
        [outcome] = await asyncio.gather(task, return_exceptions=True)
        if isinstance(outcome, socket.socket):
            outcome.close()
        else:
            assert isinstance(outcome, asyncio.CancelledError)
        for _ in range(5):
            await asyncio.sleep(0)
        gc.collect()
