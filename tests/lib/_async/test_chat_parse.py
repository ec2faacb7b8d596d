"""Completions that are parsed: into types, with tools, and what is said when that does not go well."""

from __future__ import annotations

import dataclasses
import gc
import json
import tracemalloc
import warnings
from itertools import pairwise
from typing import Any, assert_type

import pytest
from pydantic import BaseModel, ValidationError
from typing_extensions import TypedDict

from antiphon import (
    AsyncClient,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    SDKError,
    pydantic_function_tool,
)
from antiphon.lib.core import formats
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport
from antiphon.types.chat import ChatCompletion, ParsedChatCompletion
from tests.lib.streams import City, completion

MESSAGES: Any = [{"role": "user", "content": "Which city?"}]
PARIS = '{"name":"Paris","inhabitants":2}'


@dataclasses.dataclass
class Plain:
    name: str
    inhabitants: int


class Typed(TypedDict):
    name: str
    inhabitants: int


def client_for(*answers: Answer) -> tuple[AsyncClient, AsyncScriptedTransport]:
    transport = AsyncScriptedTransport(answers)
    return AsyncClient(api_key="key", http_client=transport), transport


def body(transport: AsyncScriptedTransport) -> dict[str, Any]:
    return json.loads(transport.requests[-1].content)


async def test_a_model_is_asked_for_and_given() -> None:
    client, transport = client_for(completion(PARIS))
    found = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=City)
    assert_type(found, ParsedChatCompletion[City])
    assert_type(found.choices[0].message.parsed, City | None)
    assert found.choices[0].message.parsed == City(name="Paris", inhabitants=2)
    assert isinstance(found, ChatCompletion)
    asked = body(transport)["response_format"]
    assert asked["json_schema"]["name"] == "City"
    assert asked["json_schema"]["strict"] is True
    assert asked["json_schema"]["schema"]["required"] == ["name", "inhabitants"]
    assert "stream" not in body(transport)


async def test_dataclasses_and_typed_dicts_too() -> None:
    client, _ = client_for(completion(PARIS), completion(PARIS))
    plain = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Plain)
    assert plain.choices[0].message.parsed == Plain("Paris", 2)
    typed = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Typed)
    assert_type(typed.choices[0].message.parsed, Typed | None)
    assert typed.choices[0].message.parsed == {"name": "Paris", "inhabitants": 2}


async def test_a_format_in_words_of_the_api_is_sent_as_it_is() -> None:
    client, transport = client_for(completion("{}"), completion("{}"))
    found = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format={"type": "json_object"})
    assert found.choices[0].message.parsed is None
    assert body(transport)["response_format"] == {"type": "json_object"}
    without = await client.chat.completions.parse(model="m", messages=MESSAGES)
    assert without.choices[0].message.content == "{}"
    assert "response_format" not in body(transport)


async def test_a_refusal_is_no_error() -> None:
    client, _ = client_for(completion(None, refusal="I won't."))
    found = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=City)
    assert (found.choices[0].message.refusal, found.choices[0].message.parsed) == ("I won't.", None)


@pytest.mark.parametrize(
    ("finish", "kind"), [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)]
)
async def test_an_answer_that_ended_early_is_an_error(finish: str, kind: type[Any]) -> None:
    client, _ = client_for(completion('{"name', finish))
    with pytest.raises(kind) as caught:
        await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=City)
    assert issubclass(kind, SDKError)
    assert caught.value.completion.usage.total_tokens == 3


@pytest.mark.parametrize("content", ["no JSON", '{"name": 1}', "[]"])
async def test_an_answer_that_does_not_fit_is_pydantics_error(content: str) -> None:
    client, _ = client_for(completion(content))
    with pytest.raises(ValidationError):
        await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=City)


async def test_arguments_of_tools_are_parsed() -> None:
    called: Any = [
        {"id": "a", "type": "function", "function": {"name": "City", "arguments": PARIS}},
        {"id": "b", "type": "function", "function": {"name": "plain", "arguments": '{"z": 1}'}},
        {"id": "c", "type": "function", "function": {"name": "unknown", "arguments": "none"}},
    ]
    client, transport = client_for(completion(None, "tool_calls", tool_calls=called))
    plain: Any = {"type": "function", "function": {"name": "plain", "strict": True, "parameters": {"type": "object"}}}
    tools = [pydantic_function_tool(City), plain]
    found = await client.chat.completions.parse(model="m", messages=MESSAGES, tools=iter(tools))
    calls = found.choices[0].message.tool_calls
    assert calls is not None
    assert [call.function.parsed_arguments for call in calls] == [City(name="Paris", inhabitants=2), {"z": 1}, None]
    assert [tool["function"]["name"] for tool in body(transport)["tools"]] == ["City", "plain"]
    assert body(transport)["tools"][0]["function"]["description"] == "A city."


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ({"type": "function", "function": {"name": "f", "parameters": {}}}, "'f' is not strict"),
        ({"type": "function", "function": {"name": "f", "strict": False}}, "'f' is not strict"),
        ({"type": "custom", "custom": {"name": "f"}}, "'custom'"),
    ],
)
async def test_tools_that_cannot_be_parsed_are_refused_before_anything_is_sent(tool: Any, said: str) -> None:
    client, transport = client_for()
    with pytest.raises(ValueError, match=said):
        await client.chat.completions.parse(model="m", messages=MESSAGES, tools=[tool])
    assert transport.requests == []


async def test_types_that_cannot_be_asked_for_are_refused_before_anything_is_sent() -> None:
    class Prices(BaseModel):
        prices: dict[str, float]

    client, transport = client_for()
    wrong: Any
    for wrong in (Prices, 3, list[int]):
        with pytest.raises(TypeError):
            await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=wrong)
    wrong = City
    with pytest.raises(TypeError, match="City"):
        await client.chat.completions.create(model="m", messages=MESSAGES, response_format=wrong)
    wrong = Plain
    with pytest.raises(TypeError, match="pydantic model"):
        pydantic_function_tool(wrong)
    assert transport.requests == []


async def test_what_was_parsed_is_not_sent_back() -> None:
    called: Any = [{"id": "a", "type": "function", "function": {"name": "City", "arguments": PARIS}}]
    client, transport = client_for(completion(PARIS, tool_calls=called), completion("ok"))
    found = await client.chat.completions.parse(
        model="m", messages=MESSAGES, response_format=City, tools=[pydantic_function_tool(City)]
    )
    message: Any = found.choices[0].message
    await client.chat.completions.create(model="m", messages=[*MESSAGES, message])
    assert body(transport)["messages"][-1] == {"role": "assistant", "content": PARIS, "tool_calls": called}
    assert message.to_dict()["parsed"] == {"name": "Paris", "inhabitants": 2}


async def test_dumps_give_no_warnings() -> None:
    client, _ = client_for(completion(PARIS))
    found = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=City)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = json.loads(found.model_dump_json())
    assert data["choices"][0]["message"]["parsed"] == {"name": "Paris", "inhabitants": 2}


async def test_raw_and_streaming_views_parse_too() -> None:
    client, _ = client_for(*[completion(PARIS)] * 3)
    raw = await client.chat.completions.with_raw_response.parse(model="m", messages=MESSAGES, response_format=City)
    assert raw.status_code == 200
    assert raw.parse().choices[0].message.parsed == City(name="Paris", inhabitants=2)
    async with client.chat.completions.with_streaming_response.parse(
        model="m", messages=MESSAGES, response_format=City
    ) as opened:
        assert (await opened.parse()).choices[0].message.parsed == City(name="Paris", inhabitants=2)
    beta = await client.beta.chat.completions.parse(model="m", messages=MESSAGES, response_format=City)
    assert beta.choices[0].message.parsed == City(name="Paris", inhabitants=2)


async def test_the_id_of_the_request_is_kept() -> None:
    answer = completion(PARIS)
    client, _ = client_for(dataclasses.replace(answer, headers={"x-request-id": "req_1"}))
    found = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=City)
    assert found._request_id == "req_1"  # pyright: ignore[reportPrivateUsage]  its name is what users know


async def test_ten_thousand_answers_of_one_type_leave_memory_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    original: Any = vars(formats.Format)["__init__"]

    def counted(self: formats.Format[Any], of: type[Any]) -> None:
        built.append(of)
        original(self, of)

    monkeypatch.setattr(formats.Format, "__init__", counted)

    class Fresh(BaseModel):
        name: str
        inhabitants: int

    transport = AsyncScriptedTransport([completion(PARIS)] * 10_000)
    client = AsyncClient(api_key="key", http_client=transport)

    async def some(count: int) -> None:
        for _ in range(count):
            found = await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Fresh)
            assert found.choices[0].message.parsed is not None
            transport.requests.clear()

    await some(1_000)
    gc.collect()
    classes = {*BaseModel.__subclasses__(), *ParsedChatCompletion.__subclasses__()}  # held, those of other tests too
    tracemalloc.start()
    held: list[int] = []
    for _ in range(4):
        await some(1_000)
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    await some(5_000)
    assert built == [Fresh]
    assert {*BaseModel.__subclasses__(), *ParsedChatCompletion.__subclasses__()} == classes
    # What answers leave is left by each thousand; what else the process does meanwhile is not.
    assert min(after - before for before, after in pairwise(held)) < 50_000
