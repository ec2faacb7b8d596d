"""Content codings: what `Content-Encoding` did to a body is undone here, piece by piece (RFC 9110, section 8.4)."""

from __future__ import annotations

import zlib
from typing import Final

__all__ = ["ACCEPTED", "BodyDecoder", "UndecodableBody", "body_decoder", "decode_prefix"]

ACCEPTED: Final = "gzip, deflate"
_NESTED_AT_MOST: Final = 4
_ALLOWED: Final = 64 * 1024 * 1024
_GROWTH: Final = 100
"""JSON seldom shrinks to less than a twentieth, bombs shrink to a thousandth and, nested, to anything."""
_STEP: Final = 8192


class UndecodableBody(ValueError):
    """The body is not what its `Content-Encoding` says, or ends too early."""


class _Gzip:
    """gzip, of one or several members (RFC 1952, section 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._started = False

    def feed(self, data: bytes, limit: int) -> bytes:
        out: list[bytes] = []
        # In steps: of what follows a member zlib makes a copy, and there may be very many members.
        for start in range(0, len(data), _STEP):
            piece = data[start : start + _STEP]
            while piece:
                if self._member.eof:
                    if piece.strip(b"\0") == b"":  # padding after the last member
                        break
                    self._member = zlib.decompressobj(wbits=31)
                self._started = True
                found = self._member.decompress(piece, limit)
                out.append(found)
                limit -= len(found)
                if limit <= 0:
                    return b"".join(out)
                piece = self._member.unused_data
        return b"".join(out)

    def finish(self) -> bytes:
        if not self._member.eof:
            raise zlib.error("the gzip data ends too early" if self._started else "the gzip data is empty")
        return b""


class _Deflate:
    """deflate in its zlib form (RFC 1950), or bare as some servers send it (RFC 1951)."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj()
        self._head: bytes | None = b""  # until the two bytes are there that tell the forms apart

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._head is not None:
            data = self._head + data
            if len(data) < 2:
                self._head = data
                return b""
            self._head = None
            if data[0] & 0x0F != 8 or int.from_bytes(data[:2], "big") % 31:
                self._inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        if self._inflate.eof and data.strip(b"\0"):
            raise zlib.error("bytes follow the end of the deflate data")
        out = self._inflate.decompress(data, limit)
        if self._inflate.unused_data.strip(b"\0"):
            raise zlib.error("bytes follow the end of the deflate data")
        return out

    def finish(self) -> bytes:
        rest = self._inflate.flush()
        if not self._inflate.eof:
            raise zlib.error("the deflate data ends too early")
        return rest


class BodyDecoder:
    """Undoes the codings of one body. `feed` takes what arrived, `finish` says whether it was all there.

    A body that grows without measure was made to fill the memory: it is refused when it begins to.
    """

    def __init__(self, stages: list[_Gzip | _Deflate], at_least: int) -> None:
        self._stages = stages
        self._at_least = at_least
        self._taken = 0
        self._given = 0

    def feed(self, data: bytes) -> bytes:
        """The decoded bytes this piece gives. Raises `UndecodableBody`."""
        self._taken += len(data)
        bound = max(self._at_least, self._taken * _GROWTH)
        room = bound - self._given
        try:
            for stage in self._stages:
                data = stage.feed(data, room + 1)
                if len(data) > room:
                    raise UndecodableBody(f"{self._taken} bytes of it decode to more than {bound}")
        except zlib.error as error:
            raise UndecodableBody(str(error)) from None
        self._given += len(data)
        return data

    def finish(self) -> bytes:
        """What was still held back. Raises `UndecodableBody` when the body ended too early."""
        rest = b""
        try:
            for stage in self._stages:
                if rest:
                    rest = stage.feed(rest, _ALLOWED)  # a few thousand bytes, held back until here
                rest += stage.finish()
        except zlib.error as error:
            raise UndecodableBody(str(error)) from None
        return rest


def body_decoder(content_encoding: str | None, *, at_least: int = _ALLOWED) -> BodyDecoder | None:
    """The decoder for a `Content-Encoding` value, or None when there is nothing to undo.

    A body of `at_least` bytes is decoded however much it grows.
    Raises `UndecodableBody` for a coding that was not asked for and is not known.
    """
    if not content_encoding:
        return None
    names = [name for part in content_encoding.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if len(names) > _NESTED_AT_MOST:
        raise UndecodableBody(f"{len(names)} nested content codings")
    stages: list[_Gzip | _Deflate] = []
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            stages.append(_Gzip())
        elif name == "deflate":
            stages.append(_Deflate())
        else:
            raise UndecodableBody(f"unknown content coding {name!r}")
    return BodyDecoder(stages, at_least) if stages else None


def decode_prefix(data: bytes, content_encoding: str | None, limit: int) -> bytes:
    """The first `limit` bytes of a body as far as they can be decoded; never raises.

    For the bodies of errors, where a broken or enormous body must not hide the status.
    """
    names = [part.strip().lower() for part in (content_encoding or "").split(",")]
    coded = [name for name in names if name not in ("", "identity")]
    if not coded:
        return data[:limit]
    if len(coded) > 1 or coded[0] not in ("gzip", "x-gzip", "deflate"):
        return b""
    stage = _Deflate() if coded[0] == "deflate" else _Gzip()
    out = b""
    try:
        # In small steps, so that what comes before a fault survives it.
        for start in range(0, len(data), 4096):
            out += stage.feed(data[start : start + 4096], limit)
            if len(out) >= limit:
                break
    except zlib.error:
        pass
    return out[:limit]
