"""How one value is written where text is needed."""

from __future__ import annotations

import datetime
import enum
import uuid
from typing import Any

import pytest

from antiphon.runtime.core.scalars import scalar_text


class Plain(enum.Enum):
    ONE = 1


class Text(enum.StrEnum):
    A = "a"


class MyText(str):
    def __str__(self) -> str:
        return "something else"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        ("", ""),
        (MyText("a"), "a"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-1.5, "-1.5"),
        (1e21, "1e+21"),
        (10**30, "1" + "0" * 30),
        (Plain.ONE, "1"),
        (Text.A, "a"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2024-01-02T03:04:05+00:00"),
        (datetime.time(3, 4), "03:04:00"),
        (uuid.UUID(int=2), "00000000-0000-0000-0000-000000000002"),
        (None, None),
        ([], None),
        (b"a", None),
        ({}, None),
    ],
)
def test_scalar_text(value: Any, text: str | None) -> None:
    assert scalar_text(value) == text
