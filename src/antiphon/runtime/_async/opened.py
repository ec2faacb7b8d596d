"""A response whose head has arrived and whose body is still to be read."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..core.encoding import BodyDecoder, UndecodableBody, body_decoder, decode_prefix
from ..core.errors import APIConnectionError, APIResponseValidationError
from ..core.exchange import connection_error
from ..core.response import HTTPResponse
from ..core.transport import AsyncReply, TransportError

__all__ = ["AsyncOpened"]


class AsyncOpened:
    """One response, its connection, and what of it was read.

    Every fault of the body is raised as an `APIError`.
    """

    def __init__(self, reply: AsyncReply, response: HTTPResponse) -> None:
        self.response = response
        self.is_closed = False
        self._reply = reply
        self._started = False

    async def read(self) -> bytes:
        """The whole body, decoded; the connection is free afterwards."""
        if self.response.is_read:
            return self.response.content
        decoder = self._start()
        try:
            data = await self._reply.read()
        except TransportError as error:
            raise connection_error(error, self.response.request) from error.cause
        finally:
            self.is_closed = True
        if decoder is not None:
            data = self._decoded(decoder, data)
        self.response.content = data
        return data

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives, decoded. It can be walked once."""
        if self.response.is_read:
            yield self.response.content
            return
        decoder = self._start()
        try:
            async for piece in self._reply.pieces():
                data = piece if decoder is None else self._decoded(decoder, piece, last=False)
                if data:
                    yield data
            if decoder is not None and (data := self._decoded(decoder, b"")):
                yield data
        except TransportError as error:
            raise connection_error(error, self.response.request) from error.cause

    async def read_start(self, limit: int) -> bytes:
        """As much of the body as came and could be decoded, `limit` bytes at the most; never an error of its own."""
        raw = bytearray()
        try:
            async for piece in self._reply.pieces():
                raw += piece
                if len(raw) >= limit:
                    break
            await self.finish()
        except TransportError:
            pass
        finally:
            await self.close()
        return decode_prefix(bytes(raw), self._reply.head.headers.get("content-encoding"), limit)

    async def finish(self) -> None:
        """Read the end of a body whose contents are complete, if it comes at once, so that the connection is reused."""
        if not self.is_closed:
            self.is_closed = True
            await self._reply.finish()

    async def close(self) -> None:
        """Give up what was not read. Closing twice does nothing."""
        if not self.is_closed:
            self.is_closed = True
            self._started = True
            await self._reply.aclose()

    def abandon(self) -> None:
        """Give it up without waiting."""
        if not self.is_closed:
            self.is_closed = True
            self._started = True
            self._reply.abandon()

    def _start(self) -> BodyDecoder | None:
        if self._started:
            message = "The body of this response was already read, or the response was closed."
            raise APIConnectionError(message=message, request=self.response.request)
        self._started = True
        try:
            return body_decoder(self._reply.head.headers.get("content-encoding"))
        except UndecodableBody as error:
            raise self._undecodable(error) from None

    def _decoded(self, decoder: BodyDecoder, data: bytes, *, last: bool = True) -> bytes:
        try:
            decoded = decoder.feed(data)
            return decoded + decoder.finish() if last else decoded
        except UndecodableBody as error:
            raise self._undecodable(error) from None

    def _undecodable(self, error: UndecodableBody) -> APIResponseValidationError:
        response = self.response
        message = f"{response.request.method} {response.url.path} answered {response.status_code} with a body that "
        return APIResponseValidationError(response, None, message=f"{message}cannot be decoded: {error}")
