"""The pool itself, over connections that are made up: who gets which, and that the counts are right at any time."""

from __future__ import annotations

import time
from typing import Any

import pytest

from antiphon.runtime import ClientClosedError
from antiphon.runtime.core.transport import TransportTimeout
from antiphon.runtime.transports.network import Origin

from ..colours import AsyncConnectionPool, async_settled, async_together

A = Origin("http", "a.test", 80)
B = Origin("http", "b.test", 80)


class AsyncFake:
    """A connection that needs no server."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.is_gone = False
        self.is_dead = False
        self.was_cut_off = False
        self.unused_since = 0.0
        self.close_error: BaseException | None = None

    async def aclose(self) -> None:
        self.is_gone = True
        if self.close_error is not None:
            raise self.close_error

    def cut_off(self) -> None:
        self.was_cut_off = True

    def is_available(self) -> bool:
        return not self.is_gone and not self.is_dead

    def is_reusable(self) -> bool:
        self.unused_since = time.monotonic()
        return not self.is_gone and not self.is_dead


class AsyncWorld:
    """A pool and the connections it made."""

    def __init__(self, max_connections: int) -> None:
        self.made: list[AsyncFake] = []
        self.refuses = False
        self.pool = AsyncConnectionPool(self._connect, max_connections=max_connections, keepalive=30)  # pyright: ignore[reportArgumentType]  made up

    def _connect(self, origin: Origin) -> AsyncFake:
        if self.refuses:
            raise LookupError("no settings to connect with")
        self.made.append(AsyncFake(origin))
        return self.made[-1]

    async def ask(self, origin: Origin = A, seconds: float | None = None) -> Any:
        return await self.pool.take(origin, seconds)

    async def finish(self, connection: Any) -> None:
        await self.pool.give_back(connection)

    @property
    def counts(self) -> tuple[int, int]:
        return self.pool.open_connections, self.pool.busy_connections


async def test_a_connection_is_used_again() -> None:
    world = AsyncWorld(2)
    for _ in range(3):
        response = await world.ask()
        assert world.counts == (1, 1)
        await world.finish(response)
        assert world.counts == (1, 0)
    assert len(world.made) == 1


async def test_the_one_used_last_is_used_first() -> None:
    world = AsyncWorld(3)
    first, second = await world.ask(), await world.ask()
    await world.finish(first)
    await world.finish(second)
    response = await world.ask()
    assert response is world.made[1]


async def test_dead_ones_are_passed_over() -> None:
    world = AsyncWorld(3)
    responses = [await world.ask() for _ in range(3)]
    for response in responses:
        await world.finish(response)
    world.made[1].is_dead = world.made[2].is_dead = True
    world.made[2].close_error = OSError("gone")
    world.made[1].close_error = RuntimeError("loop is closed")
    response = await world.ask()
    assert response is world.made[0]
    assert world.counts == (1, 1)
    assert world.made[1].is_gone
    assert world.made[2].is_gone


async def test_what_is_idle_for_too_long_is_closed_at_other_servers_too() -> None:
    world = AsyncWorld(9)
    of_a, of_b = await world.ask(A), await world.ask(B)
    also_of_a = await world.ask(A)
    for response in (of_a, also_of_a):
        await world.finish(response)
    assert world.counts == (3, 1)
    of_a.unused_since -= 31
    await world.finish(of_b)
    assert of_a.is_gone
    assert not also_of_a.is_gone
    assert world.counts == (2, 0)


async def test_an_interruption_while_dead_ones_are_closed() -> None:
    world = AsyncWorld(3)
    responses = [await world.ask() for _ in range(3)]
    for response in responses:
        await world.finish(response)
    for dead in world.made[1:]:
        dead.is_dead = True
    world.made[2].close_error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        await world.ask()
    assert world.made[1].is_gone  # the others are closed all the same
    assert world.counts == (0, 0)


async def test_a_connection_that_failed_is_dropped() -> None:
    world = AsyncWorld(1)
    await world.pool.drop(await world.ask())
    assert world.counts == (0, 0)
    assert world.made[0].is_gone
    await world.finish(await world.ask())
    assert world.counts == (1, 0)


async def test_a_connection_that_cannot_serve_another_request_is_dropped() -> None:
    world = AsyncWorld(1)
    connection = await world.ask()
    connection.is_dead = True
    await world.finish(connection)
    assert world.counts == (0, 0)
    assert connection.is_gone


async def test_room_is_made_for_another_server() -> None:
    world = AsyncWorld(2)
    await world.finish(await world.ask(A))
    await world.finish(await world.ask(B))
    both = [await world.ask(B), await world.ask(B)]
    assert world.counts == (2, 2)
    assert world.made[0].is_gone
    for response in both:
        await world.finish(response)


async def test_a_connection_that_cannot_be_made_takes_no_place() -> None:
    world = AsyncWorld(1)
    world.refuses = True
    for _ in range(3):
        with pytest.raises(LookupError):
            await world.ask()
        assert world.counts == (0, 0)
    world.refuses = False
    await world.finish(await world.ask(A))
    world.refuses = True
    with pytest.raises(LookupError):
        await world.ask(B)
    assert world.counts == (1, 0)
    assert not world.made[0].is_gone
    await world.finish(await world.ask(A))


async def test_a_turn_with_a_connection_that_cannot_be_made_goes_to_the_next() -> None:
    world = AsyncWorld(1)
    response = await world.ask(A)

    async def wait_for_b() -> Any:
        return await world.ask(B)

    async def wait_for_a() -> Any:
        while not world.pool._queue:  # pyright: ignore[reportPrivateUsage]  until the other waits
            await async_settled()
        return await world.ask(A)

    async def give_back() -> None:
        while len(world.pool._queue) < 2:  # pyright: ignore[reportPrivateUsage]  until both wait
            await async_settled()
        world.refuses = True
        await world.finish(response)

    outcomes: list[Any] = await async_together([wait_for_b, wait_for_a, give_back])
    assert type(outcomes[0]) is LookupError
    assert outcomes[1] is world.made[0]
    assert world.counts == (1, 1)


@pytest.mark.parametrize("origin", [A, B])
async def test_a_turn_in_the_queue(origin: Origin) -> None:
    world = AsyncWorld(1)
    response = await world.ask(A)

    async def wait() -> Any:
        return await world.ask(origin)

    async def give_back() -> None:
        while not world.pool._queue:  # pyright: ignore[reportPrivateUsage]  until the other waits
            await async_settled()
        await world.finish(response)

    outcomes: list[Any] = await async_together([wait, give_back])
    assert world.counts == (1, 1)
    assert outcomes[0].origin == origin
    assert world.made[0].is_gone is (origin is B)
    await world.finish(outcomes[0])
    assert world.counts == (1, 0)


async def test_a_turn_with_the_right_to_connect() -> None:
    world = AsyncWorld(1)
    response = await world.ask()
    world.made[0].is_gone = True

    async def wait() -> Any:
        return await world.ask()

    async def give_back() -> None:
        while not world.pool._queue:  # pyright: ignore[reportPrivateUsage]  until the other waits
            await async_settled()
        await world.finish(response)

    outcomes: list[Any] = await async_together([wait, give_back])
    assert outcomes[0] is world.made[1]
    assert world.counts == (1, 1)


async def test_a_turn_that_does_not_come() -> None:
    world = AsyncWorld(1)
    response = await world.ask()
    with pytest.raises(TransportTimeout):
        await world.ask(seconds=0.001)
    await world.finish(response)
    assert world.counts == (1, 0)
    assert not world.pool._queue  # pyright: ignore[reportPrivateUsage]  nobody is left in it


async def test_closing() -> None:
    world = AsyncWorld(2)
    busy = await world.ask()
    await world.finish(await world.ask())
    await world.pool.aclose()
    assert world.counts == (0, 0)
    assert world.made[1].is_gone
    with pytest.raises(ClientClosedError):
        await world.ask()
    assert world.made[0].was_cut_off
    await world.finish(busy)
    assert world.made[0].is_gone
    assert world.counts == (0, 0)
    await world.pool.aclose()


async def test_closing_wakes_who_waits() -> None:
    world = AsyncWorld(1)
    await world.ask()

    async def wait() -> Any:
        return await world.ask()

    async def close() -> None:
        while len(world.pool._queue) < 2:  # pyright: ignore[reportPrivateUsage]  until the others wait
            await async_settled()
        await world.pool.aclose()

    outcomes = await async_together([wait, wait, close])
    assert [type(outcome) for outcome in outcomes[:2]] == [ClientClosedError] * 2


async def test_idle_connections_that_are_too_old_are_closed_by_the_way() -> None:
    world = AsyncWorld(5)
    responses = [await world.ask() for _ in range(4)]
    for response in responses[:3]:
        await world.finish(response)
    idle = world.pool._idle  # pyright: ignore[reportPrivateUsage]  as if much time had passed for two of them
    [queue] = idle.values()
    for number in range(2):
        queue[number].unused_since -= 1000
    await world.finish(responses[3])
    assert [each.is_gone for each in world.made] == [True, True, False, False]
    assert world.counts == (2, 0)
