"""Tracebacks that show variables, as those of error trackers do, show no key, whatever failed over a connection."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest

from antiphon.runtime import APIError, Call, Timeout

from ..colours import async_pieces, async_pooled
from ..samples import SECRET
from ..transports.servers import CERTIFICATE, OK, Peer, RawServer
from .sdk import AsyncClient


def client_of(server: RawServer, **arguments: Any) -> AsyncClient:
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    transport: Any = async_pooled(5, verify=trusted)
    given: dict[str, Any] = {"max_retries": 0, "timeout": 15, **arguments}
    return AsyncClient(api_key=SECRET, base_url=server.url("/v1"), http_client=transport, **given)


def shown(error: BaseException | None) -> str:
    """All variables of our own functions that a traceback of the error and of what led to it can show."""
    texts: list[str] = []
    while error is not None:
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if "/tests/" not in code.co_filename:
                texts += [f"{code.co_name}.{name} = {value!r}" for name, value in step.tb_frame.f_locals.items()]
            step = step.tb_next
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


async def fails() -> AsyncIterator[bytes]:
    yield b"x" * 10
    raise ZeroDivisionError


def holds(peer: Peer) -> None:
    if peer.begun():
        peer.until_closed()


def answers(data: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(data)

    return script


def deaf(peer: Peer) -> None:
    peer.server.given_up.acquire(timeout=20)


LONG: Final = b"x" * 30_000_000

CASES: Final[dict[str, tuple[Callable[[Peer], Any], Callable[[AsyncClient], Any]]]] = {
    "read timeout": (holds, lambda client: client.post("/x", cast_to=object, body={"a": 1})),
    "write timeout": (deaf, lambda client: client.post("/x", cast_to=object, content=LONG)),
    "write timeout of a piece": (deaf, lambda client: client.post("/x", cast_to=object, content=async_pieces(LONG))),
    "closed": (answers(b""), lambda client: client.post("/x", cast_to=object, body={"a": 1})),
    "garbage": (answers(b"220 ftp\r\n\r\n"), lambda client: client.post("/x", cast_to=object, body={"a": 1})),
    "cut off": (answers(OK[:-1]), lambda client: client.get("/x", cast_to=object)),
    "body that fails": (holds, lambda client: client.post("/x", cast_to=object, content=fails())),
    "request that cannot be": (holds, lambda client: client.request_value(Call("G T", "/x"), object)),
}


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("case", CASES)
async def test_no_variable_shows_the_key(case: str, tls: bool) -> None:
    script, call = CASES[case]
    with RawServer(script, tls=tls) as server:
        async with client_of(server, timeout=Timeout(15, read=0.1, write=0.1)) as client:
            with pytest.raises((APIError, ZeroDivisionError)) as caught:
                await call(client)
            server.given_up.release()
    assert "request" in shown(caught.value)
    assert SECRET not in shown(caught.value)
