"""Calling functions of the user's, and making toolboxes ready, whatever their colour; and what waits for a turn."""

from __future__ import annotations

import atexit
import inspect
import os
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

    import anyio

    from ..core.toolboxes import Toolbox

__all__ = ["async_lock", "async_prepared", "async_run", "lock", "prepared", "run"]

T = TypeVar("T")


async def async_run(function: Callable[[], Any], *, blocking: bool = True) -> Any:
    """What a function gives, awaited where it has to be; a plain one that may block is called in a thread."""
    if not blocking:
        value = function()
    else:
        import anyio.to_thread

        value = await anyio.to_thread.run_sync(function, abandon_on_cancel=True)
    return await value if inspect.isawaitable(value) else value


def run(function: Callable[[], Any], *, blocking: bool = True) -> Any:
    """What a function gives; what it would have to be awaited for is done in a loop in another thread."""
    value = function()
    return _loops.result(value) if inspect.isawaitable(value) else value


async def async_prepared(box: Toolbox) -> None:
    """Make a toolbox ready, once: by `prepare_async` where it has one, else by `prepare`. Raises what they raise."""
    from ..core.toolboxes import is_prepared, preparing

    async with box.__dict__.setdefault("_async_preparing", async_lock()):
        if not is_prepared(box):
            is_ours = _is_ours(box, "prepare_async")
            with preparing(box):
                if not is_ours:
                    await box.prepare_async()
                elif not _is_ours(box, "prepare"):
                    await async_run(box.prepare)


def prepared(box: Toolbox) -> None:
    """Make a toolbox ready, once: by `prepare` where it has one, else by `prepare_async`. Raises what they raise."""
    from ..core.toolboxes import is_prepared, preparing

    with box.__dict__.setdefault("_preparing", lock()):
        if not is_prepared(box):
            is_ours = _is_ours(box, "prepare")
            with preparing(box):
                if not is_ours:
                    run(box.prepare)
                elif not _is_ours(box, "prepare_async"):
                    run(box.prepare_async)


def _is_ours(box: Toolbox, method: str) -> bool:
    """Whether nobody has overwritten a method."""
    from ..core.toolboxes import Toolbox

    return getattr(type(box), method) is getattr(Toolbox, method)


class AsyncLock:
    """A lock for the tasks of one loop. Taking one that is free costs next to nothing, and no turn of the loop."""

    __slots__ = ("_held", "_holder", "_waiting")

    def __init__(self) -> None:
        self._held = False
        self._holder: object = None
        self._waiting: deque[anyio.Event] = deque()

    async def __aenter__(self) -> None:
        task = _task()
        while self._held:
            if task is not None and task is self._holder:
                raise RuntimeError("this task waits for what it is doing itself")
            await self._turn()
        self._held, self._holder = True, task

    async def __aexit__(self, *_: object) -> None:
        self._held, self._holder = False, None
        self._wake()

    async def _turn(self) -> None:
        import anyio

        event = anyio.Event()
        self._waiting.append(event)
        try:
            await event.wait()
        except BaseException:
            if event.is_set():
                self._wake()  # the turn goes to somebody who still wants it
            else:
                self._waiting.remove(event)
            raise

    def _wake(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()


def _task() -> object:
    """The task of asyncio that runs; None in other loops."""
    import asyncio

    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def async_lock() -> AsyncLock:
    """A lock for the tasks of one loop."""
    return AsyncLock()


def lock() -> threading.RLock:
    return threading.RLock()


class _LoopThread:
    """One event loop in one thread: what async tools open in a call is still good in the next."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._process = 0

    def result(self, value: Awaitable[T]) -> T:
        """Wait for an awaitable. When this thread is interrupted, it is cancelled."""
        import asyncio

        async def awaited() -> T:
            return await value

        future = asyncio.run_coroutine_threadsafe(awaited(), self._running())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _running(self) -> asyncio.AbstractEventLoop:
        import asyncio

        with self._starting:
            if threading.current_thread() is self._thread:
                raise RuntimeError("an async tool ran a sync chain with an async tool: use the async chain there")
            if self._loop is None or self._process != os.getpid():  # threads do not survive a fork
                loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=loop.run_forever, name="antiphon-async-tools", daemon=True)
                if self._loop is None:
                    atexit.register(self.stop)
                self._loop, self._process = loop, os.getpid()
                self._thread.start()
            return self._loop

    def stop(self) -> None:
        """End the loop and its thread; they begin again when they are needed."""
        with self._starting:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            if loop is None or thread is None or self._process != os.getpid():
                return
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)
            if not thread.is_alive():
                loop.close()


_loops = _LoopThread()
