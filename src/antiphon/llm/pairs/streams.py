"""Async streams that a plain `for` can walk, too."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ...runtime import SDKError

if TYPE_CHECKING:
    from ...runtime._async.opened import AsyncOpened as AsyncOpened
    from ...runtime._sync.opened import Opened as Opened

__all__ = ["AsyncBothWays", "BothWays"]

T = TypeVar("T")


class AsyncBothWays(Generic[T]):
    """An async iterator that a plain `for` can walk too, inside the event loop and in other threads.

    Inside the loop that stands still meanwhile: nothing else goes on. `async for` is the better choice.
    """

    _opened: AsyncOpened | None
    _read_seconds: float | None
    _loop: Any = None
    """The loop it belongs to, if that is asyncio's."""

    if TYPE_CHECKING:

        def __anext__(self) -> Coroutine[Any, Any, T]: ...
        def _is_over(self) -> bool: ...
        def close(self) -> Coroutine[Any, Any, None]: ...

    def _begin(self) -> None:
        import asyncio

        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def __iter__(self) -> Iterator[T]:
        import asyncio

        loop = self._loop
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is not None and running is loop:
            return self._within(loop)
        if loop is not None and running is None and loop.is_running():
            return self._from_thread(loop)
        raise SDKError("this stream belongs to an event loop: use `async for` there")

    def _within(self, loop: Any) -> Iterator[T]:
        from ...runtime.transports.by_hand import ByHand
        from ...runtime.transports.loops import close_in_loop

        hand = ByHand(None if self._opened is None else self._opened.reply, self._read_seconds)
        try:
            while True:
                try:
                    item = hand.run(self.__anext__(), at_end=self._is_over)
                except StopAsyncIteration:
                    return
                yield item
        finally:
            hand.close()
            close_in_loop(loop, self.close)

    def _from_thread(self, loop: Any) -> Iterator[T]:
        import asyncio

        from ...runtime.transports.loops import close_in_loop

        try:
            while True:
                try:
                    item = asyncio.run_coroutine_threadsafe(self.__anext__(), loop).result()
                except StopAsyncIteration:
                    return
                yield item
        finally:
            close_in_loop(loop, self.close)


class BothWays(Generic[T]):
    """A plain iterator has one way."""

    def _begin(self) -> None:
        pass
