"""Lists that are answers of their own: how they go on by counting, by their last item and by `Link` headers."""

from __future__ import annotations

import json
from typing import Any, Generic, TypeVar

import pytest

from antiphon.runtime import APIConnectionError, APIResponseValidationError, AsyncAPIPage, PageRule
from antiphon.runtime.transports.scripted import Answer

from ..samples import Message
from .sdk import scripted

T = TypeVar("T")

JSON = {"content-type": "application/json", "x-request-id": "r1"}
URL = "https://demo.test/v1/x"


class AsyncNumberPage(AsyncAPIPage[T], Generic[T]):
    rule = PageRule("page_number", items="items", param="page", first=1, bare=True, size="per_page")

    items: list[T]


class AsyncOffsetPage(AsyncAPIPage[T], Generic[T]):
    rule = PageRule("offset", items="items", param="offset", bare=True, size="limit")

    items: list[T]


class AsyncIdPage(AsyncAPIPage[T], Generic[T]):
    rule = PageRule("cursor_id", items="items", param="after", bare=True, size="limit")

    items: list[T]


class AsyncLinkPage(AsyncAPIPage[T], Generic[T]):
    rule = PageRule("cursor_url", items="items", bare=True)

    items: list[T]


class AsyncHeaderPage(AsyncAPIPage[T], Generic[T]):
    rule = PageRule(
        "cursor",
        items="items",
        param="cursor",
        cursor="following",
        has_more="has_more",
        bare=True,
        headers=(("following", "x-next-cursor"), ("has_more", "x-has-more")),
    )

    items: list[T]
    following: str | None = None
    has_more: bool | None = None


def answer(*names: Any, **headers: str) -> Answer:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, json.dumps([{"role": "user", "id": name} for name in names]), {**JSON, **fields})


async def walked(page: Any, /, *answers: Answer, **params: Any) -> tuple[list[Any], list[str]]:
    """The ids of a list, and the queries that were sent for them."""
    client, transport = scripted(*answers)
    found = client.get_api_list("/x", model=Message, page=page[Message], options={"params": params})
    items = [item async for item in found]
    assert all(type(item) is Message for item in items)
    assert {str(sent.url).partition("?")[0] for sent in transport.requests} == {URL}
    return [item.to_dict()["id"] for item in items], [str(sent.url).partition("?")[2] for sent in transport.requests]


WALKS: dict[str, tuple[Any, dict[str, Any], list[Answer], list[Any], list[str]]] = {
    "numbers, until a page is empty": (
        AsyncNumberPage,
        {},
        [answer(1, 2), answer(3, 4), answer()],
        [1, 2, 3, 4],
        ["", "page=2", "page=3"],
    ),
    "numbers, until a page is short": (
        AsyncNumberPage,
        {"per_page": 2, "page": 4},
        [answer(1, 2), answer(3)],
        [1, 2, 3],
        ["per_page=2&page=4", "per_page=2&page=5"],
    ),
    "one short page": (AsyncNumberPage, {"per_page": "100"}, [answer(1, 2)], [1, 2], ["per_page=100"]),
    "a page that is as long as servers may make it": (
        AsyncNumberPage,
        {"per_page": 1000},
        [answer(*range(100)), answer(100)],
        [*range(101)],
        ["per_page=1000", "per_page=1000&page=2"],
    ),
    "offsets": (AsyncOffsetPage, {"limit": 2}, [answer(1, 2), answer(3)], [1, 2, 3], ["limit=2", "limit=2&offset=2"]),
    "the last item": (AsyncIdPage, {"limit": 2}, [answer(1, 2), answer(3)], [1, 2, 3], ["limit=2", "limit=2&after=2"]),
    "the last item, until a page is empty": (AsyncIdPage, {}, [answer(7), answer()], [7], ["", "after=7"]),
    "ids that all items have alike": (AsyncIdPage, {}, [answer(7, 7)], [7, 7], [""]),
    "links": (
        AsyncNumberPage,
        {"per_page": 9},
        [
            answer(1, link=f'<{URL}?page=2&x=y>; rel="next", <{URL}?page=9>; rel="last"'),
            answer(2, link='<?page=7>; rel="next"'),
            answer(3, link='<?page=1>; rel="first"'),
        ],
        [1, 2, 3],
        ["per_page=9", "page=2&x=y", "page=7"],
    ),
    "a link, and none on the last page": (
        AsyncNumberPage,
        {},
        [answer(1, link="<?page=2>; rel=next"), answer(2)],
        [1, 2],
        ["", "page=2"],
    ),
    "links that say nothing about pages": (
        AsyncNumberPage,
        {},
        [answer(1, link='</a.css>; rel="preload"'), answer()],
        [1],
        ["", "page=2"],
    ),
    "links to a name that is not known outside": (
        AsyncNumberPage,
        {},
        [
            answer(1, link='<http://backend:8080/x?page=2>; rel="next"'),
            answer(2, link='<http://[>; rel="next"'),
            answer(),
        ],
        [1, 2],
        ["", "page=2", "page=3"],
    ),
    "nothing but links": (
        AsyncLinkPage,
        {"q": "a"},
        [answer(1, link='<?c=2>; rel="next"'), answer(2)],
        [1, 2],
        ["q=a", "c=2"],
    ),
    "headers": (
        AsyncHeaderPage,
        {},
        [answer(1, x_next_cursor="c2", x_has_more="true"), answer(2, x_next_cursor="c3", x_has_more="false")],
        [1, 2],
        ["", "cursor=c2"],
    ),
    "the same page again": (AsyncNumberPage, {}, [answer(1, 2), answer(1, 2)], [1, 2], ["", "page=2"]),
    "the same page again, by offset": (AsyncOffsetPage, {}, [answer(1), answer(1)], [1], ["", "offset=1"]),
    "the same page again, by id": (AsyncIdPage, {}, [answer(1), answer(1)], [1], ["", "after=1"]),
    "links that lead back": (
        AsyncLinkPage,
        {},
        [answer(n, link=f"<?c={n % 2}>; rel=next") for n in range(9)],
        [0, 1, 2],
        ["", "c=0", "c=1"],
    ),
}


@pytest.mark.parametrize("name", WALKS)
async def test_lists_are_gone_through(name: str) -> None:
    page, params, answers, items, queries = WALKS[name]
    assert await walked(page, *answers, **params) == (items, queries)


async def test_page_by_page() -> None:
    client, _ = scripted(answer(1), answer(2), answer(2))
    first: Any = await client.get_api_list("/x", model=Message, page=AsyncNumberPage[Message])
    assert [item.to_dict()["id"] for item in first.items] == [1]
    assert first._request_id == "r1"
    second = await first.get_next_page()
    third = await second.get_next_page()
    assert [item.to_dict()["id"] for item in third.items] == [2]
    assert not third.has_next_page()  # the same again: the server does not page


async def test_fields_from_headers() -> None:
    client, _ = scripted(answer(1, x_has_more="yes", x_next_cursor="5"), answer(2, x_has_more="perhaps"))
    first: Any = await client.get_api_list("/x", model=Message, page=AsyncHeaderPage[Message])
    assert (first.has_more, first.following) == (True, "5")
    second = await first.get_next_page()
    assert (second.has_more, second.following) == ("perhaps", None)


async def test_nothing_is_an_empty_list() -> None:
    for nothing in (Answer(204), answer()):
        client, transport = scripted(nothing)
        page: Any = await client.get_api_list("/x", model=Message, page=AsyncNumberPage[Message])
        assert page.items == []
        assert not page.has_next_page()
        assert len(transport.requests) == 1


@pytest.mark.parametrize("body", ['{"items": [{"id": 1}]}', '{"message": "no"}', "text", "5", "null", "[1", ""])
async def test_what_is_no_list(body: str) -> None:
    client, _ = scripted(Answer(200, body, JSON))
    with pytest.raises(APIResponseValidationError):
        await client.get_api_list("/x", model=Message, page=AsyncNumberPage[Message])


async def test_credentials_do_not_follow_a_link_elsewhere() -> None:
    client, transport = scripted(answer(1, link='<https://evil.test/x>; rel="next"'))
    with pytest.raises(APIConnectionError, match="next page"):
        [item async for item in client.get_api_list("/x", model=Message, page=AsyncLinkPage[Message])]
    assert len(transport.requests) == 1


async def test_items_that_are_no_objects() -> None:
    client, _ = scripted(Answer(200, "[1, 2]", JSON), Answer(200, "[3]", JSON))
    found = client.get_api_list("/x", model=int, page=AsyncNumberPage[int], options={"params": {"per_page": 2}})
    assert [item async for item in found] == [1, 2, 3]
