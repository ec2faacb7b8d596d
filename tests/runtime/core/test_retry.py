"""Which answers are worth another try, and after how long."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest

from antiphon.runtime import DEFAULT_MAX_RETRIES, Headers, RetryPolicy
from antiphon.runtime.core.retry import checked_max_retries

NOW = 1_700_000_000.0


def delay(headers: dict[str, str], retries: int = 0, random: float = 0.0) -> float | None:
    return RetryPolicy().delay(retries, Headers(headers), lambda: random, lambda: NOW)


@pytest.mark.parametrize(
    ("status", "said", "wanted"),
    [
        (408, None, True),
        (409, None, True),
        (429, None, True),
        (500, None, True),
        (503, None, True),
        (599, None, True),
        (400, None, False),
        (401, None, False),
        (404, None, False),
        (422, None, False),
        (400, "true", True),
        (404, "TRUE ", True),
        (500, "false", False),
        (429, "false", False),
        (500, "perhaps", True),
        (400, "perhaps", False),
    ],
)
def test_which_statuses(status: int, said: str | None, wanted: bool) -> None:
    headers = {} if said is None else {"x-should-retry": said}
    assert RetryPolicy().wants_retry(status, Headers(headers)) is wanted


@pytest.mark.parametrize(
    ("retries", "random", "seconds"),
    [(0, 0, 0.5), (1, 0, 1), (2, 0, 2), (3, 0, 4), (4, 0, 8), (5, 0, 8), (10**9, 0, 8), (0, 1, 0.375), (4, 1, 6)],
)
def test_backoff(retries: int, random: float, seconds: float) -> None:
    assert delay({}, retries, random) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": " 20 "}, 20),
        ({"retry-after": "120"}, 120),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "20"}, 1.5),
        ({"retry-after-ms": "junk", "retry-after": "20"}, 20),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:50 -0000"}, 30),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:50"}, 30),
    ],
)
def test_wishes_that_are_obeyed(headers: dict[str, str], seconds: float) -> None:
    assert delay(headers) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "121"},
        {"retry-after": "1e300"},
        {"retry-after": "1e999"},
        {"retry-after": "9" * 5000},
        {"retry-after-ms": "120001"},
        {"retry-after-ms": "9" * 400, "retry-after": "1"},
    ],
)
def test_wishes_that_end_the_trying(headers: dict[str, str]) -> None:
    assert delay(headers) is None


def test_a_date_far_away_ends_the_trying() -> None:
    assert delay({"retry-after": formatdate(NOW + 86400, usegmt=True)}) is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "junk",
        "-1",
        "0",
        "nan",
        "inf",
        "-inf",
        "-1e999",
        "1_000",
        "0x10",
        "\u0661\u0662",
        "20 s",
        "Fri, 31 Feb 2023 00:00:00 GMT",
        "Fri, 13 Nov 99999 22:00:00 GMT",
        "Tue, 14 Nov 2023 99:99:99 GMT",
        "Tue, 14 Nov 2000 22:13:50 GMT",
        "Tue, 14 Nov 2023 22:13:50 +9999999999",
    ],
)
def test_junk_is_ignored(value: str) -> None:
    assert delay({"retry-after": value}) == 0.5
    assert delay({"retry-after-ms": value}) == 0.5


@pytest.mark.parametrize("value", [0, 1, 10**9])
def test_numbers_of_retries(value: int) -> None:
    assert checked_max_retries(value) == value


@pytest.mark.parametrize(
    ("value", "error"),
    [(None, TypeError), ("2", TypeError), (1.0, TypeError), (True, TypeError), (-1, ValueError)],
)
def test_what_is_no_number_of_retries(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="max_retries"):
        checked_max_retries(value)


def test_two_retries_are_the_default() -> None:
    assert DEFAULT_MAX_RETRIES == 2
