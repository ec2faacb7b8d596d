"""Each fault as it looks over a real connection, and the instructions that ask for it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from antiphon.mock import MockServer, serve

from ..work import without_hanging
from .wire import Answered, Wire

CHAT = {"model": "m", "messages": [{"role": "user", "content": "one two three four"}]}
STREAM = json.dumps({**CHAT, "stream": True}).encode()


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


@pytest.fixture
def wire(server: MockServer) -> Iterator[Wire]:
    with Wire(server.url) as wire:
        yield wire


def sent(wire: Wire, fault: str, path: str = "/models", body: bytes = b"") -> None:
    wire.send(wire.request("POST" if body else "GET", path, body, {"x-mock-fault": fault}))


def got(wire: Wire, fault: str, path: str = "/models", body: bytes = b"") -> Answered:
    sent(wire, fault, path, body)
    return wire.answer()


@pytest.mark.parametrize("status", [400, 401, 404, 409, 418, 422, 429, 500, 503, 599])
def test_a_status(status: int, wire: Wire) -> None:
    answer = got(wire, f"status={status}")
    assert answer.status == status
    error = json.loads(answer.body)["error"]
    assert error["message"]
    assert set(error) == {"message", "type", "param", "code"}


def test_a_status_that_is_no_error(wire: Wire) -> None:
    assert got(wire, "status=202").status == 202
    assert got(wire, "status=204").body == b""


def test_a_fault_takes_the_place_of_a_refusal(wire: Wire) -> None:
    assert got(wire, "status=503", "/nothing").status == 503
    assert got(wire, "delay=0", "/nothing").status == 404


def test_headers_that_say_when_to_come_back(wire: Wire) -> None:
    answer = got(wire, "retry-after=3")
    assert (answer.status, answer.headers["retry-after"]) == (429, "3")
    answer = got(wire, "status=500; retry-after-ms=20; X-Should-Retry=false")
    assert answer.status == 500
    assert (answer.headers["retry-after-ms"], answer.headers["x-should-retry"]) == ("20", "false")


def test_pages_that_are_no_answers(wire: Wire) -> None:
    answer = got(wire, "html")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!doctype html>")
    assert got(wire, "status=502; html").status == 502
    answer = got(wire, "empty")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/json", b"")
    answer = got(wire, "error-in-200")
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (200, "server_error")


def test_an_error_in_the_middle_of_a_stream(wire: Wire) -> None:
    answer = got(wire, "error-in-200", "/chat/completions", STREAM)
    events = answer.body.decode().split("\n\n")
    assert "chat.completion.chunk" in events[0]
    assert json.loads(events[-2].removeprefix("data: "))["error"]
    assert b"[DONE]" not in answer.body


def test_a_delay(wire: Wire) -> None:
    began = time.perf_counter()
    assert got(wire, "delay=0.2").status == 200
    assert time.perf_counter() - began >= 0.2


def test_a_drop(wire: Wire) -> None:
    sent(wire, "drop")
    assert wire.rest() == b""


@pytest.mark.parametrize(("fault", "kept"), [("truncate=10", 10), ("truncate=0", 0), ("truncate", None)])
def test_a_body_that_is_cut_off(fault: str, kept: int | None, wire: Wire) -> None:
    sent(wire, fault)
    head, _, body = wire.rest().partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split()[1])
    assert len(body) == (length // 2 if kept is None else kept)


def test_a_stream_that_is_cut_off(wire: Wire) -> None:
    sent(wire, "cut-stream=3", "/chat/completions", STREAM)
    whole = wire.rest()
    assert whole.count(b"data: ") == 3
    assert not whole.endswith(b"0\r\n\r\n")
    assert b"[DONE]" not in whole


def test_answers_that_stand_still(server: MockServer) -> None:
    """Nothing, or half of it, comes; and the connection is there until the client goes, or the server."""
    for fault, path, body, start in (
        ("stall", "/models", b"", b""),
        ("stall-body=5", "/models", b"", b"HTTP/1.1 200"),
        ("stall-body", "/chat/completions", STREAM, b"HTTP/1.1 200"),
    ):
        with Wire(server.url) as wire:
            sent(wire, fault, path, body)
            if start:
                assert wire.line().startswith(start)
            with Wire(server.url) as other:  # which goes on meanwhile
                assert got(other, "").status == 200


def test_a_server_ends_while_answers_stand_still() -> None:
    with without_hanging(), serve() as server:
        wires = [Wire(server.url) for _ in range(3)]
        for wire, fault in zip(wires, ("stall", "stall-body=3", "delay=600"), strict=True):
            sent(wire, fault)
        while len(server.requests) < 3:
            time.sleep(0.001)
    for wire in wires:
        wire.rest()
        with wire:
            pass


def test_a_number_of_times(wire: Wire) -> None:
    assert [got(wire, "status=503; times=2").status for _ in range(6)] == [503, 503, 200, 503, 503, 200]
    assert got(wire, "status=503; times=0").status == 200


def test_what_is_counted_together(wire: Wire) -> None:
    for path in ("/models", "/models/a"):  # each path for itself
        assert got(wire, "status=500; times=1; key=", path).status == 500
    for path, status in (("/models", 500), ("/models/a", 500), ("/models/b", 200)):
        assert got(wire, "status=500; times=2; key=mine", path).status == status


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("statsu=5", "'statsu' is no fault; there are status="),
        ("status", "status= needs a number, not ''"),
        ("status=99", "status= has to be from 100 to 599"),
        ("status=nan", "status= has to be from"),
        ("delay=-1", "delay= has to be from 0 to 600"),
        ("delay=soon", "delay= needs a number, not 'soon'"),
        ("times=x", "times= needs a number"),
        ("cut-stream=x", "cut-stream= needs a number"),
        ("html=5", "'html' is no fault"),
    ],
)
def test_an_instruction_that_is_none(fault: str, message: str, wire: Wire) -> None:
    answer = got(wire, fault)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["param"]) == (400, "invalid_fault", "x-mock-fault")
    assert message in error["message"]


def test_odd_spellings_of_instructions(wire: Wire) -> None:
    assert got(wire, " STATUS = 503 ;; ").status == 503
    assert got(wire, ";").status == 200
