"""One thing for each event loop: what belongs to a loop is used in that loop only, and closed when the loop ends."""

from __future__ import annotations

import asyncio
import os
import sys
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Final, Generic, Protocol, TypeVar

from ..core.errors import ClientClosedError

__all__ = ["PerLoop", "keep_inherited", "running_loop"]


class _Closable(Protocol):
    def aclose(self) -> Awaitable[None]: ...


T = TypeVar("T", bound=_Closable)

_inherited: Final[list[object]] = []


def keep_inherited(thing: object) -> None:
    """Never let go of this: after a fork its sockets are the parent's, and closing them here would disturb it."""
    _inherited.append(thing)


class PerLoop(Generic[T]):
    """Makes the thing when a loop first asks for it.

    It is closed when its loop ends, when `aclose` is called in its loop, or when this object is dropped: an async
    generator waits in each loop for that, as `asyncio.run` and `loop.shutdown_asyncgens` finish such generators.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._is_closed = False
        self._things: weakref.WeakKeyDictionary[Any, T] = weakref.WeakKeyDictionary()
        self._keepers: weakref.WeakKeyDictionary[Any, AsyncGenerator[None, None]] = weakref.WeakKeyDictionary()
        self._pid = os.getpid()

    async def get(self) -> T:
        """The thing of the running loop. Raises `ClientClosedError` after `aclose`."""
        if self._is_closed:
            raise ClientClosedError("this client is closed")
        loop = running_loop()
        thing = self._things.get(loop)
        return await self._made(loop) if thing is None or self._pid != os.getpid() else thing

    def current(self) -> T | None:
        """The thing of the running loop, if there is one."""
        return self._things.get(running_loop())

    async def aclose(self) -> None:
        """Close the thing of the running loop, and let go of those of other loops."""
        self._is_closed = True
        thing = self._things.pop(running_loop(), None)
        self._things.clear()
        self._keepers.clear()
        if thing is not None:
            await thing.aclose()

    async def _made(self, loop: Any) -> T:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            keep_inherited((list(self._things.values()), list(self._keepers.values())))
            self._things.clear()
            self._keepers.clear()
        for ended in [each for each in self._things if each is not loop and getattr(each, "is_closed", bool)()]:
            self._things.pop(ended, None)
            self._keepers.pop(ended, None)
        thing = self._things[loop] = self._make()
        keeper = _close_at_end(thing)
        await anext(keeper)
        self._keepers[loop] = keeper
        return thing


async def _close_at_end(thing: _Closable) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await thing.aclose()


def running_loop() -> Any:
    """What stands for the running event loop: asyncio's own, or trio's token."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None:
            raise
        return trio.lowlevel.current_trio_token()
