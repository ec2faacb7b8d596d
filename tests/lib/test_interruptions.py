"""Tasks that are cancelled while they poll or upload: what was begun is given up, and the client works on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from antiphon import AsyncClient, Client
from antiphon.runtime.core.request import SentRequest
from antiphon.runtime.core.transport import AsyncReply
from antiphon.runtime.transports.scripted import Answer

from .routed import AsyncRoutedTransport, RoutedTransport, said

OPTIONS: dict[str, Any] = {"filename": "f", "mime_type": "text/plain", "purpose": "batch", "part_size": 4}


class StallingTransport(AsyncRoutedTransport):
    """Answers everything but parts of uploads, which wait."""

    def __init__(self) -> None:
        super().__init__(lambda request: Answer(200, {"id": "u", "status": "uploaded"}))
        self.waiting = asyncio.Event()

    async def send(self, request: Any, body: Any) -> AsyncReply:
        if request.url.endswith("/parts"):
            self.waiting.set()
            await asyncio.sleep(60)
        return await super().send(request, body)


@pytest.mark.parametrize("way", ["cancel", "timeout", "anyio"])
async def test_a_cancelled_upload_is_cancelled_at_the_server(way: str) -> None:
    transport = StallingTransport()
    client = AsyncClient(api_key="key", http_client=transport)

    async def upload() -> None:
        await client.uploads.upload_file_chunked(file=b"0123456789", **OPTIONS)

    if way == "cancel":
        task = asyncio.create_task(upload())
        await transport.waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    elif way == "timeout":
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(upload(), 0.01)
    else:
        import anyio

        with anyio.move_on_after(0.01) as scope:
            await upload()
        assert scope.cancelled_caught
    assert [said(request) for request in transport.requests] == ["POST /uploads", "POST /uploads/u/cancel"]
    assert (await client.files.retrieve("x")).id == "u"


async def test_a_cancelled_poll_leaves_the_client_usable() -> None:
    asked = asyncio.Event()

    def answer(request: SentRequest) -> Answer:
        asked.set()
        return Answer(200, {"id": "x", "status": "uploaded"})

    transport = AsyncRoutedTransport(answer)
    client = AsyncClient(api_key="key", http_client=transport)
    task = asyncio.create_task(client.files.wait_for_processing("x"))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.open_replies == 0
    assert (await client.files.retrieve("x")).status == "uploaded"


def test_an_interrupted_sync_upload_is_cancelled_at_the_server() -> None:
    def answer(request: SentRequest) -> Answer:
        if said(request).endswith("/parts"):
            raise KeyboardInterrupt
        return Answer(200, {"id": "u"})

    for limit in (1, 3):
        transport = RoutedTransport(answer)
        client = Client(api_key="key", http_client=transport)
        with pytest.raises(KeyboardInterrupt) as caught:
            client.uploads.upload_file_chunked(file=b"0123456789", max_concurrency=limit, **OPTIONS)
        assert said(transport.requests[-1]) == "POST /uploads/u/cancel"
        assert caught.value.__notes__ == ["the upload 'u' was cancelled"]
