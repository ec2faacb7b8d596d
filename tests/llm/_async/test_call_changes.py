"""What changes functions that a model answers for a while, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from antiphon import llm
from antiphon.llm import (
    BaseDynamicConfig,
    UnknownProviderError,
)
from antiphon.mock import MockServer, serve

from ...runtime.colours import async_together
from ..colours import async_delayed, call_colour
from .test_calls import Book, FormatBook, shout


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


async def test_overriding(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", server.url)
    monkeypatch.setenv("GROQ_API_KEY", "k")

    @llm.call("openai/m", call_params={"temperature": 0})
    async def asked(genre: str) -> str:
        """Recommends."""
        return genre

    other = llm.override(asked, provider="groq", model="llama", call_params={"top_p": 0.5})
    assert other.__name__ == "asked"
    assert call_colour(other) == call_colour(asked)
    response = await other("fantasy")
    assert (response.provider, response.model) == ("groq", "llama")
    assert "temperature" not in server.requests[-1].body
    assert server.requests[-1].body["top_p"] == 0.5
    assert (await asked("fantasy")).provider == "openai"
    assert server.requests[-1].body["temperature"] == 0
    book = await llm.override(asked, response_model=Book)("one")
    assert isinstance(book, Book)
    assert await llm.override(asked, output_parser=str)("one") == "You said: one"
    assert (await llm.override(asked, provider="openai/n")("one")).model == "n"
    tooled = await llm.override(asked, tools=[shout])("one")
    assert tooled.tool is not None
    wrongs: list[Any] = [{"provider": "groq"}, {"model": "x"}]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="provider and model are changed together"):
            llm.override(asked, **wrong)
        with pytest.raises(ValueError, match="provider and model are changed together"):
            llm.context(**wrong)
    with pytest.raises(UnknownProviderError):
        llm.override(asked, provider="nobody", model="x")
    original: Any = asked
    decorate: Any = llm.call("openai/m", output_parser=str)
    parsed = decorate(original.__wrapped__)
    with pytest.raises(ValueError, match="Cannot use output_parser with stream=True"):
        llm.override(parsed, stream=True)


async def test_tools_from_an_iterator_stay() -> None:
    def shout(text: str) -> str:
        return text.upper()

    given: Any = iter([shout])

    @llm.call("openai/m", tools=given)
    async def asked() -> str:
        return "Shout"

    again = llm.override(asked, call_params={"temperature": 0})
    for function in (asked, again, asked):
        tools: Any = (await function()).tool_types
        assert [tool.__name__ for tool in tools] == ["shout"]


async def test_contexts_in_each_other(server: MockServer) -> None:
    @llm.call("openai/m")
    async def asked(genre: str) -> str:
        return genre

    async def model_and_temperature() -> tuple[str, object]:
        response = await asked("x")
        return response.model, server.requests[-1].body.get("temperature")

    assert await model_and_temperature() == ("m", None)
    with llm.context(provider="openai", model="one"):
        assert await model_and_temperature() == ("one", None)
        with llm.context(call_params={"temperature": 0}):
            assert await model_and_temperature() == ("one", 0)
            with llm.context(provider="openai", model="two"):
                assert await model_and_temperature() == ("two", 0)
            changed = llm.override(asked, provider="openai", model="three")
            assert (await changed("x")).model == "three"
            assert await model_and_temperature() == ("one", 0)
        with pytest.raises(KeyError), llm.context(provider="openai", model="lost"):
            raise KeyError
        assert await model_and_temperature() == ("one", None)
    assert await model_and_temperature() == ("m", None)


async def test_a_context_holds_for_nobody_else() -> None:
    """Calls made side by side, half of them in a context, each keep to their own."""

    @llm.call("openai/m")
    async def asked(number: int) -> str:
        await async_delayed("")
        return str(number)

    async def within(number: int) -> str:
        if number % 2:
            with llm.context(provider="openai", model=f"m{number}"):
                await async_delayed("")
                return (await asked(number)).model
        return (await asked(number)).model

    def one(number: int) -> Any:
        return lambda: within(number)

    outcomes = await async_together([one(number) for number in range(10)])
    assert outcomes == [f"m{number}" if number % 2 else "m" for number in range(10)]


async def test_no_type_is_made_for_a_call(server: MockServer) -> None:
    seen: list[type] = []

    @llm.call("openai/m")
    async def asked() -> BaseDynamicConfig:
        return {"messages": "x", "tools": [shout]}

    for _ in range(3):
        with llm.context(tools=[FormatBook]):
            types = (await asked()).tool_types
            assert types is not None
            seen += types
    assert len(set(seen)) == 1
