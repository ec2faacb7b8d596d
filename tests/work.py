"""Work held to a bound without a clock in the assertion: counted in calls, or ended when it would go on without end."""

from __future__ import annotations

import cProfile
import signal
from collections.abc import Generator
from contextlib import contextmanager


class Work:
    """How many Python functions were called in the block; known when it has ended."""

    calls: int = 0


@contextmanager
def counted() -> Generator[Work]:
    """Counts the calls of Python functions in this thread while the block runs: the same on every machine."""
    work, profile = Work(), cProfile.Profile(builtins=False)
    profile.enable()
    try:
        yield work
    finally:
        profile.disable()
        work.calls = sum(entry.callcount for entry in profile.getstats())


@contextmanager
def without_hanging() -> Generator[None]:
    """Ends work that compiled code does, a regular expression or a wait, of which no calls can be counted.

    The minute is hundreds of times what the work takes: it tells endless work from work, not slow from fast.
    """

    def ended(number: int, frame: object) -> None:
        raise AssertionError("it goes on without end")

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
