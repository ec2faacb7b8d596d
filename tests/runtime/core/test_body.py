"""Request bodies: what callers pass, and the bytes that go out."""

from __future__ import annotations

import datetime
import enum
import json
import uuid
from collections import OrderedDict, UserDict, deque
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pydantic
import pytest
from pydantic import Field

from antiphon.runtime import BaseModel, QueryStyle, not_given, omit
from antiphon.runtime.core.body import encode_form, encode_json, jsonable
from antiphon.runtime.core.reading import reader_for

from ..samples import Completion


class Colour(enum.Enum):
    RED = "red"


class Text(str):
    pass


class Part(BaseModel):
    kind: str
    class_: str | None = Field(default=None, alias="class")
    other: int | None = None


class Foreign(pydantic.BaseModel):
    a: int
    b: datetime.date | None = None


JSON: list[Any] = [
    ({}, b"{}"),
    ([], b"[]"),
    ("text", b'"text"'),
    (5, b"5"),
    ({"a": 1, "b": [True, None, 1.5, "x"]}, b'{"a":1,"b":[true,null,1.5,"x"]}'),
    ({"a": "caf\u00e9 \u4e16\U0001f600"}, '{"a":"caf\u00e9 \u4e16\U0001f600"}'.encode()),
    ({"a": None}, b'{"a":null}'),
    ({"a": omit, "b": 1, "c": not_given}, b'{"b":1}'),
    ({"a": {"b": [omit, 1, {"c": omit}]}}, b'{"a":{"b":[1,{}]}}'),
    ({"a": (1, 2)}, b'{"a":[1,2]}'),
    ({"a": {1}}, b'{"a":[1]}'),
    ({"a": deque([1])}, b'{"a":[1]}'),
    ({"a": (x for x in "ab")}, b'{"a":["a","b"]}'),
    ({"a": map(str, [1])}, b'{"a":["1"]}'),
    ({"a": {"b": 1}.keys()}, b'{"a":["b"]}'),
    (OrderedDict(a=1), b'{"a":1}'),
    (MappingProxyType({"a": omit, "b": 1}), b'{"b":1}'),
    (UserDict(a=[omit]), b'{"a":[]}'),
    ({1: "a"}, b'{"1":"a"}'),
    ({"a": Colour.RED, "b": Text("x")}, b'{"a":"red","b":"x"}'),
    ({"a": datetime.date(2024, 1, 2)}, b'{"a":"2024-01-02"}'),
    (
        {"a": datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)},
        b'{"a":"2024-01-02T03:04:05Z"}',
    ),
    ({"a": uuid.UUID(int=1)}, b'{"a":"00000000-0000-0000-0000-000000000001"}'),
    ({"a": 10**30}, b'{"a":1' + b"0" * 30 + b"}"),
    (Part.construct(None, kind="x", **{"class": "y"}), b'{"kind":"x","class":"y"}'),
    ({"parts": [Part.construct(kind="x", other=None)]}, b'{"parts":[{"kind":"x","other":null}]}'),
    (Foreign(a=1, b=datetime.date(2024, 1, 2)), b'{"a":1,"b":"2024-01-02"}'),
    ({"a": "NaN and Infinity"}, b'{"a":"NaN and Infinity"}'),
]


@pytest.mark.parametrize(("body", "expected"), JSON)
def test_json(body: Any, expected: bytes) -> None:
    assert encode_json(body) == expected


def test_a_response_can_be_passed_back() -> None:
    sent = b'{"id":5,"choices":[{"index":0,"message":{"role":"critic","content":[1]},"new":{"a":1}}],"class":"c"}'
    value = reader_for(Completion).read(sent)
    assert json.loads(encode_json({"messages": [value.choices[0].message], "all": value})) == {
        "messages": [{"role": "critic", "content": [1]}],
        "all": json.loads(sent),
    }


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        ({"a": float("nan")}, ValueError, "body.a is nan"),
        ({"a": [1, {"b": float("inf")}]}, ValueError, r"body.a\[1\].b is inf"),
        ({"a": "\ud800"}, ValueError, "no JSON form"),
        ({"a": b"bytes"}, TypeError, "bytes have no JSON form"),
        ({"a": bytearray(b"x")}, TypeError, "bytes have no JSON form"),
        ({"a": Path("x")}, TypeError, "a path has no JSON form"),
        ({"a": object()}, TypeError, "object has no JSON form"),
        (omit, TypeError, "omit"),
    ],
)
def test_what_has_no_json_form(body: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        encode_json(body)


def test_a_body_that_contains_itself() -> None:
    body: dict[str, Any] = {}
    body["a"] = [body]
    with pytest.raises(ValueError, match="contains itself"):
        encode_json(body)


def test_the_callers_data_is_neither_changed_nor_copied_without_need() -> None:
    numbers = [0.5] * 1000
    body = {"a": numbers, "b": {"c": "x"}, "messages": [{"role": "user", "content": "hi"}]}
    assert jsonable(body) is body
    with_omit = {"a": numbers, "b": omit}
    ready: Any = jsonable(with_omit)
    assert ready == {"a": numbers}
    assert ready["a"] is numbers
    assert with_omit == {"a": numbers, "b": omit}


def test_numpy_and_its_like() -> None:
    class Array:
        def tolist(self) -> list[float]:
            return [1.0, 2.0]

    assert encode_json({"a": Array()}) == b'{"a":[1.0,2.0]}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, b""),
        ({"a": "x y", "b": [1, 2], "c": {"d": True}, "e": None, "f": omit}, b"a=x+y&b=1&b=2&c%5Bd%5D=true"),
        ({"a": ""}, b"a="),
        ({"a": "\u00e9&="}, b"a=%C3%A9%26%3D"),
    ],
)
def test_forms(body: Any, expected: bytes) -> None:
    assert encode_form(body, QueryStyle("repeat")) == expected


def test_a_form_of_text_that_is_not_unicode() -> None:
    with pytest.raises(ValueError, match="not Unicode"):
        encode_form({"a": "\ud800"}, QueryStyle())
