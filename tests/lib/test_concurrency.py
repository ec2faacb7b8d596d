"""Several things at once, in both colours: order, bounds, failures, interruptions."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest

from antiphon.lib.concurrency import async_each, async_sheltered, each, sheltered

NUMBERS = range(20)


class Count:
    """How many are at work, and how many were at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = self.most = 0

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._now -= 1


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
@pytest.mark.parametrize("blocking", [False, True])
async def test_async_results_are_in_order_and_work_is_bounded(limit: int, blocking: bool) -> None:
    count = Count()

    async def work(number: int) -> int:
        with count:
            await asyncio.sleep(0.0001 * (number % 3))
            return number * number

    expected = [number * number for number in NUMBERS]
    assert await async_each(iter(NUMBERS), work, limit=limit, blocking=blocking) == expected
    assert count.most <= limit


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
def test_sync_results_are_in_order_and_work_is_bounded(limit: int) -> None:
    count = Count()

    def work(number: int) -> int:
        with count:
            return number * number

    assert each(iter(NUMBERS), work, limit=limit) == [number * number for number in NUMBERS]
    assert count.most <= limit


def test_sync_work_is_done_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=20)
    assert sorted(each(iter(range(3)), lambda _: together.wait(), limit=3)) == [0, 1, 2]


async def test_async_work_is_done_at_the_same_time() -> None:
    waiting = 0
    all_there = asyncio.Event()

    async def work(_: int) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 3:
            all_there.set()
        await all_there.wait()

    await asyncio.wait_for(async_each(iter(range(3)), work, limit=3), 20)


async def test_an_async_failure_cancels_the_rest() -> None:
    ended: list[str] = []
    begun: list[int] = []

    async def work(number: int) -> None:
        begun.append(number)
        if number == 2:
            raise KeyError("two")
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    with pytest.raises(KeyError, match="two"):
        await async_each(iter(NUMBERS), work, limit=3)
    assert begun == [0, 1, 2]
    assert ended == ["cancelled"] * 2


def test_after_a_sync_failure_nothing_more_is_begun() -> None:
    failed: list[threading.Thread] = []
    both = threading.Barrier(2, timeout=20)
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            failed.append(threading.current_thread())
            both.wait()
            raise KeyError("zero")
        both.wait()
        failed[0].join(20)  # from here on the failure is known

    with pytest.raises(KeyError, match="zero"):
        each(iter(NUMBERS), work, limit=2)
    assert sorted(begun) == [0, 1]


def broken() -> Iterator[int]:
    yield 1
    raise KeyError("no more")


async def test_a_source_that_fails() -> None:
    async def work(number: int) -> int:
        return number

    for limit in (1, 3):
        with pytest.raises(KeyError, match="no more"):
            await async_each(broken(), work, limit=limit)
        with pytest.raises(KeyError, match="no more"):
            each(broken(), lambda number: number, limit=limit)


async def test_a_cancelled_caller_cancels_the_work() -> None:
    begun = asyncio.Event()
    ended: list[str] = []

    async def work(_: int) -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    task = asyncio.create_task(async_each(iter(NUMBERS), work, limit=3))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(ended) == 3


def test_an_interruption_in_a_thread_reaches_the_caller() -> None:
    def work(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each(iter(NUMBERS), work, limit=2)


def test_threads_see_the_context_of_the_caller() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    variable.set("mine")
    assert each(iter(range(4)), lambda _: variable.get(), limit=2) == ["mine"] * 4


async def test_what_is_sheltered_is_done_although_the_caller_was_cancelled() -> None:
    done: list[str] = []
    begun = asyncio.Event()

    async def clean_up() -> None:
        await asyncio.sleep(0.001)
        done.append("cleaned up")

    async def work() -> None:
        try:
            begun.set()
            await asyncio.sleep(60)
        finally:
            await async_sheltered(clean_up, seconds=20)

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    sheltered(lambda: done.append("cleaned up"), seconds=1)
    assert done == ["cleaned up"] * 2


async def test_shelter_does_not_last_for_ever() -> None:
    await asyncio.wait_for(async_sheltered(lambda: asyncio.sleep(60), seconds=0.001), 20)
