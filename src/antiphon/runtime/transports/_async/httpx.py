"""The httpx transport: over a client that the user made, or over one of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import import_module
from types import ModuleType
from typing import Any, Final, cast

import httpx

from ...core.errors import ClientClosedError
from ...core.headers import Headers, field_text
from ...core.request import Request, SentRequest
from ...core.response import Head
from ...core.transport import AsyncReply
from ..clients import AsyncClients
from ..errors import library_errors, transport_error, unusable_proxy
from ..streams import AsyncCloser, async_drained

__all__ = ["AsyncClientTransport", "AsyncHttpxTransport", "async_reply_of"]

_ERRORS: Final = library_errors(httpx)


class AsyncClientTransport:
    """Requests through the user's own httpx (or httpx2) client, with its hooks, cookies, proxies and transports."""

    def __init__(self, client: httpx.AsyncClient, library: ModuleType, owner: object = None) -> None:
        self._client = client
        self._owner = owner
        self._library = library
        self._errors = library_errors(library)

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        client = self._client
        if client.is_closed:
            raise ClientClosedError("the http_client of this client is closed")
        # Headers, queries, cookies and passwords of the user's client are for the server that was first asked.
        options: dict[str, Any] = {"auth": None} if request.is_foreign else {}
        try:
            response = await client.send(self._built(request, body), stream=True, follow_redirects=False, **options)
        except self._errors as error:
            raise transport_error(error) from None
        return _AsyncReply(response, self._errors, self._owner)

    def _built(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> httpx.Request:
        library: Any = self._library
        timeout = request.timeout.as_dict()
        arguments: dict[str, Any] = {"headers": _fields(request), "content": body}
        if request.is_foreign:
            return library.Request(request.method, request.url, extensions={"timeout": timeout}, **arguments)
        arguments.update(params=self._query(request), timeout=library.Timeout(**timeout))
        return self._client.build_request(request.method, request.url, **arguments)

    def _query(self, request: Request) -> Any:
        """The client's own query entries and ours; given only the former, httpx would drop what the URL has."""
        own: Any = self._client.params
        library: Any = self._library
        return own.merge(library.URL(request.url).params) if own else None

    async def aclose(self) -> None:
        await self._client.aclose()


class AsyncHttpxTransport:
    """Requests through clients of our own of httpx, or httpx2: through proxies, and where these are looked at."""

    def __init__(self, library: str) -> None:
        self._library: Any = import_module(library)
        self._clients = AsyncClients(library)

    async def send(self, request: Request, body: bytes | AsyncIterator[bytes] | None) -> AsyncReply:
        try:
            client = await self._clients.get()
        except (ImportError, ValueError, self._library.InvalidURL) as error:
            raise unusable_proxy(str(error)) from error
        return await AsyncClientTransport(client, self._library, self).send(request, body)

    async def aclose(self) -> None:
        await self._clients.aclose()


def async_reply_of(response: Any) -> tuple[AsyncReply, SentRequest]:
    """What a response of httpx, or httpx2, has to read, and the request that it answers.

    Raises TypeError for anything else.
    """
    library = import_module(type(response).__module__.partition(".")[0])
    if not isinstance(response, getattr(library, "Response", ())) or not hasattr(library, "AsyncClient"):
        raise TypeError(f"expected a response of httpx, not {type(response).__name__}")
    try:
        asked: Any = response.request
    except RuntimeError:  # it has none: it was made by hand as well
        asked = httpx.Request("GET", "")
    sent = SentRequest(asked.method, str(asked.url), Headers(list(asked.headers.multi_items())), b"")
    return _AsyncReply(cast("httpx.Response", response), library_errors(library), None), sent


class _AsyncReply:
    """A response of httpx, its body taken as it is on the wire."""

    def __init__(self, response: httpx.Response, errors: tuple[type[Exception], ...], owner: object) -> None:
        self._owner = owner  # kept as long as the body may be read: connections are closed with it
        version: Any = response.extensions.get("http_version", b"HTTP/1.1")
        headers = Headers([(name.decode("latin-1"), field_text(value)) for name, value in response.headers.raw])
        self._content: bytes | None = None
        if response.is_stream_consumed:
            # A response made of content at hand (by a mock, or a cache): httpx has decoded it already.
            self._content = response.content
            headers = Headers([pair for pair in headers.multi_items() if pair[0] != "content-encoding"])
        self.head = Head(response.status_code, headers, version.decode("ascii", "replace"))
        self._stream: Any = response.stream  # and not the response, whose headers would be kept twice
        self._errors = errors
        self._is_done = False
        self._pieces: AsyncIterator[bytes] | None = None
        self._closer = AsyncCloser()

    async def read(self) -> bytes:
        if self._content is not None:
            return self._content
        return b"".join([piece async for piece in self.pieces()])

    async def pieces(self) -> AsyncIterator[bytes]:
        if self._content is not None:
            yield self._content
            return
        self._pieces = aiter(self._stream)
        try:
            async for piece in self._pieces:
                yield piece
        except self._errors as error:
            await self.aclose()
            raise transport_error(error) from None
        except BaseException:
            await self.aclose()
            raise
        await self.aclose()

    async def finish(self) -> None:
        try:
            if not self._is_done and self._content is None:
                pieces = self._pieces = self._pieces or aiter(self._stream)
                await async_drained(pieces, self._stream)
        except self._errors:
            pass
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        if self._is_done:
            return
        self._is_done = True
        try:
            await self._stream.aclose()
        except self._errors as error:
            raise transport_error(error) from None

    def abandon(self) -> None:
        if not self._is_done:
            self._closer.close_later(self.aclose)


def _fields(request: Request) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.header_fields.items()]
