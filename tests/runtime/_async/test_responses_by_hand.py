# pyright: reportPrivateUsage=false
"""Responses that tests of programs make by hand, out of responses of an HTTP library."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest

from antiphon.runtime import AsyncAPIResponse, AsyncRawResponse, AsyncStream
from antiphon.runtime.core.low_level import FinalRequestOptions
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport

from ..colours import async_listed
from ..samples import SECRET, Chunk, Message
from .sdk import AsyncClient, scripted

MESSAGE = {"role": "user", "content": "hi"}
EVENTS = b'data: {"id": "1"}\n\ndata: {"id": "2"}\n\ndata: [DONE]\n\n'


def arguments(**more: Any) -> dict[str, Any]:
    options = FinalRequestOptions.construct(method="get", url="/foo")
    return {"client": scripted()[0], "stream": False, "stream_cls": None, "options": options, **more}


async def test_open_responses() -> None:
    raw = httpx.Response(200, json=MESSAGE, headers={"x-request-id": "req_1"})
    made: Any = AsyncAPIResponse[Any](**arguments(raw=raw, cast_to=Message))
    assert (made.request_id, made.status_code) == ("req_1", 200)
    assert (await made.parse()).content == "hi"
    assert (await made.parse(to=dict)) == MESSAGE


async def test_responses_that_were_read() -> None:
    request = httpx.Request("GET", "https://a.test/foo")
    made: Any = AsyncRawResponse[Any](
        **arguments(raw=httpx.Response(200, json=MESSAGE, request=request), cast_to=Message, retries_taken=2)
    )
    assert (made.parse().content, made.json(), made.retries_taken) == ("hi", MESSAGE, 2)
    assert (made.method, made.http_request.url) == ("GET", "https://a.test/foo")


async def test_streams_in_them() -> None:
    for stream_class in (None, AsyncStream[Chunk]):
        raw = httpx.Response(200, content=EVENTS, headers={"content-type": "text/event-stream"})
        made: Any = AsyncRawResponse[Any](**arguments(raw=raw, cast_to=Chunk, stream=True, stream_cls=stream_class))
        assert [each.id for each in await async_listed(made.parse())] == ["1", "2"]


async def test_what_is_missing_is_said() -> None:
    wrong: Any = [{}, {"raw": "text"}, {"raw": httpx.Response(200)}]
    for given in wrong:
        with pytest.raises(TypeError, match=r"raw=|expected a response of httpx"):
            AsyncRawResponse(**arguments(**given))
    unread = httpx.Response(200, stream=httpx.ByteStream(b"x"))
    with pytest.raises(TypeError, match="read"):
        AsyncRawResponse(**arguments(raw=unread, cast_to=Message))


async def test_streams_close_by_the_name_that_httpx_has() -> None:
    client, _ = scripted(Answer(200, EVENTS, {"content-type": "text/event-stream"}))
    stream = await client.things.events()
    assert (await anext(stream)).id == "1"
    await stream.aclose()
    assert stream.response.is_closed


async def test_functions_are_asked_for_the_headers_as_well() -> None:
    client, _ = scripted(Answer(200, MESSAGE), api_key=lambda: SECRET)
    assert "authorization" not in client.auth_headers
    await client.things.retrieve("1")
    assert client.auth_headers["authorization"] == f"Bearer {SECRET}"
    client.api_key = "other"
    assert client.auth_headers["authorization"] == "Bearer other"


async def test_what_would_be_sent_of_forms() -> None:
    client, _ = scripted(admin_key="admin")
    options = FinalRequestOptions(
        method="post", url="/things", json_data={"a": ["b", "c"]}, files={"file": ("n.txt", b"contents")}
    )
    body = client._build_request(options).read()
    assert b"contents" in body
    assert body.count(b'name="a[]"') == 2
    options = FinalRequestOptions(method="get", url="/things", security={"admin": True})
    assert client._build_request(options).headers["authorization"] == "Bearer admin"


async def test_what_was_sent_of_a_form_is_told() -> None:
    client, _ = scripted(Answer(200, MESSAGE), Answer(200, MESSAGE))
    request = (await client.post("/x", cast_to=httpx.Response, files={"file": ("n.txt", b"contents")})).request
    assert request.headers["content-type"].startswith("multipart/form-data")
    assert b'filename="n.txt"' in request.read()
    assert b"contents" in request.content
    raw: Any = await client.post(
        "/x",
        cast_to=Message,
        files={"file": ("n.txt", b"contents")},
        options={"headers": {"X-Stainless-Raw-Response": "true"}},
    )
    assert b"contents" in raw.http_request.read()
    assert b"contents" in pickle.loads(pickle.dumps(raw.http_request)).content


async def test_the_http_client_is_found_and_may_be_another() -> None:
    client, transport = scripted()
    assert client._client is transport
    assert client.copy()._client is transport
    other = AsyncScriptedTransport([Answer(200, MESSAGE)])
    client._client = other
    assert (await client.things.retrieve("1")).content == "hi"
    assert len(other.requests) == 1
    own = AsyncClient(api_key=SECRET)
    assert own.copy()._client is own._client
    await own._client.aclose()
