"""A client of the wrong colour, or a transport of the wrong library, is refused where a client is made of it."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest

import antiphon
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


MOCKED: dict[str, Any] = {
    "httpx": httpx.MockTransport(redirected),
    "httpx2": httpx2.MockTransport(lambda _: httpx2.Response(200)),
}
DEFAULTS: dict[str, list[Any]] = {
    "httpx": [DefaultHttpxClient, DefaultAsyncHttpxClient],
    "httpx2": [antiphon.DefaultHttpx2Client, antiphon.DefaultAsyncHttpx2Client],
}


@pytest.mark.parametrize(("own", "other"), [("httpx", "httpx2"), ("httpx2", "httpx")])
@pytest.mark.parametrize("colour", [0, 1])
def test_transports_of_the_other_library_are_told(own: str, other: str, colour: int) -> None:
    make = DEFAULTS[own][colour]
    with pytest.raises(TypeError, match=f"MockTransport is a transport of {other}: pass it to Default"):
        make(transport=MOCKED[other])
    with pytest.raises(TypeError, match=f"MockTransport is a transport of {other}"):
        make(mounts={"all://": MOCKED[other]})
    assert make(transport=MOCKED[own], mounts={"all://a": MOCKED[own], "all://b": None})
