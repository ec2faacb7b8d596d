"""Server-sent events against a plain reading of the HTML standard, however the bytes arrive."""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from typing import Any

import pytest

from antiphon.runtime.core.sse import ServerSentEvent, SSEDecoder

from ..splits import random_splits, splits

BOM = b"\xef\xbb\xbf"


def reference(stream: bytes) -> list[ServerSentEvent]:
    """The rules of section 9.2.6, line by line over the whole stream."""
    lines = re.split(rb"\r\n|\n|\r", stream.removeprefix(BOM))
    events: list[ServerSentEvent] = []
    data: list[bytes] = []
    event = last_id = None
    retry = None
    for line in lines[:-1]:  # what follows the last line end is no line
        if not line:
            if data:
                events.append(ServerSentEvent(b"\n".join(data), event, last_id, retry))
            data, event = [], None
            continue
        if line.startswith(b":"):
            continue
        name, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if name == b"data":
            data.append(value)
        elif name == b"event":
            event = value.decode("utf-8", "replace") or None
        elif name == b"id" and b"\0" not in value:
            last_id = value.decode("utf-8", "replace") or None
        elif name == b"retry" and re.fullmatch(rb"[0-9]+", value):
            retry = int(value)
    return events


def decoded(pieces: list[bytes]) -> list[ServerSentEvent]:
    decoder = SSEDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


STREAMS = [
    b"data: 1\n\ndata: 2\n\n",
    b"data: 1\r\n\r\ndata: 2\r\n\r\n",
    b"data: 1\r\rdata: 2\r\r",
    b"data: 1\r\n\ndata: 2\n\r\ndata: 3\r\n\r\r\n",
    b"data:1\n\ndata:  2\n\ndata:\n\n",
    b"data: a\ndata: b\ndata:\ndata\n\n",
    b"event: x\ndata: 1\n\n",
    b"data: 1\nevent: x\n\ndata: 2\n\n",
    b"event: x\n\ndata: 1\n\n",
    b"event: x\nevent: y\nevent:\ndata: 1\n\n",
    b"id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n",
    b"id: 7\n\n: comment\n\ndata: 1\n\n",
    b"id: a\0b\ndata: 1\n\n",
    b"retry: 1000\n\ndata: 1\n\nretry: x\ndata: 2\n\nretry: -1\n\nretry:\n\n",
    b": comment\n\n:\n\n::\n\ndata: 1\n\n",
    b"data: 1\n\n\n\n\n\ndata: 2\n\n\n",
    b"\n\n\ndata: 1\n\n",
    b"\r\n\r\n\r\ndata: 1\r\n\r\n",
    b"unknown: 1\nDATA: 2\n data: 3\ndata : 4\ndata: 5\n\n",
    b"data\n\n",
    b"data: x:y: z\n\n",
    BOM + b"data: 1\n\n" + BOM + b"data: 2\n\n",
    BOM + b"\n\ndata: 1\n\n",
    b"\n" + BOM + b"data: 1\n\n",
    BOM + BOM + b"data: 1\n\n",
    BOM,
    "data: caf\u00e9 \u4e16\U0001f600\n\n".encode(),
    "data: one\u2028two\u2029three\x85four\x0bfive\x0csix\n\n".encode(),
    b"data: \xff\xfe\xc3\n\n",
    b"data: a\0b\n\n",
    b"data: 1\n\ndata: cut off",
    b"data: 1\n\ndata: cut off\n",
    b"data: 1\n\ndata: cut off\r",
    b"",
    b"\n",
    b"\r",
]


@pytest.mark.parametrize("stream", STREAMS)
def test_events(stream: bytes) -> None:
    for pieces in splits(stream):
        assert decoded(pieces) == reference(stream)


def test_any_stream() -> None:
    generator = random.Random(11)
    words = [b"data", b"event", b"id", b"retry", b":", b": ", b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n"]
    words += [b"x", b"12", BOM, b"\xe2\x80\xa8", b"\0", b"data: {}\n\n", b"{", b" "]
    for seed in range(400):
        stream = b"".join(generator.choices(words, k=generator.randrange(1, 40)))
        expected = reference(stream)
        for pieces in [[stream], [stream[i : i + 1] for i in range(len(stream))]]:
            assert decoded(pieces) == expected, stream
        for pieces in random_splits(stream, rounds=3, seed=seed):
            assert decoded(pieces) == expected, pieces


@pytest.mark.parametrize(
    ("stream", "rest"),
    [
        (b"data: 1\n\n", None),
        (b"data: 1\n\ndata: 2", ServerSentEvent(b"2")),
        (b"data: 1\n\ndata: 2\n", ServerSentEvent(b"2")),
        (b"data: 1\r\n\r\ndata: 2\r\n", ServerSentEvent(b"2")),
        (b"data: 1\n\nevent: x\n", None),
        (b"data: 1\n\n: comment", None),
        (BOM + b"data: 1", ServerSentEvent(b"1")),
    ],
)
def test_what_the_end_cut_off(stream: bytes, rest: ServerSentEvent | None) -> None:
    for pieces in splits(stream):
        decoder = SSEDecoder()
        for piece in pieces:
            decoder.feed(piece)
        assert decoder.finish() == rest
        assert decoder.finish() is None


def test_text_and_repr() -> None:
    event = ServerSentEvent(b"caf\xc3\xa9 \xff", "x", "7", 5)
    assert event.text == "caf\u00e9 \ufffd"
    assert repr(event) == "ServerSentEvent(event='x', data='caf\u00e9 \ufffd', id='7', retry=5)"
    assert event != ServerSentEvent(b"")
    assert event != 1


def test_a_number_too_long_for_python_is_no_fault() -> None:
    assert decoded([b"retry: " + b"9" * 5000 + b"\ndata: 1\n\n"])[0].data == b"1"


@pytest.mark.parametrize("size", [1, 100, 65536])
def test_a_huge_event_costs_one_pass(size: int) -> None:
    # Work is counted by calls into compiled code: what has arrived is joined once, not once per piece.
    body = b"data: " + b"x" * (10_000_000 if size > 1 else 200_000)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    calls = Counter[str]()

    def count(_frame: object, kind: str, function: Any) -> None:
        if kind == "c_call":
            calls[function.__name__] += 1

    decoder = SSEDecoder()
    sys.setprofile(count)
    try:
        for piece in pieces:
            decoder.feed(piece)
        events = decoder.feed(b"\n\n")
    finally:
        sys.setprofile(None)
    assert [len(event.data) for event in events] == [len(body) - 6]
    assert calls["join"] == 1
    assert calls["split"] + calls["partition"] <= 3
    assert calls["append"] <= len(pieces) + 3
