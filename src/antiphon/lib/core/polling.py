"""Waiting for a thing to come to its end by asking again and again: when to ask, when to stop, what stopping means.

One engine for every kind of thing. Nothing here waits or asks; the clock comes in as an argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ...runtime.core.errors import SDKError, excerpt
from ...runtime.core.request import Call
from ...runtime.core.sentinels import NotGiven, Omit
from ...runtime.core.timeouts import Timeout, timeout_from

__all__ = [
    "FILE",
    "FILE_BATCH",
    "RUN",
    "VECTOR_STORE_FILE",
    "VIDEO",
    "Pace",
    "Polling",
    "PollingTimeoutError",
    "Subject",
    "pace",
    "pace_in_seconds",
]

DEFAULT_INTERVAL: Final = 1.0
SHORTEST_ASKED, LONGEST_ASKED = 0.05, 60.0
"""What is obeyed of a server's wish: less would be a flood of requests, and more would look like a hang."""
_SHORTEST_TIMEOUT: Final = 1.0


class PollingTimeoutError(SDKError, TimeoutError, RuntimeError):
    """The time was up before the thing came to its end; on the server it goes on.

    Both a `TimeoutError` and a `RuntimeError`, as either was raised by one or the other method of older SDKs.
    """

    subject: str
    """What was waited for, such as `vector store file`."""
    id: str
    status: str | None
    """The last status that was seen; None when no answer came in time."""
    last: object | None
    """The thing as it was last seen."""
    waited: float
    """Seconds since the first question."""

    def __init__(self, subject: str, id: str, *, status: str | None, last: object | None, waited: float) -> None:
        state = "was never seen" if last is None else f"is still {status!r}"
        super().__init__(
            f"the {subject} {id!r} {state} after {waited:.3g} seconds; it goes on, and can be polled again"
        )
        self.subject = subject
        self.id = id
        self.status = status
        self.last = last
        self.waited = waited


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that is waited for, and the states it passes through."""

    name: str
    working: frozenset[str]
    ended: frozenset[str]


VECTOR_STORE_FILE: Final = Subject(
    "vector store file", frozenset({"in_progress"}), frozenset({"completed", "failed", "cancelled"})
)
FILE_BATCH: Final = Subject(
    "vector store file batch", frozenset({"in_progress"}), frozenset({"completed", "failed", "cancelled"})
)
RUN: Final = Subject(
    "run",
    frozenset({"queued", "in_progress", "cancelling"}),
    frozenset({"requires_action", "completed", "failed", "cancelled", "expired", "incomplete"}),
)
VIDEO: Final = Subject("video", frozenset({"queued", "in_progress"}), frozenset({"completed", "failed"}))
FILE: Final = Subject(
    "file", frozenset({"uploaded", "pending", "running", "deleting"}), frozenset({"processed", "error", "deleted"})
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to ask, and for how long. None: as the server wishes, and for ever."""

    interval: float | None = None
    longest: float | None = None


def pace(poll_interval_ms: float | Omit | None, max_wait_seconds: float | Omit | None) -> Pace:
    """The pace meant by the two arguments that polling methods take. Raises TypeError and ValueError."""
    interval = _amount("poll_interval_ms", "milliseconds", poll_interval_ms)
    return Pace(None if interval is None else interval / 1000, _amount("max_wait_seconds", "seconds", max_wait_seconds))


def pace_in_seconds(poll_interval: float | Omit | None, max_wait_seconds: float | Omit | None) -> Pace:
    """The same, where the interval is named in seconds."""
    interval = _amount("poll_interval", "seconds", poll_interval)
    return Pace(interval, _amount("max_wait_seconds", "seconds", max_wait_seconds))


def _amount(name: str, unit: str, value: object) -> float | None:
    if value is None or isinstance(value, (Omit, NotGiven)):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is a number of {unit}, not {type(value).__name__}")
    if math.isnan(value) or value < 0:
        raise ValueError(f"{name} must be zero or more {unit}, not {value}")
    if math.isinf(value):
        if name == "max_wait_seconds":
            return None
        raise ValueError(f"{name} must be finite")
    return float(value)


class Polling:
    """One wait for one thing: the questions it asks and what each answer means."""

    def __init__(self, subject: Subject, id: str, pace: Pace, *, now: Callable[[], float]) -> None:
        self._subject = subject
        self._id = id
        self._pace = pace
        self._now = now
        self._started = now()
        self._last: object | None = None
        self.surprise: str | None = None
        """What is to be logged: set when polling ended at a state that nobody knows."""

    def question(self, call: Call, timeout: Timeout, max_retries: int) -> Call:
        """The call that asks. With a deadline no attempt may take longer than its share of what is left."""
        headers: dict[str, object] = {**(call.headers or {}), "X-Stainless-Poll-Helper": "true"}
        if self._pace.interval is not None:
            headers["X-Stainless-Custom-Poll-Interval"] = str(round(self._pace.interval * 1000))
        call = call.replaced(headers=headers)
        left = self._left()
        if left is None:
            return call
        share = round(max(left / (max_retries + 1), _SHORTEST_TIMEOUT), 3)
        phases = timeout_from(call.timeout, timeout).as_dict()
        return call.replaced(timeout=Timeout(**{name: _lower(phase, share) for name, phase in phases.items()}))

    def answered(self, value: object, headers: Mapping[str, str]) -> float | None:
        """Seconds until the next question; None when the thing has come to its end.

        A state that nobody knows counts as an end: the caller sees it in the status, where going on could mean
        waiting for ever. Raises `PollingTimeoutError` when the time is up.
        """
        self._last = value
        status = _status(value)
        if status not in self._subject.working:
            if status not in self._subject.ended:
                shown = "no status" if status is None else f"the unknown status {excerpt(repr(status), 60)}"
                self.surprise = f"the {self._subject.name} {self._id!r} has {shown}: polling ends here"
            return None
        delay = self._pace.interval
        if delay is None:
            delay = _asked(headers)
        left = self._left()
        if left is None:
            return delay
        if left <= 0:
            raise self.expired()
        return min(delay, left)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        left = self._left()
        return left is not None and left <= 0

    def expired(self) -> PollingTimeoutError:
        """The error that says so."""
        last, waited = self._last, self._now() - self._started
        return PollingTimeoutError(self._subject.name, self._id, status=_status(last), last=last, waited=waited)

    def _left(self) -> float | None:
        longest = self._pace.longest
        return None if longest is None else longest - (self._now() - self._started)


def _status(value: object) -> str | None:
    status = getattr(value, "status", None)
    return status if isinstance(status, str) else None


def _asked(headers: Mapping[str, str]) -> float:
    """The seconds the server asks for in `openai-poll-after-ms`, within bounds; one where it asks for nothing."""
    try:
        seconds = float(headers.get("openai-poll-after-ms") or "") / 1000
    except ValueError:
        return DEFAULT_INTERVAL
    return min(max(seconds, SHORTEST_ASKED), LONGEST_ASKED) if math.isfinite(seconds) else DEFAULT_INTERVAL


def _lower(phase: float | None, share: float) -> float:
    return share if phase is None else min(phase, share)
