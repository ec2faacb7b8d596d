"""Lists: pages, items, and servers that lead in circles or nowhere."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from antiphon.runtime import APIConnectionError, APIResponseValidationError, InternalServerError, PageInfo
from antiphon.runtime.transports.scripted import Answer

from ..samples import Message
from .sdk import AsyncListPage, scripted


def page(*names: Any, more: Any = True) -> Answer:
    return Answer(200, {"data": [{"role": "user", "id": name} for name in names], "has_more": more})


async def test_the_items_of_every_page() -> None:
    client, transport = scripted(page("a", "b"), page("c"), page("d", more=False))
    items = [item async for item in client.things.list(limit=2)]
    assert all(type(item) is Message for item in items)
    assert [item.to_dict()["id"] for item in items] == ["a", "b", "c", "d"]
    assert [str(sent.url) for sent in transport.requests] == [
        "https://demo.test/v1/things?limit=2",
        "https://demo.test/v1/things?limit=2&after=b",
        "https://demo.test/v1/things?limit=2&after=c",
    ]


async def test_page_by_page() -> None:
    client, transport = scripted(page("a"), page("b", more=False))
    first: Any = await client.things.list()
    assert "ListPage" in type(first).__name__
    assert len(transport.requests) == 1
    assert first.has_next_page()
    assert first.next_page_info() == PageInfo(params={"after": "a"})
    second: Any = await first.get_next_page()
    assert "ListPage" in type(second).__name__
    assert not second.has_next_page()
    assert second.next_page_info() is None
    with pytest.raises(RuntimeError, match="has_next_page"):
        await second.get_next_page()


async def test_iterating_over_pages() -> None:
    client, _ = scripted(page("a"), page("b"), page("c", more=False))
    first = await client.things.list()
    assert [each.data[0].to_dict()["id"] async for each in first.iter_pages()] == ["a", "b", "c"]


async def test_a_page_from_the_middle_goes_on_from_there() -> None:
    client, transport = scripted(page("a"), page("b"), page("c", more=False), page("b"), page("c", more=False))
    first = await client.things.list()
    second = await first.get_next_page()
    assert [item.to_dict()["id"] async for item in second] == ["b", "c"]
    assert [item.to_dict()["id"] async for item in first] == ["a", "b", "c"]
    assert len(transport.requests) == 5


@pytest.mark.parametrize(
    "last",
    [
        {"data": [], "has_more": True},
        {"data": None, "has_more": True},
        {"has_more": True},
        {"data": "text", "has_more": True},
        {"data": {"a": 1}, "has_more": True},
        {"data": 7},
        {},
    ],
)
async def test_odd_pages_end_the_list(last: Any) -> None:
    client, transport = scripted(page("a"), Answer(200, last))
    assert [item.to_dict()["id"] async for item in client.things.list()] == ["a"]
    assert len(transport.requests) == 2
    client, transport = scripted(Answer(200, last))
    assert [item async for item in client.things.list()] == []


@pytest.mark.parametrize("identity", ["", None, ["x"], {"a": 1}, True])
async def test_a_last_item_without_a_usable_id_ends_the_list(identity: Any) -> None:
    client, transport = scripted(page("a", identity))
    assert len([item async for item in client.things.list()]) == 2
    assert len(transport.requests) == 1


@pytest.mark.parametrize("item", ["text", 5, None, [1]])
async def test_items_of_another_kind_are_kept(item: Any) -> None:
    client, _ = scripted(Answer(200, {"data": [item], "has_more": True}))
    assert [each async for each in client.things.list()] == [item]


@pytest.mark.parametrize("cycle", ["a", "ab", "abc"])
async def test_circles_end(cycle: str) -> None:
    client, transport = scripted(*[page(name) for name in cycle * 10])
    items = [item.to_dict()["id"] async for item in client.things.list()]
    assert items == [*cycle, cycle[0]]
    assert len(transport.requests) == len(cycle) + 1


@pytest.mark.parametrize("body", [[{"id": "a"}], "text", 5, None])
async def test_what_is_no_page(body: Any) -> None:
    import json

    client, _ = scripted(Answer(200, json.dumps(body)))
    with pytest.raises(APIResponseValidationError):
        await client.things.list()


async def test_an_error_on_a_later_page() -> None:
    client, _ = scripted(page("a"), *[Answer(500)] * 3)
    items = aiter(client.things.list())
    assert (await anext(items)).role == "user"
    with pytest.raises(InternalServerError):
        await anext(items)
    client, _ = scripted(Answer(200, {"error": {"message": "m"}}))
    with pytest.raises(APIResponseValidationError, match="an error: m"):
        await client.things.list()


async def test_a_later_page_is_retried() -> None:
    client, transport = scripted(page("a"), Answer(503), page("b", more=False))
    assert len([item async for item in client.things.list()]) == 2
    assert len(transport.requests) == 3


def linked(name: str, following: Any) -> Answer:
    return Answer(200, {"data": [{"role": "user", "id": name}], "next": following})


async def test_pages_by_link() -> None:
    client, transport = scripted(
        linked("a", "https://demo.test/v1/linked?p=2"),
        linked("b", "/v1/linked?p=3"),
        linked("c", "?p=4"),
        linked("d", ""),
    )
    assert [item.to_dict()["id"] async for item in client.things.linked()] == ["a", "b", "c", "d"]
    assert [str(sent.url) for sent in transport.requests] == [
        "https://demo.test/v1/linked?limit=1",
        "https://demo.test/v1/linked?p=2",
        "https://demo.test/v1/linked?p=3",
        "https://demo.test/v1/linked?p=4",
    ]


@pytest.mark.parametrize("following", ["https://evil.test/v1/linked?p=2", "http://demo.test/v1/linked", "ftp://x/"])
async def test_credentials_do_not_follow_a_link_elsewhere(following: str) -> None:
    client, transport = scripted(linked("a", following))
    with pytest.raises(APIConnectionError, match="next page"):
        [item async for item in client.things.linked()]
    assert len(transport.requests) == 1


@pytest.mark.parametrize("following", [5, ["x"], {"a": 1}, None])
async def test_a_link_that_is_none(following: Any) -> None:
    client, transport = scripted(linked("a", following))
    assert len([item async for item in client.things.linked()]) == 1
    assert len(transport.requests) == 1


async def test_lists_of_raw_and_open_responses() -> None:
    client, _ = scripted(page("a"), page("b", more=False), page("a", more=False))
    raw = await client.things.with_raw_response.list()
    assert raw.status_code == 200
    first = raw.parse()
    assert [item.to_dict()["id"] async for item in first] == ["a", "b"]
    async with client.things.with_streaming_response.list() as response:
        assert len((await response.parse()).data) == 1


async def test_low_level_lists() -> None:
    client, transport = scripted(page("a"), page("b", more=False))
    items = [
        item
        async for item in client.get_api_list(
            "/x", model=Message, page=AsyncListPage[Message], options={"params": {"limit": 1}}
        )
    ]
    assert [type(item) for item in items] == [Message, Message]
    assert str(transport.requests[1].url) == "https://demo.test/v1/x?limit=1&after=a"
    client, transport = scripted(page("a", more=False))
    untyped: Any = AsyncListPage
    items = [
        item async for item in client.get_api_list("/x", model=Message, page=untyped, method="post", body={"a": 1})
    ]
    assert [type(item) for item in items] == [Message]
    assert (transport.requests[0].method, transport.requests[0].content) == ("POST", b'{"a":1}')


async def test_pages_are_models() -> None:
    client, _ = scripted(page("a"))
    first = await client.things.list()
    assert first.to_dict() == {"data": [{"role": "user", "id": "a"}], "has_more": True}
    assert first.has_more is True
    made = pickle.loads(pickle.dumps(first))
    assert made == first
    assert not made.has_next_page()  # connections do not travel
