"""What `timeout=` takes, and what it means."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import httpx
import pytest

from antiphon.runtime import DEFAULT_TIMEOUT, Timeout, not_given
from antiphon.runtime.core.timeouts import timeout_from

DEFAULT = Timeout(7, connect=1)


@pytest.mark.parametrize(
    ("value", "connect", "read", "write", "pool"),
    [
        (not_given, 1, 7, 7, None),
        (3, 3, 3, 3, None),
        (0.5, 0.5, 0.5, 0.5, None),
        (0, 0, 0, 0, None),
        (None, None, None, None, None),
        (math.inf, None, None, None, None),
        (Timeout(9, read=2, pool=4), 9, 2, 9, 4),
        (Timeout(connect=1, read=2, write=3), 1, 2, 3, None),
        (httpx.Timeout(8, connect=2), 2, 8, 8, 8),
        (httpx.Timeout(None), None, None, None, None),
    ],
)
def test_what_is_accepted(value: Any, connect: Any, read: Any, write: Any, pool: Any) -> None:
    timeout = timeout_from(value, DEFAULT)
    assert timeout.as_dict() == {"connect": connect, "read": read, "write": write, "pool": pool}


@pytest.mark.parametrize(
    ("value", "error"),
    [("5", TypeError), (True, TypeError), ([1], TypeError), (-1, ValueError), (math.nan, ValueError)],
)
def test_what_is_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        timeout_from(value, DEFAULT)


def test_half_a_timeout_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a default"):
        Timeout(connect=1, read=2)


def test_default_is_ten_minutes_and_five_seconds_to_connect() -> None:
    assert DEFAULT_TIMEOUT.as_dict() == {"connect": 5.0, "read": 600.0, "write": 600.0, "pool": None}


def test_equality_and_repr() -> None:
    assert Timeout(5) == Timeout(5, connect=5)
    assert Timeout(5) != Timeout(6)
    assert Timeout(5) != 5
    assert Timeout(5, pool=5) == httpx.Timeout(5)
    assert Timeout(5, connect=1) == httpx.Timeout(5, connect=1)
    assert Timeout(5) != Timeout(5, pool=1) != httpx.Timeout(5)
    assert timeout_from(httpx.Timeout(5), DEFAULT) == Timeout(5)
    assert Timeout(5) == Timeout(5, pool=None) == httpx.Timeout(5, pool=None)
    assert Timeout(5, pool=None) != Timeout(5, pool=5)
    assert Timeout(connect=1, read=1, write=1) != httpx.Timeout(1)
    assert hash(Timeout(5)) == hash(Timeout(5, pool=5))
    assert copy.copy(Timeout(5)) == pickle.loads(pickle.dumps(Timeout(5))) == Timeout(5)
    assert repr(Timeout(5)) == "Timeout(5.0)"
    assert repr(Timeout(5, connect=1)) == "Timeout(connect=1.0, read=5.0, write=5.0, pool=None)"
