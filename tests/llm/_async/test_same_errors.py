"""The same mistake is the same error, in the same words, whichever way one asks: what, where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pydantic
import pytest

import antiphon
from antiphon import AsyncClient
from antiphon.llm import AsyncModel, RefusalError, acompletion, call
from antiphon.runtime.waiting import AsyncMethod

from ...runtime.colours import async_listed
from ...runtime.transports.servers import Peer, RawServer, answer, unused_port
from ..local import Local, completion_body, events, failed, said, whole

HELLO: list[Any] = [{"role": "user", "content": "Hi"}]


@dataclass
class Asked:
    """One question."""

    model: str = "openai/m"
    messages: Any = field(default_factory=lambda: HELLO)
    stream: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


async def by_client(asked: Asked) -> object:
    async with AsyncClient(**asked.settings) as client:
        model = asked.model.partition("/")[2]
        create: Any = client.chat.completions.create
        given = await create(model=model, messages=asked.messages, stream=asked.stream, **asked.parameters)
        return await async_listed(given) if asked.stream else given


async def by_function(asked: Asked) -> object:
    given: Any = await acompletion(
        asked.model, asked.messages, stream=asked.stream, **{**asked.settings, **asked.parameters}
    )
    return await async_listed(given) if asked.stream else given


async def by_model(asked: Asked) -> object:
    model = AsyncModel(asked.model, **asked.settings)
    return await model.prompt(messages=asked.messages, stream=asked.stream, **asked.parameters).text()


async def by_call(asked: Asked) -> object:
    @call(asked.model, stream=asked.stream, call_params={**asked.settings, **asked.parameters})
    async def asking() -> Any:
        return asked.messages

    given: Any = await asking()
    return await async_listed(given) if asked.stream else given


LAYER: list[AsyncMethod[[Asked], object]] = [by_function, by_model, by_call]
WAYS: list[AsyncMethod[[Asked], object]] = [by_client, *LAYER]


@pytest.fixture(autouse=True)
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GROQ_API_KEY"):
        monkeypatch.delenv(name, raising=False)


async def told(way: AsyncMethod[[Asked], object], asked: Asked) -> tuple[type[BaseException], str]:
    """The kind of the error, and its text."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  which one is what is asked
        await way(asked)
    return caught.type, str(caught.value)


# --- what servers and connections do ---


def cut(data: bytes) -> bytes:
    """All but the end of an answer."""
    return data[:-20]


FAILURES: dict[str, tuple[bytes, bool, type[Exception], str]] = {
    "400": (failed("400 Bad Request", "odd"), False, antiphon.BadRequestError, "Error code: 400 - odd"),
    "401": (failed("401 Unauthorized", "whose?"), False, antiphon.AuthenticationError, "Error code: 401 - whose?"),
    "403": (failed("403 Forbidden", "not you"), False, antiphon.PermissionDeniedError, "Error code: 403 - not you"),
    "404": (failed("404 Not Found", "which?"), False, antiphon.NotFoundError, "Error code: 404 - which?"),
    "429": (failed("429 Too Many Requests", "slow"), False, antiphon.RateLimitError, "Error code: 429 - slow"),
    "500": (failed("500 Internal Server Error"), False, antiphon.InternalServerError, "Error code: 500 - no"),
    "401 to a stream": (failed("401 Unauthorized"), True, antiphon.AuthenticationError, "Error code: 401 - no"),
    "no JSON": (
        answer(b"{", "content-type: application/json"),
        False,
        antiphon.APIResponseValidationError,
        "POST /v1/chat/completions answered 200 with",
    ),
    "a page": (
        answer(b"<html>", "content-type: text/html"),
        False,
        antiphon.APIResponseValidationError,
        "POST /v1/chat/completions answered 200",
    ),
    "an error in a stream": (
        events(said("Hel"), {"error": {"message": "overloaded"}}),
        True,
        antiphon.APIError,
        "overloaded",
    ),
    "an event cut off": (
        events(said("Hel"), 'data: {"id": "c", "choi\n\n'),
        True,
        antiphon.APIResponseValidationError,
        "The stream sent an event that is not JSON",
    ),
    "half a body": (
        cut(whole(completion_body())),
        False,
        antiphon.APIConnectionError,
        "the server closed the connection before the end of its answer",
    ),
    "half a stream": (
        cut(events(said("Hel"), said("lo"))),
        True,
        antiphon.APIConnectionError,
        "the server closed the connection before the end of its answer",
    ),
}


class Breaking(Local):
    """Closes the connection after an answer that is not whole."""

    def _answer(self, peer: Peer) -> None:
        if peer.request():
            peer.send(self._answers[0])


@pytest.mark.parametrize("name", FAILURES)
async def test_failures_are_told_in_the_same_words(name: str) -> None:
    sent, stream, kind, text = FAILURES[name]
    with Breaking(sent) if name.startswith("half") else Local(sent) as server:
        settings = {"base_url": server.url("/v1"), "api_key": "no-secret", "max_retries": 0}
        outcomes = [await told(way, Asked(stream=stream, settings=settings)) for way in WAYS]
        assert len(server.requests) == len(WAYS)
    assert outcomes == [outcomes[0]] * len(WAYS)
    assert outcomes[0][0] is kind
    assert text in outcomes[0][1]
    assert "no-secret" not in outcomes[0][1]


@pytest.mark.parametrize("stream", [False, True])
async def test_silence(stream: bool) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        if stream:
            peer.send(cut(events(said("Hel"), said("lo"))))
        peer.until_closed()

    with RawServer(script) as server:
        settings = {"base_url": server.url("/v1"), "api_key": "k", "max_retries": 0, "timeout": 0.1}
        outcomes = {await told(way, Asked(stream=stream, settings=settings)) for way in WAYS}
    assert outcomes == {(antiphon.APITimeoutError, "Request timed out: nothing was received within the read timeout")}


async def test_nobody_there() -> None:
    settings = {"base_url": f"http://127.0.0.1:{unused_port()}/v1", "api_key": "k", "max_retries": 0}
    outcomes = {await told(way, Asked(settings=settings)) for way in WAYS}
    assert len(outcomes) == 1
    kind, text = outcomes.pop()
    assert kind is antiphon.APIConnectionError
    assert text.startswith("Connection error: ConnectError: ")


async def test_clients_that_are_closed() -> None:
    client = AsyncClient(base_url="http://127.0.0.1:9/v1", api_key="k")
    await client.close()

    @call("openai/m", client=client)
    async def asked() -> str:
        return "Hi"

    async def by_itself() -> object:
        return await client.chat.completions.create(model="m", messages=HELLO)

    for way in (asked, by_itself):
        with pytest.raises(antiphon.ClientClosedError, match="this client is closed: create a new one"):
            await way()


# --- what is wrong before anything is sent ---

GROQ = {"api_key": "k"}
MISTAKES: dict[str, tuple[Asked, str, str]] = {
    "unknown provider": (
        Asked("grok/m"),
        "UnknownProviderError",
        "Provider not supported for model: grok/m (did you mean 'groq'?)",
    ),
    "no model": (Asked("openai/"), "ValueError", "'openai/' names a provider and no model"),
    "no key": (
        Asked(),
        "MissingKeyError",
        "OPENAI_API_KEY environment variable not set: OpenAI needs a key; set it, or add one using "
        "'antiphon keys set openai', or pass api_key=...",
    ),
    "parameter that the provider refuses": (
        Asked("groq/m", settings=GROQ | {"logprobs": True}),
        "UnsupportedParameterError",
        "Groq does not support logprobs; pass drop_params=True to leave it out",
    ),
    "parameter that nobody knows": (
        Asked(settings=GROQ | {"temprature": 1}),
        "TypeError",
        "completion() got an unexpected keyword argument 'temprature'; did you mean temperature?",
    ),
    "address": (Asked(settings={"api_key": "k", "base_url": "x"}), "ValueError", "base_url must begin with http"),
    "timeout": (Asked(settings={"api_key": "k", "timeout": "x"}), "TypeError", "timeout takes seconds"),
    "retries": (Asked(settings={"api_key": "k", "max_retries": -1}), "ValueError", "max_retries"),
    "fallbacks": (Asked(settings={"api_key": "k", "fallbacks": "m"}), "TypeError", "fallbacks must be a list"),
}


@pytest.mark.parametrize("name", MISTAKES)
async def test_mistakes_are_told_in_the_same_words(name: str) -> None:
    asked, kind, text = MISTAKES[name]
    outcomes = [await told(way, asked) for way in LAYER]
    assert outcomes == [outcomes[0]] * len(LAYER)
    assert outcomes[0][0].__name__ == kind
    assert outcomes[0][1].startswith(text)


async def test_mistakes_that_clients_know() -> None:
    for name, kind in (("no key", antiphon.CredentialsError), ("address", ValueError), ("timeout", TypeError)):
        outcomes = [await told(way, MISTAKES[name][0]) for way in WAYS]
        assert all(issubclass(each, kind) for each, _ in outcomes)
    assert {text for _, text in [await told(way, MISTAKES["address"][0]) for way in WAYS]} == {
        "base_url must begin with http:// or https://"
    }


@pytest.mark.parametrize(
    ("messages", "kind", "text"),
    [
        (list[Any](), ValueError, "nothing to ask"),
        ([{"content": "Hi"}], ValueError, "role"),
        ([*HELLO, 5], (TypeError, ValueError), "int"),
    ],
)
async def test_messages_that_are_none(messages: Any, kind: Any, text: str) -> None:
    for way in LAYER:
        error, said = await told(way, Asked(messages=messages, settings={"api_key": "k"}))
        assert issubclass(error, kind), (way, error)
        assert text in said, (way, said)


# --- what the model does ---


class Book(pydantic.BaseModel):
    """A book."""

    title: str


async def test_refusals() -> None:
    refusing = whole(completion_body({"role": "assistant", "content": None, "refusal": "I cannot."}))
    with Local(refusing) as server:
        settings: Any = {"base_url": server.url("/v1"), "api_key": "k"}

        @call("openai/m", response_model=Book, call_params=settings)
        async def asked() -> str:
            return "x"

        model = AsyncModel("openai/m", **settings)
        prompted = model.prompt("x", schema=Book, stream=False)
        for way in (asked, prompted.text, model.chain("x", schema=Book, stream=False).text):
            with pytest.raises(RefusalError, match=r"the model refused: I cannot\.") as caught:
                await way()
            assert caught.value.refusal == "I cannot."
        assert await model.prompt("x", stream=False).text() == ""


@pytest.mark.parametrize("stream", [False, True])
async def test_answers_that_were_cut_off(stream: bool) -> None:
    text = json.dumps({"title": "Emma"})[:-4]
    choice = {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": text}}
    sent = events(said(text), said("", finish_reason="length")) if stream else whole(completion_body(choices=[choice]))
    with Local(sent) as server:

        @call(
            "openai/m",
            response_model=Book,
            stream=stream,
            json_mode=True,
            call_params={"base_url": server.url("/v1"), "api_key": "k"},
        )
        async def asked() -> str:
            return "x"

        async def read() -> None:
            given: Any = await asked()
            await async_listed(given)

        with pytest.raises(pydantic.ValidationError) as caught:
            await read()
    assert caught.value.__notes__ == ["the answer was cut off at its greatest length"]
