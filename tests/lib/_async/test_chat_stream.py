"""Streams of completions: their events, the completion in the end, and the connection in every case."""

from __future__ import annotations

import json
from typing import Any, assert_type

import pytest

from antiphon import APIConnectionError, APITimeoutError, AsyncClient, LengthFinishReasonError, pydantic_function_tool
from antiphon.lib.streaming.chat import AsyncChatCompletionStream, AsyncChatCompletionStreamManager
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, Drop, Stall
from antiphon.types.chat import ParsedChatCompletion
from tests.lib.streams import City, called, chunk, events

MESSAGES: Any = [{"role": "user", "content": "Which city?"}]
PARIS = '{"name":"Paris","inhabitants":2}'
CITY = City(name="Paris", inhabitants=2)


def client_for(*answers: Any) -> tuple[AsyncClient, AsyncScriptedTransport]:
    transport = AsyncScriptedTransport(answers)
    return AsyncClient(api_key="key", http_client=transport, max_retries=0), transport


def shown(event: Any) -> Any:
    data = event.to_dict()
    return data["type"] if data["type"] == "chunk" else tuple(value for key, value in data.items() if key != "type")


TEXT = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Hel"}),
    chunk({"content": "lo"}),
    chunk({}, "stop"),
    chunk(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
]
PROBABLE: dict[str, Any] = {
    "content": [{"token": "a", "logprob": -1.0, "bytes": None, "top_logprobs": []}],
    "refusal": None,
}

COURSES: dict[str, tuple[list[Any], dict[str, Any], list[tuple[str, Any]]]] = {
    "text": (
        TEXT,
        {},
        [
            ("content.delta", ("", "", None)),
            ("content.delta", ("Hel", "Hel", None)),
            ("content.delta", ("lo", "Hello", None)),
            ("content.done", ("Hello", None)),
        ],
    ),
    "parsed": (
        [chunk({"content": '{"name":"Pa'}), chunk({"content": 'ris","inhabitants":2}'}), chunk({}, "stop")],
        {"response_format": City},
        [
            ("content.delta", ('{"name":"Pa', '{"name":"Pa', {})),
            ("content.delta", ('ris","inhabitants":2}', PARIS, {"name": "Paris", "inhabitants": 2})),
            ("content.done", (PARIS, {"name": "Paris", "inhabitants": 2})),
        ],
    ),
    "refusal": (
        [chunk({"refusal": "I "}), chunk({"refusal": "won't"}), chunk({}, "stop")],
        {"response_format": City},
        [
            ("refusal.delta", ("I ", "I ")),
            ("refusal.delta", ("won't", "I won't")),
            ("refusal.done", ("I won't",)),
        ],
    ),
    "tools": (
        [
            chunk({"content": "Hm"}),
            chunk(called("", index=0, id="a", type="function", name="City")),
            chunk(called(PARIS, index=0)),
            chunk(called("{}", index=1, id="b", type="function", name="other")),
            chunk({}, "tool_calls"),
        ],
        {"tools": [pydantic_function_tool(City)]},
        [
            ("content.delta", ("Hm", "Hm", None)),
            ("tool_calls.function.arguments.delta", ("City", 0, "", "", None)),
            ("content.done", ("Hm", None)),
            ("tool_calls.function.arguments.delta", ("City", 0, PARIS, PARIS, CITY.model_dump())),
            ("tool_calls.function.arguments.delta", ("other", 1, "{}", "{}", None)),
            ("tool_calls.function.arguments.done", ("City", 0, PARIS, CITY.model_dump())),
            ("tool_calls.function.arguments.done", ("other", 1, "{}", None)),
        ],
    ),
    "logprobs": (
        [chunk({"content": "a"}, logprobs=PROBABLE), chunk({}, "stop")],
        {},
        [
            ("content.delta", ("a", "a", None)),
            ("logprobs.content.delta", (PROBABLE["content"], PROBABLE["content"])),
            ("content.done", ("a", None)),
            ("logprobs.content.done", (PROBABLE["content"],)),
        ],
    ),
    "refusal logprobs": (
        [chunk({"refusal": "a"}, logprobs={"content": None, "refusal": PROBABLE["content"]}), chunk({}, "stop")],
        {},
        [
            ("refusal.delta", ("a", "a")),
            ("logprobs.refusal.delta", (PROBABLE["content"], PROBABLE["content"])),
            ("refusal.done", ("a",)),
            ("logprobs.refusal.done", (PROBABLE["content"],)),
        ],
    ),
    "two choices": (
        [chunk({"content": "a"}), chunk({"content": "b"}, "stop", 1), chunk({"content": "c"}, "stop")],
        {},
        [
            ("content.delta", ("a", "a", None)),
            ("content.delta", ("b", "b", None)),
            ("content.done", ("b", None)),
            ("content.delta", ("c", "ac", None)),
            ("content.done", ("ac", None)),
        ],
    ),
}


@pytest.mark.parametrize(("chunks", "options", "expected"), COURSES.values(), ids=COURSES.keys())
async def test_events(chunks: list[Any], options: dict[str, Any], expected: list[tuple[str, Any]]) -> None:
    client, transport = client_for(events(*chunks))
    async with client.chat.completions.stream(model="m", messages=MESSAGES, **options) as stream:
        found = [event async for event in stream]
    told = [(event.type, shown(event)) for event in found if event.type != "chunk"]
    assert told == expected
    assert sum(event.type == "chunk" for event in found) == len(chunks)
    assert transport.open_replies == 0
    assert json.loads(transport.requests[0].content)["stream"] is True


async def test_tools_that_are_not_parsed_may_be_called_too() -> None:
    tools: Any = [
        {"type": "function", "function": {"name": "loose", "parameters": {"type": "object"}}},
        {"type": "custom", "custom": {"name": "free"}},
        pydantic_function_tool(City),
    ]
    called_up = [
        chunk(called(name="loose", index=0, id="1", type="function", arguments='{"a":')),
        chunk(called("1}", index=0)),
        chunk(called(name="City", index=1, id="2", type="function", arguments=PARIS)),
        chunk({}, "tool_calls"),
    ]
    client, transport = client_for(events(*called_up))
    async with client.chat.completions.stream(model="m", messages=MESSAGES, tools=iter(tools)) as stream:
        completion = await stream.get_final_completion()
    assert [tool["type"] for tool in json.loads(transport.requests[0].content)["tools"]] == [
        "function",
        "custom",
        "function",
    ]
    calls: Any = completion.choices[0].message.tool_calls
    assert [(call.function.arguments, call.function.parsed_arguments) for call in calls] == [
        ('{"a":1}', None),
        (PARIS, CITY),
    ]


async def test_the_completion_in_the_end() -> None:
    client, _ = client_for(events(*TEXT))
    async with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        final = await stream.get_final_completion()
        assert final.choices[0].message.content == "Hello"
        assert final.usage is not None
        assert final.usage.total_tokens == 3
        assert stream.response.status_code == 200
        assert (await stream.get_final_completion()).id == "c"


async def test_the_beta_resource_streams_too() -> None:
    client, _ = client_for(events(*TEXT), events(*TEXT))
    async with client.beta.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        assert (await stream.get_final_completion()).choices[0].message.content == "Hello"
    chunks = await client.beta.chat.completions.create(model="m", messages=MESSAGES, stream=True)
    assert len([chunk async for chunk in chunks]) == len(TEXT)


async def test_types_are_known_to_checkers() -> None:
    client, _ = client_for(events(chunk({"content": PARIS}), chunk({}, "stop")))
    manager = client.chat.completions.stream(model="m", messages=MESSAGES, response_format=City)
    assert_type(manager, AsyncChatCompletionStreamManager[City])
    async with manager as stream:
        assert_type(stream, AsyncChatCompletionStream[City])
        async for event in stream:
            if event.type == "content.delta":
                assert_type(event.snapshot, str)
            elif event.type == "content.done":
                assert_type(event.parsed, City | None)
                assert event.parsed == CITY
        final = await stream.get_final_completion()
        assert_type(final, ParsedChatCompletion[City])
        assert final.choices[0].message.parsed == CITY


async def test_leaving_a_loop_leaves_the_rest_to_come() -> None:
    client, transport = client_for(events(*TEXT))
    async with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        async for event in stream:
            if event.type == "content.delta" and event.delta == "Hel":
                break
        assert stream.current_completion_snapshot.choices[0].message.content == "Hel"
        assert (await stream.until_done()) is stream
        assert (await stream.get_final_completion()).choices[0].message.content == "Hello"
    assert transport.open_replies == 0


async def test_leaving_the_block_early_closes_the_connection() -> None:
    client, transport = client_for(events(*TEXT), events(*TEXT))
    async with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        await anext(stream)
        assert transport.open_replies == 1
    assert transport.open_replies == 0
    with pytest.raises(KeyError):  # noqa: PT012  it is the block that fails
        async with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
            await anext(stream)
            raise KeyError
    assert transport.open_replies == 0
    with pytest.raises(APIConnectionError, match="closed"):
        await anext(stream._raw_stream)  # pyright: ignore[reportPrivateUsage]


async def test_an_early_end_closes_the_connection_and_is_an_error() -> None:
    client, transport = client_for(events(chunk({"content": "{"}), chunk({}, "length"), *TEXT))
    with pytest.raises(LengthFinishReasonError):
        async with client.chat.completions.stream(model="m", messages=MESSAGES, response_format=City) as stream:
            await stream.until_done()
    assert transport.open_replies == 0


async def test_a_drop_is_an_error_of_the_connection() -> None:
    half = events(TEXT[0], done=False)
    broken = Answer(200, [half.body.encode(), Drop()], half.headers)
    client, transport = client_for(broken)
    with pytest.raises(APIConnectionError):
        async with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
            await stream.get_final_completion()
    assert transport.open_replies == 0


async def test_nothing_is_sent_before_the_block_is_entered() -> None:
    client, transport = client_for(events(*TEXT))
    manager = client.chat.completions.stream(model="m", messages=MESSAGES)
    assert transport.requests == []
    async with manager as stream:
        assert len(transport.requests) == 1
        await stream.close()
        await stream.close()


async def test_a_stall_is_a_timeout() -> None:
    half = events(TEXT[1], done=False)
    stalled = Answer(200, [half.body.encode(), Stall()], half.headers)
    client, transport = client_for(stalled)
    manager = client.chat.completions.stream(model="m", messages=MESSAGES)
    with pytest.raises(APITimeoutError):
        async with manager as stream:
            await stream.until_done()
    assert transport.open_replies == 0
