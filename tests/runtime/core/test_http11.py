"""HTTP/1.1 responses as they may arrive, whole and in pieces, against h11, and the heads of requests."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any, Final

import h11
import pytest

from antiphon.runtime.core.http11 import (
    RequestHead,
    ResponseReader,
    chunk,
    is_refusal,
    last_chunk,
    patience,
    request_head,
)
from antiphon.runtime.core.transport import TransportError

from ..splits import splits

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"

Parsed = tuple[int, list[tuple[str, str]], bytes, bool, bool]


def read(pieces: Iterable[bytes], method: str = "GET", *, ends: bool = True) -> Parsed:
    """Status, fields, body, and whether the connection is of further use and has something left over."""
    reader = ResponseReader(method)
    body = b""
    for piece in pieces:
        reader.feed(piece)
        if reader.head is not None and not reader.is_done:
            body += reader.body()
    if ends and not reader.is_done:
        reader.end()
    assert reader.head is not None
    assert reader.is_done or not ends
    headers: Any = reader.head.headers
    return reader.head.status, headers.multi_items(), body, reader.keeps, reader.has_leftover


def read_by_h11(data: bytes, method: str = "GET") -> Parsed:
    """What h11 makes of the same bytes and their end."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    body, head, is_closed = b"", None, False
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif event is h11.NEED_DATA and not is_closed:
            connection.receive_data(b"")
            is_closed = True
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            fields = [(name.decode(), value.decode("latin-1")) for name, value in head.headers]
            keeps = connection.their_state is h11.DONE
            return head.status_code, fields, body, keeps, bool(connection.trailing_data[0])
        elif not isinstance(event, h11.InformationalResponse):
            raise TransportError(repr(event))


def without_framing(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in ("content-length", "transfer-encoding")]


SOUND: Final[dict[str, bytes]] = {
    "a length": OK + b"Content-Length: 5\r\nContent-Type: a/b\r\n\r\nhello",
    "no body": OK + b"content-length: 0\r\n\r\n",
    "a length said twice": OK + b"content-length: 5\r\ncontent-length: 5\r\n\r\nhello",
    "a length said twice in one": OK + b"content-length: 5, 5\r\n\r\nhello",
    "until the end": OK + b"\r\nhello",
    "nothing until the end": OK + b"\r\n",
    "no reason": b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok",
    "an empty reason": b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok",
    "a long reason": b"HTTP/1.1 404 Not Found, or so\r\ncontent-length: 2\r\n\r\nok",
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 2\nx: y\n\nok",
    "line feeds and a body with empty lines": b"HTTP/1.1 200 OK\ncontent-length: 6\n\n\r\n\r\nok",
    "spaces around values": OK + b"content-length:\t 2 \t\r\nx:\r\ny: a b\r\n\r\nok",
    "a field over lines": OK + b"x: a\r\n  b\r\n\tc\r\ncontent-length: 2\r\n\r\nok",
    "fields that come twice": OK + b"set-cookie: a\r\nset-cookie: b\r\ncontent-length: 2\r\n\r\nok",
    "obsolete text": OK + b"x: \xe9\r\ncontent-length: 2\r\n\r\nok",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    "closing": OK + b"connection: Close\r\ncontent-length: 2\r\n\r\nok",
    "keeping": OK + b"connection: keep-alive\r\ncontent-length: 2\r\n\r\nok",
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nx: y\r\n\r\n"
    + OK
    + b"content-length: 2\r\n\r\nok",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "204 with a length": b"HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n",
    "304 with a length": b"HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
    "chunks": CHUNKED + b"5\r\nhello\r\n6;a=b;c\r\n world\r\n0\r\n\r\n",
    "chunks with large digits and zeros": CHUNKED + b"000A\r\n0123456789\r\n0a\r\n0123456789\r\n000\r\n\r\n",
    "chunks with trailers": CHUNKED + b"2\r\nok\r\n0\r\nx: y\r\nz: w\r\n\r\n",
    "no chunks": CHUNKED + b"0\r\n\r\n",
    "chunks of line breaks": CHUNKED + b"4\r\n\r\n\r\n\r\n2\r\n\r\n\r\n0\r\n\r\n",
    "chunks, whatever the length": OK + b"transfer-encoding: Chunked\r\ncontent-length: 3\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "something left over": OK + b"content-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n",
    "something left over after chunks": CHUNKED + b"2\r\nok\r\n0\r\n\r\n\r\n",
    "something left over where nothing is": b"HTTP/1.1 204 No Content\r\n\r\nx",
}
# Ended by the end of the connection, or framed in two ways: h11 does not say so of the first, and keeps the second.
NOT_KEPT: Final = ("until the end", "nothing until the end", "chunks, whatever the length")


@pytest.mark.parametrize("name", SOUND)
def test_sound_answers(name: str) -> None:
    data = SOUND[name]
    status, fields, body, keeps, _ = read_by_h11(data)
    fields = without_framing(fields)  # whose fields h11 writes its own way
    for pieces in splits(data):
        found = read(pieces)
        assert (found[0], without_framing(found[1]), found[2]) == (status, fields, body)
        assert found[3] is (keeps and name not in NOT_KEPT)
    # What is left over is seen wherever it comes at once.
    assert read([data])[4] is name.startswith("something")


def test_a_head_alone() -> None:
    data = OK + b"content-length: 500\r\n\r\n"
    assert read([data], "HEAD") == (200, [("content-length", "500")], b"", True, False)


def test_identity_is_no_coding() -> None:
    data = OK + b"transfer-encoding: identity\r\ncontent-length: 2\r\n\r\nok"
    assert read([data])[2] == b"ok"


BROKEN: Final[dict[str, bytes]] = {
    "nothing": b"",
    "half a head": OK + b"content-le",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a status below 100": b"HTTP/1.1 020 OK\r\n\r\n",
    "a status with a sign": b"HTTP/1.1 +20 OK\r\n\r\n",
    "two spaces": b"HTTP/1.1  200 OK\r\n\r\n",
    "another version": b"HTTP/2.0 200 OK\r\n\r\n",
    "another protocol": b"ICY 200 OK\r\n\r\n",
    "a zero in the reason": b"HTTP/1.1 200 O\0K\r\n\r\n",
    "an empty line first": b"\r\n" + OK + b"\r\n",
    "a field without colon": OK + b"nonsense\r\n\r\n",
    "a field without name": OK + b": x\r\n\r\n",
    "a space before the colon": OK + b"x : y\r\n\r\n",
    "a zero in a field": OK + b"x: \0\r\n\r\n",
    "a return in a field": OK + b"x: a\rb\r\n\r\n",
    "a continued nothing": OK + b" x\r\n\r\n",
    "protocols switched": b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n",
    "interim answers without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 40 + OK + b"\r\n",
    "a length that is no number": OK + b"content-length: x\r\n\r\n",
    "a length with a sign": OK + b"content-length: +2\r\n\r\nok",
    "a length with an underscore": OK + b"content-length: 1_0\r\n\r\n0123456789",
    "a negative length": OK + b"content-length: -1\r\n\r\n",
    "an empty length": OK + b"content-length:\r\n\r\n",
    "two lengths": OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\nok",
    "a body that ends early": OK + b"content-length: 5\r\n\r\nhell",
    "another coding": OK + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "two codings": OK + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding that others read otherwise": OK + b"transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a length after what is no space here": OK + b"content-length: \x0c2\r\n\r\nok",
    "a length after what is no space there": OK + b"content-length: \xa02\r\n\r\nok",
    "a chunk without size": CHUNKED + b"\r\n0\r\n\r\n",
    "a size that is none": CHUNKED + b"zz\r\n",
    "a size with a prefix": CHUNKED + b"0x2\r\nok\r\n0\r\n\r\n",
    "a size with a sign": CHUNKED + b"+2\r\nok\r\n0\r\n\r\n",
    "a size with an underscore": CHUNKED + b"1_0\r\n",
    "a size beyond all": CHUNKED + b"f" * 30 + b"\r\n",
    "a size ended by a line feed": CHUNKED + b"2\nok\r\n0\r\n\r\n",
    "a chunk longer than its size": CHUNKED + b"2\r\nokay\r\n0\r\n\r\n",
    "a chunk without end": CHUNKED + b"5\r\nhel",
    "no last chunk": CHUNKED + b"2\r\nok\r\n",
    "half a last chunk": CHUNKED + b"2\r\nok\r\n0\r\n",
    "trailers without end": CHUNKED + b"0\r\n" + b"x: y\r\n" * 50_000,
    "a trailer without end": CHUNKED + b"0\r\nx: " + b"y" * 200_000,
    "an extension without end": CHUNKED + b"2;" + b"x" * 10_000,
    "a head without end": OK + b"x: " + b"y" * 200_000,
    "a head that is too long": OK + b"".join(b"x%d: y\r\n" % number for number in range(20_000)) + b"\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_answers(name: str) -> None:
    data = BROKEN[name]
    ways = splits(data) if len(data) < 5_000 else [[data], [data[at : at + 4096] for at in range(0, len(data), 4096)]]
    for pieces in ways:
        with pytest.raises(TransportError) as caught:
            read(pieces)
        assert 10 < len(str(caught.value)) < 100


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"\x15\x03\x01",
        b"\0\0\x12\x04\0",
        b"<html>",
        b"h",
        b"HTTP/2",
        OK + b"x" * 200_000,
        CHUNKED + b"g",
        CHUNKED + b"-",
        CHUNKED + b"2\r\nokay",
        CHUNKED + b"f" * 20,
    ],
)
def test_what_cannot_become_sound_is_told_before_its_end(data: bytes) -> None:
    with pytest.raises(TransportError):
        read([data], ends=False)


def test_random_faults_are_errors_or_what_h11_reads() -> None:
    """Bytes changed, lost and doubled: never a body that a well-known reader would not have read so."""
    generator = random.Random(7)
    sound = list(SOUND.values())
    for _ in range(4_000):
        data = bytearray(generator.choice(sound))
        for _ in range(generator.randrange(1, 4)):
            at = generator.randrange(max(1, len(data)))
            match generator.randrange(4):
                case 0:
                    data[at : at + 1] = bytes([generator.choice(b"\r\n\0 :;0159afx-+_\t")])
                case 1:
                    del data[at : at + 1]
                case 2:
                    data[at:at] = data[at : at + 1]
                case _:
                    del data[at:]
                    data += b"x"
        whole = bytes(data)
        try:
            found = read([whole])
        except TransportError:
            continue
        try:
            wanted = read_by_h11(whole)
        except (TransportError, h11.RemoteProtocolError) as error:
            if "chunk header" in str(error) and (b" ;" in whole or b"\t;" in whole):
                continue  # RFC 9112, section 7.1.1, has spaces there
            pytest.fail(f"{whole!r} is {found!r}, to h11 {error}")
        assert (found[0], found[2]) == (wanted[0], wanted[2]), whole
        assert wanted[3] or not found[3], whole  # never kept where h11 would not keep it


# --- requests ---


def test_the_head_of_a_request() -> None:
    head = request_head("POST", "/v1/x?a=b", "api.test:8080", {"authorization": "Bearer sk-secret", "x": "caf\xe9"})
    assert (
        head
        == b"POST /v1/x?a=b HTTP/1.1\r\nhost: api.test:8080\r\nauthorization: Bearer sk-secret\r\nx: caf\xe9\r\n\r\n"
    )
    assert isinstance(head, RequestHead)
    assert "sk-secret" not in repr(head)
    assert request_head("GET", "/", "a", {"host": "b"}) == b"GET / HTTP/1.1\r\nhost: b\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "target", "fields"),
    [
        ("GET", "/", {"x": "a\r\ny: z"}),
        ("GET", "/", {"x": "a\nb"}),
        ("GET", "/", {"x": "a\rb"}),
        ("GET", "/", {"x": "a\0b"}),
        ("GET", "/", {"x\r\ny": "a"}),
        ("GET", "/", {"x": "€"}),
        ("GET", "/ HTTP/1.1\r\nx: y\r\n", {}),
        ("GET", "/a b", {}),
        ("GET", "/é", {}),
        ("GET", "", {}),
        ("GET / HTTP/1.1\r\n", "/", {}),
        ("GÉT", "/", {}),
        ("", "/", {}),
    ],
)
def test_what_would_be_read_otherwise_is_not_written(method: str, target: str, fields: dict[str, str]) -> None:
    with pytest.raises(TransportError, match=r"^the request could not be written to the connection$"):
        request_head(method, target, "a", fields)


def test_chunks() -> None:
    assert chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
    assert chunk(b"") == b""
    assert read([CHUNKED + chunk(b"a\r\n") + chunk(b"b") + last_chunk])[2] == b"a\r\nb"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", False),
        (b"HTTP/1.1", False),
        (b"HTTP/1.1 4", True),
        (b"HTTP/1.0 503 No\r\n", True),
        (b"HTTP/1.1 307 There\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 413 No", True),
        (b"SSH-2.0-x 4", False),
    ],
)
def test_refusals_that_come_early(data: bytes, expected: bool) -> None:
    assert is_refusal(data) is expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\n", None),
        (b"HTTP/1.1 200 OK\r\n\r\n", None),
        (b"HTTP/1.1 204 None\r\n\r\n", 5),
        (b"HTTP/1.1 204 None\r\nconnection: close\r\n\r\n", 0),
        (b"HTTP/1.0 204 None\r\n\r\n", 0),
        (b"HTTP/1.1 103 Hints\r\n\r\n", None),
        (b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 5),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}", 0),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", 5),
        (CHUNKED + chunk(b"{}"), None),
        (CHUNKED + chunk(b"{}") + last_chunk, 5),
        (CHUNKED + b"no size\r\n", 0),
        (b"SSH-2.0-x", 0),
    ],
)
def test_how_long_who_has_answered_may_take_no_more(data: bytes, expected: float | None) -> None:
    assert patience(data) == expected


def test_a_head_shows_nothing_with_a_body_after_it() -> None:
    head = request_head("POST", "/x", "h", {"authorization": "Bearer secret"})
    assert "secret" not in repr(head + b"{}")
    assert head + b"{}" == bytes(head) + b"{}"
