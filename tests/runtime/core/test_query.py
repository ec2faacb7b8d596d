"""Query strings: spelling of lists and nested values, merging."""

from __future__ import annotations

import datetime
import enum
from typing import Any

import pytest

from antiphon.runtime import QueryStyle, not_given, omit
from antiphon.runtime.core.query import query_pairs, with_query


class Order(enum.StrEnum):
    DESC = "desc"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ""),
        ({"a": "1", "b": 2, "c": 1.5}, "a=1&b=2&c=1.5"),
        ({"a": True, "b": False}, "a=true&b=false"),
        ({"a": None, "b": omit, "c": not_given}, ""),
        ({"a": ""}, "a="),
        ({"a": Order.DESC}, "a=desc"),
        ({"a": datetime.date(2024, 1, 2)}, "a=2024-01-02"),
        ({"a": "x y&z=+/?#\u00e9"}, "a=x+y%26z%3D%2B%2F%3F%23%C3%A9"),
        ({"a b&": "1"}, "a+b%26=1"),
        ({"a": {"b": "c"}}, "a%5Bb%5D=c"),
        ({"a": {"b": {"c": 1, "d": None}}}, "a%5Bb%5D%5Bc%5D=1"),
        ({"a": [1, 2]}, "a%5B%5D=1&a%5B%5D=2"),
        ({"a": []}, ""),
        ({"a": [1, None, omit, 2]}, "a%5B%5D=1&a%5B%5D=2"),
        ({"a": [{"b": 1}, {"b": 2}]}, "a%5B%5D%5Bb%5D=1&a%5B%5D%5Bb%5D=2"),
        ({"a": (1, "x")}, "a%5B%5D=1&a%5B%5D=x"),
        ({"a": iter([1, 2])}, "a%5B%5D=1&a%5B%5D=2"),
    ],
)
def test_default_style(params: Any, expected: str) -> None:
    assert QueryStyle().stringify(params) == expected


@pytest.mark.parametrize(
    ("arrays", "pairs"),
    [
        ("repeat", [("a", "1"), ("a", "2"), ("b.c", "x"), ("b.c", "y")]),
        ("comma", [("a", "1,2"), ("b.c", "x,y")]),
        ("space", [("a", "1 2"), ("b.c", "x y")]),
        ("pipe", [("a", "1|2"), ("b.c", "x|y")]),
        ("brackets", [("a[]", "1"), ("a[]", "2"), ("b.c[]", "x"), ("b.c[]", "y")]),
        ("indices", [("a[0]", "1"), ("a[1]", "2"), ("b.c[0]", "x"), ("b.c[1]", "y")]),
    ],
)
def test_array_formats(arrays: Any, pairs: list[tuple[str, str]]) -> None:
    assert query_pairs({"a": [1, 2], "b": {"c": ["x", "y"]}}, QueryStyle(arrays, "dots")) == pairs


def test_joined_lists_skip_what_is_not_there() -> None:
    assert query_pairs({"a": [None, omit]}, QueryStyle("comma")) == []
    assert query_pairs({"a": [None, True]}, QueryStyle("comma")) == [("a", "true")]


def test_a_style_for_one_parameter() -> None:
    style = {"b": QueryStyle("comma")}
    assert query_pairs({"a": [1], "b": [1, 2]}, QueryStyle("repeat"), style) == [("a", "1"), ("b", "1,2")]


@pytest.mark.parametrize("value", [b"x", object(), [object()]])
def test_what_has_no_query_form_is_refused_by_name(value: object) -> None:
    with pytest.raises(TypeError, match="query parameter 'a"):
        QueryStyle().stringify({"a": value})


def test_what_cannot_be_joined_is_refused() -> None:
    with pytest.raises(TypeError, match="query parameter 'a'"):
        QueryStyle("comma").stringify({"a": [{"b": 1}]})


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="query"):
        QueryStyle().stringify({"a": "\ud800"})


def test_unknown_formats() -> None:
    wrong: Any = "semicolons"
    with pytest.raises(NotImplementedError, match="semicolons"):
        QueryStyle(wrong)
    with pytest.raises(NotImplementedError, match="semicolons"):
        QueryStyle("comma", wrong)


@pytest.mark.parametrize(
    ("url", "pairs", "expected"),
    [
        ("http://a/b", [], "http://a/b"),
        ("http://a/b?x=1", [], "http://a/b?x=1"),
        ("http://a/b", [("x", "1")], "http://a/b?x=1"),
        ("http://a/b?x=1&y=", [("z", "3")], "http://a/b?x=1&y=&z=3"),
        ("http://a/b?x=1&y=2", [("x", "9")], "http://a/b?y=2&x=9"),
        ("http://a/b%2Fc?x=%2F", [("z", "3")], "http://a/b%2Fc?x=%2F&z=3"),
        ("http://a/b#frag", [("z", "3")], "http://a/b?z=3#frag"),
    ],
)
def test_with_query(url: str, pairs: list[tuple[str, str]], expected: str) -> None:
    assert with_query(url, pairs) == expected
