"""Requests as `httpx.Request`, for programs that look at what is sent, and change it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import httpx

from ..core.headers import field_text
from ..core.request import Request
from ..core.sources import Segments

__all__ = ["httpx_request", "prepared_request"]


def httpx_request(request: Request) -> httpx.Request:
    """The same request, with its body where that is in memory."""
    body = request.body
    if isinstance(body, Segments):
        body = None if (parts := body.at_hand) is None else b"".join(parts)
    fields = [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.header_fields.items()]
    extensions = {"timeout": request.timeout.as_dict()}
    return httpx.Request(request.method, request.url, headers=fields, content=body, extensions=extensions)


@contextmanager
def prepared_request(request: Request) -> Generator[httpx.Request]:
    """The same request; what was changed of its method, URL, headers and body is changed of the first one then."""
    described = httpx_request(request)
    before = described.stream
    yield described
    request.method, request.url = described.method, str(described.url)
    request.header_fields = {
        name.decode("ascii").lower(): field_text(value)
        for name, value in described.headers.raw
        if name.lower() != b"host" or b"host" in _given(request)
    }
    if described.stream is not before:
        request.body = described.read()


def _given(request: Request) -> set[bytes]:
    return {name.lower().encode("ascii") for name in request.header_fields}
