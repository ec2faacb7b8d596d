"""Small real files for answers that are no JSON: each is what its content type says, and plays, shows or opens."""

from __future__ import annotations

import base64
import io
import math
import struct
import wave
import zipfile
import zlib
from functools import lru_cache
from typing import Final

__all__ = ["blob", "image", "sound"]

_SECOND_RATE: Final = 8000


@lru_cache(maxsize=32)
def sound(seconds: float = 0.25, pitch: float = 440.0) -> bytes:
    """A tone as a WAV file."""
    frames = bytearray()
    for number in range(int(_SECOND_RATE * seconds)):
        frames += struct.pack("<h", int(8000 * math.sin(2 * math.pi * pitch * number / _SECOND_RATE)))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SECOND_RATE)
        file.writeframes(bytes(frames))
    return out.getvalue()


@lru_cache(maxsize=32)
def image(colour: int = 0x3366CC) -> bytes:
    """One pixel as a PNG file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixel = b"\0" + colour.to_bytes(3, "big")
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixel)) + chunk(b"IEND", b"")


# The smallest GIF there is, and a silent MPEG audio frame: formats the standard library cannot write.
_GIF: Final = base64.b64decode("R0lGODlhAQABAIAAADNmzAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
_MP3: Final = (b"\xff\xfb\x10\xc4" + bytes(100)) * 8
_PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@lru_cache(maxsize=1)
def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        # A fixed date: the same bytes in every run.
        file.writestr(zipfile.ZipInfo("mock.txt", (2025, 1, 1, 0, 0, 0)), "mock content\n")
    return out.getvalue()


def blob(kind: str) -> bytes:
    """A file of a content type."""
    if kind in ("audio/mpeg", "audio/mp3"):
        return _MP3
    if kind.startswith("audio/"):
        return sound()
    if kind == "image/gif":
        return _GIF
    if kind == "image/svg+xml":
        return b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    if kind.startswith("image/"):
        return image()
    if kind == "application/pdf":
        return _PDF
    if kind == "application/zip":
        return _archive()
    if kind == "text/html":
        return b"<!doctype html><title>mock</title><p>mock</p>\n"
    if kind == "text/csv":
        return b"id,name\n1,amber\n2,birch\n"
    if kind in ("application/xml", "text/xml"):
        return b'<?xml version="1.0" encoding="UTF-8"?>\n<mock/>\n'
    return b"mock content\n"
