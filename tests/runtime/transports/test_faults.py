"""What goes wrong on a wire, and what each transport makes of it: a typed error of the right kind, and no secret."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import Final

import pytest

from antiphon.runtime.core.timeouts import Timeout
from antiphon.runtime.core.transport import TransportError, TransportTimeout

from .servers import OK, Peer, RawServer, answer, serve_ok, unused_port
from .transports import NAMES, exchange, opened, opened_reply

Script = Callable[[Peer], object]


def after_request(data: bytes, end: str = "close") -> Script:
    """Read the request, send these bytes, and then close, reset or hold the connection."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(data)
        if end == "hold":
            peer.until_closed()
        elif end == "reset":
            peer.reset()

    return script


def at_once(data: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.send(data)
        peer.until_closed()

    return script


HEAD: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = HEAD + b"transfer-encoding: chunked\r\n\r\n"

BROKEN: Final[dict[str, Script]] = {
    "closed at once": lambda peer: None,
    "closed without an answer": after_request(b""),
    "reset": after_request(b"", "reset"),
    "an ssh server": lambda peer: (
        peer.send(b"SSH-2.0-OpenSSH_9.6\r\n"),
        peer.request(),
        peer.send(b"Invalid SSH identification string.\r\n"),
    ),
    "an http2 server": at_once(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
    "a tls server": at_once(b"\x15\x03\x01\x00\x02\x02\x16"),
    "half a head": after_request(HEAD + b"content-ty"),
    "a malformed status line": after_request(b"HTTP/1.1 OK\r\n\r\n"),
    "another protocol's status line": after_request(b"ICY 200 OK\r\n\r\n"),
    "a header without colon": after_request(HEAD + b"nonsense\r\ncontent-length: 0\r\n\r\n"),
    "a negative content length": after_request(HEAD + b"content-length: -1\r\n\r\n", "hold"),
    "contradictory content lengths": after_request(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}", "hold"),
    "a head of 20 MB": after_request(HEAD + b"x-long: " + b"x" * 20_000_000 + b"\r\n\r\n", "hold"),
    "ten thousand headers": after_request(
        HEAD + b"".join(b"x-h%d: %0100d\r\n" % (i, i) for i in range(10_000)) + b"\r\n"
    ),
    "a body that ends early": after_request(HEAD + b"content-length: 100\r\n\r\n{}"),
    "a body that is reset": after_request(HEAD + b"content-length: 100\r\n\r\n{}", "reset"),
    "chunks without end": after_request(CHUNKED + b"2\r\n{}\r\n"),
    "a bad chunk size": after_request(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", "hold"),
    "a bad chunk size later": after_request(CHUNKED + b"2\r\n{}\r\nzz\r\n", "hold"),
    "a negative chunk size": after_request(CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", "hold"),
    "a chunk that is too long": after_request(CHUNKED + b"2\r\n{}junk\r\n0\r\n\r\n", "hold"),
}


async def fault(name: str, url: str, **arguments: object) -> TransportError:
    """The error of one exchange, free of secrets."""
    async with opened(name) as made:
        with pytest.raises(TransportError) as caught:
            await exchange(made, url, **arguments)
    error = caught.value
    shown = [str(error), repr(error), repr(error.cause), repr(getattr(error.cause, "args", ""))]
    shown += ["".join(traceback.format_exception(error.cause)) if error.cause else ""]
    assert "sk-secret" not in " ".join(shown)
    assert len(str(error)) < 1000
    return error


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", BROKEN)
async def test_broken_answer(name: str, case: str) -> None:
    with RawServer(BROKEN[case]) as server:
        error = await fault(name, server.url())
    assert not isinstance(error, TransportTimeout)
    assert server.connections == 1


@pytest.mark.parametrize("name", NAMES)
async def test_broken_answer_to_a_get_is_not_asked_for_again(name: str) -> None:
    with RawServer(after_request(b"")) as server:
        await fault(name, server.url(), method="GET", body=None)
    assert server.connections == 1


@pytest.mark.parametrize("name", NAMES)
async def test_refused(name: str) -> None:
    error = await fault(name, f"http://127.0.0.1:{unused_port()}/")
    assert not isinstance(error, TransportTimeout)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("host", ["a" * 70 + ".test", "a..test"])
async def test_host_that_cannot_be(name: str, host: str) -> None:
    error = await fault(name, f"http://{host}/")
    assert not isinstance(error, TransportTimeout)


@pytest.mark.parametrize("name", NAMES)
async def test_untrusted_certificate(name: str) -> None:
    with RawServer(after_request(OK), tls=True) as server:
        error = await fault(name, server.url())
    assert not isinstance(error, TransportTimeout)
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)


@pytest.mark.parametrize("name", NAMES)
async def test_tls_to_a_server_without(name: str) -> None:
    with RawServer(at_once(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        error = await fault(name, server.url().replace("http:", "https:"))
    assert not isinstance(error, TransportTimeout)


STALLS: Final[dict[str, Script]] = {
    "no answer": after_request(b"", "hold"),
    "half a head": after_request(HEAD + b"content-ty", "hold"),
    "half a body": after_request(HEAD + b"content-length: 100\r\n\r\n{}", "hold"),
    "chunks without end": after_request(CHUNKED + b"2\r\n{}\r\n", "hold"),
    "a body without an end": after_request(HEAD + b"\r\n{}", "hold"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", STALLS)
async def test_read_timeout(name: str, case: str) -> None:
    with RawServer(STALLS[case]) as server:
        error = await fault(name, server.url(), timeout=Timeout(15, read=0.1))
        assert server.given_up.acquire(timeout=15)
    assert isinstance(error, TransportTimeout)
    assert "read timeout" in str(error)


@pytest.mark.parametrize("name", NAMES)
async def test_write_timeout(name: str) -> None:
    with RawServer(lambda peer: peer.server.given_up.acquire(timeout=15)) as server:
        error = await fault(name, server.url(), body=bytes(30_000_000), timeout=Timeout(15, write=0.1))
        server.given_up.release()
    assert isinstance(error, TransportTimeout)
    assert "write timeout" in str(error)


@pytest.mark.parametrize("name", NAMES)
async def test_connect_timeout_while_tls_begins(name: str) -> None:
    with RawServer(lambda peer: peer.until_closed()) as server:
        url = server.url().replace("http:", "https:")
        error = await fault(name, url, timeout=Timeout(15, connect=0.2))
    assert isinstance(error, TransportTimeout)
    assert "connect timeout" in str(error)


@pytest.mark.parametrize("name", NAMES)
async def test_pool_timeout(name: str) -> None:
    with RawServer(after_request(HEAD + b"content-length: 100\r\n\r\n{}", "hold")) as server:
        async with opened(name, connections=1) as made:
            held = await opened_reply(made, server.url())
            with pytest.raises(TransportTimeout, match="pool timeout"):
                await opened_reply(made, server.url(), Timeout(15, pool=0.05))
            await held.aclose()


@pytest.mark.parametrize("name", NAMES)
async def test_no_time_at_all(name: str) -> None:
    with RawServer(after_request(b"", "hold")) as server:
        error = await fault(name, server.url(), timeout=Timeout(15, read=0))
    assert isinstance(error, TransportTimeout)


@pytest.mark.parametrize("name", NAMES)
async def test_a_full_pool_is_waiting(name: str) -> None:
    with RawServer(serve_ok) as server:
        async with opened(name, connections=5) as made:
            answers = await asyncio.gather(*(exchange(made, server.url()) for _ in range(40)))
    assert [status for status, _ in answers] == [200] * 40
    assert server.connections <= 5


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("httpx client", "httpx2 client")])
@pytest.mark.parametrize("extra", [b"JUNK", b"\r\n", answer(b"wrong"), HEAD + b"content-length: 5\r\n\r\nwr"])
@pytest.mark.parametrize("late", [False, True])
async def test_what_comes_after_a_response_is_no_answer(name: str, extra: bytes, late: bool) -> None:
    """Bytes beyond the content length, with the response or after it was read.

    A client the user made has a pool of httpx's own, which does not look.
    """
    with RawServer(_with_leftovers(extra, late=late)) as server:
        async with opened(name) as made:
            for _ in range(3):
                try:
                    status, body = await exchange(made, server.url())
                except TransportError:
                    continue  # allowed, if only it is never somebody else's answer
                assert (status, body) == (200, b'{"ok": true}')
                if late:
                    await asyncio.to_thread(server.given_up.acquire, timeout=15)


def _with_leftovers(extra: bytes, *, late: bool) -> Script:
    def script(peer: Peer) -> None:
        while peer.request():
            if late:
                peer.send(OK)
                peer.send(extra)
                peer.server.given_up.release()
            else:
                peer.send(OK + extra)

    return script
