"""Path parameters stay inside their segment, or the call is refused."""

from __future__ import annotations

import enum
import uuid
from typing import Any
from urllib.parse import unquote

import pytest

from antiphon.runtime import fill_path


class Kind(enum.StrEnum):
    A = "a/b"


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("abc", "abc"),
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("a%2Fb", "a%252Fb"),
        ("a b", "a%20b"),
        ("a=b&c", "a=b&c"),
        ("k:v@h,;+!*'()$", "k:v@h,;+!*'()$"),
        ("~-._", "~-._"),
        ("\u00e9\u4e16", "%C3%A9%E4%B8%96"),
        ("a\\b", "a%5Cb"),
        ("a\r\nb\0", "a%0D%0Ab%00"),
        ("{id}", "%7Bid%7D"),
        ("...", "..."),
        ("..a", "..a"),
        ("a..b", "a..b"),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (Kind.A, "a%2Fb"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_encoding(value: Any, segment: str) -> None:
    assert fill_path("/x/{id}/y", id=value) == f"/x/{segment}/y"


@pytest.mark.parametrize("value", [".", "..", "%2e", "%2E%2e", ".%2e"])
def test_dot_segments_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="dot segment"):
        fill_path("/x/{id}", id=value)


def test_dot_segments_made_by_joining_are_refused() -> None:
    with pytest.raises(ValueError, match="dot segment"):
        fill_path("/x/{a}{b}/y", a=".", b=".")
    with pytest.raises(ValueError, match="dot segment"):
        fill_path("/x/.{a}", a=".")


def test_empty_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Expected a non-empty value for `id` but received ''"):
        fill_path("/x/{id}", id="")


@pytest.mark.parametrize("value", [None, ["a"], {"a": 1}, b"a", object()])
def test_what_is_no_scalar_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="'id'"):
        fill_path("/x/{id}", id=value)
    with pytest.raises(TypeError, match="'id'"):
        fill_path("/x/{id}")


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="'id'"):
        fill_path("/x/{id}", id="\ud800")


def test_several_parameters() -> None:
    assert fill_path("/a/{x}:{y}/{x}", x="1/", y="2") == "/a/1%2F:2/1%2F"
    assert fill_path("/plain") == "/plain"


def test_values_come_back_exactly() -> None:
    every = "".join(chr(code) for code in range(1, 256))
    assert unquote(fill_path("{id}", id=every)) == every
