"""Where the next page is, and when there is none: odd answers end a list, and no list is endless."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from antiphon.runtime import BaseModel, Call, PageInfo, PageRule
from antiphon.runtime.core.pages import Walk, next_call, next_info, page_items, repeats

CURSOR = PageRule("cursor", param="cursor", cursor="meta.next", has_more="has_more")
BY_ID = PageRule("cursor_id", param="after", has_more="has_more")
URL = PageRule("cursor_url", cursor="next")
OFFSET = PageRule("offset", param="offset", total="total")
NUMBER = PageRule("page_number", param="page", total="pages", first=1)
SINGLE = PageRule("single")

ITEMS = [{"id": "a"}, {"id": "b"}]


def info(rule: PageRule, page: Any, **options: Any) -> PageInfo | None:
    return next_info(rule, page, Call("GET", "/x", **options))


class Page(BaseModel):
    data: list[Any] | None = None
    has_more: bool | None = None
    meta: Any = None


@pytest.mark.parametrize("data", [None, "text", 5, {"a": 1}, True])
def test_odd_data_holds_no_items_and_ends_the_list(data: object) -> None:
    for page in ({"data": data, "has_more": True}, Page.construct(data=data, has_more=True), {}, Page.construct()):
        for rule in (CURSOR, BY_ID, URL, OFFSET, NUMBER, SINGLE):
            assert page_items(rule, page) == []
            assert info(rule, page) is None


def test_items_at_a_deeper_place() -> None:
    rule = PageRule("single", items="result.list")
    assert page_items(rule, {"result": {"list": [1]}}) == [1]
    assert page_items(rule, {"result": None}) == []
    assert page_items(rule, {"result": [1]}) == []
    assert page_items(PageRule("single", items=""), [1, 2]) == [1, 2]


@pytest.mark.parametrize(
    ("rule", "page", "expected"),
    [
        (CURSOR, {"data": ITEMS, "meta": {"next": "c1"}}, PageInfo(params={"cursor": "c1"})),
        (CURSOR, {"data": ITEMS, "meta": {"next": 7}}, PageInfo(params={"cursor": 7})),
        (CURSOR, {"data": ITEMS, "meta": {"next": "c1"}, "has_more": True}, PageInfo(params={"cursor": "c1"})),
        (CURSOR, {"data": ITEMS, "meta": {"next": "c1"}, "has_more": None}, PageInfo(params={"cursor": "c1"})),
        (CURSOR, {"data": ITEMS, "meta": {"next": "c1"}, "has_more": False}, None),
        (CURSOR, {"data": [], "meta": {"next": "c1"}, "has_more": True}, None),
        (CURSOR, {"data": ITEMS, "meta": {"next": None}}, None),
        (CURSOR, {"data": ITEMS, "meta": {"next": ""}}, None),
        (CURSOR, {"data": ITEMS, "meta": {"next": ["c"]}}, None),
        (CURSOR, {"data": ITEMS, "meta": {"next": {"c": 1}}}, None),
        (CURSOR, {"data": ITEMS, "meta": {"next": True}}, None),
        (CURSOR, {"data": ITEMS, "meta": None}, None),
        (CURSOR, {"data": ITEMS}, None),
        (BY_ID, {"data": ITEMS}, PageInfo(params={"after": "b"})),
        (BY_ID, {"data": [*ITEMS, {"id": ""}], "has_more": True}, None),
        (BY_ID, {"data": [*ITEMS, {"id": None}], "has_more": True}, None),
        (BY_ID, {"data": [*ITEMS, {"id": ["x"]}], "has_more": True}, None),
        (BY_ID, {"data": [*ITEMS, {"no": 1}], "has_more": True}, None),
        (BY_ID, {"data": [*ITEMS, "text"], "has_more": True}, None),
        (BY_ID, {"data": [*ITEMS, None], "has_more": True}, None),
        (BY_ID, {"data": [*ITEMS, 5], "has_more": True}, None),
        (BY_ID, {"data": [{"id": 9}], "has_more": True}, PageInfo(params={"after": 9})),
        (URL, {"data": ITEMS, "next": "https://a.b/v1/x?p=2"}, PageInfo(url="https://a.b/v1/x?p=2")),
        (URL, {"data": ITEMS, "next": ""}, None),
        (URL, {"data": ITEMS, "next": 5}, None),
        (URL, {"data": ITEMS}, None),
        (SINGLE, {"data": ITEMS, "has_more": True}, None),
    ],
)
def test_where_the_next_page_is(rule: PageRule, page: Any, expected: PageInfo | None) -> None:
    assert info(rule, page) == expected
    assert info(rule, Page.construct(**page)) == expected


@pytest.mark.parametrize(
    ("rule", "page", "query", "expected"),
    [
        (OFFSET, {"data": ITEMS}, {}, {"offset": 2}),
        (OFFSET, {"data": ITEMS}, {"offset": 4}, {"offset": 6}),
        (OFFSET, {"data": ITEMS}, {"offset": "4"}, {"offset": 6}),
        (OFFSET, {"data": ITEMS}, {"offset": "x"}, {"offset": 2}),
        (OFFSET, {"data": ITEMS, "total": 6}, {"offset": 4}, None),
        (OFFSET, {"data": ITEMS, "total": 7}, {"offset": 4}, {"offset": 6}),
        (OFFSET, {"data": ITEMS, "total": "7"}, {"offset": 4}, {"offset": 6}),
        (OFFSET, {"data": ITEMS, "total": "many"}, {"offset": 4}, {"offset": 6}),
        (OFFSET, {"data": ITEMS, "total": True}, {}, {"offset": 2}),
        (OFFSET, {"data": ITEMS, "total": "9" * 5000}, {}, {"offset": 2}),
        (NUMBER, {"data": ITEMS}, {}, {"page": 2}),
        (NUMBER, {"data": ITEMS}, {"page": 2}, {"page": 3}),
        (NUMBER, {"data": ITEMS, "pages": 2}, {"page": 2}, None),
        (NUMBER, {"data": ITEMS, "pages": 3}, {"page": 2}, {"page": 3}),
        (PageRule("page_number", param="page", total="pages", first=0), {"data": ITEMS, "pages": 2}, {}, {"page": 1}),
        (
            PageRule("page_number", param="page", total="pages", first=0),
            {"data": ITEMS, "pages": 2},
            {"page": 1},
            None,
        ),
        (PageRule("page_number", param="page", current="at"), {"data": ITEMS, "at": 8}, {"page": 1}, {"page": 9}),
    ],
)
def test_counting(rule: PageRule, page: Any, query: Any, expected: Any) -> None:
    for options in ({"query": query}, {"extra_query": query}):
        found = info(rule, page, **options)
        assert (found.params if found else None) == expected


def test_parameters_in_the_body() -> None:
    rule = PageRule("cursor", param="cursor", cursor="next", in_body=True)
    call = Call("POST", "/x", body={"limit": 2, "cursor": "old"})
    found = next_info(rule, {"data": ITEMS, "next": "c1"}, call)
    assert found is not None
    assert found == PageInfo(json={"cursor": "c1"})
    assert next_call(call, found).body == {"limit": 2, "cursor": "c1"}
    assert call.body == {"limit": 2, "cursor": "old"}
    offset = PageRule("offset", param="offset", in_body=True)
    assert next_info(offset, {"data": ITEMS}, Call("POST", "/x", body={"offset": 3})) == PageInfo(json={"offset": 5})
    assert next_call(Call("POST", "/x", body=None), PageInfo(json={"a": 1})).body == {"a": 1}


def test_the_next_call_keeps_everything_else() -> None:
    call = Call(
        "GET",
        "/x",
        query={"limit": 2, "after": "a"},
        extra_query={"after": "mine", "k": "v"},
        extra_headers={"X-A": "1"},
        timeout=5,
    )
    following = next_call(call, PageInfo(params={"after": "b"}))
    assert (following.query, following.extra_query) == ({"limit": 2, "after": "b"}, {"k": "v"})
    assert (following.extra_headers, following.timeout, following.path) == ({"X-A": "1"}, 5, "/x")
    whole = next_call(call, PageInfo(url="https://a.b/v1/x?p=2"))
    assert (whole.next_url, whole.query, whole.extra_query) == ("https://a.b/v1/x?p=2", {}, None)


@pytest.mark.parametrize("cycle", [["a"], ["a", "b"], ["a", "b", "c", "b"], ["a", "a"]])
def test_no_list_is_endless(cycle: list[str], caplog: pytest.LogCaptureFixture) -> None:
    walk = Walk(Call("GET", "/x"))
    asked: list[str] = []
    with caplog.at_level(logging.WARNING):
        while len(asked) < 100:
            place = PageInfo(params={"after": cycle[len(asked) % len(cycle)]})
            if walk.leads_back(place):
                break
            asked.append(str(place.params))
            walk = walk.onward(place)
    assert len(asked) == len(set(asked)) == len(set(cycle))
    assert "leads back" in caplog.text


def test_walking_a_list_again_is_no_circle() -> None:
    first = Walk(Call("GET", "/x"))
    for _ in range(3):
        second = first.onward(PageInfo(params={"after": "a"}))
        assert not second.leads_back(PageInfo(params={"after": "b"}))
        third = second.onward(PageInfo(params={"after": "b"}))
        assert third.leads_back(PageInfo(params={"after": "a"}))
    assert not first.leads_back(PageInfo(params={"after": "a"}))


@pytest.mark.parametrize(
    ("rule", "page", "expected"),
    [
        (NUMBER, {"data": ITEMS}, True),
        (NUMBER, {"data": ITEMS, "pages": 9}, False),
        (NUMBER, {"data": []}, False),
        (OFFSET, {"data": ITEMS}, True),
        (CURSOR, {"data": ITEMS}, False),
    ],
)
def test_a_page_that_is_the_one_before_it(rule: PageRule, page: Any, expected: bool) -> None:
    assert repeats(rule, page, dict(page)) is expected
    assert not repeats(rule, page, {"data": ITEMS[:1]})
