"""Methods written by hand take what the calls behind them take, and users find the names where they know them."""

from __future__ import annotations

import importlib
import inspect
import typing
from typing import Any

import pytest

import antiphon
from antiphon import AsyncClient, Client
from antiphon.runtime.core.request import Call
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, ScriptedTransport
from antiphon.types.responses import ResponseOutputItem, ResponseOutputMessage

OPTIONS = {"extra_headers", "extra_query", "extra_body", "timeout"}

# Path of the resource, the call, the method, and what one of them has and the other has not.
PAIRS = [
    ("chat.completions", "create", "parse", {"stream"}, set[str]()),
    ("chat.completions", "create", "stream", {"stream"}, set[str]()),
    ("beta.chat.completions", "create", "stream", {"stream"}, set[str]()),
    ("responses", "create", "parse", set[str](), {"text_format", "parse_as", "verbosity"}),
    ("responses", "create", "stream", {"stream"}, {"text_format", "response_id", "starting_after"}),
    ("beta.threads.runs", "create", "stream", {"stream"}, {"event_handler"}),
    ("beta.threads.runs", "create", "create_and_stream", {"stream", "include"}, {"event_handler"}),
    ("beta.threads.runs", "submit_tool_outputs", "submit_tool_outputs_stream", {"stream"}, {"event_handler"}),
    ("beta.threads", "create_and_run", "create_and_run_stream", {"stream"}, {"event_handler"}),
]


def resource(client: Any, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


@pytest.mark.parametrize("client", [Client(api_key="k"), AsyncClient(api_key="k")], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("path", "call", "method", "less", "more"), PAIRS, ids=lambda value: value if isinstance(value, str) else None
)
def test_parameters_are_those_of_the_call(
    client: Any, path: str, call: str, method: str, less: set[str], more: set[str]
) -> None:
    of_call = set(inspect.signature(getattr(resource(client, path), call)).parameters)
    of_method = set(inspect.signature(getattr(resource(client, path), method)).parameters)
    assert of_method == (of_call - less) | more


@pytest.mark.parametrize("method", ["parse", "stream"])
@pytest.mark.parametrize("path", ["chat.completions", "responses"])
def test_bodies_are_those_of_the_call(path: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every parameter is sent under its own name, and nothing else is."""
    sent: list[Call] = []
    transport = ScriptedTransport([Answer(200, {})] * 2)
    client = Client(api_key="k", http_client=transport)
    original = Client.send

    def noted(self: Client, call: Call, *rest: Any, **more: Any) -> Any:
        sent.append(call)
        return original(self, call, *rest, **more)

    monkeypatch.setattr(Client, "send", noted)
    there = resource(client, path)
    names = set(inspect.signature(there.create).parameters) - OPTIONS - {"stream", "response_format", "tools", "text"}
    values: dict[str, Any] = {name: {"said": name} for name in names}
    there.create(**values)
    if method == "parse":
        there.parse(**values)
    else:
        with there.stream(**values):
            pass
    left = {"stream", "response_format", "tools", "text"}
    bodies: list[Any] = [call.body for call in sent]
    assert {key: value for key, value in bodies[0].items() if key not in left} == {
        key: value for key, value in bodies[1].items() if key not in left
    }
    assert (sent[0].method, sent[0].path) == (sent[1].method, sent[1].path)


def test_every_kind_of_output_is_a_kind_of_parsed_output() -> None:
    source = inspect.getsource(importlib.import_module("antiphon.lib.core.parsed_responses"))
    listed = source.partition("ParsedResponseOutputItem: TypeAlias = (")[2].partition(")")[0]
    union = typing.get_args(typing.get_args(ResponseOutputItem)[0])
    assert ResponseOutputMessage in union
    for variant in union:
        assert variant.__name__ in listed, f"{variant.__name__} is missing from ParsedResponseOutputItem"


NAMES = {
    "antiphon": "AssistantEventHandler AsyncAssistantEventHandler ContentFilterFinishReasonError "
    "LengthFinishReasonError pydantic_function_tool pydantic_responses_function_tool",
    "antiphon.lib": "pydantic_function_tool pydantic_responses_function_tool to_strict_json_schema "
    "type_to_response_format_param ResponseFormatT",
    "antiphon.lib.streaming": "AssistantEventHandler AssistantEventHandlerT AssistantStreamManager "
    "AsyncAssistantEventHandler AsyncAssistantEventHandlerT AsyncAssistantStreamManager",
    "antiphon.lib.streaming.chat": "AsyncChatCompletionStream AsyncChatCompletionStreamManager ChatCompletionStream "
    "ChatCompletionStreamEvent ChatCompletionStreamManager ChatCompletionStreamState ChunkEvent ContentDeltaEvent "
    "ContentDoneEvent FunctionToolCallArgumentsDeltaEvent FunctionToolCallArgumentsDoneEvent LogprobsContentDeltaEvent "
    "LogprobsContentDoneEvent LogprobsRefusalDeltaEvent LogprobsRefusalDoneEvent ParsedChatCompletionMessageSnapshot "
    "ParsedChatCompletionSnapshot ParsedChoiceSnapshot RefusalDeltaEvent RefusalDoneEvent",
    "antiphon.lib.streaming.responses": "AsyncResponseStream AsyncResponseStreamManager ResponseStream "
    "ResponseStreamEvent ResponseStreamManager ResponseStreamState ResponseTextDeltaEvent ResponseTextDoneEvent "
    "ResponseFunctionCallArgumentsDeltaEvent",
    "antiphon.types.chat": "ParsedChatCompletion ParsedChatCompletionMessage ParsedChoice ParsedFunction "
    "ParsedFunctionToolCall",
    "antiphon.types.chat.parsed_chat_completion": "ParsedChatCompletion ParsedChatCompletionMessage ParsedChoice",
    "antiphon.types.chat.parsed_function_tool_call": "ParsedFunction ParsedFunctionToolCall",
    "antiphon.types.responses": "ParsedContent ParsedResponse ParsedResponseFunctionToolCall ParsedResponseOutputItem "
    "ParsedResponseOutputMessage ParsedResponseOutputText",
    "antiphon.types.responses.parsed_response": "ParsedContent ParsedResponse ParsedResponseOutputText",
}


@pytest.mark.parametrize(("module", "names"), NAMES.items())
def test_names_are_where_users_know_them(module: str, names: str) -> None:
    found = importlib.import_module(module)
    for name in names.split():
        assert getattr(found, name) is not None


async def test_the_package_as_a_client_parses_too() -> None:
    transport = AsyncScriptedTransport([Answer(200, {"object": "response", "output": []})])
    client = antiphon.AsyncOpenAI(api_key="k", http_client=transport)
    assert (await client.responses.parse(model="m", input="x")).output_parsed is None
