"""TLS over connections of asyncio loops."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING, Final

from ..core.transport import TransportError
from .network import AsyncNetworkStream, fault

if TYPE_CHECKING:
    import asyncio

__all__ = ["AsyncTLSStream"]

_AT_ONCE: Final = 64 * 1024


class AsyncTLSStream(AsyncNetworkStream):
    """The same over TLS, done in memory: asyncio's own would hold a quarter of a megabyte for each connection."""

    __slots__ = ("_early", "_incoming", "_outgoing", "_tls")

    def __init__(self, loop: asyncio.AbstractEventLoop, trust: ssl.SSLContext, host: str) -> None:
        super().__init__(loop)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._early = b""  # what came while the request was sent
        self._tls = trust.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    async def begin(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._more(None)
            except ssl.SSLError:
                await self._flush(None)  # tells the server what is wrong
                raise
            else:
                await self._flush(None)
                return

    async def read(self, seconds: float | None) -> bytes:
        if self._early:
            data, self._early = self._early, b""
            return data
        while True:
            try:
                return self._tls.read(_AT_ONCE)
            except ssl.SSLWantReadError:
                await self._more(seconds)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLError as error:
                raise fault("ReadError", error) from None

    async def write(self, data: bytes, seconds: float | None) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._tls.write(view[:_AT_ONCE]) :]
            except ssl.SSLWantReadError:
                await self._more(seconds)
            except ssl.SSLError as error:
                raise fault("WriteError", error.with_traceback(None)) from None
            if data := self._outgoing.read():
                await self._write(data, seconds)

    def _heard(self) -> bytes:
        if self._received and len(self._early) <= _AT_ONCE:
            self._incoming.write(self._taken())
            with contextlib.suppress(ssl.SSLError):  # no more yet; anything else is found when the answer is read
                while data := self._tls.read(_AT_ONCE):
                    self._early += data
        return self._early

    def is_quiet(self) -> bool:
        if self._received:  # tickets for later sessions may come at any time
            self._incoming.write(self._taken())
        if self._early or not super().is_quiet():
            return False
        try:
            self._tls.read(1)
        except ssl.SSLWantReadError:
            return True
        except ssl.SSLError:
            return False
        return False

    def abort(self) -> None:
        if self.transport is not None and not self._has_ended:
            with contextlib.suppress(ssl.SSLError):  # raised until the server has said goodbye as well
                self._tls.unwrap()
            if goodbye := self._outgoing.read():
                self.transport.write(goodbye)
        super().abort()

    async def _more(self, seconds: float | None) -> None:
        with contextlib.suppress(TransportError):  # where nothing can be sent any more, an answer may still be there
            await self._flush(seconds)
        data = await super().read(seconds)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _flush(self, seconds: float | None) -> None:
        if data := self._outgoing.read():
            await self._write(data, seconds, is_heard=False)
