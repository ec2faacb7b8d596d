"""Streams that tests of programs make by hand, out of responses of an HTTP library."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from antiphon.runtime import APIError, AsyncStream

from ..samples import Chunk
from .sdk import AsyncClient, scripted

EVENTS = b'data: {"id": "1", "choices": []}\n\ndata: {"id": "2", "choices": []}\n\ndata: [DONE]\n\n'
KIND = {"content-type": "text/event-stream"}


async def in_pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 7):
        yield data[start : start + 7]


def made(response: Any, client: AsyncClient | None = None) -> AsyncStream[Chunk]:
    return AsyncStream(cast_to=Chunk, response=response, client=client or scripted()[0])


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
async def test_items_come_out_of_a_response(name: str) -> None:
    library = pytest.importorskip(name)
    for content in (EVENTS, in_pieces(EVENTS)):
        stream = made(library.Response(200, headers={**KIND, "x-request-id": "req_1"}, content=content))
        assert [item.id async for item in stream] == ["1", "2"]
        assert stream.response.status_code == 200
        assert stream.response.headers["x-request-id"] == "req_1"
        assert not stream.incomplete


async def test_headers_and_request_may_be_missing() -> None:
    httpx = importlib.import_module("httpx")
    assert [item.id async for item in made(httpx.Response(200, content=EVENTS))] == ["1", "2"]
    request = httpx.Request("POST", "https://a.test/x?y=1")
    stream = made(httpx.Response(200, content=EVENTS, request=request))
    assert (stream.response.request.method, str(stream.response.request.url)) == ("POST", "https://a.test/x?y=1")
    async with stream:
        assert (await anext(stream)).id == "1"


async def test_errors_are_those_of_any_stream() -> None:
    httpx = importlib.import_module("httpx")
    with pytest.raises(APIError, match="overloaded"):
        await anext(made(httpx.Response(200, content=b'data: {"error": {"message": "overloaded"}}\n\n')))


@pytest.mark.parametrize("given", [{}, {"cast_to": Chunk}, {"response": b""}, {"cast_to": Chunk, "response": b"data"}])
def test_what_no_stream_can_be_made_of(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="of httpx"):
        AsyncStream(**given, client=None)
