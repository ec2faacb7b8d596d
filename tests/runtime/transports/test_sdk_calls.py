"""Whole calls of an SDK client through each transport: what a user sees is the same whichever carries it."""

from __future__ import annotations

import asyncio
import importlib
import io
from typing import Any, Final

import pytest

from antiphon.runtime import (
    SDK,
    APIClient,
    APIConnectionError,
    APITimeoutError,
    AsyncAPIClient,
    BadRequestError,
    BaseModel,
    Call,
    ClientClosedError,
    ClientOption,
    Scheme,
    Timeout,
)

from .servers import OK, STREAM, Peer, RawServer, answer, chunk, serve_ok, unused_port
from .transports import NAMES, transport

SECRET: Final = "sk-secret-0123456789"
LIBRARIES: Final = ("httpx", "httpx2")


class Item(BaseModel):
    ok: bool | None = None
    n: int | None = None


_SDK: Final = SDK(
    name="thing",
    version="1",
    title="Thing",
    base_url="http://127.0.0.1:9/v1",
    options=(ClientOption("api_key"),),
    schemes={"bearer": Scheme("bearer", ("api_key",))},
    security=(("bearer",),),
)
_GIVEN: Final[dict[str, Any]] = {
    "options": {"api_key": SECRET},
    "max_retries": 0,
    "default_headers": None,
    "default_query": None,
    "strict": False,
}


class AsyncThings(AsyncAPIClient):
    sdk = _SDK


class Things(APIClient):
    sdk = _SDK


def client(name: str, base_url: str, **arguments: Any) -> AsyncThings:
    made: Any = transport(name)
    return AsyncThings(**{**_GIVEN, "base_url": base_url, "timeout": 15, "http_client": made, **arguments})


def post(path: str = "/x") -> Call:
    return Call("POST", path, body={"a": 1})


def stream_of(*events: bytes) -> bytes:
    return STREAM + b"".join(chunk(b"data: " + event + b"\n\n") for event in events)


@pytest.mark.parametrize("name", NAMES)
async def test_values_over_one_connection(name: str) -> None:
    with RawServer(serve_ok) as server:
        async with client(name, server.url("/v1")) as things:
            for _ in range(3):
                assert await things.request_value(post(), Item) == Item(ok=True)
    assert server.connections == 1
    assert f"authorization: Bearer {SECRET}".encode() in server.requests[0]


@pytest.mark.parametrize("name", NAMES)
async def test_a_drop_is_tried_again(name: str) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            if len(server.requests) == 1:
                return
            peer.send(OK)

    with RawServer(script) as server:
        async with client(name, server.url("/v1"), max_retries=2) as things:
            assert await things.request_value(post(), Item) == Item(ok=True)
    assert [b"x-stainless-retry-count: %d" % n in sent for n, sent in enumerate(server.requests)] == [True, True]


@pytest.mark.parametrize("name", NAMES)
async def test_a_broken_body_is_tried_again(name: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK[:-3] if len(server.requests) == 1 else OK)

    with RawServer(script) as server:
        async with client(name, server.url("/v1"), max_retries=1) as things:
            assert await things.request_value(post(), Item) == Item(ok=True)


@pytest.mark.parametrize("name", NAMES)
async def test_streams_give_their_connection_back(name: str) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(stream_of(b'{"n": 1}', b'{"n": 2}', b"[DONE]") + b"0\r\n\r\n")

    with RawServer(script) as server:
        async with client(name, server.url("/v1")) as things:
            for _ in range(3):
                stream = await things.request_stream(post(), Item)
                assert [item.n async for item in stream] == [1, 2]
    assert server.connections == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_stream_that_breaks(name: str) -> None:
    with RawServer(lambda peer: (peer.request(), peer.send(stream_of(b'{"n": 1}')))) as server:
        async with client(name, server.url("/v1"), max_retries=2) as things:
            stream = await things.request_stream(post(), Item)
            assert (await anext(stream)).n == 1
            with pytest.raises(APIConnectionError) as caught:
                await anext(stream)
            assert not isinstance(caught.value, APITimeoutError)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_leaving_a_stream_gives_its_connection_up(name: str) -> None:
    with RawServer(lambda peer: (peer.request(), peer.send(stream_of(b'{"n": 1}')), peer.until_closed())) as server:
        async with client(name, server.url("/v1")) as things:
            async for _ in await things.request_stream(post(), Item):
                break
            assert await asyncio.to_thread(server.given_up.acquire, timeout=15)


@pytest.mark.parametrize("name", NAMES)
async def test_silence_is_a_timeout(name: str) -> None:
    with RawServer(lambda peer: (peer.request(), peer.until_closed())) as server:
        async with client(name, server.url("/v1"), timeout=Timeout(15, read=0.1)) as things:
            with pytest.raises(APITimeoutError, match="read timeout") as caught:
                await things.request_value(post(), Item)
    _check_no_secret(caught.value)


@pytest.mark.parametrize("name", NAMES)
async def test_refused_is_no_timeout(name: str) -> None:
    async with client(name, f"http://127.0.0.1:{unused_port()}/v1") as things:
        with pytest.raises(APIConnectionError) as caught:
            await things.request_value(post(), Item)
    assert not isinstance(caught.value, APITimeoutError)
    assert caught.value.__cause__ is not None
    _check_no_secret(caught.value)


@pytest.mark.parametrize("name", NAMES)
async def test_no_http_at_all(name: str) -> None:
    with RawServer(lambda peer: (peer.request(), peer.send(b"\xff\xfe nonsense\r\n\r\n"))) as server:
        async with client(name, server.url("/v1")) as things:
            with pytest.raises(APIConnectionError) as caught:
                await things.request_value(post(), Item)
    _check_no_secret(caught.value)


def _check_no_secret(error: BaseException) -> None:
    """Not in an error, nor in anything it hangs on."""
    links: list[BaseException] = [error]
    for link in links:
        links.extend(each for each in (link.__cause__, link.__context__) if each is not None and each not in links)
        shown = f"{link} {link!r} {link.args!r} {getattr(link, '__notes__', '')} {getattr(link, 'headers', '')}"
        assert SECRET not in shown


@pytest.mark.parametrize("name", NAMES)
async def test_a_large_upload(name: str) -> None:
    content = bytes(range(256)) * 4000
    with RawServer(serve_ok) as server:
        async with client(name, server.url("/v1")) as things:
            for body in (content, io.BytesIO(content), iter([content[:1000], content[1000:]])):
                call = Call("POST", "/x", content=body)
                assert await things.request_value(call, Item) == Item(ok=True)
    assert all(sent.endswith(content) for sent in server.requests[:2])
    assert b"transfer-encoding: chunked" in server.requests[2].lower()


@pytest.mark.parametrize("library", LIBRARIES)
async def test_async_clients_of_both_libraries(library: str) -> None:
    module: Any = importlib.import_module(library)
    with RawServer(_serve_many) as server:
        http_client = module.AsyncClient(follow_redirects=True, trust_env=False)
        arguments: dict[str, Any] = {"base_url": server.url("/v1"), "timeout": module.Timeout(15)}
        things = AsyncThings(**{**_GIVEN, **arguments, "http_client": http_client})
        assert await things.request_value(post(), Item) == Item(ok=True)
        assert [item.n async for item in await things.request_stream(post("/stream"), Item)] == [1]
        assert await things.get("/moved", cast_to=Item) == Item(ok=True)
        assert (await things.get("/x", cast_to=module.Response)).json() == {"ok": True}
        with pytest.raises(BadRequestError, match="no good"):
            await things.get("/bad", cast_to=Item)
        await http_client.aclose()
        with pytest.raises(ClientClosedError, match="http_client"):
            await things.get("/x", cast_to=Item)
        with pytest.raises(TypeError, match=r"httpx\.Client"):
            Things(**{**_GIVEN, **arguments, "http_client": http_client})
    assert server.connections == 1


@pytest.mark.parametrize("library", LIBRARIES)
def test_sync_clients_of_both_libraries(library: str) -> None:
    module: Any = importlib.import_module(library)
    with RawServer(_serve_many) as server:
        http_client = module.Client(follow_redirects=True, trust_env=False)
        arguments: dict[str, Any] = {"base_url": server.url("/v1"), "timeout": module.Timeout(15)}
        things = Things(**{**_GIVEN, **arguments, "http_client": http_client})
        assert things.request_value(post(), Item) == Item(ok=True)
        assert [item.n for item in things.request_stream(post("/stream"), Item)] == [1]
        assert things.get("/moved", cast_to=Item) == Item(ok=True)
        assert things.get("/x", cast_to=module.Response).json() == {"ok": True}
        with pytest.raises(BadRequestError, match="no good"):
            things.get("/bad", cast_to=Item)
        http_client.close()
        with pytest.raises(ClientClosedError, match="http_client"):
            things.get("/x", cast_to=Item)
        with pytest.raises(TypeError, match=r"httpx\.AsyncClient"):
            AsyncThings(**{**_GIVEN, **arguments, "http_client": http_client})
    assert server.connections == 1


def _serve_many(peer: Peer) -> None:
    while asked := peer.request():
        if b"/stream " in asked:
            peer.send(stream_of(b'{"n": 1}', b"[DONE]") + b"0\r\n\r\n")
        elif b"/moved " in asked:
            peer.send(answer(b"", "location: /v1/x", status="302 Found"))
        elif b"/bad " in asked:
            peer.send(answer(b'{"error": {"message": "no good"}}', status="400 Bad Request"))
        else:
            peer.send(OK)
