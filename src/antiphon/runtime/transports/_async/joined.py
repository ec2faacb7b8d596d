"""Streams that send the head of a request and the beginning of its body as one: httpcore writes them one by one."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import httpcore

__all__ = ["AsyncJoined"]

_JOINED_AT_MOST: Final = 64 * 1024


class AsyncJoined(httpcore.AsyncNetworkBackend):
    """Another backend, whose streams join the first two writes after each read."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        return AsyncJoinedStream(stream)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        return AsyncJoinedStream(await self._backend.connect_unix_socket(path, timeout, socket_options))

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class AsyncJoinedStream(httpcore.AsyncNetworkStream):
    """Holds what is written first until more is written, or an answer is to be read."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._held = b""
        self._timeout: float | None = None
        self._is_first = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._is_first = True
        if self._held:
            held, self._held = self._held, b""
            with suppress(httpcore.WriteError):  # as in httpcore: the server may have answered before it closed
                await self._stream.write(held, self._timeout)
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        if self._is_first:
            self._is_first = False
            self._held, self._timeout = buffer, timeout
            return
        held, self._held = self._held, b""
        if held and len(buffer) > _JOINED_AT_MOST:
            await self._stream.write(held, timeout)
        elif held:
            buffer = held + buffer
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return AsyncJoinedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
