"""A task that is cancelled while a model is asked gives the connection up at once, whichever way it asks."""

from __future__ import annotations

import asyncio

import pytest

from antiphon.runtime.waiting import AsyncMethod

from ..runtime.colours import async_reached
from ..runtime.transports.servers import Peer, RawServer
from ._async.test_same_errors import WAYS, Asked
from .local import events, said


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_cancelled(way: AsyncMethod[[Asked], object], stream: bool) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        if stream:
            peer.send(events(said("Hel"))[:-10])
        peer.server.reached.release()
        peer.until_closed()

    with RawServer(script) as server:
        settings = {"base_url": server.url("/v1"), "api_key": "k"}
        task = asyncio.ensure_future(way(Asked(stream=stream, settings=settings)))
        assert await async_reached(server.reached)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await async_reached(server.given_up)
        assert server.connections == 1
