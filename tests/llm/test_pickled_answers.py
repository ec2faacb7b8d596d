"""Answers and values of decorated functions, pickled and copied: what is data stays, keys and clients do not."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pydantic
import pytest

from antiphon import Client, llm
from antiphon.llm import UnsupportedClientError
from antiphon.mock import MockServer, serve


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


class Book(pydantic.BaseModel):
    title: str


class Format(llm.BaseTool):
    """Formats a book."""

    title: str

    def call(self) -> str:
        return self.title.upper()


def shout(text: str) -> str:
    """Shouts."""
    return text.upper()


def again(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@llm.call("openai/m", call_params={"temperature": 0})
def asked(genre: str, number: int = 3) -> llm.BaseDynamicConfig:
    return {"messages": genre, "metadata": {"tags": {"a"}}}


@llm.call("openai/m")
async def asked_async(genre: str) -> str:
    return genre


@llm.call("openai/m", response_model=Book)
def book(lock: object = None) -> str:
    return "Invent one"


@pytest.mark.parametrize("way", [again, copy.copy, copy.deepcopy])
def test_answers(way: Callable[[Any], Any]) -> None:
    response = asked("war")
    made = way(response)
    assert isinstance(made, llm.CallAnswer)
    for name in ("content", "usage", "messages", "message_param", "fn_args", "call_params", "call_kwargs", "metadata"):
        assert getattr(made, name) == getattr(response, name)
    for name in ("start_time", "end_time", "id", "provider", "model", "prompt_template", "tools", "dynamic_config"):
        assert getattr(made, name) == getattr(response, name)
    assert made.resume("more").content == "You said: more"


def test_answers_of_async_functions() -> None:
    async def main() -> str:
        made = again(await asked_async("war"))
        return (await made.resume("more")).content

    assert asyncio.run(main()) == "You said: more"


@pytest.mark.parametrize("way", [again, copy.deepcopy])
@pytest.mark.parametrize("lock", [None, threading.Lock()])
def test_values(way: Callable[[Any], Any], lock: object) -> None:
    value: Any = book(lock)
    made = way(value)
    assert made == value
    assert made._response.usage == value._response.usage


def test_tools() -> None:
    def whisper(text: str) -> str:
        """Whispers."""
        return text.lower()

    @llm.call("openai/m", tools=[Format, shout, whisper])
    def called() -> str:
        return "Call all"

    response = called()
    made = again(response)
    assert made.tool_types[0] is Format
    assert [type(tool).__name__ for tool in made.tools] == [type(tool).__name__ for tool in response.tools or ()]
    assert [tool.args for tool in made.tools] == [tool.args for tool in response.tools or ()]
    formats, shouts, whispers = made.tool_types
    assert (formats(title="Ab").call(), shouts(text="Ab").call()) == ("AB", "AB")
    with pytest.raises(TypeError, match="the tool 'whisper' has no function"):
        whispers(text="Ab").call()


def test_keys_and_clients_stay_behind(server: MockServer) -> None:
    @llm.call("openai/m", call_params={"api_key": "very-secret", "base_url": server.url})
    def with_key() -> str:
        return "Hello"

    @llm.call("openai/m", client=Client(api_key="very-secret"))
    def with_client() -> str:
        return "Hello"

    @llm.call("openai/m")
    def with_key_of_its_own() -> llm.BaseDynamicConfig:
        return {"messages": "Hello", "call_params": {"api_key": "very-secret"}}

    for function in (with_key, with_client, with_key_of_its_own):
        data = pickle.dumps(function())
        assert b"very-secret" not in data
        made = pickle.loads(data)
        assert made.content == "You said: Hello"
        count = len(server.requests)
        with pytest.raises(UnsupportedClientError, match="this answer was pickled, and the client or the key"):
            made.resume("more")
        assert len(server.requests) == count
