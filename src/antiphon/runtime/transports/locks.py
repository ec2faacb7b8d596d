"""Locks that survive a fork."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Final

__all__ = ["ProcessLock"]


class ProcessLock:
    """A lock that is free in a child process, though a thread of the parent may have held it while it forked."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        _locks.add(self)


_locks: Final[weakref.WeakSet[ProcessLock]] = weakref.WeakSet()


def _free_in_child() -> None:
    for each in _locks:
        each.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_in_child)
