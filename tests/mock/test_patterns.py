"""Patterns of a document: what they match, texts that match them, and that none of them takes long."""

from __future__ import annotations

import random
import re

import pytest

from antiphon_codegen.samples.patterns import matches, text_for
from tests.work import without_hanging

PLAIN = [
    "^[a-z]{3}-[0-9]+$",
    "^(foo|bar)+$",
    r"^v\d+\.\d+\.\d+$",
    "^[a-zA-Z0-9_-]{1,64}$",
    r"^(?=.*[A-Z])?[A-Z]\w{7,}$",
    "^#[0-9a-fA-F]{6}$",
    r"^\+?[1-9]\d{1,14}$",
    "^file-",
    "[^/]+/[^/]+",
    r"^[^\s@]+@[^\s@]+$",
    "^(?P<a>x)|y$",
    "",
]

SLOW = [
    "^(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "(x+x+)+y",
    "^(a?b?)*$",
    "x*x*x*x*x*x*x*x*y",
    "^(a?){30}a{30}$",
    "(a{0,20}){20}b",
    "^(a|ab|b){30}$",
    "(.*)(.*)(.*)(.*)=",
    r"(\w+\s?)+$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(a*)\1*b",
]


@pytest.mark.parametrize("pattern", PLAIN)
def test_texts_that_match(pattern: str) -> None:
    for seed in range(5):
        text = text_for(pattern, random.Random(seed))
        assert text is not None
        assert re.search(pattern, text)
        assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("^[a-z]{3}-[0-9]+$", "ab-1"), ("^(foo|bar)+$", "foobaz"), (r"^v\d+\.\d+\.\d+$", "v1.2"), ("^file-", "a file-")],
)
def test_texts_that_do_not(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


@pytest.mark.parametrize("pattern", [*SLOW, *PLAIN])
def test_none_goes_on_without_end(pattern: str) -> None:
    with without_hanging():
        for character in "axbA1 ":
            for many in (10, 25, 60, 200, 1000, 5000):
                matches(pattern, character * many + "!")
        text_for(pattern, random.Random(0), shortest=30)


def test_lengths_are_kept() -> None:
    text = text_for("^[a-z]+$", random.Random(0), shortest=30, longest=40)
    assert text is not None
    assert 30 <= len(text) <= 40
    assert text_for("^abc$", random.Random(0), shortest=30) is None
