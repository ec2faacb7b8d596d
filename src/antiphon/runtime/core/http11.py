"""HTTP/1.1 on the wire (RFC 9112): the bytes of a request's head, and the response in the bytes of a connection.

Nothing here waits: whoever has bytes of a connection feeds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import TYPE_CHECKING, Final

from .headers import Headers, field_text
from .response import BODILESS, Head
from .transport import TransportError

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["RequestHead", "ResponseReader", "chunk", "is_refusal", "last_chunk", "patience", "request_head"]

_HEAD_AT_MOST: Final = 100 * 1024
_INTERIM_AT_MOST: Final = 32
_CHUNK_LINE_AT_MOST: Final = 4096
_ANSWERED_SECONDS: Final = 5.0

# Looked through without regular expressions: making these takes longer than a first call should.
_TOKEN: Final = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = b"0123456789"
_HEX_DIGITS: Final = b"0123456789ABCDEFabcdef"

# How the end of a body is told.
_BY_LENGTH: Final = 0
_BY_CHUNKS: Final = 1
_BY_CLOSING: Final = 2

# Where in a body in chunks the next byte belongs.
_IN_SIZE: Final = 0
_IN_DATA: Final = 1
_AFTER_DATA: Final = 2
_IN_TRAILERS: Final = 3

_KNOWN_AT_MOST: Final = 1024
_known: Final[dict[bytes, tuple[str, str]]] = {}
"""Header lines seen before, as name and value: most lines of a response are those of the response before."""


class RequestHead(bytes):
    """The head of a request, perhaps with some of the body. `repr` shows nothing, for tracebacks may show variables."""

    def __repr__(self) -> str:
        return "<the head of a request>"

    def __add__(self, body: Buffer, /) -> RequestHead:
        return RequestHead(super().__add__(body))


def request_head(method: str, target: str, host: str, fields: Mapping[str, str]) -> RequestHead:
    """The request line and the header fields, with the empty line that ends them.

    `host` is for the field of that name, where `fields` has none. Raises `TransportError` for what would not be read
    back as it is meant (RFC 9112, section 11.2); the message shows nothing of it.
    """
    if (
        not (method.isascii() and method.isalpha())
        or not target.isascii()
        or not target.isprintable()
        or " " in target
        or not target
    ):
        raise TransportError("the request could not be written to the connection")
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in fields:
        lines.append(f"host: {host}")
    lines += [f"{name}: {value}" for name, value in fields.items()]
    text = "\r\n".join(lines)
    breaks = len(lines) - 1
    if "\0" in text or text.count("\r") != breaks or text.count("\n") != breaks:
        raise TransportError("the request could not be written to the connection")
    try:
        return RequestHead(f"{text}\r\n\r\n".encode("latin-1"))
    except UnicodeEncodeError:
        raise TransportError("the request could not be written to the connection") from None


def chunk(data: bytes) -> bytes:
    """One piece of a body whose length is not known; nothing for an empty piece, which would end it."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


last_chunk: Final = b"0\r\n\r\n"


def is_refusal(data: bytes) -> bool:
    """Whether what comes from the server while a body is sent says that nobody will read the rest of it.

    Such are answers that redirect or fail (RFC 9112, section 9.3); one that is welcome may be made as the body comes.
    """
    while data[:7] == b"HTTP/1." and data[8:10] == b" 1":
        data = data.partition(b"\r\n\r\n")[2]
    return data[:7] == b"HTTP/1." and data[8:9] == b" " and data[9:10] in (b"3", b"4", b"5")


def patience(data: bytes) -> float | None:
    """How long a server may take no more of a body, by what comes from it while that is sent; None: as long as any may.

    Once its answer is whole, it has no more to say. If it will close the connection then (RFC 9112, section 9.6), or
    says what nobody understands, there is nothing to wait for; else it has to read the rest (section 9.3), in its time.
    """
    if not data:  # as nearly always
        return None
    reader = ResponseReader("POST")
    try:
        reader.feed(data)
        if reader.head is not None:
            reader.body()
    except TransportError:
        return 0.0
    if not reader.is_done:
        return None
    return _ANSWERED_SECONDS if reader.keeps else 0.0


class ResponseReader:
    """One response: feed it until `head` is there, then take the body.

    Every fault of what is fed raises `TransportError`; the connection is of no further use then.
    """

    __slots__ = ("_framing", "_interim", "_left", "_method", "_place", "_rest", "_trailers", "head", "is_done", "keeps")

    def __init__(self, method: str) -> None:
        self.head: Head | None = None
        self.is_done = False
        """Whether the body has ended."""
        self.keeps = False
        """Whether the connection can serve another request after this one."""
        self._method = method
        self._rest: bytes | bytearray = b""
        self._framing = _BY_LENGTH
        self._left = 0  # bytes of the body, or of the chunk
        self._place = _IN_SIZE
        self._interim = 0
        self._trailers = 0

    @property
    def has_leftover(self) -> bool:
        """Whether more bytes came than belong to the response. They must never become the answer to another request."""
        return bool(self._rest)

    def feed(self, data: bytes) -> None:
        """Bytes as they came from the connection; `body` gives what of them is the body."""
        rest = self._rest
        before = len(rest)
        if not before:
            self._rest = data
        elif isinstance(rest, bytearray):
            rest += data
        else:
            self._rest = bytearray(rest + data)
        if self.head is None:
            self._read_head(max(0, before - 3))  # what was looked through before is not looked through again

    def end(self) -> None:
        """The connection has ended. Raises `TransportError` if the response has not."""
        if self.head is None:
            what = "without an answer" if not self._rest and not self._interim else "within the head of its answer"
            raise TransportError(f"the server closed the connection {what}")
        if self._framing == _BY_CLOSING:
            self.is_done = True
        elif not self.is_done:
            raise TransportError("the server closed the connection before the end of its answer")

    def body(self) -> bytes:
        """What came of the body since the last time; empty when nothing did, or all of it was taken."""
        if self._framing == _BY_CHUNKS:
            return self._from_chunks()
        data = bytes(self._rest)
        if self._framing == _BY_CLOSING:
            self._rest = b""
            return data
        left = self._left
        if len(data) > left:
            data, self._rest = data[:left], data[left:]
        else:
            self._rest = b""
        self._left = left - len(data)
        if not self._left:
            self.is_done = True
        return data

    def ends_here(self) -> bool:
        """Whether the end of the body is among the bytes that came."""
        if self.is_done or self._framing == _BY_LENGTH:
            return len(self._rest) >= self._left
        return self._framing == _BY_CHUNKS and self._rest.endswith(last_chunk)

    # --- the head ---

    def _read_head(self, start: int) -> None:
        while self.head is None:
            data = self._rest
            if not data:
                return
            if not data.startswith(b"HTTP/1.") and not b"HTTP/1.".startswith(bytes(data[:7])):
                raise TransportError("the server's answer is not HTTP/1.1")
            end = data.find(b"\n\r\n", start)
            bare = data.find(b"\n\n", start, end + 1 if end >= 0 else len(data))
            size = 2 if bare >= 0 else 3
            end = bare if bare >= 0 else end
            if end < 0 and len(data) <= _HEAD_AT_MOST:
                return
            if end < 0 or end > _HEAD_AT_MOST:
                raise TransportError(f"the head of the answer is longer than {_HEAD_AT_MOST} bytes")
            self._rest = bytes(data[end + size :])
            self._begin(bytes(data[:end]))
            start = 0

    def _begin(self, block: bytes) -> None:
        lines = block.split(b"\n")
        version, status = _status(lines[0].removesuffix(b"\r"))
        pairs = _fields(lines)
        if status < 200:
            if status == 101:
                raise TransportError("the server changes to another protocol, which nobody asked for")
            self._interim += 1
            if self._interim > _INTERIM_AT_MOST:
                raise TransportError(f"more than {_INTERIM_AT_MOST} interim answers came")
            return
        headers = Headers.of_lower(pairs)
        self.keeps = version != "HTTP/1.0" and "close" not in headers.get("connection", "").lower()
        self._frame(status, headers)
        self.head = Head(status, headers, version)

    def _frame(self, status: int, headers: Headers) -> None:
        """How long the body is (RFC 9112, section 6.3)."""
        coding = headers.get("transfer-encoding", "identity").lower()
        length = headers.get("content-length")
        number = None if length is None else _length(length)
        if self._method == "HEAD" or status in BODILESS:
            self.is_done = True
        elif coding == "chunked":
            self._framing = _BY_CHUNKS
            if number is not None:
                self.keeps = False  # two answers to the question of its end: how responses are smuggled
        elif coding != "identity":
            raise TransportError("the body of the answer has a transfer coding other than chunked")
        elif number is not None:
            self._left = number
            self.is_done = not number
        else:
            self._framing = _BY_CLOSING
            self.keeps = False

    # --- a body in chunks (RFC 9112, section 7.1) ---

    def _from_chunks(self) -> bytes:
        data = bytes(self._rest)
        pieces: list[bytes] = []
        position, end = 0, len(data)
        while not self.is_done:
            if self._place == _IN_DATA:
                piece = data[position : position + self._left]
                pieces.append(piece)
                position += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._place = _AFTER_DATA
            if self._place == _AFTER_DATA:
                following = data[position : position + 2]
                if following != b"\r\n":
                    if following in (b"", b"\r"):
                        break
                    raise TransportError("a chunk of the answer is longer than it says")
                position += 2
                self._place = _IN_SIZE
            if self._place == _IN_SIZE:
                size = data.find(b"\r\n", position)
                if size < 0:
                    _check_unfinished(data, position)
                    break
                self._left = _size(data[position:size])
                position = size + 2
                self._place = _IN_DATA if self._left else _IN_TRAILERS
            if self._place == _IN_TRAILERS:
                position = self._past_trailers(data, position)
                if not self.is_done:
                    break
        self._rest = data[position:] if position < end else b""
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _past_trailers(self, data: bytes, position: int) -> int:
        while (following := data.find(b"\n", position) + 1) and self._trailers <= _HEAD_AT_MOST:
            line = data[position:following]
            self._trailers += len(line)
            position = following
            if line in (b"\r\n", b"\n"):
                self.is_done = True
                break
            if not line.startswith((b" ", b"\t")) or self._trailers == len(line):
                _field(line.removesuffix(b"\n").removesuffix(b"\r"))  # of no use to us, but malformed it may not be
        if self._trailers + len(data) - position > _HEAD_AT_MOST and not self.is_done:
            raise TransportError(f"the trailers of the answer are longer than {_HEAD_AT_MOST} bytes")
        return position


def _status(line: bytes) -> tuple[str, int]:
    """The version and the status (RFC 9112, section 4)."""
    fits = line[:7] == b"HTTP/1." and line[7:9] in (b"1 ", b"0 ") and (len(line) == 12 or line[12:13] == b" ")
    if not fits or not _is_number(line[9:12], _DIGITS) or line[9:10] == b"0" or b"\0" in line or b"\r" in line:
        raise TransportError("the status line of the answer is not that of HTTP/1.1")
    return line[:8].decode("ascii"), int(line[9:12])


def _length(text: str) -> int:
    """A content length, which may be said several times if it is always the same (RFC 9110, section 8.6)."""
    lengths = {each.strip(" \t") for each in text.split(",")}
    if len(lengths) != 1 or not _is_number(length := lengths.pop().encode(), _DIGITS):
        raise TransportError("the content-length of the answer is not a length")
    return int(length)


def _size(line: bytes) -> int:
    """The size of a chunk; what may follow it means nothing to us."""
    size = line.partition(b";")[0].rstrip(b" \t")
    if not _is_number(size, _HEX_DIGITS) or b"\n" in line or len(line) > _CHUNK_LINE_AT_MOST:
        raise TransportError("the size of a chunk of the answer is not a size")
    return int(size, 16)


def _check_unfinished(data: bytes, position: int) -> None:
    """Raise unless what is there may be the beginning of a line with the size of a chunk."""
    rest = data[position : position + _CHUNK_LINE_AT_MOST + 1].removesuffix(b"\r")
    if rest:
        _size(rest)


def _is_number(text: bytes, digits: bytes) -> bool:
    """Whether it is one of digits alone, where `int` would take signs and underscores too."""
    return 0 < len(text) <= 18 and not text.translate(None, digits)


def _fields(lines: list[bytes]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for number in range(1, len(lines)):
        line = lines[number]
        if line.endswith(b"\r"):
            line = line[:-1]
        pair = _known.get(line)
        if pair is None:
            pair = _continued(pairs, line) if line.startswith((b" ", b"\t")) else _field(line)
        pairs.append(pair)
    return pairs


def _field(line: bytes) -> tuple[str, str]:
    name, colon, value = line.partition(b":")
    if not name or not colon or name.translate(None, _TOKEN) or b"\0" in value or b"\r" in value:
        raise TransportError("a header field of the answer is malformed")
    pair = intern(name.decode("ascii").lower()), field_text(value.strip(b" \t"))
    if len(line) < 100 and not line.lower().startswith(b"set-cookie"):
        if len(_known) >= _KNOWN_AT_MOST:
            _known.clear()
        _known[line] = pair
    return pair


def _continued(pairs: list[tuple[str, str]], line: bytes) -> tuple[str, str]:
    """A field over several lines, which is obsolete (RFC 9112, section 5.2)."""
    if not pairs or b"\0" in line or b"\r" in line:
        raise TransportError("a header field of the answer is malformed")
    name, value = pairs.pop()
    return name, value + " " + field_text(line.strip(b" \t"))
