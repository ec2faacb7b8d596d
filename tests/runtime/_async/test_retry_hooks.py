# pyright: reportPrivateUsage=false
"""Programs that decide themselves about retries: subclasses that override, tests that replace."""

from __future__ import annotations

from typing import Any
from unittest.mock import call, patch

import pytest

from antiphon.runtime import Headers, RateLimitError
from antiphon.runtime.core.low_level import FinalRequestOptions
from antiphon.runtime.core.response import Head, HTTPResponse
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, Drop

from ..samples import SECRET
from .sdk import AsyncClient, scripted

LIMITED = Answer(429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}})
UNPAID = Answer(429, {"error": {"message": "pay first", "code": "insufficient_quota"}})
MESSAGE = Answer(200, {"role": "user", "content": "hi"})


class AsyncThrifty(AsyncClient):
    """Does not ask again where the answer says that nothing was paid."""

    def _should_retry(self, response: Any) -> bool:
        return super()._should_retry(response) and response.json()["error"]["code"] != "insufficient_quota"


async def test_a_subclass_decides_by_the_body() -> None:
    transport = AsyncScriptedTransport([LIMITED, UNPAID, MESSAGE])
    client = AsyncThrifty(api_key=SECRET, http_client=transport)
    with pytest.raises(RateLimitError) as caught:
        await client.things.retrieve("1")
    assert caught.value.code == "insufficient_quota"
    assert len(transport.requests) == 2
    assert (await client.things.retrieve("1")).content == "hi"
    assert transport.open_replies == 0


async def test_a_subclass_retries_what_is_not_retried() -> None:
    client, transport = scripted(Answer(404), MESSAGE)
    with patch.object(client, "_should_retry", return_value=True) as decides:
        assert (await client.things.retrieve("1")).content == "hi"
    assert [given.args[0].status_code for given in decides.mock_calls] == [404]
    assert len(transport.requests) == 2


async def test_who_decides_is_not_asked_without_need() -> None:
    client, transport = scripted(Answer(500), MESSAGE, max_retries=0)
    with patch.object(client, "_should_retry", return_value=True) as decides:
        with pytest.raises(Exception, match="500"):
            await client.things.retrieve("1")
        await client.things.retrieve("1")
    assert decides.mock_calls == []
    assert len(transport.requests) == 2


async def test_the_wait_before_an_attempt_can_be_replaced() -> None:
    client, transport = scripted(Answer(500), Drop("reset"), MESSAGE)
    with patch.object(client, "_calculate_retry_timeout", return_value=0) as wait:
        await client.things.retrieve("1")
    assert [given.args[0] for given in wait.mock_calls] == [2, 1]
    assert len(transport.requests) == 3


@pytest.mark.parametrize(
    ("remaining", "headers", "seconds"),
    [
        (3, {}, 0.5),
        (2, {}, 1),
        (1, {}, 2),
        (-1000, {}, 8),
        (3, {"retry-after": "20"}, 20),
        (2, {"retry-after": "121"}, 1),
    ],
)
def test_how_long_is_waited(remaining: int, headers: dict[str, str], seconds: float) -> None:
    from antiphon import AsyncClient

    client = AsyncClient(api_key="key", max_retries=9)
    options = FinalRequestOptions(method="get", url="/x", max_retries=3)
    with patch("random.random", return_value=0.0) as jitter:
        assert client._calculate_retry_timeout(remaining, options, headers) == seconds
    assert jitter.mock_calls == ([] if seconds == 20 else [call()])


@pytest.mark.parametrize(
    ("status", "headers", "wanted"),
    [
        (429, {}, True),
        (429, {"retry-after": "120"}, True),
        (429, {"retry-after": "121"}, False),
        (400, {}, False),
        (400, {"x-should-retry": "true"}, True),
    ],
)
def test_what_is_tried_again(status: int, headers: dict[str, str], wanted: bool) -> None:
    client, _ = scripted()
    response: Any = HTTPResponse(Head(status, Headers(headers)), None, b"")  # pyright: ignore[reportArgumentType]
    assert client._should_retry(response) is wanted
