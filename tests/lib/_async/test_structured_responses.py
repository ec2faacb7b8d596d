"""Responses that are parsed, and streams of them."""

from __future__ import annotations

import json
from typing import Any, assert_type, cast

import pytest
from pydantic import ValidationError

from antiphon import (
    AsyncClient,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    SDKError,
    StreamStateError,
    pydantic_function_tool,
    pydantic_responses_function_tool,
)
from antiphon.lib.streaming.responses import AsyncResponseStream, AsyncResponseStreamManager
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport
from antiphon.types.responses import ParsedResponse, Response
from tests.lib.streams import City, answered, events, response, said

PARIS = '{"name":"Paris","inhabitants":2}'
CITY = City(name="Paris", inhabitants=2)


def client_for(*answers: Any) -> tuple[AsyncClient, AsyncScriptedTransport]:
    made = [Answer(200, each) if isinstance(each, dict) else each for each in answers]
    transport = AsyncScriptedTransport(made)
    return AsyncClient(api_key="key", http_client=transport, max_retries=0), transport


def body(transport: AsyncScriptedTransport) -> dict[str, Any]:
    return json.loads(transport.requests[-1].content)


async def test_a_model_is_asked_for_and_given() -> None:
    client, transport = client_for(response(said(PARIS)))
    found = await client.responses.parse(model="m", input="Which city?", text_format=City)
    assert_type(found, ParsedResponse[City])
    assert_type(found.output_parsed, City | None)
    assert found.output_parsed == CITY
    assert found.output_text == PARIS
    assert isinstance(found, Response)
    assert body(transport)["text"]["format"]["name"] == "City"
    assert body(transport)["text"]["format"]["strict"] is True
    item = found.output[0]
    assert item.type == "message"
    part = item.content[0]
    assert part.type == "output_text"
    assert part.parsed == CITY
    data: Any = found.to_dict()
    assert data["output"][0]["content"][0]["parsed"] == CITY.model_dump()


async def test_the_text_of_a_response() -> None:
    client, _ = client_for(response(said("a"), answered("f", "{}"), said("b")), response(), response(output=None))
    for expected in ("ab", "", ""):
        found = await client.responses.create(model="m", input="x")
        assert found.output_text == expected
    assert "output_text" not in found.to_dict()


async def test_what_it_is_parsed_as_may_be_another_thing() -> None:
    client, transport = client_for(*[response(said(PARIS))] * 3)
    found = await client.responses.parse(model="m", input="x", parse_as=dict[str, Any])
    assert found.output_parsed == CITY.model_dump()
    assert "text" not in body(transport)
    none = await client.responses.parse(model="m", input="x", text_format=City, parse_as=None)
    assert none.output_parsed is None
    assert body(transport)["text"]["format"]["name"] == "City"
    await client.responses.parse(model="m", input="x", text_format=City, text={"verbosity": "low"}, verbosity="high")
    assert body(transport)["text"]["verbosity"] == "high"


async def test_arguments_of_functions_are_parsed() -> None:
    called = [answered("City", PARIS), answered("Town", PARIS), answered("plain", '{"z":1}'), answered("other", "{}")]
    client, transport = client_for(response(*called))
    plain: Any = {"type": "function", "name": "plain", "strict": True, "parameters": {"type": "object"}}
    tools: Any = [
        pydantic_responses_function_tool(City, defer_loading=True),
        pydantic_function_tool(City, name="Town", description="A town."),
        plain,
        {"type": "web_search"},
    ]
    found = await client.responses.parse(model="m", input="x", tools=tools)
    parsed = [item.parsed_arguments for item in found.output if item.type == "function_call"]
    assert parsed == [CITY, CITY, {"z": 1}, None]
    sent = body(transport)["tools"]
    assert [tool.get("name") for tool in sent] == ["City", "Town", "plain", None]
    assert sent[0]["defer_loading"] is True
    assert (sent[1]["type"], sent[1]["strict"], sent[1]["description"]) == ("function", True, "A town.")


@pytest.mark.parametrize(
    ("name", "namespace", "expected"),
    [
        ("City", "places", CITY),
        ("Town", "places", CITY),
        ("Village", "places", None),
        ("City", "elsewhere", None),
        ("City", None, None),
        ("Later", "Later", CITY),
        ("Later", None, CITY),
        ("Soon", "Soon", None),
    ],
)
async def test_functions_of_a_namespace(name: str, namespace: str | None, expected: object) -> None:
    client, transport = client_for(response({**answered(name, PARIS), "namespace": namespace}))
    inside = (pydantic_responses_function_tool(City), pydantic_function_tool(City, name="Town"))
    tools: Any = [
        {"type": "namespace", "name": "places", "description": "Places.", "tools": iter(inside)},
        pydantic_responses_function_tool(City, name="Later", defer_loading=True),
        pydantic_responses_function_tool(City, name="Soon"),
    ]
    found = await client.responses.parse(model="m", input="x", tools=tools)
    item = found.output[0]
    assert item.type == "function_call"
    assert item.parsed_arguments == expected
    sent = body(transport)["tools"][0]
    assert [(tool["type"], tool["name"], tool["strict"]) for tool in sent["tools"]] == [
        ("function", "City", True),
        ("function", "Town", True),
    ]


@pytest.mark.parametrize("remark", ["Let me see.", '{"name":"Rome","inhabitants":3}'])
@pytest.mark.parametrize("phase", ["commentary", "a phase of next year"])
@pytest.mark.parametrize("last", [{}, {"phase": None}, {"phase": "final_answer"}])
async def test_remarks_on_the_way_are_no_answer(remark: str, phase: str, last: dict[str, Any]) -> None:
    output = [{**said(remark), "phase": phase}, {**said(PARIS), **last}]
    course: list[dict[str, Any]] = []
    for index, (item, text) in enumerate(zip(output, (remark, PARIS), strict=True)):
        course += [
            {"type": "response.output_item.added", "output_index": index, "item": {**item, "content": []}},
            {"type": "response.output_text.done", **place("m", index, content_index=0, text=text, logprobs=[])},
            {"type": "response.output_item.done", "output_index": index, "item": item},
        ]
    course.append({"type": "response.completed", "response": response(*output)})
    client, _ = client_for(response(*output), events(*numbered(*course), named=True, done=False), response(output[0]))
    found = await client.responses.parse(model="m", input="x", text_format=City)
    assert (found.output_parsed, found.output_text) == (CITY, remark + PARIS)
    async with client.responses.stream(model="m", input="x", text_format=City) as stream:
        done = [event async for event in stream if event.type == "response.output_text.done"]
        assert [getattr(event, "parsed", "nothing") for event in done] == [None, CITY]
        assert (await stream.get_final_response()).output_parsed == CITY
    assert (await client.responses.parse(model="m", input="x", text_format=City)).output_parsed is None


async def test_what_was_parsed_is_not_sent_back() -> None:
    output = [said(PARIS), answered("City", PARIS)]
    client, transport = client_for(response(*output), response())
    tools = [pydantic_responses_function_tool(City)]
    found = await client.responses.parse(model="m", input="x", text_format=City, tools=tools)
    further: Any = found.output
    await client.responses.create(model="m", input=further)
    assert body(transport)["input"] == output


async def test_refusals_and_early_ends() -> None:
    refused = {**said(""), "content": [{"type": "refusal", "refusal": "I won't."}]}
    early = [
        response(said('{"name'), status="incomplete", incomplete_details={"reason": reason})
        for reason in ("max_output_tokens", "content_filter")
    ]
    client, _ = client_for(response(refused), *early, response(said("no JSON")), early[0])
    found = await client.responses.parse(model="m", input="x", text_format=City)
    assert found.output_parsed is None
    for kind in (LengthFinishReasonError, ContentFilterFinishReasonError):
        with pytest.raises(kind) as caught:
            await client.responses.parse(model="m", input="x", text_format=City)
        assert caught.value.completion.id == "r"
    with pytest.raises(ValidationError):
        await client.responses.parse(model="m", input="x", text_format=City)
    assert (await client.responses.parse(model="m", input="x")).output_text == '{"name'


async def test_raw_and_streaming_views_parse_too() -> None:
    client, _ = client_for(*[response(said(PARIS))] * 2)
    raw = await client.responses.with_raw_response.parse(model="m", input="x", text_format=City)
    assert raw.parse().output_parsed == CITY
    async with client.responses.with_streaming_response.parse(model="m", input="x", text_format=City) as opened:
        assert (await opened.parse()).output_parsed == CITY


async def test_what_does_not_go_together_is_refused_before_anything_is_sent() -> None:
    client, transport = client_for()
    with pytest.raises(TypeError, match="text_format"):
        await client.responses.parse(model="m", text_format=City, text={"format": {"type": "text"}})
    wrong: Any = True
    with pytest.raises(ValueError, match="stream"):
        await client.responses.parse(model="m", input="x", stream=wrong)
    with pytest.raises(ValueError, match="model, input"):
        client.responses.stream(response_id="r", model="m", input="x")
    with pytest.raises(ValueError, match="starting_after"):
        client.responses.stream(model="m", input="x", starting_after=3)
    with pytest.raises(ValueError, match="response_id"):
        client.responses.stream(temperature=1)
    assert transport.requests == []


def numbered(*found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**each, "sequence_number": number} for number, each in enumerate(found)]


def place(item: str, index: int, **rest: Any) -> dict[str, Any]:
    return {"item_id": item, "output_index": index, **rest}


FINAL = response(said(PARIS), answered("City", PARIS))
COURSE = numbered(
    {"type": "response.created", "response": response(status="in_progress")},
    {"type": "response.output_item.added", "output_index": 0, "item": {**said(""), "content": []}},
    {"type": "response.content_part.added", **place("m", 0, content_index=0, part=said("")["content"][0])},
    {"type": "response.output_text.delta", **place("m", 0, content_index=0, delta='{"name":"Pa', logprobs=[])},
    {
        "type": "response.output_text.delta",
        **place("m", 0, content_index=0, delta='ris","inhabitants":2}', logprobs=[]),
    },
    {"type": "response.output_text.done", **place("m", 0, content_index=0, text=PARIS, logprobs=[])},
    {"type": "response.output_item.done", "output_index": 0, "item": said(PARIS)},
    {"type": "response.output_item.added", "output_index": 1, "item": answered("City", "")},
    {"type": "response.function_call_arguments.delta", **place("f", 1, delta=PARIS)},
    {"type": "response.function_call_arguments.done", **place("f", 1, arguments=PARIS)},
    {"type": "response.output_item.done", "output_index": 1, "item": answered("City", PARIS)},
    {"type": "response.completed", "response": FINAL},
)


async def test_events_have_what_came_before() -> None:
    client, transport = client_for(events(*COURSE, named=True, done=False))
    tools = [pydantic_responses_function_tool(City)]
    manager = client.responses.stream(model="m", input="x", text_format=City, tools=tools)
    assert_type(manager, AsyncResponseStreamManager[City])
    told: list[Any] = []
    async with manager as stream:
        async for event in stream:
            if event.type == "response.output_text.delta" or event.type == "response.function_call_arguments.delta":
                told.append(getattr(event, "snapshot", None))
            elif event.type == "response.output_text.done" or event.type == "response.completed":
                told.append(getattr(event, "parsed", None) or type(getattr(event, "response", None)).__name__)
        final = await stream.get_final_response()
        assert_type(final, ParsedResponse[City])
        assert final.output_parsed == CITY
        assert stream.current_response_snapshot is final
    assert told == ['{"name":"Pa', PARIS, CITY, PARIS, "ParsedResponse"]
    assert body(transport)["stream"] is True
    assert transport.open_replies == 0


async def test_snapshots_on_the_way() -> None:
    client, _ = client_for(events(*COURSE, named=True, done=False))
    texts: list[str] = []
    async with client.responses.stream(model="m", input="x") as stream:
        async for event in stream:
            snapshot = stream.current_response_snapshot
            calls = [item.arguments for item in snapshot.output if item.type == "function_call"]
            texts.append(snapshot.output_text + "".join(calls))
            assert event.sequence_number == len(texts) - 1
    assert texts == ["", "", "", '{"name":"Pa', *[PARIS] * 4, *[PARIS * 2] * 4]


async def test_events_of_a_response_there_is_already() -> None:
    client, transport = client_for(events(*COURSE, named=True, done=False))
    async with client.responses.stream(response_id="r 1", starting_after=8, text_format=City) as stream:
        found = [event.sequence_number async for event in stream]
        assert (await stream.get_final_response()).output_parsed == CITY
    assert found == [9, 10, 11]
    assert transport.requests[0].method == "GET"
    assert str(transport.requests[0].url).endswith("/responses/r%201?stream=true")


async def test_a_stream_that_ends_too_early() -> None:
    incomplete = response(said('{"name'), status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    ended = numbered({"type": "response.incomplete", "response": incomplete})
    client, _ = client_for(*[events(*each, named=True, done=False) for each in (COURSE[:4], ended, ended)])
    async with client.responses.stream(model="m", input="x") as stream:
        with pytest.raises(SDKError, match="before the response"):
            await stream.get_final_response()
    async with client.responses.stream(model="m", input="x", text_format=City) as stream:
        with pytest.raises(LengthFinishReasonError):
            await stream.get_final_response()
    async with client.responses.stream(model="m", input="x") as stream:
        assert (await stream.get_final_response()).status == "incomplete"


@pytest.mark.parametrize("ending", [{"output": None}, {"output": []}, {}])
async def test_an_ending_without_the_output_that_came_before(ending: dict[str, Any]) -> None:
    whole = {name: value for name, value in response().items() if name != "output"}
    completed = numbered(*COURSE[:-1], {"type": "response.completed", "response": {**whole, **ending}})
    failed = numbered(*COURSE[:4], {"type": "response.failed", "response": {**whole, "status": "failed", **ending}})
    client, _ = client_for(*[events(*each, named=True, done=False) for each in (completed, failed)])
    tools = [pydantic_responses_function_tool(City)]
    async with client.responses.stream(model="m", input="x", text_format=City, tools=tools) as stream:
        last = [event async for event in stream][-1]
        final = await stream.get_final_response()
        assert last.type == "response.completed"
        assert last.response is final
    assert (final.output_parsed, final.output_text) == (CITY, PARIS)
    assert [item.parsed_arguments for item in final.output if item.type == "function_call"] == [CITY]
    async with client.responses.stream(model="m", input="x") as stream:
        last = [event async for event in stream][-1]
        assert last.type == "response.failed"
        assert (last.response.status, last.response.output_text) == ("failed", '{"name":"Pa')


async def told_into(seen: list[str], stream: AsyncResponseStream[Any]) -> None:
    async for event in stream:
        seen.append(event.type)


ITEM = answered("City", PARIS)
OTHER = {**ITEM, "call_id": "call_other", "id": "fc_other"}
CREATED = {"type": "response.created", "response": response(status="in_progress")}


@pytest.mark.parametrize(
    "course",
    [
        [CREATED, {"type": "response.completed", "response": response(id="another")}],
        [CREATED, {"type": "response.in_progress", "response": response(id="another")}],
        [CREATED, *[{"type": "response.output_item.added", "output_index": 0, "item": item} for item in (ITEM, OTHER)]],
        [
            CREATED,
            {"type": "response.output_item.added", "output_index": 0, "item": ITEM},
            {"type": "response.output_item.done", "output_index": 0, "item": OTHER},
        ],
        [
            CREATED,
            {"type": "response.output_item.added", "output_index": 0, "item": ITEM},
            {"type": "response.output_item.done", "output_index": 0, "item": said(PARIS)},
        ],
    ],
)
async def test_events_that_contradict_each_other(course: list[dict[str, Any]]) -> None:
    client, transport = client_for(events(*numbered(*course), named=True, done=False))
    seen: list[str] = []
    async with client.responses.stream(model="m", input="x") as stream:
        with pytest.raises(StreamStateError, match="brings two") as refused:
            await told_into(seen, stream)
        assert isinstance(refused.value, SDKError)
        assert isinstance(refused.value, RuntimeError)
    assert len(seen) == len(course) - 1
    assert transport.open_replies == 0


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.created", "response": None},
        {"type": "response.completed", "response": [1]},
        {"type": "response.output_item.added", "output_index": [], "item": said("x")},
        {"type": "response.output_item.added", "output_index": 0, "item": [said("x")]},
        {"type": "response.content_part.added", **place("m", 0, content_index=[], part=said("x")["content"][0])},
        {"type": "response.content_part.added", **place("m", 0, content_index=0, part=None)},
        {"type": "response.output_text.delta", **place("m", 0, content_index=0, delta=["x"], logprobs=[])},
        {"type": "response.function_call_arguments.delta", **place("m", cast(Any, {}), delta="x")},
    ],
)
async def test_events_that_are_none(event: dict[str, Any]) -> None:
    client, transport = client_for(events(*numbered(event), named=True, done=False))
    async with client.responses.stream(model="m", input="x", text_format=City) as stream:
        with pytest.raises(StreamStateError, match="that is none"):
            await told_into([], stream)
    assert transport.open_replies == 0


async def test_output_of_other_kinds_is_given_as_it_is() -> None:
    odd: dict[str, Any] = {**answered("City", PARIS), "name": ["City"], "namespace": {}}
    client, _ = client_for(response(odd, "text", None), response(output={"a": 1}))
    found = await client.responses.parse(model="m", input="x", tools=[pydantic_responses_function_tool(City)])
    assert len(found.output) == 3
    assert found.output_parsed is None
    assert (await client.responses.parse(model="m", input="x", text_format=City)).output_text == ""


async def test_items_may_come_empty_and_with_another_id_and_again() -> None:
    begun: dict[str, Any] = {**said(""), "id": "msg_1", "content": []}
    done, later = {**said("old"), "id": "msg_2"}, {**said("new"), "id": "msg_2"}
    empty = {"type": "response.output_item.added", "output_index": 0}
    course = numbered(
        {"type": "response.created", "response": {**response(), "output": None}},
        {**empty, "item": None},
        {**empty, "item": begun},
        empty,
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": "response.in_progress", "response": response(later)},
        {"type": "response.completed", "response": {**response(), "output": None}},
    )
    client, _ = client_for(events(*course, named=True, done=False))
    async with client.responses.stream(model="m", input="x") as stream:
        seen = [event async for event in stream]
        final = await stream.get_final_response()
    assert [event.sequence_number for event in seen] == [0, 2, 4, 5, 6]
    assert seen[0].type == "response.created"
    assert seen[0].response.output == []
    assert final.output_text == "new"


@pytest.mark.parametrize("kind", ["completed", "failed", "incomplete"])
async def test_an_ending_that_says_nothing_of_output_has_a_list(kind: str) -> None:
    bare = {name: value for name, value in response().items() if name != "output"}
    client, _ = client_for(events(*numbered({"type": f"response.{kind}", "response": bare}), named=True, done=False))
    async with client.responses.stream(model="m", input="x") as stream:
        seen = [getattr(event, "response", None) async for event in stream]
        assert seen[0] is not None
        assert (seen[0].output, (await stream.get_final_response()).output) == ([], [])


async def test_output_that_was_there_when_the_stream_began() -> None:
    course = numbered(
        {"type": "response.created", "response": response(said("be"))},
        {"type": "response.output_text.delta", **place("m", 0, content_index=0, delta="gun", logprobs=[])},
        {"type": "response.completed", "response": {**response(), "output": None}},
    )
    client, _ = client_for(events(*course, named=True, done=False))
    async with client.responses.stream(model="m", input="x") as stream:
        told = [getattr(event, "snapshot", None) async for event in stream]
        assert (told[1:2], (await stream.get_final_response()).output_text) == (["begun"], "begun")


async def test_leaving_the_block_early_closes_the_connection() -> None:
    client, transport = client_for(events(*COURSE, named=True, done=False))
    async with client.responses.stream(model="m", input="x") as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                break
        assert transport.open_replies == 1
    assert transport.open_replies == 0
