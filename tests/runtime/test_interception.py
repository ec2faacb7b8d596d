"""Whoever replaces a method of httpx, httpcore or their second versions sees the requests of default clients."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpcore
import httpcore2
import httpx
import httpx2
import pytest

from ._async.sdk import AsyncClient
from ._sync.sdk import Client
from .transports.servers import RawServer, serve_ok

ASYNC_PLACES: list[tuple[type, str]] = [
    (httpx.AsyncClient, "send"),
    (httpx.AsyncHTTPTransport, "handle_async_request"),
    (httpcore.AsyncConnectionPool, "handle_async_request"),
    (httpcore.AsyncHTTPConnection, "handle_async_request"),
    (httpx2.AsyncClient, "send"),
    (httpx2.AsyncHTTPTransport, "handle_async_request"),
    (httpcore2.AsyncConnectionPool, "handle_async_request"),
    (httpcore2.AsyncHTTPConnection, "handle_async_request"),
]
PLACES: list[tuple[type, str]] = [
    (httpx.Client, "send"),
    (httpx.HTTPTransport, "handle_request"),
    (httpcore.ConnectionPool, "handle_request"),
    (httpcore.HTTPConnection, "handle_request"),
    (httpx2.Client, "send"),
    (httpx2.HTTPTransport, "handle_request"),
    (httpcore2.ConnectionPool, "handle_request"),
    (httpcore2.HTTPConnection, "handle_request"),
]


class Proxied:
    """A wrapper that says it is what it wraps, in all but its type."""

    def __init__(self, wrapped: Any, seen: list[object]) -> None:
        self._wrapped = wrapped
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def __get__(self, instance: object, owner: type) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._seen.append(args)
        return self._wrapped(*args, **kwargs)


def by_function(original: Any, seen: list[object]) -> Any:
    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        seen.append(args)
        return original(*args, **kwargs)

    return wrapper


WAYS: dict[str, Callable[[Any, list[object]], Any]] = {"function": by_function, "proxy": Proxied}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("holder", "name"), ASYNC_PLACES)
async def test_async(holder: type, name: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    with RawServer(serve_ok) as server:
        async with AsyncClient(api_key="k", base_url=server.url("/v1")) as client:
            await client.things.create()
            assert not seen
            with monkeypatch.context() as patch:
                patch.setattr(holder, name, WAYS[way](getattr(holder, name), seen))
                await client.things.create()
                assert len(seen) == 1
            await client.things.create()
            assert len(seen) == 1
    assert server.connections == 2  # the first and the last over one


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("holder", "name"), PLACES)
def test_sync(holder: type, name: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    with RawServer(serve_ok) as server, Client(api_key="k", base_url=server.url("/v1")) as client:
        client.things.create()
        assert not seen
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, WAYS[way](getattr(holder, name), seen))
            client.things.create()
            assert len(seen) == 1
        client.things.create()
        assert len(seen) == 1
    assert server.connections == 2


def test_what_was_replaced_before_the_first_request() -> None:
    program = """
import httpx
seen = []
send = httpx.Client.send
httpx.Client.send = lambda *args, **kwargs: (seen.append(args), send(*args, **kwargs))[1]
import antiphon
import sys
client = antiphon.Client(api_key="x", base_url=sys.argv[1], max_retries=0)
client.get("/x", cast_to=object)
assert len(seen) == 1
"""
    with RawServer(serve_ok) as server:
        subprocess.run([sys.executable, "-c", program, server.url("/v1")], check=True, timeout=60)


@pytest.mark.parametrize("late", ["HTTPConnection", "ConnectionPool"])
def test_what_is_replaced_in_a_library_that_was_loaded_after_the_first_request(late: str) -> None:
    """httpx loads httpcore with its first client."""
    program = f"""
import asyncio, sys
import httpx
import antiphon
own = {{"api_key": "x", "base_url": sys.argv[1], "max_retries": 0}}
client, async_client = antiphon.Client(**own), antiphon.AsyncClient(**own)

async def calls():
    client.get("/x", cast_to=object)
    await async_client.get("/x", cast_to=object)
    assert "httpcore" not in sys.modules
    import httpcore
    seen = []
    def replace(holder, name):
        original = getattr(holder, name)
        setattr(holder, name, lambda *args, **kwargs: (seen.append(args), original(*args, **kwargs))[1])
    replace(httpcore.{late}, "handle_request")
    replace(httpcore.Async{late}, "handle_async_request")
    client.get("/x", cast_to=object)
    await async_client.get("/x", cast_to=object)
    assert len(seen) == 2
    client.close()
    await async_client.close()

asyncio.run(calls())
"""
    with RawServer(serve_ok) as server:
        subprocess.run([sys.executable, "-c", program, server.url("/v1")], check=True, timeout=60)
