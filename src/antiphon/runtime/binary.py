"""A body that is not to be parsed: audio, images, files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from .core.headers import Headers
from .core.response import HTTPResponse
from .core.text import LineDecoder
from .core.urls import URL
from .waiting import async_call

__all__ = ["BinaryResponse"]


class BinaryResponse:
    """The bytes of a response, in memory. Both clients return it: nothing about it waits.

    For bodies too large for memory use the method's `with_streaming_response` form. The methods that begin with
    `a` are for code that was written for an async body; `write_to_file` blocks while the disk works.
    """

    def __init__(self, response: HTTPResponse) -> None:
        self.response = response

    @property
    def content(self) -> bytes:
        return self.response.content

    @property
    def text(self) -> str:
        return self.response.text

    @property
    def encoding(self) -> str:
        return self.response.encoding

    @property
    def headers(self) -> Headers:
        return self.response.headers

    @property
    def status_code(self) -> int:
        return self.response.status_code

    @property
    def url(self) -> URL:
        return self.response.url

    @property
    def _request_id(self) -> str | None:
        return self.response.headers.get("x-request-id")

    def json(self) -> Any:
        """The body parsed as JSON. Raises `ResponseNotJSON`."""
        return self.response.json()

    def read(self) -> bytes:
        return self.content

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces of `chunk_size` bytes, or in one."""
        content = self.content
        size = len(content) or 1 if chunk_size is None else chunk_size
        if size < 1:
            raise ValueError(f"chunk_size must be at least 1, not {size}")
        for start in range(0, len(content), size):
            yield content[start : start + size]

    iter_raw = iter_bytes

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text, in pieces of `chunk_size` characters, or in one."""
        text = self.text
        size = len(text) or 1 if chunk_size is None else chunk_size
        if size < 1:
            raise ValueError(f"chunk_size must be at least 1, not {size}")
        for start in range(0, len(text), size):
            yield text[start : start + size]

    def iter_lines(self) -> Iterator[str]:
        """The lines of the body, without their ends."""
        decoder = LineDecoder()
        yield from decoder.feed(self.text)
        yield from decoder.finish()

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the body to a file, replacing what it held."""
        Path(file).write_bytes(self.content)

    def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Write the body to a file, replacing what it held."""
        self.write_to_file(file)

    def close(self) -> None:
        """Nothing to do: the connection was given back when the body was read."""

    async def aread(self) -> bytes:
        return self.content

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body in pieces of `chunk_size` bytes, or in one."""
        for piece in self.iter_bytes(chunk_size):
            yield piece

    aiter_raw = aiter_bytes

    async def aiter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text, in pieces of `chunk_size` characters, or in one."""
        for piece in self.iter_text(chunk_size):
            yield piece

    async def aiter_lines(self) -> AsyncIterator[str]:
        """The lines of the body, without their ends."""
        for line in self.iter_lines():
            yield line

    async def astream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Write the body to a file in a thread, replacing what it held."""
        await async_call(lambda: self.write_to_file(file))

    async def aclose(self) -> None:
        """Nothing to do: the connection was given back when the body was read."""

    def __repr__(self) -> str:
        return f"<BinaryResponse of {len(self.content)} bytes>"
