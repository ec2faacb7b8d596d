"""Several things at once, and what must be done although the caller gave up: the colour pairs of this layer.

A name that begins with `async_` is the async one of its pair; the mirror drops that.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from ..runtime.waiting import async_call

__all__ = ["async_each", "async_sheltered", "each", "sheltered"]

T = TypeVar("T")
R = TypeVar("R")


async def async_each(
    items: Iterator[T], work: Callable[[T], Awaitable[R]], *, limit: int, blocking: bool = False
) -> list[R]:
    """What `work` made of each item, in their order; never more than `limit` items are taken and not yet done.

    After the first failure, which is raised, no further item is taken, and work in progress is cancelled. With
    `blocking` the next item is fetched in a thread.
    """
    import anyio

    numbered = enumerate(items)
    results: dict[int, R] = {}
    faults: list[Exception] = []
    fetching = anyio.Lock()

    async def worker() -> None:
        try:
            while True:
                async with fetching:
                    taken = await async_call(lambda: next(numbered, None), blocking=blocking)
                if taken is None:
                    return
                results[taken[0]] = await work(taken[1])
        except Exception as error:
            faults.append(error)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for _ in range(limit):
            group.start_soon(worker)
    if faults:
        raise faults[0]
    return [results[number] for number in sorted(results)]


def each(items: Iterator[T], work: Callable[[T], R], *, limit: int, blocking: bool = False) -> list[R]:
    """What `work` made of each item, in their order; never more than `limit` items are taken and not yet done.

    The work is done in threads. After the first failure, which is raised, no further item is taken; work in progress
    is finished first, unless it is this thread that was interrupted.
    """
    numbered = enumerate(items)
    if limit == 1:
        return [work(item) for _, item in numbered]
    results: dict[int, R] = {}
    faults: list[BaseException] = []
    fetching = threading.Lock()

    def worker() -> None:
        try:
            while True:
                with fetching:
                    taken = None if faults else next(numbered, None)
                if taken is None:
                    return
                results[taken[0]] = work(taken[1])
        except BaseException as error:  # it is raised in the thread that waits
            faults.append(error)

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(worker,), daemon=True) for _ in range(limit)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException as error:
        faults.append(error)
        raise
    if faults:
        raise faults[0]
    return [results[number] for number in sorted(results)]


async def async_sheltered(action: Callable[[], Awaitable[object]], *, seconds: float) -> None:
    """Do something that the cancellation of the caller does not stop; for no longer than this."""
    import anyio

    with anyio.move_on_after(seconds, shield=True):
        await action()


def sheltered(action: Callable[[], object], *, seconds: float) -> None:
    """Do something that the cancellation of an async caller would not stop."""
    action()
