"""JSON that is still being written: at every length it is the same, however much of it was read before."""

from __future__ import annotations

import json
import random

import pytest

from antiphon.lib.core.growing_text import GrowingText
from antiphon.lib.core.partial_json import partial_json, partial_json_at

TEXTS = [
    json.dumps({"a": [1, -2.5, 1e10, {"b": "x\n😀"}], "c": None, "d": [True, False], "e": {}}),
    '  {"a": 12, "b": [[1], [2, 30]], "c": "text"}  ',
    "[0.5, 10, -1]",
    '"text"',
    "12",
    '{"a": 1, "a": 2}',
    '{"a" 1}',
    '{"a": [1, 2}',
    "no json",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_every_length_in_order(text: str, size: int) -> None:
    growing = GrowingText()
    for at in range(0, len(text), size):
        growing.add(text[at : at + size])
        assert partial_json_at(growing, growing.length) == partial_json(growing.text())


@pytest.mark.parametrize("text", TEXTS)
def test_lengths_in_any_order(text: str) -> None:
    growing, chance = GrowingText(), random.Random(3)
    growing.add(text)
    for _ in range(50):
        length = chance.randrange(len(text) + 1)
        assert partial_json_at(growing, length) == partial_json(text[:length])
    growing.replace("[1]")
    assert partial_json_at(growing, 3) == [1]


def test_earlier_values_stay() -> None:
    growing = GrowingText()
    growing.add('{"a": [1')
    before = partial_json_at(growing, growing.length)
    growing.add(", 2]}")
    assert partial_json_at(growing, growing.length) == {"a": [1, 2]}
    assert before == {"a": [1]}
