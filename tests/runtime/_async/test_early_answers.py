"""Answers that come before they are expected: while the body is still sent, and while nobody looks."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import pytest

from antiphon.runtime import APIConnectionError, APIStatusError
from antiphon.runtime.core import http11
from antiphon.runtime.core.sources import FileSource

from ..colours import async_pieces, async_pooled
from ..transports.servers import CERTIFICATE, OK, Peer, RawServer, answer, chunk
from .sdk import AsyncClient

TOO_LARGE: Final = answer(b'{"error": {"message": "enough"}}', "content-type: application/json", status="413 No")
LAST: Final = answer(b'{"ok": true}', "content-type: application/json", "connection: close")
PIECE: Final = b"x" * 100_000
PIECES: Final = 300

tls: Final = pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])


def client_of(server: RawServer, **arguments: Any) -> AsyncClient:
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    transport: Any = async_pooled(5, verify=trusted)
    given: dict[str, Any] = {"max_retries": 0, "timeout": 15, **arguments}
    return AsyncClient(api_key="k", base_url=server.url("/v1"), http_client=transport, **given)


def closes(peer: Peer) -> None:
    """Answer, and close with most of the request unread, which the client's system takes for a reset."""
    if peer.begun():
        peer.send(TOO_LARGE)


def holds(peer: Peer) -> None:
    """Answer, read nothing, and leave the connection open until the client has gone."""
    if peer.begun():
        peer.send(TOO_LARGE)
        peer.server.given_up.acquire(timeout=20)


def hints_and_holds(peer: Peer) -> None:
    if peer.begun():
        peer.send(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
        holds(peer)


def reads_on(peer: Peer) -> None:
    if peer.begun():
        peer.send(TOO_LARGE)
        peer.until_closed()


@tls
@pytest.mark.parametrize("in_pieces", [False, True], ids=["whole", "in pieces"])
@pytest.mark.parametrize("script", [closes, holds, hints_and_holds, reads_on])
async def test_a_refusal_while_the_body_is_sent(script: Callable[[Peer], None], in_pieces: bool, tls: bool) -> None:
    with RawServer(script, tls=tls) as server:
        async with client_of(server) as client:
            content: Any = async_pieces(*[PIECE] * PIECES) if in_pieces else PIECE * PIECES
            with pytest.raises(APIStatusError, match="enough") as caught:
                await client.post("/x", cast_to=dict[str, Any], content=content)
            assert caught.value.status_code == 413
            server.given_up.release()


@tls
async def test_a_refusal_that_nobody_saw_before_the_next_piece_failed(tls: bool) -> None:
    def script(peer: Peer) -> None:
        closes(peer)
        peer.sock.close()
        peer.server.reached.release()

    with RawServer(script, tls=tls) as server:

        async def slow() -> AsyncIterator[bytes]:
            yield PIECE
            assert server.reached.acquire(timeout=20)
            for _ in range(PIECES):
                yield PIECE

        async with client_of(server) as client:
            with pytest.raises(APIStatusError, match="enough"):
                await client.post("/x", cast_to=dict[str, Any], content=slow())


@tls
async def test_a_welcome_that_comes_early_does_not_end_the_body(tls: bool) -> None:
    """A server may answer as it reads, as one does that gives back what it is given."""
    given_back = 3_000_000

    def script(peer: Peer) -> None:
        if peer.begun():
            peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunk(b"y" * given_back))
            peer.request()
            peer.send(b"0\r\n\r\n")
            peer.request()
            peer.send(OK)

    with RawServer(script, tls=tls) as server:
        async with client_of(server) as client:
            answered = await client.post("/x", cast_to=bytes, content=PIECE * 100)
            assert len(answered) == given_back
            assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
    assert len(server.requests[0]) > len(PIECE) * 100
    assert server.connections == 1


async def test_a_file_of_which_the_rest_is_refused_is_closed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large"
    path.write_bytes(PIECE * PIECES)
    closed: list[FileSource] = []
    close = FileSource.close

    def noted(source: FileSource) -> None:
        close(source)
        closed.append(source)

    monkeypatch.setattr(FileSource, "close", noted)
    with RawServer(holds) as server:
        async with client_of(server) as client:
            with pytest.raises(APIStatusError, match="enough"):
                await client.post("/x", cast_to=dict[str, Any], content=path)
            assert len(closed) == 1
            server.given_up.release()


def welcomes_and_holds(peer: Peer) -> None:
    if peer.begun():
        peer.send(OK)
        peer.server.given_up.acquire(timeout=20)


def welcomes_for_the_last_time(peer: Peer) -> None:
    if peer.begun():
        peer.send(LAST)
        peer.server.given_up.acquire(timeout=20)


def welcomes_and_ends(peer: Peer) -> None:
    if peer.begun():
        peer.send(OK)
        socket.socket.shutdown(peer.sock, socket.SHUT_WR)  # of TLS says nothing
        peer.server.given_up.acquire(timeout=20)


def mumbles_and_holds(peer: Peer) -> None:
    if peer.begun():
        peer.send(b"220 this is no HTTP\r\n")
        peer.server.given_up.acquire(timeout=20)


@tls
@pytest.mark.parametrize("in_pieces", [False, True], ids=["whole", "in pieces"])
@pytest.mark.parametrize("script", [welcomes_and_holds, welcomes_for_the_last_time, welcomes_and_ends])
async def test_a_whole_answer_from_a_server_that_takes_no_more(
    script: Callable[[Peer], None], in_pieces: bool, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write timeout is for answers that may still come."""
    # Who keeps the connection has to read the rest, and gets some time for it; others do not.
    monkeypatch.setattr(http11, "_ANSWERED_SECONDS", 0.3 if script is welcomes_and_holds else 60)

    def first_so(peer: Peer) -> None:
        script(peer) if peer.server.connections == 1 else (peer.request(), peer.send(OK))

    with RawServer(first_so, tls=tls) as server:
        async with client_of(server, timeout=None) as client:
            content: Any = async_pieces(*[PIECE] * PIECES) if in_pieces else PIECE * PIECES
            assert await client.post("/x", cast_to=dict[str, Any], content=content) == {"ok": True}
            server.given_up.release()
            assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
    assert server.connections == 2


async def test_what_is_no_answer_from_a_server_that_takes_no_more() -> None:
    with RawServer(mumbles_and_holds) as server:
        async with client_of(server, timeout=None) as client:
            with pytest.raises(APIConnectionError, match="not HTTP"):
                await client.post("/x", cast_to=dict[str, Any], content=PIECE * PIECES)
            server.given_up.release()


@tls
@pytest.mark.parametrize("late", [b"", answer(b'{"ok": false}')], ids=["closed", "another answer"])
async def test_what_happened_to_an_idle_connection_while_nobody_looked(late: bytes, tls: bool) -> None:
    """An event loop may be busy with other things between two calls."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK)
        if peer.server.connections == 1:
            assert peer.server.reached.acquire(timeout=20)
            peer.send(late)
            if not late:
                peer.sock.close()
            peer.server.given_up.release()
        peer.request()

    with RawServer(script, tls=tls) as server:
        async with client_of(server) as client:
            assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
            server.reached.release()
            assert server.given_up.acquire(timeout=20)
            assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}
    assert server.connections == 2


async def test_who_asks_for_the_end_of_the_connection_gets_it() -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(OK)

    with RawServer(script) as server:
        async with client_of(server) as client:
            for _ in range(2):
                await client.get("/x", cast_to=dict[str, Any], options={"headers": {"Connection": "Close"}})
    assert server.connections == 2
