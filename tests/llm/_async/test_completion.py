"""The functions that answer: what comes back, how it is read, and what happens when nobody answers."""

from __future__ import annotations

import copy
import json
import pickle
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pydantic
import pytest

import antiphon
from antiphon import APIConnectionError, AsyncClient, AuthenticationError, InternalServerError, RateLimitError, llm
from antiphon.llm import (
    AsyncModel,
    Completion,
    CompletionChunk,
    Data,
    MissingKeyError,
    Tool,
    UnknownProviderError,
    UnsupportedParameterError,
    aclose_all,
    acompletion,
    aembedding,
    aresponses,
)
from antiphon.llm.core.data import data_of
from antiphon.mock import MockServer, serve

from ...runtime.colours import async_reached, async_together
from ...runtime.transports.servers import STREAM, Peer, RawServer, answer, chunk, unused_port
from ..local import Local, completion_body, events, failed, said, whole

MANY = 100
ASKED: list[Any] = [{"role": "user", "content": "Hello there"}]
TEXT = "You said: Hello there"


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


async def asked(**arguments: Any) -> Any:
    ask: Any = acompletion
    return await ask(**arguments)


async def asked_responses(**arguments: Any) -> Any:
    ask: Any = aresponses
    return await ask(**arguments)


async def asked_embedding(**arguments: Any) -> Any:
    return await aembedding(**arguments)


async def test_an_answer_is_a_mapping_and_has_attributes() -> None:
    response = await acompletion(model="openai/m", messages=ASKED)
    assert response["choices"][0]["message"]["content"] == response.choices[0].message.content == TEXT
    assert response.get("id") == response.id
    assert "choices" in response
    assert "nothing" not in response
    assert response.get("nothing") is None
    assert json.loads(json.dumps(response)) == response == response.to_dict()
    assert type(response.to_dict()["choices"][0]) is dict
    assert isinstance(response, Completion)
    usage = response.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert response.choices[0].message.tool_calls is None
    assert response.choices[0].message["tool_calls"] is None
    assert "tool_calls" not in response.choices[0].message
    assert response.choices[0].message.get("tool_calls", "none") == "none"
    with pytest.raises(AttributeError, match="Completion has no 'nothing'"):
        _ = response.nothing
    with pytest.raises(KeyError, match="nothing"):
        _ = response["nothing"]
    for again in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
        assert again == response
        assert again.choices[0].message.content == TEXT
    response.choices[0].message.content = "changed"
    assert response["choices"][0]["message"]["content"] == "changed"


@pytest.mark.parametrize("model", ["openai/m", "openai:m", "m", "OpenAI/m"])
async def test_how_a_model_is_named(server: MockServer, model: str) -> None:
    await asked(model=model, messages=ASKED)
    assert server.requests[-1].body["model"] == "m"


@pytest.mark.parametrize("name", ["provider", "custom_llm_provider"])
async def test_a_provider_beside_the_name_of_the_model(server: MockServer, name: str) -> None:
    given: Any = {name: "vllm", "base_url": server.url, "api_key": "k"}
    await asked(model="org/m", messages=ASKED, **given)
    assert server.requests[-1].body["model"] == "org/m"


async def test_the_last_piece_says_nothing_where_it_is_asked() -> None:
    pieces = [each async for each in await acompletion("m", ASKED, stream=True, mock_response="One two")]
    assert "".join(each["choices"][0]["delta"]["content"] or "" for each in pieces) == "One two"
    assert "content" not in pieces[-1]["choices"][0]["delta"]


def test_errors_of_requests_are_those_of_the_clients() -> None:
    for name in ("APIError", "APIStatusError", "RateLimitError", "APITimeoutError", "AuthenticationError"):
        assert getattr(llm, name) is getattr(antiphon, name) is getattr(llm.errors, name)


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions", "/chat/completions/"])
async def test_an_address_with_or_without_the_path(
    server: MockServer, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    response = await asked(model="openai/m", messages=ASKED, base_url=server.url + ending)
    assert response.choices[0].message.content == TEXT


async def test_an_answer_can_be_sent_back(server: MockServer) -> None:
    first = await asked(model="openai/m", messages=ASKED)
    await asked(model="openai/m", messages=[*ASKED, first.choices[0].message, *ASKED])
    assert server.requests[-1].body["messages"][1]["content"] == TEXT


async def test_an_answer_can_be_sent_by_the_client(server: MockServer) -> None:
    message: Any = (await asked(model="openai/m", messages=ASKED)).choices[0].message
    sent: Any = [*ASKED, message, *ASKED]
    async with AsyncClient(base_url=server.url, api_key="key") as client:
        await client.chat.completions.create(model="m", messages=sent, extra_body={"metadata": {"a": "b"}})
    assert server.requests[-1].body["messages"][1] == message


def test_an_answer_has_the_methods_of_a_model() -> None:
    usage = {"prompt_tokens": 1, "total_tokens": 2, "prompt_tokens_details": None}
    message = {"role": "assistant", "content": "Hëllo", "refusal": None}
    answer: Any = data_of({"choices": [{"index": 0, "message": message}], "usage": usage}, Completion)
    assert answer.model_dump(mode="json", by_alias=True) == answer == answer.to_dict()
    assert answer.choices[0].model_dump(exclude_none=True) == {
        "index": 0,
        "message": {"role": "assistant", "content": "Hëllo"},
    }
    assert json.loads(answer.model_dump_json(indent=2)) == answer
    assert answer.usage.model_dump_json(exclude_none=True) == '{"prompt_tokens":1,"total_tokens":2}'


async def test_a_stream() -> None:
    text = ""
    async for piece in await asked(model="openai/m", messages=ASKED, stream=True):
        assert isinstance(piece, CompletionChunk)
        if "choices" in piece and len(piece["choices"]) > 0:
            text += piece["choices"][0].get("delta", {}).get("content") or ""
            if piece["choices"][0]["finish_reason"] == "stop":
                break
    assert text == TEXT


async def test_a_stream_that_is_left_early_releases_its_connection() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(f"data: {json.dumps(said('a'))}\n\n".encode()))
        peer.until_closed()

    with RawServer(script) as peer:
        where: dict[str, Any] = {"base_url": peer.url("/v1"), "api_key": "key"}
        stream = await asked(model="openai/m", messages=ASKED, stream=True, **where)
        async for _ in stream:
            break
        assert await async_reached(peer.given_up)
        async with await asked(model="openai/m", messages=ASKED, stream=True, **where) as other:
            assert (await anext(other)).choices[0].delta.content == "a"
        assert await async_reached(peer.given_up)


async def test_a_stream_without_its_end_is_incomplete() -> None:
    for is_done in (True, False):
        with Local(events(said("a"), done=is_done)) as peer:
            stream = await asked(model="openai/m", messages=ASKED, stream=True, base_url=peer.url("/v1"), api_key="k")
            assert len([piece async for piece in stream]) == 1
        assert stream.incomplete is not is_done
        assert stream.response is not None
        assert stream.response.status_code == 200


@pytest.mark.parametrize(
    ("sent", "is_done", "incomplete"),
    [
        ([said("a")], True, False),
        ([said("a"), said("", finish_reason="stop")], False, False),
        ([said("a")], False, True),
    ],
)
async def test_an_answer_of_a_model_that_breaks_off(sent: list[Any], is_done: bool, incomplete: bool) -> None:
    with Local(events(*sent, done=is_done)) as peer:
        response = AsyncModel("openai/m", base_url=peer.url("/v1"), api_key="k").prompt("Hi")
        assert (await response.text(), response.incomplete) == ("a", incomplete)


async def test_a_hundred_are_under_way_at_the_same_time() -> None:
    """The server answers nobody before all have asked."""
    all_have_asked = threading.Barrier(MANY, timeout=20)

    def script(peer: Peer) -> None:
        asked = json.loads(peer.request().partition(b"\r\n\r\n")[2])
        all_have_asked.wait()
        peer.send(answer(json.dumps(completion_body(asked["messages"][0]["content"])).encode()))

    with RawServer(script) as peer:
        where: dict[str, Any] = {"base_url": peer.url("/v1"), "api_key": "key", "max_retries": 0}

        async def ask(number: int) -> Any:
            return await asked(model="openai/m", messages=[{"role": "user", "content": f"number {number}"}], **where)

        answers: list[Any] = await async_together([lambda number=number: ask(number) for number in range(MANY)])
    assert [each.choices[0].message.content for each in answers] == [f"number {number}" for number in range(MANY)]


async def test_one_connection_for_calls_one_after_the_other() -> None:
    with Local(whole(completion_body())) as peer:
        where: dict[str, Any] = {"base_url": peer.url("/v1"), "api_key": "key"}
        for _ in range(20):
            await asked(model="openai/m", messages=ASKED, **where)
            await asked(model="openai/other", messages=ASKED, **where)
        assert peer.connections == 1
        await asked(model="openai/m", messages=ASKED, **where | {"api_key": "another"})
        assert peer.connections == 2
        await aclose_all()
        await asked(model="openai/m", messages=ASKED, **where)
        assert peer.connections == 3
        await aclose_all()


async def test_the_responses_api() -> None:
    response = await asked_responses(model="openai/m", input="Hello there")
    assert response.output_text == response["output"][0]["content"][0]["text"] == TEXT
    text = ""
    async for event in await asked_responses(model="openai/m", input="Hello there", stream=True):
        if event.type == "response.output_text.delta":
            text += event["delta"]
        elif event.type == "response.completed":
            assert event.response.output_text == TEXT
    assert text == TEXT


async def test_embeddings() -> None:
    response = await asked_embedding(model="openai/m", input=["a", "b"], dimensions=4)
    assert [len(each["embedding"]) for each in response.data] == [4, 4]
    assert response["data"][0].embedding == response.data[0]["embedding"]


# --- retries and fallbacks ---


async def test_what_fails_for_a_while_is_tried_again() -> None:
    busy = answer(b'{"error": {"message": "busy"}}', "retry-after-ms: 1", status="429 Too Many Requests")
    with Local(busy, busy, whole(completion_body())) as peer:
        where: dict[str, Any] = {"base_url": peer.url("/v1"), "api_key": "key"}
        with pytest.raises(RateLimitError, match="busy"):
            await asked(model="openai/m", messages=ASKED, num_retries=0, **where)
        assert (await asked(model="openai/m", messages=ASKED, max_retries=1, **where)).id == "c"
        assert len(peer.requests) == 3


async def test_what_is_read_once_is_sent_to_every_fallback() -> None:
    vectors = whole({"data": [{"embedding": [0.5], "index": 0}]})
    output = whole({"output": []})
    with Local(failed("500 Sorry"), vectors, failed("500 Sorry"), output) as server:
        again: dict[str, Any] = {"base_url": server.url("/v1"), "api_key": "key", "max_retries": 0}
        other = {"model": "vllm/m", **again}
        await aembedding("openai/m", iter(["a"]), fallbacks=[other], **again)
        await aresponses("openai/m", iter(ASKED), fallbacks=[other], **again)
    assert [body["input"] for body in server.bodies] == [["a"], ["a"], ASKED, ASKED]


async def test_other_names_of_keywords() -> None:
    with Local(failed("500 Sorry"), whole(completion_body())) as server:
        address: dict[str, Any] = {"api_base": server.url("/v1"), "api_key": "key", "num_retries": 0}
        other = {"model": "vllm/m", **address}
        ask: Any = acompletion
        answered = await ask("openai/m", ASKED, fallbacks=[other], **address)
        assert answered.choices[0].message.content == "Hello"
        assert await AsyncModel("nobody/m", **address).prompt("Hi", stream=False).complete()
    assert [body["model"] for body in server.bodies] == ["m", "m", "nobody/m"]


class Tree(pydantic.BaseModel):
    name: str


def plant(tree: str, times: int = 1) -> str:
    """Plant a tree."""
    return tree * times


async def test_types_and_functions_as_parameters(server: MockServer) -> None:
    where: dict[str, Any] = {"base_url": server.url, "api_key": "key"}
    ask: Any = acompletion
    answered = await ask("openai/m", ASKED, response_format=Tree, **where)
    assert Tree.model_validate_json(answered.choices[0].message.content or "")
    mapping = Tool.function(plant, name="other").param()
    with Local(failed("500 Sorry"), whole(completion_body())) as local:
        address: dict[str, Any] = {"base_url": local.url("/v1"), "api_key": "key", "max_retries": 0}
        other = {"model": "anthropic/m", **address}
        await acompletion("openai/m", ASKED, tools=iter([plant, mapping]), fallbacks=[other], **address)
    for body in local.bodies:
        assert body["tools"] == [Tool.function(plant).param(), mapping]


@pytest.mark.parametrize(
    ("provider", "parameters"),
    [("groq", {"n": 2}), ("deepseek", {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}})],
)
async def test_values_that_are_not_supported_can_be_left_out(provider: str, parameters: dict[str, Any]) -> None:
    with Local(whole(completion_body())) as server:
        where: dict[str, Any] = {"base_url": server.url("/v1"), "api_key": "key"}
        with pytest.raises(UnsupportedParameterError, match="pass drop_params=True"):
            await acompletion(f"{provider}/m", ASKED, **where, **parameters)
        await acompletion(f"{provider}/m", ASKED, drop_params=True, **where, **parameters)
    assert server.bodies == [{"model": "m", "messages": ASKED}]


async def test_a_response_of_what_the_server_knows_has_no_input() -> None:
    with Local(whole({"output": []})) as server:
        where: dict[str, Any] = {"base_url": server.url("/v1"), "api_key": "key"}
        await aresponses("openai/m", prompt={"id": "pmpt_1"}, **where)
    assert server.bodies == [{"model": "m", "prompt": {"id": "pmpt_1"}}]


async def test_a_fallback_without_a_model_asks_the_same_one_otherwise() -> None:
    with Local(failed("401 No"), failed("404 No"), whole(completion_body("Hello"))) as peer:
        response = await acompletion(
            "vllm/org/m",
            ASKED,
            base_url=peer.url("/v1"),
            api_key="wrong",
            max_retries=0,
            fallbacks=[{"api_key": "right"}, {"temperature": 0.5}],
        )
    assert response.choices[0].message.content == "Hello"
    assert [body["model"] for body in peer.bodies] == ["org/m"] * 3
    assert ["bearer right" in head for head in peer.heads] == [False, True, False]
    assert [body.get("temperature") for body in peer.bodies] == [None, None, 0.5]


async def test_fallbacks_are_asked_in_turn() -> None:
    with Local(failed("500 Oh"), failed("401 No"), whole(completion_body("third"))) as peer:
        where: dict[str, Any] = {"base_url": peer.url("/v1"), "api_key": "secret-1", "max_retries": 0}
        response = await asked(
            model="openai/first",
            messages=iter(ASKED),
            temperature=0.5,
            fallbacks=[
                {"model": "groq/second", "base_url": peer.url("/v1"), "api_key": "secret-2"},
                {"model": "mistral/third", "temperature": 0.1, "base_url": peer.url("/v1"), "api_key": "secret-3"},
            ],
            **where,
        )
    assert response.choices[0].message.content == "third"
    assert [(body["model"], body["temperature"]) for body in peer.bodies] == [
        ("first", 0.5),
        ("second", 0.5),
        ("third", 0.1),
    ]
    assert all(body["messages"] == ASKED for body in peer.bodies)
    assert [f"secret-{number + 1}" in head for number, head in enumerate(peer.heads)] == [True] * 3


async def test_when_all_fail_the_last_error_tells_of_the_others(server: MockServer) -> None:
    with Local(failed("500 Oh", "first is down")) as peer, pytest.raises(APIConnectionError) as caught:
        await asked(
            model="openai/a",
            messages=ASKED,
            base_url=peer.url("/v1"),
            max_retries=0,
            fallbacks=[{"model": "openai/b", "base_url": f"http://127.0.0.1:{unused_port()}"}],
        )
    notes = caught.value.__notes__
    assert len(notes) == 1
    assert notes[0].startswith("before it openai/a failed: InternalServerError: ")
    assert "first is down" in notes[0]
    with Local(failed("500 Oh")) as peer, pytest.raises(InternalServerError):
        await asked(model="openai/a", messages=ASKED, base_url=peer.url("/v1"), max_retries=0)


async def test_a_stream_falls_back_before_its_first_piece() -> None:
    with Local(failed("503 Oh"), events(said("a"))) as peer:
        stream = await asked(
            model="openai/a",
            messages=ASKED,
            stream=True,
            base_url=peer.url("/v1"),
            max_retries=0,
            fallbacks=[{"model": "openai/b", "base_url": peer.url("/v1")}],
        )
        assert [piece.choices[0].delta.content async for piece in stream] == ["a"]


# --- what is wrong before anything is sent ---


MISTAKES: list[tuple[dict[str, Any], type[Exception], str]] = [
    (
        {"model": "opnai/m"},
        UnknownProviderError,
        "Provider not supported for model: opnai/m (did you mean 'openai",
    ),
    ({"model": "m", "provider": "grok"}, UnknownProviderError, "Unknown provider: 'grok' (did you mean 'groq'?)"),
    ({"model": "groq/m"}, MissingKeyError, "GROQ_API_KEY environment variable not set: Groq needs a key"),
    ({"model": "gemini/m"}, MissingKeyError, "GEMINI_API_KEY or GOOGLE_API_KEY environment variable not set"),
    ({"model": ""}, ValueError, "model is empty"),
    ({"model": "openai/"}, ValueError, "names a provider and no model"),
    ({"model": 3}, TypeError, "model must be text, not int"),
    ({"messages": "Hi"}, TypeError, "messages must be a list of messages, not str"),
    ({"messages": [3]}, TypeError, "messages[0] must be a mapping, not int"),
    ({"messages": [{"content": "x"}]}, ValueError, "messages[0] has no role"),
    ({"temprature": 1}, TypeError, "unexpected keyword argument 'temprature'; did you mean temperature?"),
    ({"safe_prompt": True}, TypeError, "pass what is a provider's own in extra_body"),
    ({"additional_params": "{"}, ValueError, "Invalid JSON in additional_params: "),
    ({"additional_params": "[]"}, ValueError, "Invalid JSON in additional_params: it must be an object"),
    ({"fallbacks": "openai/m"}, TypeError, "fallbacks must be a list of models, not str"),
    ({"fallbacks": [{}]}, ValueError, "fallbacks[0] says nothing"),
    ({"fallbacks": ["opnai/m"]}, UnknownProviderError, "opnai/m"),
    ({"max_retries": -1}, ValueError, "max_retries"),
    ({"base_url": 3}, TypeError, "base_url must be text, not int"),
    ({"model": "azure/m", "api_key": "k"}, ValueError, "pass base_url, or set AZURE_OPENAI_ENDPOINT"),
]


@pytest.mark.parametrize(("arguments", "kind", "said"), MISTAKES)
async def test_mistakes_are_told_before_anything_is_sent(
    server: MockServer,
    arguments: dict[str, Any],
    kind: type[Exception],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("GROQ_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "AZURE_OPENAI_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    given: dict[str, Any] = {"model": "openai/m", "messages": ASKED, **arguments}
    with pytest.raises(kind) as caught:
        await asked(**given)
    assert said in str(caught.value)
    assert server.requests == []


async def test_a_missing_key_is_also_a_runtime_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(RuntimeError, match="OPENAI_API_KEY environment variable not set"):
        await asked(model="openai/m", messages=ASKED)


async def test_keys_are_in_no_error() -> None:
    key = "very" + "-secret"
    with Local(failed("401 No")) as peer, pytest.raises(AuthenticationError) as caught:
        await asked(model="openai/m", messages=ASKED, api_key=key, base_url=peer.url("/v1"))
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.request.headers)
    assert key not in shown


# --- answers that nobody gave ---


async def test_a_mock_response(server: MockServer) -> None:
    response = await asked(model="groq/m", messages=ASKED, mock_response="one two")
    assert response.choices[0].message.content == "one two"
    stream = await asked(model="groq/m", messages=ASKED, mock_response="one  two\n", stream=True)
    assert "".join([piece.choices[0].delta.content or "" async for piece in stream]) == "one  two\n"
    assert stream.response is None
    assert not stream.incomplete
    given = completion_body("Hi")
    assert await asked(model="groq/m", messages=ASKED, mock_response=given) == given
    with pytest.raises(ZeroDivisionError):
        await asked(model="groq/m", messages=ASKED, mock_response=ZeroDivisionError())
    assert (await asked_responses(model="groq/m", input="Hi", mock_response="one two")).output_text == "one two"
    events = [
        event async for event in await asked_responses(model="m", input="Hi", mock_response="one two", stream=True)
    ]
    assert [event.type for event in events] == [*["response.output_text.delta"] * 2, "response.completed"]
    vectors: dict[str, Any] = {"data": [{"index": 0, "embedding": [1.0]}]}
    assert (await asked_embedding(model="m", input="Hi", mock_response=vectors)).data[0].embedding == [1.0]
    with pytest.raises(TypeError, match="mock_response of an embedding"):
        await asked_embedding(model="m", input="Hi", mock_response="text")
    assert server.requests == []


def test_names_of_dict_stay_its_methods() -> None:
    data = Data(items=[1])
    assert data["items"] == [1]
    assert dict(data.items()) == {"items": [1]}
