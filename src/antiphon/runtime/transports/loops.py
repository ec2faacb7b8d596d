"""One thing for each event loop, or for the process: what is used where it belongs, and closed when that ends.

What is held here is also held by a finaliser of its owner. So it is no garbage when the owner is: sockets that are
collected together with it would complain that nobody closed them.
"""

from __future__ import annotations

import contextlib
import os
import sys
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from ..core.errors import ClientClosedError
from .locks import ProcessLock

if TYPE_CHECKING:  # whoever runs a loop has loaded it, and nobody else has to
    import asyncio

__all__ = ["PerLoop", "PerProcess", "close_in_loop"]


class _AsyncClosable(Protocol):
    def aclose(self) -> Awaitable[None]: ...


class _Closable(Protocol):
    def close(self) -> None: ...


AsyncT = TypeVar("AsyncT", bound=_AsyncClosable)
T = TypeVar("T", bound=_Closable)

_inherited: Final[list[object]] = []
"""What belongs to a parent process. It is never let go of: closing its sockets here would disturb the parent."""


class _LoopState(Generic[AsyncT]):
    def __init__(self) -> None:
        self.pid = os.getpid()
        self.things: weakref.WeakKeyDictionary[Any, AsyncT] = weakref.WeakKeyDictionary()
        self.keepers: weakref.WeakKeyDictionary[Any, AsyncGenerator[None, None]] = weakref.WeakKeyDictionary()

    def release(self) -> None:
        """Have everything closed in its loop."""
        held = (dict(self.things), dict(self.keepers))
        self.things.clear()
        self.keepers.clear()
        if self.pid != os.getpid():
            _inherited.append(held)
            return
        for loop, thing in held[0].items():
            close_in_loop(loop, thing.aclose)


class PerLoop(Generic[AsyncT]):
    """Makes the thing when a loop first asks for it.

    It is closed when its loop ends, when `aclose` is called, or when this object is dropped. For the first an async
    generator waits in each loop, as `asyncio.run` and `loop.shutdown_asyncgens` finish such generators.
    """

    def __init__(self, make: Callable[[], AsyncT]) -> None:
        self._make = make
        self._is_closed = False
        self._state = _LoopState[AsyncT]()
        weakref.finalize(self, self._state.release).atexit = False

    async def get(self) -> AsyncT:
        """The thing of the running loop. Raises `ClientClosedError` after `aclose`."""
        if self._is_closed:
            raise ClientClosedError
        loop = running_loop()
        state = self._state
        thing = state.things.get(loop)
        return await self._made(loop) if thing is None or state.pid != os.getpid() else thing

    def current(self) -> AsyncT | None:
        """The thing of the running loop, if there is one."""
        return self._state.things.get(running_loop())

    async def aclose(self) -> None:
        """Close the thing of the running loop now, and have those of other loops closed there."""
        self._is_closed = True
        state = self._state
        loop = running_loop()
        is_own = state.pid == os.getpid()
        mine = state.things.pop(loop, None) if is_own else None
        keeper = state.keepers.pop(loop, None) if is_own else None
        state.release()
        if mine is not None:
            await mine.aclose()
        if keeper is not None:  # trio warns of those that are dropped
            with contextlib.suppress(RuntimeError):  # the loop is ending it itself
                await keeper.aclose()

    async def _made(self, loop: Any) -> AsyncT:
        state = self._state
        if state.pid != os.getpid():
            state.release()
            state.pid = os.getpid()
        for ended in [each for each in state.things if each is not loop and getattr(each, "is_closed", bool)()]:
            state.things.pop(ended, None)
            state.keepers.pop(ended, None)
        thing = state.things[loop] = self._make()
        keeper = _close_at_end(thing)
        await anext(keeper)
        state.keepers[loop] = keeper
        return thing


async def _close_at_end(thing: _AsyncClosable) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await thing.aclose()


class _ProcessState(Generic[T]):
    def __init__(self) -> None:
        self.pid = os.getpid()
        self.thing: T | None = None

    def release(self) -> None:
        thing, self.thing = self.thing, None
        if self.pid != os.getpid():
            _inherited.append(thing)
        elif thing is not None:
            thing.close()


class PerProcess(Generic[T]):
    """Makes the thing when it is first asked for; after a fork the child gets one of its own.

    It is closed when `close` is called, when this object is dropped, and at the end of the program.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._is_closed = False
        self._lock = ProcessLock()
        self._state = _ProcessState[T]()
        weakref.finalize(self, self._state.release)

    def get(self) -> T:
        """The thing of this process. Raises `ClientClosedError` after `close`."""
        if self._is_closed:
            raise ClientClosedError
        thing = self._state.thing
        return self._made() if thing is None or self._state.pid != os.getpid() else thing

    def current(self) -> T | None:
        """The thing of this process, if there is one."""
        return self._state.thing

    def close(self) -> None:
        """Close the thing."""
        self._is_closed = True
        self._state.release()

    def _made(self) -> T:
        state = self._state
        with self._lock.lock:
            if state.pid != os.getpid():
                state.release()
                state.pid = os.getpid()
            thing = state.thing
            if thing is None:
                thing = state.thing = self._make()
            return thing


def close_in_loop(loop: Any, close: Callable[[], Awaitable[None]]) -> None:
    """Have `close` awaited in this loop, from anywhere. A closed loop has let go of what it had."""
    # Nothing is imported: this may be called while the interpreter goes down. What stands for trio's loop has no such
    # method.
    if hasattr(loop, "call_soon_threadsafe") and not loop.is_closed():
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            loop.call_soon_threadsafe(_start, loop, close)


_closing: Final[set[asyncio.Task[Any]]] = set()


def _start(loop: asyncio.AbstractEventLoop, close: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        with contextlib.suppress(Exception):  # nobody is left to tell
            await close()

    task = loop.create_task(run())
    _closing.add(task)  # the loop itself keeps only a weak reference
    task.add_done_callback(_closing.discard)


def running_loop() -> Any:
    """What stands for the running event loop: asyncio's own, or trio's token."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None:
            raise
        return trio.lowlevel.current_trio_token()
