"""Tracers replace `create`: the streams with events begin there as well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel

from antiphon import AsyncClient
from antiphon.mock import serve
from antiphon.resources.chat.completions import AsyncCompletions
from antiphon.resources.responses import AsyncResponses


class City(BaseModel):
    name: str


class Traced:
    """In place of a method: what it is called with, and what its stream brings."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cls: type[Any], name: str) -> None:
        self.calls: list[dict[str, Any]] = []
        self.items: list[str] = []
        original = getattr(cls, name)
        traced = self

        async def called(resource: Any, *args: Any, **kwargs: Any) -> Any:
            traced.calls.append({**kwargs, "args": args})
            return AsyncWrapped(await original(resource, *args, **kwargs), traced)

        monkeypatch.setattr(cls, name, called)


class AsyncWrapped:
    """A stream in the hands of a tracer, which has the least that a stream has."""

    def __init__(self, stream: Any, traced: Traced) -> None:
        self._stream = stream
        self._traced = traced
        self.response = stream.response

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for item in self._stream:
            self._traced.items.append(type(item).__name__)
            yield item


async def test_streams_of_completions_begin_with_create(monkeypatch: pytest.MonkeyPatch) -> None:
    traced = Traced(monkeypatch, AsyncCompletions, "create")
    with serve() as server:
        async with AsyncClient(base_url=server.url, api_key="k") as client:
            messages: Any = [{"role": "user", "content": "hi"}]
            manager = client.chat.completions.stream(
                model="m", messages=messages, response_format=City, extra_headers={"own": "1"}, timeout=5
            )
            assert traced.calls == []
            async with manager as stream:
                async for event in stream:
                    assert event.type
                    break
                completion = await stream.get_final_completion()
    assert completion.choices[0].message.parsed is not None
    [call] = traced.calls
    assert (call["model"], call["stream"], call["extra_headers"], call["timeout"]) == ("m", True, {"own": "1"}, 5)
    assert call["response_format"]["json_schema"]["name"] == "City"
    assert set(traced.items) == {"ChatCompletionChunk"}


async def test_streams_of_responses_begin_with_create(monkeypatch: pytest.MonkeyPatch) -> None:
    created = Traced(monkeypatch, AsyncResponses, "create")
    read = Traced(monkeypatch, AsyncResponses, "retrieve")
    with serve() as server:
        async with AsyncClient(base_url=server.url, api_key="k") as client:
            async with client.responses.stream(model="m", input="hi", extra_query={"a": "b"}) as stream:
                response = await stream.get_final_response()
            async with client.responses.stream(response_id=response.id, starting_after=1, timeout=5) as stream:
                again = await stream.get_final_response()
    assert response.output_text == again.output_text == "You said: hi"
    [call] = created.calls
    assert (call["model"], call["input"], call["stream"], call["extra_query"]) == ("m", "hi", True, {"a": "b"})
    [call] = read.calls
    assert (call["args"], call["stream"], call["timeout"]) == ((response.id,), True, 5)
    assert "ResponseCompletedEvent" in created.items
