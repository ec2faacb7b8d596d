"""A response whose head has arrived and whose body is still to be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from ..core.encoding import BodyDecoder, UndecodableBody, body_decoder, decode_prefix
from ..core.errors import APIConnectionError, APIResponseValidationError
from ..core.exchange import connection_error
from ..core.response import HTTPResponse, has_body
from ..core.transport import AsyncReply, TransportError

__all__ = ["AsyncOpened"]


class AsyncOpened:
    """One response, its connection, and what of it was read.

    Every fault of the body is raised as an `APIError`. When nobody holds it any more, the connection is given up.
    """

    def __init__(self, reply: AsyncReply, response: HTTPResponse) -> None:
        self.response = response
        self.is_finished = False
        """Whether the body was read as far as it matters."""
        self._reply = reply
        self._started = False

    @property
    def is_closed(self) -> bool:
        return self.response.is_closed

    @is_closed.setter
    def is_closed(self, value: bool) -> None:
        self.response.is_closed = value  # where users of the response can see it

    @property
    def reply(self) -> AsyncReply:
        """What the body is read from."""
        return self._reply

    async def read(self) -> bytes:
        """The whole body, decoded; the connection is free afterwards."""
        try:
            return await self.fill()
        except TransportError as error:
            raise connection_error(error, self.response.request) from error.cause or error

    async def fill(self) -> bytes:
        """The same, but faults of the connection are raised as they are: another attempt may help."""
        if self.response.is_read:
            return self.response.content
        decoder = self._start()
        try:
            data = await self._reply.read()
        except BaseException:
            await self.close()
            raise
        self.is_closed = self.is_finished = True
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
            raise connection_error(error, self.response.request) from error.cause or error

    async def read_start(self, limit: int) -> bytes:
        """As much of the body as came and could be decoded, `limit` bytes at the most; never an error of its own."""
        raw = bytearray()
        pieces = self._reply.pieces()  # kept until the end: leaving the loop must not close it
        try:
            async for piece in pieces:
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
        """Be done with a body of which nothing more is wanted. If its end comes at once, the connection is reused."""
        if not self.is_closed:
            self.is_closed = self.is_finished = self._started = True
            try:
                await self._reply.finish()
            except TransportError:
                pass  # what was wanted is there
            except BaseException:  # Ctrl-C
                await self._reply.aclose()
                raise

    async def close(self) -> None:
        """Give up what was not read. Closing twice does nothing."""
        if not self.is_closed:
            self.is_closed = self._started = True
            with suppress(TransportError):  # it is closed all the same
                await self._reply.aclose()

    def __del__(self) -> None:
        # Dropped before its end: nobody else will give the connection back. Ctrl-C can come before `__init__` begins.
        if hasattr(self, "_reply") and not self.is_closed:
            self.is_closed = True
            self._reply.abandon()

    def _start(self) -> BodyDecoder | None:
        if self._started:
            message = "The body of this response was already read, or the response was closed."
            raise APIConnectionError(message=message, request=self.response.request)
        self._started = True
        if not has_body(self.response.request.method, self._reply.head):
            return None
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
