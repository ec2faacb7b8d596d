"""Where a growing Markdown text can be divided."""

from __future__ import annotations

import pytest

from antiphon.commands.markdown import divided


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("one", ""),
        ("one\n\n", ""),  # what comes next may belong to it
        ("one\n\ntwo", "one\n\n"),
        ("one\n\ntwo\n\nthree", "one\n\ntwo\n\n"),
        ("1. one\n\n   more", ""),
        ("1. one\n\n   more\n\n2. two", "1. one\n\n   more\n\n"),
        ("```\none\n\ntwo", ""),
        ("```python\none\n\ntwo\n```\n\nthree", "```python\none\n\ntwo\n```\n\n"),
        ("~~~\none\n```\n\ntwo\n~~~\n\nthree", "~~~\none\n```\n\ntwo\n~~~\n\n"),
        ("````\n```\n\ntwo\n````\n\nthree", "````\n```\n\ntwo\n````\n\n"),
        ("one\n\n```\ntwo\n\nthree", "one\n\n"),
        ("", ""),
        ("\n\none", "\n\n"),
    ],
)
def test_what_is_complete(text: str, complete: str) -> None:
    assert divided(text) == (complete, text[len(complete) :])


def test_pieces_give_the_same_as_the_whole() -> None:
    text = "# A\n\nb\n\n```\nc\n\nd\n```\n\n- e\n\n  f\n\n- g\n\nh"
    done, rest = "", ""
    for character in text:
        complete, rest = divided(rest + character)
        done += complete
    assert done + rest == text
    assert rest == "h"
