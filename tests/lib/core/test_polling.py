"""The engine of polling: states, paces, deadlines, over a clock of our own."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from antiphon import PollingTimeoutError, omit
from antiphon.lib.core.polling import (
    FILE,
    FILE_BATCH,
    RUN,
    VECTOR_STORE_FILE,
    VIDEO,
    Pace,
    Polling,
    Subject,
    pace,
    pace_in_seconds,
)
from antiphon.runtime.core.request import Call
from antiphon.runtime.core.timeouts import Timeout

STATES = [
    (VECTOR_STORE_FILE, "in_progress", "completed failed cancelled"),
    (FILE_BATCH, "in_progress", "completed failed cancelled"),
    (RUN, "queued in_progress cancelling", "requires_action completed failed cancelled expired incomplete"),
    (VIDEO, "queued in_progress", "completed failed"),
    (FILE, "uploaded pending running", "processed error deleted"),
]


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def thing(status: object) -> Any:
    return SimpleNamespace(id="x", status=status)


def polling(pace: Pace, subject: Subject = RUN, clock: Clock | None = None) -> Polling:
    return Polling(subject, "x", pace, now=clock or Clock())


@pytest.mark.parametrize(
    ("subject", "status"), [(subject, status) for subject, working, _ in STATES for status in working.split()]
)
def test_work_goes_on(subject: Subject, status: str) -> None:
    assert polling(Pace(), subject).answered(thing(status), {}) == 1.0


@pytest.mark.parametrize(
    ("subject", "status"), [(subject, status) for subject, _, ended in STATES for status in ended.split()]
)
def test_an_end_is_an_end(subject: Subject, status: str) -> None:
    wait = polling(Pace(), subject)
    assert wait.answered(thing(status), {}) is None
    assert wait.surprise is None


@pytest.mark.parametrize("status", ["finalizing", "", None, 7, ["completed"]])
def test_a_state_nobody_knows_ends_the_polling_and_is_told(status: object) -> None:
    wait = polling(Pace())
    assert wait.answered(thing(status), {}) is None
    assert wait.surprise is not None
    assert "the run 'x'" in wait.surprise


def test_an_answer_without_a_body_ends_the_polling() -> None:
    wait = polling(Pace())
    assert wait.answered(None, {}) is None
    assert wait.surprise is not None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5000", 5.0),
        ("1500.5", 1.5005),
        (" 200 ", 0.2),
        ("0", 0.05),
        ("-7", 0.05),
        ("86400000", 60.0),
        ("soon", 1.0),
        ("", 1.0),
        ("nan", 1.0),
        ("inf", 1.0),
        ("-inf", 1.0),
    ],
)
def test_the_servers_wish_is_obeyed_within_bounds(header: str, seconds: float) -> None:
    assert polling(Pace()).answered(thing("queued"), {"openai-poll-after-ms": header}) == seconds


def test_the_callers_interval_wins_over_the_servers_wish() -> None:
    assert polling(Pace(0.25)).answered(thing("queued"), {"openai-poll-after-ms": "5000"}) == 0.25


def test_the_last_look_is_at_the_deadline() -> None:
    clock = Clock()
    wait = polling(Pace(4.0, 10.0), clock=clock)
    for delay in (4.0, 4.0, 2.0):
        assert wait.answered(thing("queued"), {}) == delay
        clock.time += delay
    with pytest.raises(PollingTimeoutError) as caught:
        wait.answered(thing("queued"), {})
    assert caught.value.waited == 10.0
    said = "the run 'x' is still 'queued' after 10 seconds; it goes on, and can be polled again"
    assert str(caught.value) == said


def test_no_wait_at_all_is_one_look() -> None:
    wait = polling(Pace(None, 0.0))
    with pytest.raises(PollingTimeoutError):
        wait.answered(thing("queued"), {})
    assert polling(Pace(None, 0.0)).answered(thing("completed"), {}) is None


def test_the_error_names_the_thing_and_its_last_status() -> None:
    wait = polling(Pace(None, 0.0))
    last = thing("cancelling")
    with pytest.raises(PollingTimeoutError) as caught:
        wait.answered(last, {})
    error = caught.value
    assert (error.subject, error.id, error.status, error.last) == ("run", "x", "cancelling", last)
    assert isinstance(error, TimeoutError)
    assert isinstance(error, RuntimeError)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(again), again.id, again.status) == (str(error), "x", "cancelling")


def test_the_error_says_when_nothing_was_seen() -> None:
    assert "was never seen" in str(polling(Pace(None, 1.0)).expired())


@pytest.mark.parametrize(
    ("interval", "longest", "expected"),
    [
        (omit, omit, Pace()),
        (None, None, Pace()),
        (0, 0, Pace(0.0, 0.0)),
        (250, 1.5, Pace(0.25, 1.5)),
        (1, float("inf"), Pace(0.001, None)),
    ],
)
def test_arguments_mean_a_pace(interval: Any, longest: Any, expected: Pace) -> None:
    assert pace(interval, longest) == expected


@pytest.mark.parametrize(
    ("interval", "longest", "kind", "said"),
    [
        (-1, omit, ValueError, "poll_interval_ms"),
        (float("nan"), omit, ValueError, "poll_interval_ms"),
        (float("inf"), omit, ValueError, "poll_interval_ms"),
        ("1000", omit, TypeError, "poll_interval_ms"),
        (True, omit, TypeError, "poll_interval_ms"),
        (omit, -0.5, ValueError, "max_wait_seconds"),
        (omit, float("nan"), ValueError, "max_wait_seconds"),
        (omit, "60", TypeError, "max_wait_seconds"),
        (omit, False, TypeError, "max_wait_seconds"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(interval: Any, longest: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        pace(interval, longest)


def test_an_interval_in_seconds() -> None:
    assert pace_in_seconds(5.0, 1800) == Pace(5.0, 1800.0)
    with pytest.raises(ValueError, match=r"poll_interval must be zero or more seconds"):
        pace_in_seconds(-5.0, omit)


def test_without_a_deadline_the_question_keeps_its_timeout() -> None:
    question = polling(Pace(0.25)).question(Call("GET", "/x", headers={"A": "b"}, timeout=3), Timeout(600), 2)
    assert question.timeout == 3
    assert question.headers == {
        "A": "b",
        "X-Stainless-Poll-Helper": "true",
        "X-Stainless-Custom-Poll-Interval": "250",
    }


@pytest.mark.parametrize(
    ("longest", "timeout", "expected"),
    [
        (30.0, Timeout(600, connect=5), Timeout(10, connect=5, pool=10)),
        (3600.0, Timeout(600, connect=5), Timeout(600, connect=5, pool=1200)),
        (30.0, Timeout(None), Timeout(10, pool=10)),
        (0.3, Timeout(600), Timeout(1, pool=1)),
    ],
)
def test_all_attempts_of_a_question_fit_into_what_is_left(longest: float, timeout: Timeout, expected: Timeout) -> None:
    assert polling(Pace(None, longest)).question(Call("GET", "/x"), timeout, 2).timeout == expected
