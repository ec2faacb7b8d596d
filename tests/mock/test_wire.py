"""HTTP as clients of any kind speak it, over real connections."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from antiphon.mock import MockServer, serve

from .wire import Wire

CHAT = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


@pytest.fixture
def wire(server: MockServer) -> Iterator[Wire]:
    with Wire(server.url) as wire:
        yield wire


def test_one_connection_is_used_again(wire: Wire) -> None:
    for _ in range(3):
        wire.send(wire.request("GET", "/models"))
        assert wire.answer().status == 200
    wire.send(wire.request("POST", "/chat/completions", CHAT))
    assert json.loads(wire.answer().body)["object"] == "chat.completion"


def test_it_is_used_again_after_refusals(wire: Wire) -> None:
    for request, status in (
        (wire.request("GET", "/nothing"), 404),
        (wire.request("DELETE", "/chat/completions"), 405),
        (wire.request("POST", "/chat/completions", b"{"), 400),
        (wire.request("POST", "/chat/completions", CHAT, {"content-type": "text/plain"}), 415),
        (wire.request("GET", "/models", headers={"authorization": ""}), 401),
        (wire.request("GET", "/models"), 200),
    ):
        wire.send(request)
        assert wire.answer().status == status


def test_it_ends_where_the_client_says_so(wire: Wire) -> None:
    wire.send(wire.request("GET", "/models", headers={"connection": "close"}))
    assert wire.rest().startswith(b"HTTP/1.1 200 ")


def test_http_1_0(wire: Wire) -> None:
    wire.send(wire.request("GET", "/models").replace(b"HTTP/1.1", b"HTTP/1.0"))
    whole = wire.rest()
    assert whole.startswith(b"HTTP/1.1 200 ")
    assert json.loads(whole.partition(b"\r\n\r\n")[2])["object"] == "list"


def test_head_has_the_length_and_no_body(wire: Wire) -> None:
    wire.send(wire.request("HEAD", "/models"))
    head = wire.answer(head=True)
    wire.send(wire.request("GET", "/models"))
    got = wire.answer()
    assert (head.status, head.headers["content-length"]) == (200, str(len(got.body)))


def test_options(wire: Wire) -> None:
    wire.send(wire.request("OPTIONS", "/chat/completions"))
    answer = wire.answer()
    assert (answer.status, answer.headers["allow"]) == (204, "GET, POST, OPTIONS")
    assert "content-length" not in answer.headers  # RFC 9110, section 8.6


def test_the_body_is_asked_for(wire: Wire) -> None:
    whole = wire.request("POST", "/chat/completions", CHAT, {"expect": "100-continue"})
    head, body = whole[: -len(CHAT)], whole[-len(CHAT) :]
    wire.send(head)
    assert wire.answer().status == 100
    wire.send(body)
    assert wire.answer().status == 200


def test_requests_sent_at_once_are_answered_in_their_order(wire: Wire) -> None:
    paths = ["/models/a", "/nothing", "/models/b", "/models/c"]
    wire.send(b"".join(wire.request("GET", path) for path in paths))
    answers = [wire.answer() for _ in paths]
    assert [answer.status for answer in answers] == [200, 404, 200, 200]
    assert [json.loads(answers[place].body)["id"] for place in (0, 2, 3)] == ["a", "b", "c"]


def test_a_body_in_chunks(wire: Wire) -> None:
    head = wire.request("POST", "/chat/completions", headers={"transfer-encoding": "chunked"})
    head = head.replace(b"\r\n\r\n", b"\r\ncontent-type: application/json\r\n\r\n")
    wire.send(head)
    for at in range(0, len(CHAT), 10):
        piece = CHAT[at : at + 10]
        wire.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    wire.send(b"0\r\n\r\n")
    assert wire.answer().status == 200


def test_a_stream_comes_in_chunks_and_the_connection_stays(wire: Wire) -> None:
    body = CHAT[:-1] + b', "stream": true}'
    wire.send(wire.request("POST", "/chat/completions", body))
    answer = wire.answer()
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.body.endswith(b"data: [DONE]\n\n")
    wire.send(wire.request("GET", "/models"))
    assert wire.answer().status == 200


def test_a_request_byte_by_byte(wire: Wire) -> None:
    for byte in wire.request("POST", "/chat/completions", CHAT):
        wire.send(bytes([byte]))
    assert wire.answer().status == 200


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n",
        b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 300_000,
    ],
)
def test_what_is_no_http_ends_the_connection_and_nothing_else(data: bytes, server: MockServer, wire: Wire) -> None:
    wire.send(data)
    whole = wire.rest()
    assert whole == b"" or whole.startswith(b"HTTP/1.1 4")
    with Wire(server.url) as other:
        other.send(other.request("GET", "/models"))
        assert other.answer().status == 200


@pytest.mark.parametrize("sent", [0.0, 0.5, 0.99])
def test_a_client_that_leaves_in_the_middle(sent: float, server: MockServer) -> None:
    with Wire(server.url) as gone:
        whole = gone.request("POST", "/chat/completions", CHAT)
        gone.send(whole[: int(len(whole) * sent)])
    with Wire(server.url) as wire:
        wire.send(wire.request("GET", "/models"))
        assert wire.answer().status == 200


def test_odd_values_of_headers_do_no_harm(wire: Wire) -> None:
    odd = {"x-a": "\xff\xfe", "cookie": "a=b; ;=;c", "accept": ";;,,", "x-mock-fault": ";", "content-type": ";"}
    wire.send(wire.request("GET", "/models", headers=odd))
    assert wire.answer().status == 200


def test_every_answer_has_an_id_of_its_own(wire: Wire) -> None:
    seen: set[str] = set()
    for path in ("/models", "/nothing", "/models"):
        wire.send(wire.request("GET", path))
        seen.add(wire.answer().headers["x-request-id"])
    assert len(seen) == 3
