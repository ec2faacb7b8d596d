"""Ctrl-C at every place of a call where Python can raise it: no connection stays taken, and the next call works.

Python runs signal handlers where a function begins and where a built-in returns, which is what a profile function sees.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Final

import pytest

from ._sync.sdk import Client
from .colours import pooled
from .test_sync_life import answers, client_of, pool_of
from .transports.servers import RawServer

# Python prints what is raised where an object is finalised, and goes on. And what gives a connection back cannot itself
# be watched over: by then it may be somebody else's.
NOT_THERE: Final = frozenset({"__del__", "_Reply.close", "ConnectionPool.give_back"})


class CtrlC:
    """Presses it at one of the places, counted from the first; within `antiphon` only."""

    def __init__(self, place: int) -> None:
        self.left = place
        self.pressed_in = ""

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event not in ("call", "c_return") or "antiphon" not in frame.f_code.co_filename or _is_spared(frame):
            return
        self.left -= 1
        if not self.left:
            sys.setprofile(None)
            self.pressed_in = f"{frame.f_code.co_qualname}, line {frame.f_lineno}, {event} {argument or ''}"
            raise KeyboardInterrupt


def _is_spared(frame: FrameType | None) -> bool:
    names: list[str] = []
    while frame is not None and len(names) < 3:
        names.append(frame.f_code.co_qualname)
        frame = frame.f_back
    return names[0] in NOT_THERE or any(name.endswith("__del__") for name in names)


def answered(client: Client) -> None:
    client.things.retrieve("a")


def streamed(client: Client) -> None:
    for _ in client.things.events():
        pass


def refused(client: Client) -> None:
    with suppress(Exception):
        client.things.retrieve("bad")


@pytest.mark.parametrize("use", [answered, streamed, refused])
def test_every_place(use: Callable[[Client], None]) -> None:
    taken: list[str] = []
    place = 0
    with RawServer(answers) as server, client_of(server, http_client=pooled(1000)) as client:
        use(client)
        pool: Any = pool_of(client)
        while True:
            place += 1
            press = CtrlC(place)
            sys.setprofile(press)
            try:
                use(client)
            except KeyboardInterrupt:
                pass
            finally:
                sys.setprofile(None)
            if not press.pressed_in:
                break
            if pool.busy_connections:
                taken.append(press.pressed_in)
            use(client)
    assert place > 100
    assert taken == []
