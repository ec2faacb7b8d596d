"""Lists in pages of every kind are walked from one end to the other: nothing twice, nothing lost, and they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from antiphon import AsyncClient, Client
from antiphon.mock import serve
from antiphon.mock.engine import Engine

from .asking import ask, document, engine_of, operation

ITEM: Any = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
TEXT: Any = {"type": "string"}
COUNT: Any = {"type": "integer"}
MAYBE: Any = {"type": ["string", "null"]}
ITEMS: Any = {"type": "array", "items": ITEM}


def list_of(items: str = "data", **more: Any) -> Any:
    properties = {items: ITEMS, **more}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def parameters(**named: Any) -> list[Any]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in named.items()]


Next = Callable[[Any, list[Any], int], "str | None"]
"""What to put in the query for the next page: of an answer, its items, and the number of the page."""


def after_last(name: str) -> Next:
    return lambda value, items, _: f"{name}={items[-1]['id']}" if value["has_more"] else None


def told(name: str, place: str) -> Next:
    def following(value: Any, items: list[Any], page: int) -> str | None:
        for step in place.split("."):
            value = value[step]
        return f"{name}={value}" if value not in (None, "") else None

    return following


def until_empty(name: str, of: Callable[[int], int]) -> Next:
    return lambda _, items, page: f"{name}={of(page)}" if items else None


KINDS: dict[str, tuple[Any, list[Any], str, Next]] = {
    "ids": (
        list_of(has_more={"type": "boolean"}),
        parameters(after=TEXT, limit=COUNT),
        "data",
        after_last("after"),
    ),
    "ids, as starting_after": (
        list_of(has_more={"type": "boolean"}, object={"const": "list"}),
        parameters(starting_after=TEXT, ending_before=TEXT, limit=COUNT),
        "data",
        after_last("starting_after"),
    ),
    "the last id": (
        list_of(has_more={"type": "boolean"}, first_id=MAYBE, last_id=MAYBE),
        parameters(after_id=TEXT, before_id=TEXT, limit=COUNT),
        "data",
        lambda value, _, __: f"after_id={value['last_id']}" if value["has_more"] else None,
    ),
    "a cursor": (
        list_of("items", next_cursor=MAYBE),
        parameters(cursor=TEXT, limit=COUNT),
        "items",
        told("cursor", "next_cursor"),
    ),
    "a token": (
        list_of("models", next_page_token=TEXT),
        parameters(page_token=TEXT, page_size=COUNT),
        "models",
        told("page_token", "next_page_token"),
    ),
    "a token called page": (
        list_of(has_more={"type": "boolean"}, next_page=MAYBE),
        parameters(page=TEXT, limit=COUNT),
        "data",
        told("page", "next_page"),
    ),
    "numbered pages": (
        list_of("results", total=COUNT),
        parameters(page=COUNT, per_page=COUNT),
        "results",
        until_empty("page", lambda page: page + 1),
    ),
    "pages from zero": (
        list_of("results"),
        parameters(page={"type": "integer", "minimum": 0}, page_size=COUNT),
        "results",
        until_empty("page", lambda page: page),
    ),
    "the next number": (
        list_of("results", next_page={"type": ["integer", "null"]}),
        parameters(page=COUNT, per_page=COUNT),
        "results",
        told("page", "next_page"),
    ),
    "offsets": (
        list_of("entries", total_count=COUNT, offset=COUNT),
        parameters(offset=COUNT, limit=COUNT),
        "entries",
        until_empty("offset", lambda page: 4 * page),
    ),
    "a bare list": (ITEMS, parameters(page=COUNT, per_page=COUNT), "", until_empty("page", lambda page: page + 1)),
    "a bare list, by the number of the last": (
        {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}},
        parameters(since={"type": "integer"}, per_page=COUNT),
        "",
        lambda _, items, __: f"since={items[-1]['id']}" if items else None,
    ),
    "items one level below": (
        {"type": "object", "properties": {"result": list_of("items", next_cursor=MAYBE)}, "required": ["result"]},
        parameters(cursor=TEXT, limit=COUNT),
        "result.items",
        told("cursor", "result.next_cursor"),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("many", [0, 1, 4, 10])
def test_a_walk(kind: str, many: int, tmp_path: Path) -> None:
    schema, query, place, following = KINDS[kind]
    engine = engine_of(
        tmp_path, document({"/things": {"get": operation(schema, parameters=query)}}), items=many, page_size=4
    )
    names: list[str] = []
    step: str | None = ""
    for page in range(1, 10):
        value = ask(engine, "GET", f"/things?{step}").value
        items = value
        for each in place.split(".") if place else ():
            items = items[each]
        names += [each["id"] for each in items]
        step = following(value, items, page)
        if step is None:
            break
    assert step is None
    assert len(names) == len(set(names)) == many


@pytest.fixture
def listing(tmp_path: Path) -> Engine:
    schema = list_of(has_more={"type": "boolean"}, first_id=MAYBE, last_id=MAYBE)
    order: Any = {"enum": ["asc", "desc"], "default": "desc"}
    query = parameters(after=TEXT, before=TEXT, limit={"type": "integer", "default": 5, "maximum": 10}, order=order)
    return engine_of(tmp_path, document({"/things": {"get": operation(schema, parameters=query)}}), items=12)


def names(engine: Engine, query: str) -> list[str]:
    return [each["id"] for each in ask(engine, "GET", f"/things?{query}").value["data"]]


def test_sizes(listing: Engine) -> None:
    assert [len(names(listing, query)) for query in ("", "limit=3", "limit=10", "limit=1")] == [5, 3, 10, 1]
    assert ask(listing, "GET", "/things?limit=11").status == 400


def test_the_other_order_and_the_way_back(listing: Engine) -> None:
    everything = names(listing, "limit=10") + names(listing, f"after={names(listing, 'limit=10')[-1]}")
    assert names(listing, "limit=10&order=asc") == everything[::-1][:10]
    assert names(listing, f"before={everything[7]}&limit=3") == everything[4:7]
    assert ask(listing, "GET", f"/things?before={everything[2]}").value["has_more"] is False


def test_an_unknown_cursor_is_the_end(listing: Engine) -> None:
    value = ask(listing, "GET", "/things?after=nothing").value
    assert (value["data"], value["has_more"], value["first_id"]) == ([], False, None)


def test_a_list_without_pages_is_short(tmp_path: Path) -> None:
    paths: Any = {
        "/things": {"get": operation(list_of(object=TEXT))},
        "/bare": {"get": operation(ITEMS, parameters=parameters(limit=COUNT)), "post": operation(ITEM, body={})},
        "/bare/{id}": {"get": operation(ITEM)},
        "/words": {"get": operation({"type": "array", "items": {"enum": ["a"]}})},
    }
    engine = engine_of(tmp_path, document(paths))
    assert len(ask(engine, "GET", "/things").value["data"]) == 3
    assert ask(engine, "GET", "/things").value["object"] == "list"
    made = ask(engine, "POST", "/bare", {}).value["id"]
    names = [each["id"] for each in ask(engine, "GET", "/bare").value]
    assert (names[0], len(set(names))) == (made, 4)
    assert len(ask(engine, "GET", "/bare?limit=2").value) == 2
    assert ask(engine, "GET", "/words").value == ["a"]


@pytest.mark.parametrize("limit", [1, 4, 7, 100])
def test_the_sync_client_walks_lists(limit: int) -> None:
    with serve(items=7) as server, Client(base_url=server.url, api_key="any") as client:
        made = [client.files.create(file=b"x", purpose="batch").id for _ in range(2)]
        files = [file.id for file in client.files.list(limit=limit)]
        jobs = [job.id for job in client.fine_tuning.jobs.list(limit=limit)]
        assert files[:2] == made[::-1]
        assert len(files) == len(set(files)) == 9
        assert len(jobs) == len(set(jobs)) == 7
        assert all(not request.problems for request in server.requests)


@pytest.mark.parametrize("limit", [1, 4, 7, 100])
async def test_the_async_client_walks_lists(limit: int) -> None:
    async with serve(items=7) as server, AsyncClient(base_url=server.url, api_key="any") as client:
        made = [(await client.files.create(file=b"x", purpose="batch")).id for _ in range(2)]
        files = [file.id async for file in client.files.list(limit=limit)]
        jobs = [job.id async for job in client.fine_tuning.jobs.list(limit=limit)]
        assert files[:2] == made[::-1]
        assert len(files) == len(set(files)) == 9
        assert len(jobs) == len(set(jobs)) == 7
        assert all(not request.problems for request in server.requests)


def test_every_list_of_our_own_api_ends() -> None:
    """Whatever the client finds by itself to be a list, over several pages."""
    with serve(items=5, page_size=2) as server, Client(base_url=server.url, api_key="any") as client:
        for walked in (
            client.chat.completions.list(),
            client.chat.completions.messages.list("any"),
            client.responses.input_items.list("any"),
            client.fine_tuning.jobs.list_events("any"),
            client.fine_tuning.jobs.checkpoints.list("any"),
        ):
            found = [each.id for each in walked]
            assert len(found) == len(set(found)) == 5
