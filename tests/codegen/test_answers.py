"""Answers: what comes back from a method, by status and content type; pages and streams, found by their shape."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, get_args

import pytest

from antiphon.runtime import APIError
from antiphon.runtime.transports.scripted import Answer
from antiphon_codegen.ir.model import PageResult, StreamResult, ValueResult

from .sdks import SDK, build, document, json_answer, json_body, operation, stages

TEXT = {"type": "string"}
THING = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "n": {"type": "integer"}}}
JSON = {"content-type": "application/json"}


PLAIN = {"description": ""}

CASES: dict[str, tuple[dict[str, Any], Answer, Any]] = {
    "an object": ({"200": json_answer(THING)}, Answer(200, {"id": "a"}), {"id": "a"}),
    "201 before 200": ({"201": json_answer(THING)}, Answer(201, {"id": "a"}), {"id": "a"}),
    "a range of statuses": ({"2XX": json_answer(THING)}, Answer(202, {"id": "a"}), {"id": "a"}),
    "the default": ({"default": json_answer(THING)}, Answer(200, {"id": "a"}), {"id": "a"}),
    "numbers as keys": ({"200": json_answer(THING), "404": json_answer({})}, Answer(200, {"id": "a"}), {"id": "a"}),
    "a list": ({"200": json_answer({"type": "array", "items": TEXT})}, Answer(200, '["a"]', JSON), ["a"]),
    "a text": ({"200": json_answer(TEXT)}, Answer(200, '"a\\u00e9"', JSON), "aé"),
    "a number": ({"200": json_answer({"type": "integer"})}, Answer(200, "5", JSON), 5),
    "a boolean": ({"200": json_answer({"type": "boolean"})}, Answer(200, "false", JSON), False),
    "null": ({"200": json_answer({**THING, "type": ["object", "null"]})}, Answer(200, "null", JSON), None),
    "any object": ({"200": json_answer({"type": "object"})}, Answer(200, {"k": 1}), {"k": 1}),
    "JSON of which nothing is said": (
        {"200": {"description": "", "content": {"application/json": {}}}},
        Answer(200, {"k": 1}),
        {"k": 1},
    ),
    "JSON of another kind": (
        {"200": {"description": "", "content": {"application/vnd.x+json; charset=utf-8": {"schema": THING}}}},
        Answer(200, '{"id": "a"}', {"content-type": "application/vnd.x+json"}),
        {"id": "a"},
    ),
    "any kind": (
        {"200": {"description": "", "content": {"*/*": {"schema": THING}}}},
        Answer(200, {"id": "a"}),
        {"id": "a"},
    ),
    "two kinds with one schema": (
        {"200": {"description": "", "content": {k: {"schema": THING} for k in ("application/json", "text/json")}}},
        Answer(200, {"id": "a"}),
        {"id": "a"},
    ),
    "JSON before XML": (
        {"200": {"description": "", "content": {k: {"schema": THING} for k in ("text/xml", "application/json")}}},
        Answer(200, {"id": "a"}),
        {"id": "a"},
    ),
    "two statuses": (
        {"200": json_answer(THING), "201": json_answer({"type": "object", "properties": {"other": TEXT}})},
        Answer(200, {"id": "a"}),
        {"id": "a"},
    ),
    "plain text": (
        {"200": {"description": "", "content": {"text/plain": {"schema": TEXT}}}},
        Answer(200, "hello", {"content-type": "text/plain"}),
        "hello",
    ),
    "XML": (
        {"200": {"description": "", "content": {"application/xml": {"schema": TEXT}}}},
        Answer(200, "<a/>", {"content-type": "application/xml"}),
        "<a/>",
    ),
    "204": ({"204": PLAIN}, Answer(204), None),
    "200 without content": ({"200": PLAIN}, Answer(200), None),
    "nothing said at all": ({}, Answer(200), None),
    "only errors": ({"404": json_answer(THING)}, Answer(200), None),
}  # fmt: skip


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> SDK:
    paths = {f"/a{n}": {"get": {"responses": said}} for n, (said, *_) in enumerate(CASES.values())}
    return build(tmp_path_factory.mktemp("answers"), document(paths))


def plain(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else value


@pytest.mark.parametrize("name", CASES)
def test_answers_in_both_colours(sdk: SDK, name: str) -> None:
    number = list(CASES).index(name)
    _, answer, expected = CASES[name]

    def method(client: Any) -> Any:
        resource = getattr(client, f"a{number}")
        return resource.list if hasattr(resource, "list") else resource.retrieve

    assert plain(method(sdk.client(answer))()) == expected
    assert plain(asyncio.run(method(sdk.async_client(answer))())) == expected


@pytest.mark.parametrize("kind", ["application/octet-stream", "image/png", "application/pdf", "audio/*"])
def test_files_come_as_they_are(tmp_path: Path, kind: str) -> None:
    answer = {"description": "", "content": {kind: {"schema": {"type": "string", "format": "binary"}}}}
    made = build(tmp_path, document({"/x/content": {"get": operation(answer=answer)}}))
    found = made.client(Answer(200, b"\x89PNG")).x.content.retrieve()
    assert found.read() == b"\x89PNG"


def test_two_answers_whose_defaults_are_lists(tmp_path: Path) -> None:
    made: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "array", "items": TEXT, "default": []}}}
    used = operation(answer=json_answer(made))
    used["responses"]["201"] = json_answer({**made, "required": ["a"]})
    client = build(tmp_path, document({"/x": {"post": used}})).client(Answer(201, {"a": ["b"]}))
    assert client.x.create().a == ["b"]


def test_types_are_named_by_the_document_or_after_the_method(tmp_path: Path) -> None:
    paths = {
        "/things": {"post": operation(answer=json_answer({"$ref": "#/components/schemas/Thing"}))},
        "/others": {"post": operation(answer=json_answer(THING))},
    }
    made = build(tmp_path, document(paths, {"Thing": THING}))
    assert type(made.client().things.create()).__name__ == "Thing"
    assert type(made.client().others.create()).__name__ == "OtherCreateResponse"
    assert made.get("types").Thing is type(made.client().things.create())


def test_unknown_values_and_missing_fields_are_no_errors(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["kind", "n"],
        "properties": {"kind": {"type": "string", "enum": ["a", "b"]}, "n": {"type": "integer"}},
    }
    made = build(tmp_path, document({"/x": {"get": operation(answer=json_answer(schema))}}))
    found = made.client(Answer(200, {"kind": "new", "n": "many", "more": [1]})).x.retrieve()
    assert (found.kind, found.n, found.more) == ("new", "many", [1])


# --- pages ---


NUMBERS = ("page", "per_page", "offset", "limit", "page_size")


def listing(*parameters: str, **properties: Any) -> dict[str, Any]:
    def schema(name: str) -> dict[str, Any]:
        return {"type": "integer" if name in NUMBERS else "string"}

    return operation(
        parameters=[{"name": name, "in": "query", "schema": schema(name)} for name in parameters],
        answer=json_answer({"type": "object", "properties": {"data": {"type": "array", "items": THING}, **properties}}),
    )


def array(*parameters: str, item: Any = THING, **schemas: Any) -> dict[str, Any]:
    """A list that is an answer of its own."""
    used = listing(*parameters)
    more = [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]
    used["parameters"] = [*used.get("parameters", []), *more]
    return {**used, "responses": {"200": json_answer({"type": "array", "items": item})}}


INTEGER = {"type": "integer"}
NUMBERED = {"type": "object", "required": ["id"], "properties": {"id": INTEGER}}
MOMENT = {"type": "string", "format": "date-time"}

ARRAYS: dict[str, tuple[dict[str, Any], str | None]] = {
    "numbers": (array("page", "per_page"), "page_number"),
    "offsets": (array("offset", "limit"), "offset"),
    "ids": (array("starting_after", "limit"), "cursor_id"),
    "ids that are numbers": (array("per_page", since=INTEGER, item=NUMBERED), "cursor_id"),
    "numbers beside ids": (array("after", "page", "per_page"), "page_number"),
    "a page without a size": (array("page"), None),
    "a size without a page": (array("limit"), None),
    "nothing": (array(), None),
    "a page that is a text": (array("limit", page=TEXT), None),
    "a time": (array("limit", since=MOMENT), None),
    "a time that does not say so": (array("limit", since=TEXT), None),
    "a time where others have ids": (array("limit", after=MOMENT), None),
    "an id of another type": (array("after", "limit", item=NUMBERED), None),
    "items without an id": (array("after", "limit", item={"type": "object", "properties": {"key": TEXT}}), None),
    "a cursor that nothing gives": (array("cursor", "limit"), None),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_lists_that_are_answers_of_their_own(tmp_path: Path, name: str) -> None:
    used, expected = ARRAYS[name]
    found, problems = stages(tmp_path, document({"/things": {"get": used}}))
    result = found.api.root.resources[0].methods[0].operation.result
    assert problems == ()
    if expected is None:
        assert isinstance(result, ValueResult)
    else:
        assert isinstance(result, PageResult)
        [scheme] = found.api.pages
        assert (scheme.kind, scheme.bare, scheme.name) == (expected, True, f"list_{scheme.name.removeprefix('list_')}")


ARRAY_WALKS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "numbers": (array("page", "per_page"), {"per_page": 2}, ["per_page=2", "page=2&per_page=2"]),
    "numbers from 0": (
        array("per_page", page={**INTEGER, "default": 0}),
        {"per_page": 2},
        ["per_page=2", "per_page=2&page=1"],
    ),
    "numbers not below 0": (
        array("limit", page={**INTEGER, "minimum": 0}),
        {"limit": 2},
        ["limit=2", "limit=2&page=1"],
    ),
    "numbers from 1": (
        array("limit", page={**INTEGER, "minimum": 0, "default": 1}),
        {"limit": 2},
        ["limit=2", "limit=2&page=2"],
    ),
    "offsets": (array("offset", "limit"), {"limit": 2}, ["limit=2", "offset=2&limit=2"]),
    "the last item": (array("after", "limit"), {"limit": 2}, ["limit=2", "after=2&limit=2"]),
}


@pytest.mark.parametrize("name", ARRAY_WALKS)
def test_such_lists_are_gone_through(tmp_path: Path, name: str) -> None:
    used, given, asked = ARRAY_WALKS[name]
    made = build(tmp_path, document({"/things": {"get": used}}))
    script = [Answer(200, [{"id": "1"}, {"id": "2"}]), Answer(200, [{"id": "3"}])]
    client = made.client(*script)
    assert [each.id for each in client.things.list(**given)] == ["1", "2", "3"]
    assert [str(request.url).partition("?")[2] for request in client.sent] == asked
    page = made.client(*script).things.list(**given)
    assert [each.id for each in page.items] == ["1", "2"]

    async def collect() -> list[str]:
        return [each.id async for each in made.async_client(*script).things.list(**given)]

    assert asyncio.run(collect()) == ["1", "2", "3"]
    made.import_all()


PAGES: dict[str, tuple[dict[str, Any], str | None]] = {
    "ids, as OpenAI has them": (listing("after", "limit", has_more={"type": "boolean"}), "cursor_id"),
    "cursors": (listing("cursor", "limit", next_cursor=TEXT), "cursor"),
    "tokens": (listing("page_token", "page_size", next_page_token=TEXT), "cursor"),
    "tokens in an object about pages": (
        listing("pageToken", meta={"type": "object", "properties": {"nextPageToken": TEXT}}),
        "cursor",
    ),
    "page numbers": (listing("page", "per_page", total_pages={"type": "integer"}), "page_number"),
    "offsets": (listing("offset", "limit", total={"type": "integer"}), "offset"),
    "no parameters": (listing(has_more={"type": "boolean"}), None),
    "no list": (
        operation(
            parameters=[{"name": "cursor", "in": "query", "schema": TEXT}],
            answer=json_answer({"type": "object", "properties": {"next_cursor": TEXT}}),
        ),
        None,
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_paging_is_found_by_its_shape(tmp_path: Path, name: str) -> None:
    used, expected = PAGES[name]
    found, problems = stages(tmp_path, document({"/things": {"get": used}}))
    result = found.api.root.resources[0].methods[0].operation.result
    assert problems == ()
    if expected is None:
        assert not isinstance(result, PageResult)
    else:
        assert isinstance(result, PageResult)
        scheme = next(each for each in found.api.pages if each.name == result.scheme)
        assert scheme.kind == expected


WALKS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str]] = {
    "a cursor": (listing("cursor", next_cursor=TEXT), [{"next_cursor": "c2"}, {"next_cursor": None}], "cursor=c2"),
    "in another casing": (listing("pageToken", nextPageToken=TEXT), [{"nextPageToken": "c2"}, {}], "pageToken=c2"),
    "in an object about pages": (
        listing("pageToken", meta={"type": "object", "properties": {"nextPageToken": TEXT}}),
        [{"meta": {"nextPageToken": "c2"}}, {"meta": {}}],
        "pageToken=c2",
    ),
    "the last item": (
        listing("after", has_more={"type": "boolean"}),
        [{"has_more": True}, {"has_more": False}],
        "after=2",
    ),
    "a number": (
        listing("page", "per_page", totalPages={"type": "integer"}),
        [{"totalPages": 2}, {"totalPages": 2}],
        "page=2",
    ),
    "an offset": (listing("offset", "limit", total={"type": "integer"}), [{"total": 3}, {"total": 3}], "offset=2"),
}


@pytest.mark.parametrize("name", WALKS)
def test_pages_are_gone_through(tmp_path: Path, name: str) -> None:
    used, (first, second), asked = WALKS[name]
    made = build(tmp_path, document({"/things": {"get": used}}))
    script = [
        Answer(200, {"data": [{"id": "1"}, {"id": "2"}], **first}),
        Answer(200, {"data": [{"id": "3"}], **second}),
    ]
    client = made.client(*script)
    assert [each.id for each in client.things.list()] == ["1", "2", "3"]
    assert [str(request.url).partition("?")[2] for request in client.sent] == ["", asked]

    async def collect() -> list[str]:
        return [each.id async for each in made.async_client(*script).things.list()]

    assert asyncio.run(collect()) == ["1", "2", "3"]


# --- streams ---

EVENTS = b'data: {"id": "1"}\n\ndata: {"id": "2"}\n\ndata: [DONE]\n\n'
SSE = {"content-type": "text/event-stream"}


def test_events_where_only_they_are_promised(tmp_path: Path) -> None:
    answer = {"description": "", "content": {"text/event-stream": {"schema": THING}}}
    made = build(tmp_path, document({"/x/events": {"get": operation(answer=answer)}}))
    client = made.client(Answer(200, EVENTS, SSE))
    resource = client.x.events
    method = resource.list if hasattr(resource, "list") else resource.retrieve
    with method() as stream:
        assert [each.id for each in stream] == ["1", "2"]
    assert client.sent[0].headers["accept"] == "text/event-stream"


@pytest.mark.parametrize("media", [{"schema": TEXT}, {}], ids=["text", "no schema"])
def test_events_that_are_text_need_not_be_json(tmp_path: Path, media: dict[str, Any]) -> None:
    answer = {"description": "", "content": {"text/event-stream": media}}
    made = build(tmp_path, document({"/x/events": {"get": operation(answer=answer)}}))
    client = made.client(Answer(200, b'data: one\n\n: ping\n\ndata: {"a":\ndata: 1}\n\ndata: "q"\n\n', SSE))
    with client.x.events.list() as stream:
        assert list(stream) == ["one", '{"a":\n1}', '"q"']


def test_an_error_among_events_that_are_text(tmp_path: Path) -> None:
    answer = {"description": "", "content": {"text/event-stream": {"schema": TEXT}}}
    made = build(tmp_path, document({"/x/events": {"get": operation(answer=answer)}}))
    client = made.client(Answer(200, b'data: one\n\nevent: error\ndata: {"message": "broken"}\n\n', SSE))
    with client.x.events.list() as stream:
        assert next(stream) == "one"
        with pytest.raises(APIError, match="broken"):
            next(stream)


def test_events_when_a_parameter_asks_for_them(tmp_path: Path) -> None:
    body = json_body({"type": "object", "properties": {"stream": {"type": "boolean"}, "text": TEXT}})
    answer = {
        "description": "",
        "content": {"application/json": {"schema": THING}, "text/event-stream": {"schema": THING}},
    }
    used = operation(body=body, answer=answer)
    made = build(tmp_path, document({"/x": {"post": used}}))
    result = made.generation.plan.api.root.resources[0].methods[0].operation.result
    assert isinstance(result, StreamResult)
    assert result.parameter == "stream"
    client = made.client(Answer(200, {"id": "a"}), Answer(200, EVENTS, SSE))
    assert client.x.create(text="t").id == "a"
    with client.x.create(text="t", stream=True) as stream:
        assert [each.id for each in stream] == ["1", "2"]


def test_a_deprecated_method_that_may_stream_says_so_too(tmp_path: Path) -> None:
    body = json_body({"type": "object", "properties": {"stream": {"type": "boolean"}, "text": TEXT}})
    answer = {
        "description": "",
        "content": {"application/json": {"schema": THING}, "text/event-stream": {"schema": THING}},
    }
    used = operation(body=body, answer=answer, deprecated=True)
    made = build(tmp_path, document({"/x": {"post": used}}))
    client = made.client(Answer(200, {"id": "a"}), Answer(200, EVENTS, SSE))
    with pytest.warns(DeprecationWarning, match="`create` is deprecated by the API"):
        assert client.x.create(text="t").id == "a"
    with pytest.warns(DeprecationWarning, match="`create` is deprecated by the API"):
        stream = client.x.create(text="t", stream=True)
    assert [each.id for each in stream] == ["1", "2"]
    assert made.text("resources/x/_sync.py").count("@deprecated(") == 4  # type checkers look at overloads alone


def test_bytes_or_events_without_a_parameter_that_says_which(tmp_path: Path) -> None:
    binary = {"schema": {"type": "string", "format": "binary"}}
    answer = {"description": "", "content": {"audio/mpeg": binary, "text/event-stream": {"schema": THING}}}
    made = build(tmp_path, document({"/x": {"post": operation(answer=answer)}}))
    client = made.client(Answer(200, b"sound", {"content-type": "audio/mpeg"}), Answer(200, EVENTS, SSE))
    assert client.x.create().content == b"sound"
    assert client.x.create().content == EVENTS


def test_lines_of_json(tmp_path: Path) -> None:
    answer = {"description": "", "content": {"application/jsonl": {"schema": THING}}}
    made = build(tmp_path, document({"/x/results": {"post": operation(answer=answer)}}))
    client = made.client(Answer(200, b'{"id": "1"}\n{"id": "2"}\n', {"content-type": "application/jsonl"}))
    with client.x.results.create() as stream:
        assert [each.id for each in stream] == ["1", "2"]


def test_unions_are_told_apart_by_their_tag(tmp_path: Path) -> None:
    def tagged(value: str, **more: Any) -> dict[str, Any]:
        properties = {"kind": {"type": "string", "enum": [value]}, **more}
        return {"type": "object", "required": ["kind"], "properties": properties}

    schemas = {
        "Cat": tagged("cat", lives={"type": "integer"}),
        "Dog": tagged("dog", name=TEXT),
        "Pet": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]},
    }
    made = build(
        tmp_path,
        document({"/pets": {"post": operation(answer=json_answer({"$ref": "#/components/schemas/Pet"}))}}, schemas),
    )
    assert type(made.client(Answer(200, {"kind": "cat"})).pets.create()).__name__ == "Cat"
    assert type(made.client(Answer(200, {"kind": "dog"})).pets.create()).__name__ == "Dog"
    bird = made.client(Answer(200, {"kind": "bird", "wings": 2})).pets.create()
    assert (bird.kind, bird.wings) == ("bird", 2)


@pytest.mark.parametrize("empty", ["200", "2XX"])
def test_an_answer_without_a_body_beside_one_with_a_body(tmp_path: Path, empty: str) -> None:
    used = operation()
    used["responses"] = {
        empty: {"description": "as it was"},
        "201": json_answer({"$ref": "#/components/schemas/Thing"}),
    }
    thing = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    sdk = build(tmp_path, document({"/things/{id}": {"put": used}}, {"Thing": thing}))
    client = sdk.client(Answer(200), Answer(201, {"id": "a"}), Answer(200, b""))
    assert client.things.replace("a") is None
    assert client.things.replace("a").id == "a"
    assert type(None) in get_args(sdk.get("types").ThingReplaceResponse)
