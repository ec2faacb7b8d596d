"""What libraries around the `openai` package import, read and replace, and find here in the same places."""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import Mock, patch

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError

from antiphon import AsyncClient, BaseModel, Client, CredentialsError, NotFoundError, NotGiven, not_given, omit
from antiphon._base_client import make_request_options
from antiphon._legacy_response import LegacyAPIResponse
from antiphon._models import construct_type, construct_type_unchecked, validate_type
from antiphon._qs import Querystring, stringify
from antiphon._resource import SyncAPIResource
from antiphon._streaming import ServerSentEvent, SSEDecoder
from antiphon._utils import maybe_transform, required_args
from antiphon.lib._parsing import parse_chat_completion, type_to_response_format_param
from antiphon.lib._parsing._completions import is_basemodel_type, is_dataclass_like_type
from antiphon.lib._parsing._responses import parse_response, type_to_text_format_param
from antiphon.lib.azure import API_KEY_SENTINEL, AzureOpenAI
from antiphon.lib.streaming.responses import ResponseStreamState
from antiphon.mock import serve
from antiphon.runtime import AsyncRawResponse, RawResponse
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, ScriptedTransport
from antiphon.types.responses import ResponseStreamEvent, ToolParam


class City(BaseModel):
    name: str


def test_types_of_requests_are_types_to_pydantic() -> None:
    """Frameworks of agents keep tools and messages in models of their own."""
    adapter: TypeAdapter[Any] = TypeAdapter(ToolParam)
    tool = {"type": "file_search", "vector_store_ids": ["vs_1"]}
    assert adapter.validate_python(tool) == tool
    with pytest.raises(ValidationError):
        adapter.validate_python({"type": "file_search", "vector_store_ids": "vs_1"})


NAMES = {
    "_base_client": "AsyncAPIClient AsyncHttpxClientWrapper BaseClient SyncHttpxClientWrapper make_request_options",
    "_compat": "cached_property PYDANTIC_V1",
    "_constants": "DEFAULT_TIMEOUT DEFAULT_MAX_RETRIES INITIAL_RETRY_DELAY MAX_RETRY_DELAY RAW_RESPONSE_HEADER",
    "_models": "BaseModel FinalRequestOptions construct_type construct_type_unchecked validate_type",
    "_qs": "Querystring stringify",
    "_resource": "AsyncAPIResource SyncAPIResource",
    "_streaming": "AsyncStream SSEDecoder ServerSentEvent Stream",
    "_types": "Body Headers NOT_GIVEN NotGiven Omit Query RequestOptions Response SequenceNotStr",
    "_utils": "async_maybe_transform is_dict is_given is_mapping maybe_transform required_args",
    "lib._parsing._completions": "type_to_response_format_param parse_chat_completion",
    "lib._parsing._responses": "parse_response type_to_text_format_param",
    "lib.azure": "API_KEY_SENTINEL AzureOpenAI",
    "lib.streaming._assistants": "AssistantEventHandler AsyncAssistantStreamManager",
    "lib.streaming.chat._completions": "ChatCompletionStreamState",
    "lib.streaming.chat._events": "ChatCompletionStreamEvent ChunkEvent",
    "lib.streaming.responses._events": "ResponseTextDeltaEvent",
    "lib.streaming.responses._responses": "AsyncResponseStream ResponseStreamState",
    "types.audio.transcription_create_params": "FileTypes TranscriptionCreateParams",
    "types.websocket_connection_options": "WebSocketConnectionOptions",
    "types.websocket_reconnection": "ReconnectingEvent ReconnectingOverrides",
}


@pytest.mark.parametrize("module", NAMES)
def test_names_are_where_libraries_look(module: str) -> None:
    found = importlib.import_module(f"antiphon.{module}")
    assert [name for name in NAMES[module].split() if not hasattr(found, name)] == []


def test_a_resource_of_ones_own() -> None:
    class Cities(SyncAPIResource):
        def retrieve(self, name: str, *, extra_headers: Any = None, timeout: Any = not_given) -> City:
            options = make_request_options(extra_headers=extra_headers, query={"lang": ["en", "fr"]}, timeout=timeout)
            return self._get(f"/cities/{name}", options=options, cast_to=City)

        def create(self, *, name: str, size: int | NotGiven = not_given) -> City:
            body = maybe_transform({"name": name, "size": size}, City)
            return self._post("/cities", body=body, cast_to=City)

    transport = ScriptedTransport([Answer(200, {"name": "Rome"})] * 2)
    with Client(api_key="k", http_client=transport) as client:
        cities = Cities(client)
        assert cities.retrieve("rome", extra_headers={"own": "1"}, timeout=3) == City(name="Rome")
        assert cities.create(name="Rome").name == "Rome"
    first, second = transport.requests
    assert (first.url.path, first.headers["own"]) == ("/v1/cities/rome", "1")
    assert str(first.url).endswith("?lang%5B%5D=en&lang%5B%5D=fr")
    assert json.loads(second.content) == {"name": "Rome"}


def test_a_client_writes_queries_its_own_way() -> None:
    class Other(Client):
        @property
        def qs(self) -> Querystring:
            return Querystring(array_format="comma")

    transport = ScriptedTransport([Answer(200, {"data": []})])
    with Other(api_key="k", http_client=transport, default_query={"a": [1, 2]}) as client:
        client.models.list()
    assert transport.requests[0].url.params["a"] == "1,2"
    assert stringify({"a": [1, 2], "b": {"c": True}}) == "a=1&a=2&b%5Bc%5D=true"
    assert Querystring().stringify({"a": [1, 2]}, array_format="brackets") == "a%5B%5D=1&a%5B%5D=2"


def test_values_are_read_as_answers_are() -> None:
    event: Any = construct_type(
        type_=ResponseStreamEvent,
        value={"type": "response.output_text.delta", "delta": 5, "output_index": 0, "new": {"a": 1}},
    )
    assert type(event).__name__ == "ResponseTextDeltaEvent"
    assert (event.delta, event.item_id, event.new) == (5, None, {"a": 1})
    assert construct_type(type_=City, value=["no city"]) == ["no city"]
    assert construct_type_unchecked(type_=City, value={"name": "Rome"}) == City(name="Rome")
    with pytest.raises(ValidationError):
        validate_type(type_=City, value={"name": 5})


def test_events_of_bytes() -> None:
    pieces = [b"event: a\nid: 7\nda", b'ta: {"b": 1}\n\n', b"data: last\nretry: 5"]
    first, last = SSEDecoder().iter_bytes(iter(pieces))
    assert (first.event, first.id, first.data, first.json()) == ("a", "7", '{"b": 1}', {"b": 1})
    assert (last.event, last.data, last.retry) == (None, "last", 5)

    async def read() -> list[ServerSentEvent]:
        async def arriving() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        return [event async for event in SSEDecoder().aiter_bytes(arriving())]

    assert [event.data for event in asyncio.run(read())] == ['{"b": 1}', "last"]


def test_arguments_that_are_required() -> None:
    @required_args(["a"], ["b", "c"])
    def called(a: int = 0, *, b: int = 0, c: int = 0) -> int:
        return a + b + c

    assert (called(1), called(b=1, c=2)) == (1, 3)
    with pytest.raises(TypeError, match=r"called\(\) needs the arguments a or b, c"):
        called(b=1)


def test_what_tracers_ask_a_stream_of_events() -> None:
    state: Any = ResponseStreamState(input_tools=omit, text_format=omit)
    assert state._completed_response is None
    with serve() as server, Client(base_url=server.url, api_key="k") as client:
        for event in client.responses.create(model="m", input="hello", stream=True):
            state.handle_event(event)
    whole: Any = state._completed_response
    assert whole.output_text == "You said: hello"


def test_parsing_by_hand() -> None:
    schema = type_to_text_format_param(City)
    assert (schema["type"], schema["name"], schema["strict"]) == ("json_schema", "City", True)
    with serve() as server, Client(base_url=server.url, api_key="k") as client:
        response = client.responses.create(model="m", input="x", text={"format": schema})  # pyright: ignore
        parsed = parse_response(text_format=City, input_tools=omit, response=response)
        assert isinstance(parsed.output_parsed, City)
        completion = client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}], response_format=type_to_response_format_param(City)
        )
        found = parse_chat_completion(response_format=City, input_tools=omit, chat_completion=completion)
        assert isinstance(found.choices[0].message.parsed, City)


LENIENT = """
from antiphon import Client
from antiphon.mock import serve
from antiphon.types.chat import ChatCompletion

class Lenient(ChatCompletion):
    service_tier: int | None = None
    own: "int | None" = None

found = Lenient.model_validate_json(
    '{"id": "c", "created": 1, "model": "m", "object": "chat.completion", "service_tier": 5, "own": 1, "choices": '
    '[{"index": 0, "finish_reason": "stop", "logprobs": null, "message": {"role": "assistant", "content": "x", '
    '"refusal": null}}]}'
)
print(found.choices[0].message.content, found.service_tier, found.own, sorted(found.to_dict()))
with serve() as server, Client(base_url=server.url, api_key="k") as client:
    messages = [{"role": "user", "content": "x"}]
    raw = client.chat.completions.with_raw_response.create(model="m", messages=messages)
    print(raw.parse(to=Lenient).choices[0].message.content)
"""


def test_answers_can_be_read_into_classes_of_ones_own() -> None:
    """Frameworks allow for what some servers say otherwise."""
    command = [sys.executable, "-W", "error", "-c", LENIENT]  # where nothing was read yet
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "x 5 1 ['choices', 'created', 'id', 'model', 'object', 'own', 'service_tier']",
        "You said: x",
    ]


def test_where_a_client_goes_as_libraries_log_it() -> None:
    client: Any = Client(api_key="k", base_url="https://proxy.test/v1")
    assert str(client._base_url) == "https://proxy.test/v1/"
    assert (client._base_url.host, str(client._base_url._uri_reference)) == ("proxy.test", "https://proxy.test/v1/")
    client._base_url = "https://other.test"
    assert client.base_url == "https://other.test/"


def test_kinds_of_types() -> None:
    assert is_basemodel_type(City)
    assert not is_basemodel_type(dict)
    assert not is_basemodel_type(list[City])
    assert is_dataclass_like_type(dataclass(type("Plain", (), {})))
    assert not is_dataclass_like_type(City)


def test_legacy_responses_by_hand() -> None:
    async_client = AsyncClient(api_key="k")
    for client, kind in ((Client(api_key="k"), RawResponse), (async_client, AsyncRawResponse)):
        raw = httpx.Response(200, json={"name": "Rome"})
        made: Any = LegacyAPIResponse[City](raw=raw, client=client, cast_to=City, stream=False, stream_cls=None)
        assert isinstance(made, kind)
        assert isinstance(made, LegacyAPIResponse)
        assert made.parse() == City(name="Rome")


def test_bodies_are_awaited_where_code_does_so() -> None:
    transport = AsyncScriptedTransport([Answer(404, {"error": "none"})])

    async def refused() -> bytes:
        async with AsyncClient(api_key="k", http_client=transport, max_retries=0) as client:
            with pytest.raises(NotFoundError) as caught:
                await client.models.retrieve("m")
            assert await caught.value.request.aread() == b""
            return await caught.value.response.aread()

    assert json.loads(asyncio.run(refused())) == {"error": "none"}


def test_keys_are_asked_for_ahead() -> None:
    """Programs that connect by themselves take the headers of a client."""
    client: Any = Client(api_key=lambda: "fresh")
    assert client._api_key_provider() == "fresh"
    assert client._refresh_api_key() == "fresh"
    assert client.auth_headers["Authorization"] == "Bearer fresh"
    copy = client.copy(api_key="other")
    assert (copy._refresh_api_key(), copy._api_key_provider) == ("other", None)

    async def key() -> str:
        return "awaited"

    waiting: Any = AsyncClient(api_key=key)
    assert asyncio.run(waiting._refresh_api_key()) == "awaited"
    assert waiting.auth_headers["Authorization"] == "Bearer awaited"


def test_connections_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of programs replace what opens WebSockets in its own library."""
    client_module = pytest.importorskip("websockets.sync.client")
    socket = Mock()
    socket.recv.return_value = b'{"type": "session.created", "event_id": "e", "session": {}}'
    connect = Mock(return_value=socket)
    monkeypatch.setattr(client_module, "connect", connect)
    client = Client(api_key="k", base_url="https://host.test/v1")
    with client.realtime.connect(model="m") as connection:
        assert connection.recv().type == "session.created"
        connection.send({"type": "response.create"})
    assert connect.call_args.args[0] == "wss://host.test/v1/realtime?model=m"
    assert json.loads(socket.send.call_args.args[0]) == {"type": "response.create"}
    socket.close.assert_called_once()
    for options, compression in (
        ({}, None),
        ({"compression": "deflate"}, "deflate"),
        ({"max_size": 1000}, "left to the library"),
    ):
        with client.realtime.connect(model="m", websocket_connection_options=options):
            assert connect.call_args.kwargs.get("compression", "left to the library") == compression


def test_a_key_that_is_none() -> None:
    client = AzureOpenAI(
        api_key=API_KEY_SENTINEL, azure_ad_token="token", azure_endpoint="https://a.test", api_version="1"
    )
    assert client.auth_headers["Authorization"] == "Bearer token"
    with pytest.raises(CredentialsError):
        AzureOpenAI(api_key=API_KEY_SENTINEL, azure_endpoint="https://a.test", api_version="1")


def test_what_a_resource_calls_by_can_be_replaced() -> None:
    client = Client(api_key="k")
    with patch.object(client.models, "_get", return_value="replaced"):
        assert client.models._get("/models") == "replaced"  # pyright: ignore[reportPrivateUsage]
    assert client.models._get == client.get  # pyright: ignore[reportPrivateUsage]
