"""Connections that wait long for an answer are not forgotten by what lies on the way."""

from __future__ import annotations

import socket
from typing import Any

from ..colours import async_pooled, async_socket_of
from ..transports.servers import RawServer, serve_ok
from .sdk import AsyncClient


async def test_routers_do_not_forget_a_connection_that_waits() -> None:
    transport: Any = async_pooled(1)
    with RawServer(serve_ok) as server:
        async with AsyncClient(api_key="k", base_url=server.url("/v1"), http_client=transport) as client:
            await client.things.create()
            [idle] = transport.pools.current()._idle.values()
            sock = async_socket_of(idle[0].stream)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
                if hasattr(socket, name):
                    assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == 60
