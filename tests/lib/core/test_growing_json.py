"""JSON read piece by piece: the same data as when it is read whole, wherever it is split, and values on the way."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from antiphon.lib.core.growing_json import NOTHING, PLAIN, GrowingJson, Plain

DOCUMENTS: list[Any] = [
    {},
    [],
    "",
    {"a": [1, -2.5e10, True, False, None, "", 123456789012345678901]},
    {'a\n"\\/é😀\u2028': {"😀😀": [[[], {}], "x"]}, "": "\ud7ff"},
    [{"title": "word " * 3, "n": number} for number in range(5)],
]


def fed(text: str, size: int) -> GrowingJson:
    made = GrowingJson()
    for at in range(0, len(text), size):
        made.feed(text[at : at + size])
    return made


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("ascii", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_every_split_gives_the_document(document: object, ascii: bool, indent: int | None) -> None:
    text = json.dumps(document, ensure_ascii=ascii, indent=indent)
    for size in (1, 2, 3, 7, len(text)):
        made = fed(f" \n{text} and more", size)
        assert (made.is_whole, made.is_broken, made.value) == (True, False, document)


def test_random_splits() -> None:
    chance = random.Random(7)
    text = json.dumps(DOCUMENTS)
    for _ in range(200):
        made, at = GrowingJson(), 0
        while at < len(text):
            size = chance.choice((1, 2, 5, 30))
            made.feed(text[at : at + size])
            assert not made.is_broken
            assert made.value is not None
            at += size
        assert made.value == DOCUMENTS


def test_what_is_seen_on_the_way() -> None:
    made, seen = GrowingJson(), list[Any]()
    for piece in ('{"', 'a": "on', "e\\", 'n", "b": [1', "2, tr", 'ue, {"c"', ': "'):
        if made.feed(piece):
            seen.append(made.value)
    assert seen == [
        {},
        {"a": "on"},
        {"a": "one"},
        {"a": "one\n", "b": []},
        {"a": "one\n", "b": [12]},
        {"a": "one\n", "b": [12, True, {}]},
        {"a": "one\n", "b": [12, True, {"c": ""}]},
    ]


def test_what_was_given_does_not_change() -> None:
    made = GrowingJson()
    made.feed('{"a": [1, {"b": "x')
    before = made.value
    made.feed('y"}, 2]}')
    assert before == {"a": [1, {"b": "x"}]}
    assert made.value == {"a": [1, {"b": "xy"}, 2]}


@pytest.mark.parametrize(
    "text",
    [
        *("{a", '{"a":}', "[1,,2]", '{"a" 1}', "[}", '{"a":"\\x"}', '{"a":1]', "[1 2]", "nope ", '{"a":tru }'),
        *("{,}", '{"a":1,}', "[1,]", "[" * 300, "]", "[1:2]", '{"a":1 "b":2}', "1" * 2000),
    ],
)
def test_what_is_no_json_has_no_value(text: str) -> None:
    for size in (1, len(text)):
        made = fed(text, size)
        assert made.is_broken
        assert made.value is NOTHING
        assert not made.feed("[]")


@pytest.mark.parametrize("text", ['"\\ud83d"', '"\\ud83dx"', '"\\ud83d\\n"', '"\\ude00"', '"\\ud83d\\ud83d\\ude00"'])
def test_halves_of_pairs_are_replaced(text: str) -> None:
    expected = json.loads(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for size in (1, 2, 3, len(text)):
        assert fed(text, size).value == expected


def test_values_are_of_the_shape() -> None:
    class Counted(Plain):
        def array(self, items: list[Any], *, is_whole: bool) -> Any:
            return (len(items), is_whole)

        def scalar(self, value: Any) -> Any:
            return NOTHING if value is None else value

    made = GrowingJson(Counted())
    made.feed('{"a": [1, null, 2, "x')
    assert made.value == {"a": (3, False)}
    made.feed('"], "b": null}')
    assert made.value == {"a": (3, True)}
    assert PLAIN.growing("a") == "a"
    assert repr(NOTHING) == "NOTHING"


def test_what_is_done_is_built_once() -> None:
    """A piece costs the same however many came before: nothing that has ended is looked at again."""
    built = 0

    class Watched(Plain):
        def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
            nonlocal built
            built += 1
            return entries

    made, pieces = GrowingJson(Watched()), 1000
    made.feed("[")
    for number in range(pieces):
        made.feed(f'{{"n": {number}}},')
        assert len(made.value) == number + 1
    assert built == pieces
