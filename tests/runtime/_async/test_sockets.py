"""What only real connections show: garbage, drops, stalls, reuse, waiting for a turn."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest

from antiphon.runtime import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    ClientClosedError,
    Timeout,
)

from ..colours import async_dropped, async_pooled, async_reached, async_together
from ..samples import SECRET, Message
from ..transports.servers import OK, STREAM, Peer, RawServer, answer, chunk, serve_ok, unused_port
from .sdk import AsyncClient

HEAD: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = HEAD + b"transfer-encoding: chunked\r\n\r\n"
EVENT: Final = chunk(b'data: {"id": "1"}\n\n')
DONE: Final = chunk(b"data: [DONE]\n\n")
END: Final = b"0\r\n\r\n"


def client_of(server: RawServer, **arguments: Any) -> AsyncClient:
    given: dict[str, Any] = {"api_key": SECRET, "base_url": server.url("/v1"), "max_retries": 0, **arguments}
    return AsyncClient(**given)


def after_request(data: bytes, end: str = "close") -> Callable[[Peer], object]:
    """Read one request, send these bytes, then close, reset or hold the connection."""

    def script(peer: Peer) -> None:
        if peer.request():
            peer.send(data)
        if end == "hold":
            peer.until_closed()
        elif end == "reset":
            peer.reset()

    return script


def at_once(data: bytes) -> Callable[[Peer], object]:
    def script(peer: Peer) -> None:
        peer.send(data)
        peer.until_closed()

    return script


BROKEN: Final[dict[str, Callable[[Peer], object]]] = {
    "closed at once": lambda peer: None,
    "closed without an answer": after_request(b""),
    "reset": after_request(b"", "reset"),
    "ssh": after_request(b"SSH-2.0-OpenSSH_9.6\r\nInvalid SSH identification string.\r\n"),
    "http2": at_once(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
    "tls alert": at_once(b"\x15\x03\x01\x00\x02\x02\x16"),
    "half a head": after_request(HEAD + b"content-ty"),
    "malformed status line": after_request(b"HTTP/1.1 OK\r\n\r\n"),
    "status of four digits": after_request(b"HTTP/1.1 2000 OK\r\n\r\n"),
    "header without colon": after_request(HEAD + b"nonsense\r\ncontent-length: 0\r\n\r\n"),
    "bad chunk size": after_request(CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n"),
    "negative chunk size": after_request(CHUNKED + b"-1\r\nabc\r\n0\r\n\r\n"),
    "huge chunk size": after_request(CHUNKED + b"f" * 40 + b"\r\nabc\r\n0\r\n\r\n"),
    "chunk too long": after_request(CHUNKED + b"2\r\nabcd\r\n0\r\n\r\n"),
    "cut off in a chunk": after_request(CHUNKED + b"9\r\nabc"),
    "cut off between chunks": after_request(CHUNKED + b"3\r\nabc\r\n"),
    "negative length": after_request(HEAD + b"content-length: -5\r\n\r\nabc"),
    "length that is no number": after_request(HEAD + b"content-length: abc\r\n\r\nabc"),
    "contradictory lengths": after_request(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\nabc"),
    "cut off": after_request(HEAD + b"content-length: 100\r\n\r\n{"),
    "reset in the body": after_request(HEAD + b"content-length: 100\r\n\r\n{", "reset"),
    "enormous header": after_request(HEAD + b"x-big: " + b"a" * 2_000_000 + b"\r\ncontent-length: 0\r\n\r\n"),
    "ten thousand headers": after_request(
        HEAD + b"".join(b"x-%d: %s\r\n" % (n, b"a" * 40) for n in range(10_000)) + b"content-length: 0\r\n\r\n"
    ),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_answer_is_typed_and_tried_again(script: Callable[[Peer], object]) -> None:
    with RawServer(script) as server:
        async with client_of(server, max_retries=1, timeout=15) as client:
            with pytest.raises(APIConnectionError) as caught:
                await client.things.create(text="x" * 10)
            assert type(caught.value) is APIConnectionError
            assert caught.value.__cause__ is not None
            assert SECRET not in "".join(traceback.format_exception(caught.value))
        assert server.connections == 2


async def test_a_broken_answer_and_then_a_good_one() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b'{"id": "ok"}') if peer.server.connections == 2 else HEAD + b"content-length: 9\r\n\r\n{")

    with RawServer(script) as server:
        async with client_of(server, max_retries=1) as client:
            assert (await client.things.create()).id == "ok"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
async def test_nobody_listens(host: str) -> None:
    """The same words for every address and event loop."""
    server = f"{host}:{unused_port()}"
    async with AsyncClient(api_key="k", base_url=f"http://{server}", max_retries=1) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.things.create()
        assert type(caught.value) is APIConnectionError
        refused = f"{server}: {os.strerror(errno.ECONNREFUSED)}"
        assert str(caught.value) == f"Connection error: ConnectError: cannot connect to {refused}"
        assert isinstance(caught.value.__cause__, ConnectionRefusedError)


@pytest.mark.parametrize("url", ["http://b\u00fccher.invalid/v1", "http://\u2603.invalid/v1", "http://a_b.invalid/"])
async def test_hosts_that_do_not_exist(url: str) -> None:
    async with AsyncClient(api_key="k", base_url=url, max_retries=0) as client:
        with pytest.raises(APIConnectionError):
            await client.things.create()


async def test_an_untrusted_certificate() -> None:
    with RawServer(serve_ok, tls=True) as server:
        async with client_of(server) as client:
            with pytest.raises(APIConnectionError, match=r"(?i)certificate") as caught:
                await client.things.create()
            assert type(caught.value) is APIConnectionError


async def test_tls_where_there_is_none() -> None:
    with RawServer(at_once(OK)) as server:
        async with client_of(server, base_url=server.url("/v1").replace("http:", "https:")) as client:
            with pytest.raises(APIConnectionError) as caught:
                await client.things.create()
            assert type(caught.value) is APIConnectionError


# --- stalls ---


async def test_silence_is_a_timeout() -> None:
    with RawServer(after_request(b"", "hold")) as server:
        async with client_of(server, timeout=0.05, max_retries=1) as client:
            with pytest.raises(APITimeoutError, match="read timeout"):
                await client.things.create()
        assert len(server.requests) == 2
        for _ in range(2):
            assert await async_reached(server.given_up)


@pytest.mark.parametrize("sent", [HEAD, HEAD + b"content-length: 9\r\n\r\n{", CHUNKED + b"3\r\nab"])
async def test_a_stall_in_the_answer(sent: bytes) -> None:
    with RawServer(after_request(sent, "hold")) as server:
        async with client_of(server, timeout=0.05) as client:
            with pytest.raises(APITimeoutError):
                await client.things.create()
        assert await async_reached(server.given_up)


async def test_a_server_that_does_not_read() -> None:
    hold = threading.Event()
    with RawServer(lambda peer: hold.wait(20)) as server:
        async with client_of(server, timeout=Timeout(15, write=0.05)) as client:
            with pytest.raises(APITimeoutError, match="write timeout"):
                await client.things.send(b"x" * 30_000_000)
        hold.set()


async def test_a_handshake_that_stalls() -> None:
    hold = threading.Event()
    with RawServer(lambda peer: hold.wait(20)) as server:
        url = server.url("/v1").replace("http:", "https:")
        async with client_of(server, base_url=url, timeout=Timeout(15, connect=0.05)) as client:
            with pytest.raises(APITimeoutError, match="connect timeout"):
                await client.things.create()
        hold.set()


async def test_an_error_body_that_stalls_or_breaks_gives_the_status() -> None:
    refused = b"HTTP/1.1 400 Bad Request\r\nx-request-id: r1\r\ncontent-length: 100\r\n\r\n" + b'{"error": {"mes'
    for end in ("hold", "close", "reset"):
        with RawServer(after_request(refused, end)) as server:
            async with client_of(server, timeout=0.05 if end == "hold" else 15) as client:
                methods: list[Any] = [client.things.create, client.things.events]
                for method in methods:
                    with pytest.raises(BadRequestError) as caught:
                        await method()
                    assert caught.value.request_id == "r1"


async def test_an_endless_error_body_is_given_up() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while True:
                peer.send(chunk(b"x" * 100_000))
        except OSError:
            peer.server.given_up.release()
            raise

    with RawServer(script) as server:
        async with client_of(server) as client:
            with pytest.raises(BadRequestError):
                await client.things.create()
            assert await async_reached(server.given_up)


async def test_a_retry_does_not_wait_for_a_body_that_does_not_come() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        if peer.server.connections == 1:
            peer.send(b"HTTP/1.1 503 Busy\r\nretry-after-ms: 1\r\ncontent-length: 50\r\n\r\nstalls")
            peer.until_closed()
        else:
            peer.send(answer(b'{"id": "ok"}'))

    with RawServer(script) as server:
        # With a read timeout this long, only not waiting ends the test in time.
        async with client_of(server, timeout=3600, max_retries=1) as client:
            assert (await client.things.create()).id == "ok"


# --- one connection, many calls ---


async def test_one_connection_serves_calls_in_turn() -> None:
    with RawServer(serve_ok) as server:
        async with client_of(server) as client:
            for _ in range(10):
                await client.things.create()
        assert (server.connections, len(server.requests)) == (1, 10)


async def test_errors_leave_their_connection_usable() -> None:
    bodies = [
        answer(b'{"error": "no"}', status="404 Not Found"),
        answer(b"<html>", "content-type: text/html"),
        answer(b'{"error": {"message": "m"}}'),
        answer(b"x" * 5000, "content-encoding: gzip"),
        answer(b"busy", "retry-after-ms: 1", status="503 Busy"),
        answer(b"", "retry-after-ms: 1", status="429 Slow down"),
        b"HTTP/1.1 500 Oops\r\nretry-after-ms: 1\r\ntransfer-encoding: chunked\r\n\r\n" + chunk(b"oops") + END,
        b"HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n" + chunk(b"oops") + END,
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ]

    def script(peer: Peer) -> None:
        for body in bodies:
            peer.request()
            peer.send(body)
        serve_ok(peer)

    with RawServer(script) as server:
        async with client_of(server, max_retries=1) as client:
            for _ in range(7):
                with suppress(APIStatusError, APIResponseValidationError):
                    await client.things.create()
            assert (await client.get("/x", cast_to=dict[str, bool])) == {"ok": True}
        assert server.connections == 1


STREAMS: Final = {
    "the end in one piece": [STREAM + EVENT + DONE + END],
    "the end by itself": [STREAM + EVENT + DONE, END],
    "the end in two": [STREAM + EVENT + DONE + b"0\r\n", b"\r\n"],
    "a length": [
        answer(b'data: {"id": "1"}\n\ndata: [DONE]\n\n', "content-type: text/event-stream"),
    ],
    "a length and then some": [
        answer(b'data: {"id": "1"}\n\ndata: [DONE]\n\n: bye\n\n', "content-type: text/event-stream"),
    ],
    "more after the mark": [STREAM + EVENT + DONE + chunk(b": bye\n\n" * 100) + END],
}


@pytest.mark.parametrize("pieces", STREAMS.values(), ids=STREAMS.keys())
async def test_a_stream_read_to_its_mark_gives_its_connection_back(pieces: list[bytes]) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            for piece in pieces:
                peer.send(piece)
                time.sleep(0.005)  # apart, not together; nothing depends on how long

    with RawServer(script) as server:
        async with client_of(server) as client:
            for _ in range(3):
                stream = await client.things.events()
                assert [item.id async for item in stream] == ["1"]
                assert not stream.incomplete
        assert server.connections == 1


async def test_a_stream_whose_end_does_not_come_gives_its_connection_up() -> None:
    with RawServer(after_request(STREAM + EVENT + DONE, "hold")) as server:
        async with client_of(server) as client:
            assert [item.id async for item in await client.things.events()] == ["1"]
            assert await async_reached(server.given_up)


@pytest.mark.parametrize("extra", [b"x", b"\r\n", OK, b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"])
@pytest.mark.parametrize("late", [False, True])
async def test_what_comes_after_a_response_is_nobodys_answer(extra: bytes, late: bool) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        if peer.server.connections == 1:
            peer.send(answer(b'{"id": "first"}') + (b"" if late else extra))
            if late:
                peer.send(extra)
                peer.server.reached.release()
            peer.until_closed()
        else:
            peer.send(answer(b'{"id": "second"}'))

    with RawServer(script) as server:
        async with client_of(server) as client:
            assert (await client.things.create()).id == "first"
            if late:
                assert await async_reached(server.reached)
            assert (await client.things.create()).id == "second"
        assert server.connections == 2


async def test_a_server_that_closes_between_calls() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK)
        peer.sock.close()
        peer.server.reached.release()

    with RawServer(script) as server:
        async with client_of(server, max_retries=0) as client:
            for _ in range(3):
                await client.things.create()
                assert await async_reached(server.reached)
        assert server.connections == 3


@pytest.mark.parametrize("field", ["connection: close", "Connection: Close"])
async def test_a_server_that_announces_its_closing(field: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b'{"id": "ok"}', field))

    with RawServer(script) as server:
        async with client_of(server) as client:
            for _ in range(3):
                assert (await client.things.create()).id == "ok"


async def test_many_calls_over_few_connections() -> None:
    with RawServer(serve_ok) as server:
        async with client_of(server, http_client=async_pooled(4)) as client:
            outcomes = await async_together([client.things.create] * 100)
        assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
        assert server.connections <= 4
        assert len(server.requests) == 100


async def test_a_call_that_waits_too_long_for_its_turn() -> None:
    with RawServer(after_request(STREAM + EVENT, "hold")) as server:
        async with client_of(server, http_client=async_pooled(1)) as client:
            stream = await client.things.events()
            with pytest.raises(APITimeoutError, match="pool timeout"):
                await client.things.create(timeout=Timeout(15, pool=0.01))
            await stream.close()


async def test_a_turn_that_comes_when_a_stream_is_closed() -> None:
    def script(peer: Peer) -> None:
        while asked := peer.request():
            peer.send(STREAM + EVENT if b"/events" in asked else answer(b'{"id": "ok"}'))

    with RawServer(script) as server:
        async with client_of(server, http_client=async_pooled(1)) as client:
            for _ in range(3):
                stream = await client.things.events()
                assert (await anext(stream)).id == "1"
                await stream.close()
                assert (await client.things.create()).id == "ok"


async def test_other_servers_find_room_in_a_full_pool() -> None:
    with RawServer(serve_ok) as one, RawServer(serve_ok) as other:
        async with client_of(one, http_client=async_pooled(1)) as client:
            for _ in range(3):
                await client.things.create()
                await client.with_options(base_url=other.url("/v1")).things.create()
        assert (len(one.requests), len(other.requests)) == (3, 3)


# --- streams that are left ---


async def test_closing_the_client_ends_its_streams() -> None:
    with RawServer(after_request(STREAM + EVENT, "hold")) as server:
        client = client_of(server)
        stream = await client.things.events()
        assert (await anext(stream)).id == "1"
        await client.close()
        with pytest.raises(APIConnectionError):
            await anext(stream)
        await client.close()
        assert await async_reached(server.given_up)
        with pytest.raises(ClientClosedError):
            await client.things.create()


async def test_closing_the_client_ends_calls_that_wait() -> None:
    with RawServer(after_request(STREAM + EVENT, "hold")) as server:
        client = client_of(server, http_client=async_pooled(1), max_retries=2)
        stream = await client.things.events()

        async def wait() -> Message:
            return await client.things.retrieve("x")

        async def close() -> Message:
            await async_dropped()
            await client.close()
            return Message.construct()

        outcomes = await async_together([wait, wait, close])
        assert isinstance(outcomes[0], ClientClosedError)
        assert isinstance(outcomes[1], ClientClosedError)
        await stream.close()


async def test_a_dropped_client_closes_its_connections() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK)
        peer.until_closed()

    with RawServer(script) as server:
        client = client_of(server)
        await client.things.create()
        del client
        await async_dropped()
        assert await async_reached(server.given_up)


async def test_a_stream_outlives_its_client() -> None:
    go_on = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + EVENT)
        go_on.wait(20)
        peer.send(EVENT + DONE + END)
        peer.until_closed()

    with RawServer(script) as server:
        stream = await client_of(server).things.events()
        assert (await anext(stream)).id == "1"
        await async_dropped()
        go_on.set()
        assert [item.id async for item in stream] == ["1"]
        del stream
        await async_dropped()
        assert await async_reached(server.given_up)


async def test_a_request_goes_out_as_it_should() -> None:
    with RawServer(serve_ok) as server:
        async with client_of(server, default_headers={"X-Latin": "caf\xe9", "Host": "other.test"}) as client:
            await client.things.create(text="a", extra_query={"q": "\u00e9 x"})
        [sent] = server.requests
    head, _, body = sent.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /v1/things?q=%C3%A9+x HTTP/1.1"
    names = [line.partition(b":")[0].lower() for line in lines[1:]]
    assert len(names) == len(set(names))
    assert b"host: other.test" in lines
    assert b"x-latin: caf\xe9" in lines
    assert b"accept-encoding: gzip, deflate" in lines
    assert json.loads(body) == {"text": "a"}
