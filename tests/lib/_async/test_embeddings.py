"""Embeddings: asked for as base64, given as floats, and left alone when the caller chose a form."""

from __future__ import annotations

import base64
import json
from array import array
from typing import Any

import pytest

from antiphon import AsyncClient
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport

FLOATS = [0.5, -1.25, 3.0]


def answer(*vectors: object) -> Answer:
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return Answer(200, {"object": "list", "model": "m", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}})


def encoded(floats: list[float]) -> str:
    return base64.b64encode(array("f", floats).tobytes()).decode()


def client_for(transport: AsyncScriptedTransport, **options: Any) -> AsyncClient:
    return AsyncClient(api_key="key", http_client=transport, **options)


def sent(transport: AsyncScriptedTransport) -> dict[str, Any]:
    return json.loads(transport.requests[-1].content)


async def test_base64_is_asked_for_and_floats_are_given() -> None:
    transport = AsyncScriptedTransport([answer(encoded(FLOATS), encoded(FLOATS[::-1]))])
    response = await client_for(transport).embeddings.create(model="m", input=["a", "b"])
    assert sent(transport)["encoding_format"] == "base64"
    assert [item.embedding for item in response.data] == [FLOATS, FLOATS[::-1]]


async def test_a_server_that_sends_numbers_all_the_same_is_understood() -> None:
    transport = AsyncScriptedTransport([answer(FLOATS)])
    response = await client_for(transport).embeddings.create(model="m", input="a")
    assert response.data[0].embedding == FLOATS


@pytest.mark.parametrize("form", ["float", "base64"])
async def test_a_chosen_form_is_given_as_it_comes(form: Any) -> None:
    vector: object = FLOATS if form == "float" else encoded(FLOATS)
    transport = AsyncScriptedTransport([answer(vector)])
    response = await client_for(transport).embeddings.create(model="m", input="a", encoding_format=form)
    assert sent(transport)["encoding_format"] == form
    assert response.data[0].embedding == vector


async def test_a_form_chosen_by_extra_body_counts_too() -> None:
    transport = AsyncScriptedTransport([answer(FLOATS)])
    await client_for(transport).embeddings.create(model="m", input="a", extra_body={"encoding_format": "float"})
    assert sent(transport)["encoding_format"] == "float"


async def test_what_is_no_vector_stays_as_it_came() -> None:
    transport = AsyncScriptedTransport([answer("no base64!", "AAAA")])
    response = await client_for(transport).embeddings.create(model="m", input=["a", "b"])
    assert [item.embedding for item in response.data] == ["no base64!", "AAAA"]


async def test_a_strict_client_asks_for_numbers() -> None:
    transport = AsyncScriptedTransport([answer(FLOATS)])
    client = client_for(transport, _strict_response_validation=True)
    response = await client.embeddings.create(model="m", input="a")
    assert "encoding_format" not in sent(transport)
    assert response.data[0].embedding == FLOATS


async def test_a_raw_response_gives_floats_when_it_is_parsed() -> None:
    transport = AsyncScriptedTransport([answer(encoded(FLOATS))])
    raw = await client_for(transport).embeddings.with_raw_response.create(model="m", input="a")
    assert raw.parse().data[0].embedding == FLOATS
