"""Text, lines and pieces of one size, however the bytes arrive."""

from __future__ import annotations

import random
import re

import pytest

from antiphon.runtime.core.text import LineDecoder, Resizer, TextDecoder

from ..splits import splits


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("caf\u00e9 \u4e16\U0001f600 end".encode(), "utf-8"),
        (b"ok \xff\xfe \xe4\xb8 cut \xe4", "utf-8"),
        ("caf\u00e9".encode("latin-1"), "iso-8859-1"),
        ("caf\u00e9\U0001f600".encode("utf-16"), "utf-16"),
        ("\u4e16\u754c".encode("shift_jis"), "shift_jis"),
    ],
)
def test_text(data: bytes, encoding: str) -> None:
    for pieces in splits(data):
        decoder = TextDecoder(encoding)
        assert "".join([*map(decoder.feed, pieces), decoder.finish()]) == data.decode(encoding, "replace")


def lines_of(pieces: list[str]) -> list[str]:
    decoder = LineDecoder()
    return [line for piece in pieces for line in decoder.feed(piece)] + decoder.finish()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\nb\n", ["a", "b"]),
        ("a\r\nb\rc", ["a", "b", "c"]),
        ("\n\n", ["", ""]),
        ("\r\r\n\n", ["", "", ""]),
        ("a\u2028b\x85c\x0bd", ["a\u2028b\x85c\x0bd"]),
    ],
)
def test_lines(text: str, lines: list[str]) -> None:
    assert lines_of([text]) == lines
    assert lines_of(list(text)) == lines
    assert lines_of([part for character in text for part in (character, "")]) == lines


def test_any_lines() -> None:
    generator = random.Random(5)
    for _ in range(300):
        text = "".join(generator.choices(["a", "\n", "\r", "\r\n", ""], k=12))
        expected = re.split("\r\n|\n|\r", text)
        if not expected[-1]:
            expected.pop()
        assert lines_of([text]) == lines_of(list(text)) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pieces_of_one_size(size: int) -> None:
    data = bytes(range(50))
    for pieces in splits(data):
        resizer = Resizer(size)
        out = [part for piece in pieces for part in resizer.feed(piece)]
        assert all(len(part) == size for part in out)
        assert b"".join(out) + resizer.finish() == data
        assert len(resizer.finish()) == 0


@pytest.mark.parametrize("size", [0, -1])
def test_sizes_that_make_no_sense(size: int) -> None:
    with pytest.raises(ValueError, match="chunk_size"):
        Resizer(size)
