"""What users of the `openai` package read from clients, responses, streams, pages, models and errors is there."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest

from antiphon import APIStatusError, AsyncOpenAI, AsyncStream, Timeout
from antiphon.mock import MockServer
from antiphon.pagination import AsyncCursorPage

MESSAGES: Final[list[Any]] = [{"role": "user", "content": "one two three"}]

CLIENT: Final = (
    "api_key admin_api_key organization project webhook_secret base_url timeout max_retries default_headers "
    "default_query auth_headers qs user_agent platform_headers is_closed close copy with_options get post put patch "
    "delete get_api_list request with_raw_response with_streaming_response _strict_response_validation"
)
RAW: Final = (
    "headers http_response http_request url method status_code request_id retries_taken elapsed is_closed content "
    "text http_version parse"
)
OPEN: Final = (
    "headers http_response http_request url method status_code request_id retries_taken elapsed is_closed "
    "http_version parse read text json iter_bytes iter_text iter_lines close"
)
PAGE: Final = "data object has_more has_next_page next_page_info get_next_page iter_pages"
MODEL: Final = (
    "to_dict to_json model_dump model_dump_json model_copy model_fields_set model_extra construct _request_id"
)
ERROR: Final = "message request body code param type response status_code request_id"
HTTP_RESPONSE: Final = (
    "status_code headers url request content text json read reason_phrase elapsed encoding "
    "is_success is_error is_client_error is_server_error is_redirect is_informational has_redirect_location is_closed "
    "raise_for_status cookies history charset_encoding iter_bytes iter_text iter_lines"
)
BINARY: Final = (
    "response content text encoding json read iter_bytes iter_text iter_lines iter_raw close write_to_file "
    "stream_to_file aread aiter_bytes aclose astream_to_file"
)


def lacking(value: object, names: str) -> list[str]:
    return [name for name in names.split() if not hasattr(value, name)]


async def test_attributes() -> None:
    async with AsyncOpenAI(max_retries=0) as client:
        assert lacking(client, CLIENT) == []
        raw = await client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)
        assert lacking(raw, RAW) == []
        assert lacking(raw.http_response, HTTP_RESPONSE) == []
        assert lacking(raw.http_request, "method url headers content read") == []
        assert lacking(raw.parse(), MODEL) == []
        async with client.models.with_streaming_response.list() as opened:
            assert lacking(opened, OPEN) == []
        stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        assert isinstance(stream, AsyncStream)
        assert lacking(stream, "response close") == []
        await stream.close()
        page = await client.files.list(limit=1)
        assert issubclass(type(page), AsyncCursorPage)
        assert lacking(page, PAGE) == []
        assert lacking(await client.audio.speech.create(model="m", voice="alloy", input="x"), BINARY) == []
        with pytest.raises(APIStatusError) as caught:
            await client.chat.completions.create(model="m", messages=[])
        assert lacking(caught.value, ERROR) == []


async def test_the_same_response_in_three_ways(server: MockServer) -> None:
    async with AsyncOpenAI() as client:
        raw = await client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)
        completion = raw.parse()
        assert completion is raw.parse()
        assert completion._request_id == raw.request_id == raw.headers["X-Request-ID"]  # pyright: ignore[reportPrivateUsage]  its name is what users know
        assert (raw.method, raw.url.path, raw.retries_taken) == ("POST", "/v1/chat/completions", 0)
        assert raw.parse(to=dict[str, Any])["choices"][0]["message"]["content"] == "You said: one two three"
        async with client.chat.completions.with_streaming_response.create(model="m", messages=MESSAGES) as opened:
            assert not opened.is_closed
            assert not opened.http_response.is_closed
            assert (await opened.json())["object"] == "chat.completion"
            assert (await opened.parse()).choices[0].message.content == completion.choices[0].message.content
        assert opened.is_closed
        assert opened.http_response.is_closed
        assert "request_id" not in completion.model_dump()
        assert type(completion).model_validate_json(raw.content) == completion
        assert type(completion)(**completion.model_dump()) == completion


def test_settings() -> None:
    client = AsyncOpenAI(timeout=20, api_key="sk-1", http_client=httpx.AsyncClient(timeout=7))
    assert (client.timeout, client.max_retries, client.api_key) == (20, 2, "sk-1")
    own = AsyncOpenAI(http_client=httpx.AsyncClient(timeout=7)).with_options().timeout
    assert isinstance(own, (Timeout, httpx.Timeout))
    assert own == httpx.Timeout(7)
    assert own == Timeout(7)
    assert AsyncOpenAI(timeout=None).timeout is None
    default = AsyncOpenAI().timeout
    assert isinstance(default, Timeout)
    assert (default.connect, default.read, default.write) == (5, 600, 600)
    copied = client.copy(api_key="sk-2", timeout=None, max_retries=0, base_url="http://a.b/v1")
    assert (copied.timeout, copied.max_retries, copied.api_key) == (None, 0, "sk-2")
    assert (str(copied.base_url), copied.base_url.host) == ("http://a.b/v1/", "a.b")
    client.api_key, client.timeout, client.max_retries = "sk-3", 5, 1
    assert (client.with_options().api_key, client.with_options().timeout) == ("sk-3", 5)
    assert client.auth_headers["Authorization"] == "Bearer sk-3"
    assert client.platform_headers()["x-stainless-lang"] == "python"
    assert "sk-3" not in repr(client)
