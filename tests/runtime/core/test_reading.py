"""From bytes to values: what servers really send is taken, what is no JSON is told."""

from __future__ import annotations

import gc
import json
import sys
import warnings
import weakref
from typing import Annotated, Any

import pydantic
import pytest
from pydantic import Field

from antiphon.runtime import BaseModel
from antiphon.runtime.core.reading import Drift, Malformed, json_kind, parse_json, reader_for

from ..samples import Bird, Cat, Child, Choice, Completion, Dog, Message, Pet, Usage

GOOD: dict[str, Any] = {
    "id": "c1",
    "choices": [{"finish_reason": "stop", "index": 0, "message": {"role": "assistant", "content": "hi"}}],
    "created": 5,
    "object": "chat.completion",
    "usage": {"prompt_tokens": 3, "cost": 0.5},
    "class": "first",
}


def read(target: Any, data: object) -> Any:
    return reader_for(target).read(json.dumps(data).encode())


def test_a_perfect_body() -> None:
    value = read(Completion, GOOD)
    assert isinstance(value, Completion)
    assert isinstance(value.choices[0].message, Message)
    assert value.choices[0].message.content == "hi"
    assert value.class_ == "first"
    assert value.model_fields_set == {"id", "choices", "created", "object", "usage", "class_"}
    assert value.to_dict() == GOOD


MISSING: Any = object()
DRIFT: list[Any] = [
    # what is missing or null reads as None
    ({"choices": MISSING}, "choices", None),
    ({"id": None}, "id", None),
    ({"created": None}, "created", None),
    ({"usage": {}}, "usage.prompt_tokens", None),
    ({"usage": {"prompt_tokens": None}}, "usage.prompt_tokens", None),
    ({"choices": [{"message": None}]}, "choices.0.message", None),
    ({"choices": [{}]}, "choices.0.index", None),
    # unknown values of enumerations and constants are kept
    ({"object": "text.completion"}, "object", "text.completion"),
    ({"object": 5}, "object", 5),
    ({"choices": [{"finish_reason": "bored"}]}, "choices.0.finish_reason", "bored"),
    ({"choices": [{"message": {"role": "critic"}}]}, "choices.0.message.role", "critic"),
    # nothing is lost where a type can be had
    ({"created": "5"}, "created", 5),
    ({"created": 5.0}, "created", 5),
    ({"usage": {"cost": "0.25"}}, "usage.cost", 0.25),
    ({"usage": {"cost": 1}}, "usage.cost", 1.0),
    # wrong types are kept as they came, at any depth
    ({"created": "soon"}, "created", "soon"),
    ({"created": 5.5}, "created", 5.5),
    ({"created": [1]}, "created", [1]),
    ({"created": {"a": 1}}, "created", {"a": 1}),
    ({"id": 7}, "id", 7),
    ({"id": ["x"]}, "id", ["x"]),
    ({"choices": "none"}, "choices", "none"),
    ({"choices": {"0": 1}}, "choices", {"0": 1}),
    ({"choices": [1, "x", None]}, "choices", [1, "x", None]),
    ({"choices": [{"message": "hello"}]}, "choices.0.message", "hello"),
    ({"choices": [{"message": {"content": [{"type": "text"}]}}]}, "choices.0.message.content", [{"type": "text"}]),
    ({"usage": 7}, "usage", 7),
    ({"usage": []}, "usage", []),
    # unknown fields are kept
    ({"extra": {"a": [1]}}, "extra", {"a": [1]}),
    ({"choices": [{"message": {"reasoning": "hm"}}]}, "choices.0.message.reasoning", "hm"),
]


@pytest.mark.parametrize(("change", "path", "expected"), DRIFT)
def test_drift_is_no_error_and_loses_nothing(change: dict[str, Any], path: str, expected: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = read(Completion, {key: each for key, each in {**GOOD, **change}.items() if each is not MISSING})
        found: Any = value
        for name in path.split("."):
            found = found[int(name)] if name.isdigit() else getattr(found, name)
        assert found == expected
        assert type(found) is type(expected)
        assert isinstance(value, Completion)
        value.model_dump()
        value.model_dump(mode="json")
        value.model_dump_json()
        value.to_json()
        repr(value)


class Delta(BaseModel):
    content: str | None = None
    role: str | None = None


class Piece(BaseModel):
    index: int
    delta: Delta
    tags: list[str] = []  # noqa: RUF012  a model copies it
    logprobs: list[float] | None = None
    usage: Delta | None = None
    message: Message


class Chunk(BaseModel):
    choices: list[Piece]


def test_null_where_what_was_promised_may_be_empty() -> None:
    assert read(Chunk, {"choices": None}).choices == []
    assert read(Chunk, {"choices": None}).model_fields_set == {"choices"}
    told = {"index": 0, "delta": None, "tags": None, "logprobs": None, "usage": None, "message": None}
    for data in (told, {**told, "index": [1]}):
        [piece] = read(Chunk, {"choices": [data]}).choices
        assert type(piece.delta) is Delta
        assert piece.delta.model_fields_set == set()
        assert piece.tags == []
        assert (piece.logprobs, piece.usage, piece.message) == (None, None, None)
    [piece] = read(Chunk, {"choices": [{"index": 0}]}).choices
    assert piece.delta is None
    constructed: Any = Chunk.construct(choices=None)
    assert constructed.choices is None
    with pytest.raises(pydantic.ValidationError):
        reader_for(Chunk).read_exact(b'{"choices": null}')


def test_every_wrong_type_in_every_place() -> None:
    wrong: list[Any] = [None, True, 0, -1.5, "", "x", [], [1], [[]], {}, {"a": {}}, [{"b": None}], 10**30]
    places: list[Any] = [["id"], ["choices"], ["choices", 0], ["choices", 0, "index"], ["choices", 0, "message"]]
    places += [
        ["choices", 0, "message", "content"],
        ["usage"],
        ["usage", "prompt_tokens"],
        ["usage", "cost"],
        ["class"],
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for place in places:
            for value in wrong:
                data = json.loads(json.dumps(GOOD))
                node = data
                for name in place[:-1]:
                    node = node[name]
                node[place[-1]] = value
                made = read(Completion, data)
                assert isinstance(made, Completion)
                assert json.loads(made.to_json()).keys() == data.keys()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"type": "cat", "lives": 9}, Cat),
        ({"type": "dog", "good": True}, Dog),
        ({"type": "dog", "good": "unknown"}, Dog),
        ({"type": "dog"}, Dog),
        ({"type": "cat", "lives": None}, Cat),
        ({"type": "fish", "name": "Bubbles"}, Cat),
        ({"name": "nobody"}, Cat),
        ({"type": None}, Cat),
        ({"type": ["cat"]}, Cat),
    ],
)
def test_tagged_unions(data: dict[str, Any], kind: type[BaseModel]) -> None:
    value = read(Pet, data)
    assert type(value) is kind
    assert value.to_dict() == data
    inside = read(Child, {"name": "Ann", "pet": data})
    assert type(inside.pet) is kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"type": "bird", "wings": 2}, Bird),
        ({"type": "dog", "good": True}, Dog),
        ({"type": "dog", "good": [1]}, Dog),
        ({"type": "bird", "wings": "many"}, Bird),
        ({"type": "fish", "name": 5}, Cat),
        ("text", str),
        (5, int),
        ([{"type": "cat", "lives": 1}], list),
    ],
)
def test_plain_unions(data: Any, kind: type) -> None:
    target: Any = Cat | Dog | Bird | str | int | list[Cat]
    assert type(read(target, data)) is kind


def test_a_union_keeps_what_fits_none_of_it() -> None:
    target: Any = Cat | int
    assert read(dict[str, target], {"a": [1]}) == {"a": [1]}


def test_nested_unions_and_cycles() -> None:
    value = read(
        Child,
        {"name": "Ann", "friends": [{"name": 5, "friends": [{"pet": {"type": "dog", "good": 1, "name": 3}}]}, "x"]},
    )
    assert value.friends[0].name == 5
    assert type(value.friends[0].friends[0].pet) is Dog
    assert value.friends[0].friends[0].pet.name == 3
    assert value.friends[1] == "x"


@pytest.mark.parametrize(
    ("target", "data", "expected"),
    [
        (dict[str, int], {"a": "1", "b": "x"}, {"a": 1, "b": "x"}),
        (list[int], ["1", None, "x"], [1, None, "x"]),
        (dict[str, Any], {"a": [1]}, {"a": [1]}),
        (object, {"a": [1]}, {"a": [1]}),
        (list[dict[str, float]], [{"a": 1}, {"a": "x"}, 5], [{"a": 1.0}, {"a": "x"}, 5]),
        (tuple[int, str], [1, "a"], (1, "a")),
        (int | None, None, None),
        (Annotated[int, Field(gt=3)], 5, 5),
        (float, 1, 1.0),
        (bool, True, True),
        (str, "x", "x"),
    ],
)
def test_other_types(target: Any, data: object, expected: object) -> None:
    assert read(target, data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"\0",
        b"{",
        b'{"id":',
        b'{"id": "a"} x',
        b'{"id": "a"}{"id": "b"}',
        b"<html>",
        b"{'id': 1}",
        b'{"id": "\xff"}',
        b'{"id": "\xc0\xaf"}',
        b'{"id": "a\nb"}',
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"id": ' + b"1" * 10_000 + b"}",
        '{"id": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"nul",
        b"-",
    ],
)
def test_what_is_no_json(data: bytes) -> None:
    with pytest.raises(Malformed):
        reader_for(Completion).read(data)
    anything: Any = Any
    with pytest.raises(Malformed):
        reader_for(anything).read(data)
    with pytest.raises(Malformed):
        parse_json(data)


@pytest.mark.parametrize("data", [b"[]", b"[{}]", b'"text"', b"5", b"null", b"true"])
def test_another_kind_of_json(data: bytes) -> None:
    with pytest.raises(Drift):
        reader_for(Completion).read(data)


@pytest.mark.parametrize(("target", "data"), [(list[int], b"{}"), (dict[str, int], b"[]"), (int, b"{}"), (Pet, b"[1]")])
def test_another_kind_than_other_types(target: Any, data: bytes) -> None:
    with pytest.raises(Drift):
        reader_for(target).read(data)


def test_half_a_surrogate_pair_is_replaced() -> None:
    # Servers that cut text between two UTF-16 units send the halves in two chunks.
    value = reader_for(Message).read(b'{"role": "user", "content": "\\ud83d", "x": "a\\ud83d\\ude00b"}')
    assert value.content == "\ufffd"
    assert value.to_dict()["x"] == "a\U0001f600b"
    assert json.loads(value.to_json())["content"] == "\ufffd"


def test_exact_reading() -> None:
    reader = reader_for(Completion)
    assert reader.read_exact(json.dumps(GOOD).encode()).id == "c1"
    for change in ({"choices": None}, {"object": "other"}, {"created": "soon"}):
        with pytest.raises(pydantic.ValidationError):
            reader.read_exact(json.dumps({**GOOD, **change}).encode())


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "boolean"), (1, "number"), (1.5, "number"), ("", "string"), ([], "array"), ({}, "object")],
)
def test_kinds(value: object, kind: str) -> None:
    assert json_kind(value) == kind


def test_what_a_type_declares() -> None:
    reader = reader_for(Completion)
    assert reader.declared == {"id", "choices", "created", "object", "usage", "class"}
    union: Any = Pet
    assert reader_for(union).declared == frozenset()
    assert reader_for(list[int]).declared == frozenset()


class Named(BaseModel):
    event: str
    data: Choice


class NamedToo(BaseModel):
    event: str
    data: Usage
    more: bool | None = None


@pytest.mark.parametrize(
    ("target", "named"),
    [(Named, True), (Named | NamedToo, True), (Named | Usage, False), (Completion, False), (Pet, False), (str, False)],
)
def test_which_types_take_the_names_of_events(target: Any, named: bool) -> None:
    assert reader_for(target).takes_event_names is named


def test_readers_are_made_once_and_go_with_their_model() -> None:
    class Temporary(BaseModel):
        a: int

    assert reader_for(Temporary) is reader_for(Temporary)
    assert reader_for(list[int]) is reader_for(list[int])

    class Sub(Temporary):
        b: int

    assert reader_for(Sub) is not reader_for(Temporary)
    watch = weakref.ref(Sub)
    del Sub
    gc.collect()
    gc.collect()
    assert watch() is None


def test_types_made_at_run_time_do_not_pile_up() -> None:
    from antiphon.runtime.core import reading

    for number in range(600):
        target: Any = Annotated[int, number]
        reader_for(target)
    assert len(reading._readers) <= 512  # pyright: ignore[reportPrivateUsage]  that it is bounded is the point


def test_types_that_cannot_be_hashed() -> None:
    target: Any = Annotated[int, Field(json_schema_extra={"a": []})]
    assert reader_for(target).read(b"5") == 5


def test_foreign_models_are_read_too() -> None:
    class Foreign(pydantic.BaseModel):
        a: int
        b: str | None = None

    value = read(Foreign, {"a": "x"})
    assert isinstance(value, Foreign)
    assert (value.a, value.b) == ("x", None)


def test_no_frame_is_used_per_level_of_json_beyond_the_limit() -> None:
    deep = b'{"extra": ' + b"[" * 150 + b"]" * 150 + b', "id": 5}'
    assert reader_for(Completion).read(deep).id == 5
    assert sys.getrecursionlimit() <= 10_000
