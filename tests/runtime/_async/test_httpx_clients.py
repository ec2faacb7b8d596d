"""What httpx users do: clients of their own, mock transports, hooks, proxies, respx."""

from __future__ import annotations

import gzip
import json
import logging
from typing import Any, Final

import httpx
import httpx2
import pytest
import respx

from antiphon.runtime import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    ClientClosedError,
    InternalServerError,
    NotFoundError,
    Timeout,
)

from ..colours import async_dropped, async_pieces, async_read
from ..samples import SECRET, Message, id_of
from ..transports.servers import Peer, RawServer, answer, serve_ok, unused_port
from .sdk import AsyncClient

URL: Final = "https://demo.test/v1/things"
STREAM: Final = b'data: {"id": "1"}\n\ndata: [DONE]\n\n'
LIBRARIES: Final[list[Any]] = [httpx, httpx2]


def mocked(handler: Any, library: Any = httpx, **arguments: Any) -> AsyncClient:
    """Over a client of this library whose transport is a function."""
    given: dict[str, Any] = {"api_key": SECRET, "max_retries": 0, **arguments}
    return AsyncClient(http_client=library.AsyncClient(transport=library.MockTransport(handler)), **given)


@pytest.mark.parametrize("library", LIBRARIES)
async def test_mock_transports(library: Any) -> None:
    seen: list[Any] = []

    def handler(request: Any) -> Any:
        seen.append(request)
        if request.url.path.endswith("/events"):
            return library.Response(200, content=STREAM, headers={"content-type": "text/event-stream"})
        if request.url.path.endswith("/missing"):
            return library.Response(404, json={"error": {"message": "none", "code": "n1"}})
        if request.url.path.endswith("/content"):
            return library.Response(200, content=gzip.compress(b"abc"), headers={"content-encoding": "gzip"})
        return library.Response(200, json={"role": "user", "id": "ok"}, headers={"x-request-id": "r1"})

    async with mocked(handler, library, default_headers={"X-Latin": "caf\xe9"}) as client:
        assert id_of(await client.things.create(text="a")) == "r1"
        assert [item.id async for item in await client.things.events()] == ["1"]
        with pytest.raises(NotFoundError, match="none") as caught:
            await client.things.retrieve("missing")
        assert caught.value.code == "n1"
        assert (await client.things.content("x")).content == b"abc"
        assert isinstance(await client.things.upload(file=b"abc"), Message)
        assert isinstance(await client.things.send(iter([b"ab", b"c"])), Message)
    assert json.loads(seen[0].content) == {"text": "a"}
    assert seen[0].headers["authorization"] == f"Bearer {SECRET}"
    assert dict(seen[0].headers.raw)[b"x-latin"] == b"caf\xe9"
    assert b"abc" in seen[4].content
    assert seen[5].content == b"abc"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ConnectError", APIConnectionError),
        ("ReadError", APIConnectionError),
        ("RemoteProtocolError", APIConnectionError),
        ("ProxyError", APIConnectionError),
        ("UnsupportedProtocol", APIConnectionError),
        ("ConnectTimeout", APITimeoutError),
        ("ReadTimeout", APITimeoutError),
        ("WriteTimeout", APITimeoutError),
        ("PoolTimeout", APITimeoutError),
    ],
)
async def test_errors_of_the_library(library: Any, name: str, kind: type[Exception]) -> None:
    calls: list[int] = []

    def handler(request: Any) -> Any:
        calls.append(1)
        raise getattr(library, name)("it broke", request=request)

    with pytest.raises(kind) as caught:
        await mocked(handler, library, max_retries=2).things.create()
    assert type(caught.value) is kind
    assert type(caught.value.__cause__) is getattr(library, name)
    assert len(calls) == 3
    assert SECRET not in repr(caught.value.__cause__)


@pytest.mark.parametrize(
    "error", [RuntimeError("loop is closed"), OSError("broken"), ConnectionResetError(), TimeoutError()]
)
async def test_other_errors_of_a_transport(error: Exception) -> None:
    calls: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(1)
        raise error

    kind = APITimeoutError if isinstance(error, TimeoutError) else APIConnectionError
    with pytest.raises(kind) as caught:
        await mocked(handler, max_retries=1).things.create()
    assert caught.value.__cause__ is error
    assert len(calls) == 2


@pytest.mark.parametrize(
    "error", [LookupError("bug"), RecursionError("bug"), NotImplementedError("bug"), KeyboardInterrupt()]
)
async def test_errors_that_are_no_faults_of_the_connection_pass(error: BaseException) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(type(error)) as caught:
        await mocked(handler).things.create()
    assert caught.value is error


@pytest.mark.parametrize("client", [object(), "https://proxy", 5, httpx, httpx.HTTPTransport])
def test_what_is_no_client(client: Any) -> None:
    with pytest.raises(TypeError, match="Invalid `http_client` argument"):
        AsyncClient(api_key="k", http_client=client)


def answered(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"role": "user"})


@pytest.mark.parametrize(
    ("given", "chosen", "expected"),
    [
        ({}, {}, Timeout(600, connect=5)),
        ({}, {"timeout": 7}, Timeout(7, pool=7)),
        ({}, {"timeout": httpx.Timeout(5)}, Timeout(600, connect=5)),
        ({}, {"timeout": None}, Timeout(None)),
        ({"timeout": 3}, {"timeout": 7}, Timeout(3)),
        ({"timeout": None}, {"timeout": 7}, Timeout(None)),
    ],
)
async def test_whose_timeout_holds(given: Any, chosen: Any, expected: Timeout) -> None:
    seen: list[Any] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return answered(request)

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(handler), **chosen)
    client = AsyncClient(api_key="k", http_client=http_client, **given)
    await client.things.create()
    assert seen == [expected.as_dict()]
    await client.things.create(timeout=1.5)
    assert seen[1] == Timeout(1.5).as_dict()


async def test_what_the_users_client_brings_along() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answered(request)

    http_client = httpx.AsyncClient(
        transport=httpx.MockTransport(handler),
        headers={"X-Mine": "1", "User-Agent": "mine"},
        params={"p": "1"},
        cookies={"c": "1"},
    )
    await AsyncClient(api_key="k", http_client=http_client).things.create(extra_query={"q": "2"})
    [sent] = seen
    assert sent.headers["x-mine"] == "1"
    assert sent.headers["user-agent"].endswith("Demo/Python 1.2.3")
    assert sent.headers["cookie"] == "c=1"
    assert dict(sent.url.params) == {"p": "1", "q": "2"}


async def test_redirects_as_the_users_client_has_it() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/things"):
            return httpx.Response(307, headers={"location": "/v1/other"})
        return answered(request)

    for follow, status in ((False, 307), (True, 200)):
        http_client = httpx.AsyncClient(transport=httpx.MockTransport(handler), follow_redirects=follow)
        client = AsyncClient(api_key="k", http_client=http_client)
        if status == 200:
            await client.things.create()
        else:
            with pytest.raises(Exception, match="307"):
                await client.things.create()
        value = await client.post("/things", cast_to=Message, options={"follow_redirects": True})
        assert value.role == "user"


async def test_what_the_users_client_brings_along_stays_behind_when_a_redirect_leads_elsewhere() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path.endswith("/v1/things"):
            return httpx.Response(307, headers={"location": "/v2/things"})
        if request.url.path.endswith("/v2/things"):
            return httpx.Response(307, headers={"location": "https://elsewhere.test/things?z=1"})
        return answered(request)

    http_client = httpx.AsyncClient(
        transport=httpx.MockTransport(handler),
        headers={"X-Gateway-Key": SECRET},
        auth=("user", SECRET),
        params={"sig": SECRET},
        cookies={"session": SECRET},
        follow_redirects=True,
    )
    await AsyncClient(api_key="k", http_client=http_client).things.create(text="a")
    here, there = seen[:2], seen[2]
    for request in here:
        assert request.headers["x-gateway-key"] == request.url.params["sig"] == SECRET
        assert request.headers["authorization"].startswith("Basic ")
    assert str(there.url) == "https://elsewhere.test/things?z=1"
    assert there.content == b'{"text":"a"}'
    assert there.headers["host"] == "elsewhere.test"
    assert SECRET not in str(there.headers.raw)
    assert "authorization" not in there.headers


async def test_a_body_that_was_read_by_a_hook() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        body = gzip.compress(b'{"role": "user"}')
        return httpx.Response(200, content=async_pieces(body[:5], body[5:]), headers={"content-encoding": "gzip"})

    bodies: list[str] = []

    async def hook(response: httpx.Response) -> None:
        await async_read(response)
        bodies.append(response.text)

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(handler), event_hooks={"response": [hook]})
    client = AsyncClient(api_key="k", http_client=http_client)
    assert (await client.get("/x", cast_to=Message)).role == "user"
    assert bodies == ['{"role": "user"}']


async def test_a_users_client_that_is_closed() -> None:
    http_client = httpx.AsyncClient()
    client = AsyncClient(api_key="k", http_client=http_client)
    await http_client.aclose()
    with pytest.raises(ClientClosedError, match="http_client"):
        await client.things.create()
    other = httpx.AsyncClient()
    client = AsyncClient(api_key="k", http_client=other)
    await client.close()
    assert other.is_closed


def failed(request: httpx.Request) -> httpx.Response:
    return httpx.Response(500)


async def test_another_client_for_one_call() -> None:
    client = mocked(failed)
    other = httpx.AsyncClient(transport=httpx.MockTransport(answered))
    with pytest.raises(InternalServerError):
        await client.things.create()
    changed = client.with_options(http_client=other)
    assert isinstance(await changed.get("/x", cast_to=Message), Message)
    await changed.close()
    assert other.is_closed
    assert not client.is_closed()


# --- real connections through httpx ---


@pytest.mark.parametrize("library", LIBRARIES)
async def test_leftovers_and_reuse_through_the_users_client(library: Any) -> None:
    def script(peer: Peer) -> None:
        while asked := peer.request():
            if b"/events" in asked:
                peer.send(answer(STREAM, "content-type: text/event-stream"))
            else:
                peer.send(answer(b'{"id": "ok"}'))

    with RawServer(script) as server:
        http_client = library.AsyncClient(trust_env=False)
        async with AsyncClient(api_key="k", base_url=server.url("/v1"), http_client=http_client) as client:
            for _ in range(3):
                assert (await client.things.create()).id == "ok"
                assert [item.id async for item in await client.things.events()] == ["1"]
                stream = await client.things.events()
                del stream
                await async_dropped()
        assert server.connections <= 4


async def test_errors_of_real_connections_through_the_users_client() -> None:
    http_client = httpx.AsyncClient(trust_env=False)
    base_url = f"http://127.0.0.1:{unused_port()}"
    async with AsyncClient(api_key=SECRET, base_url=base_url, http_client=http_client, max_retries=1) as client:
        with pytest.raises(APIConnectionError, match="ConnectError"):
            await client.things.create()


# --- proxies ---


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_of_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(each, raising=False)
    with RawServer(serve_ok) as proxy:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with AsyncClient(api_key="k", base_url="http://demo.invalid/v1") as client:
            await client.things.create()
            await client.things.create()
        assert proxy.requests[0].startswith(b"POST http://demo.invalid/v1/things HTTP/1.1\r\n")
        assert proxy.connections == 1


async def test_hosts_that_go_past_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RawServer(serve_ok) as server:
        client = AsyncClient(api_key="k", base_url=server.url("/v1"))
        await client.things.create()
        await client.close()
        await client.close()
        with pytest.raises(ClientClosedError):
            await client.things.create()


# --- respx ---


async def test_respx_with_the_default_client() -> None:
    with respx.mock:
        route = respx.post(URL).mock(return_value=httpx.Response(200, json={"id": "ok"}))
        respx.get(f"{URL}/x").mock(side_effect=[httpx.ConnectError("no"), httpx.Response(200, json={"role": "user"})])
        respx.get(f"{URL}/y").mock(side_effect=httpx.ReadTimeout)
        respx.post("https://demo.test/v1/events").mock(
            return_value=httpx.Response(200, content=STREAM, headers={"content-type": "text/event-stream"})
        )
        async with AsyncClient(api_key="k") as client:
            assert (await client.things.create(text="a")).id == "ok"
            assert json.loads(route.calls.last.request.content) == {"text": "a"}
            assert (await client.things.retrieve("x")).role == "user"
            with pytest.raises(APITimeoutError):
                await client.things.retrieve("y")
            assert [item.id async for item in await client.things.events()] == ["1"]


async def test_respx_over_the_users_client() -> None:
    with respx.mock(using="httpx") as router:
        router.post(URL).mock(return_value=httpx.Response(200, json={"id": "ok"}))
        async with AsyncClient(api_key="k", http_client=httpx.AsyncClient()) as client:
            for _ in range(3):
                assert (await client.things.create()).id == "ok"
            raw = await client.things.with_raw_response.create()
            assert raw.http_request.method == "POST"


async def test_respx_with_odd_answers() -> None:
    with respx.mock:
        respx.post(URL).mock(return_value=httpx.Response(200, text="<html>"))
        async with AsyncClient(api_key="k") as client:
            with pytest.raises(APIResponseValidationError):
                await client.things.create()


async def test_nothing_secret_is_logged_by_the_library(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with RawServer(serve_ok) as server:
        for http_client in (None, httpx.AsyncClient(trust_env=False)):
            arguments: dict[str, Any] = {"api_key": SECRET, "app_id": SECRET, "http_client": http_client}
            async with AsyncClient(base_url=server.url("/v1"), **arguments) as client:
                await client.things.create()
    assert caplog.records
    assert SECRET not in caplog.text
