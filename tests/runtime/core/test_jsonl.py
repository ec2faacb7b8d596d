"""JSON lines, however the bytes arrive."""

from __future__ import annotations

import pytest

from antiphon.runtime.core.jsonl import JSONLDecoder

from ..splits import splits


@pytest.mark.parametrize(
    ("stream", "lines", "rest"),
    [
        (b"1\n2\n", [b"1", b"2"], None),
        (b"1\r\n2\r\n", [b"1", b"2"], None),
        (b"1\n\n  \n\r\n2", [b"1"], b"2"),
        (b'{"a": "\xe2\x80\xa8"}\n', [b'{"a": "\xe2\x80\xa8"}'], None),
        (b"  1  \n", [b"1"], None),
        (b"", [], None),
        (b"\n\n", [], None),
        (b" \r", [], None),
        (b"\xef\xbb\xbf1\n2\n", [b"1", b"2"], None),
        (b"\xef\xbb\xbf1", [], b"1"),
    ],
)
def test_lines(stream: bytes, lines: list[bytes], rest: bytes | None) -> None:
    for pieces in splits(stream):
        decoder = JSONLDecoder()
        assert [line for piece in pieces for line in decoder.feed(piece)] == lines
        assert decoder.finish() == rest
        assert decoder.finish() is None
