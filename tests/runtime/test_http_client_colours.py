"""A client of the wrong colour is refused where the SDK's client is made."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest

from antiphon.runtime import DEFAULT_TIMEOUT, DefaultAsyncHttpxClient, DefaultHttpxClient
from antiphon.runtime.transports.scripted import AsyncScriptedTransport, ScriptedTransport

from ._async.sdk import AsyncClient
from ._sync.sdk import Client

ASYNC: list[Any] = [httpx.AsyncClient, httpx2.AsyncClient, lambda: AsyncScriptedTransport([])]
SYNC: list[Any] = [httpx.Client, httpx2.Client, lambda: ScriptedTransport([])]


@pytest.mark.parametrize("make", ASYNC)
def test_async_ones(make: Any) -> None:
    AsyncClient(api_key="k", http_client=make())
    with pytest.raises(TypeError, match=r"Invalid `http_client` argument; expected an instance of `httpx\.Client`"):
        Client(api_key="k", http_client=make())


@pytest.mark.parametrize("make", SYNC)
def test_sync_ones(make: Any) -> None:
    Client(api_key="k", http_client=make()).close()
    with pytest.raises(
        TypeError, match=r"Invalid `http_client` argument; expected an instance of `httpx\.AsyncClient`"
    ):
        AsyncClient(api_key="k", http_client=make())


def redirected(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/things"):
        return httpx.Response(307, headers={"location": "/v1/other"})
    return httpx.Response(200, json={"id": "ok"})


async def test_clients_with_the_defaults_of_the_sdk() -> None:
    transport = httpx.MockTransport(redirected)
    http_client = DefaultHttpxClient(transport=transport, headers={"x-a": "1"})
    client = Client(api_key="k", http_client=http_client)
    assert client.things.create().id == "ok"
    async_client = AsyncClient(api_key="k", http_client=DefaultAsyncHttpxClient(transport=transport))
    assert (await async_client.things.create()).id == "ok"
    assert async_client.timeout == client.timeout == DEFAULT_TIMEOUT
    assert DefaultHttpxClient(timeout=3).timeout == httpx.Timeout(3)
    assert not DefaultAsyncHttpxClient(follow_redirects=False).follow_redirects
    client.close()
    await async_client.close()
