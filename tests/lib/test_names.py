"""Names that programs written for the `openai` package import."""

from __future__ import annotations

import asyncio

import antiphon
from antiphon.version import VERSION


def test_versions_and_borrowed_names() -> None:
    assert antiphon.VERSION == VERSION == antiphon.__version__
    assert antiphon.__title__ == "antiphon"
    assert antiphon.NoneType is type(None)
    assert antiphon.RequestOptions(timeout=3) == {"timeout": 3}
    assert antiphon.DEFAULT_CONNECTION_LIMITS.max_connections


def test_httpx2_clients_with_the_defaults() -> None:
    with antiphon.DefaultHttpx2Client(timeout=3) as client:
        assert client.timeout.read == 3
        assert client.follow_redirects
        antiphon.Client(api_key="key", http_client=client)

    async def run() -> None:
        async with antiphon.DefaultAsyncHttpx2Client() as client:
            assert client.timeout.read == 600
            antiphon.AsyncClient(api_key="key", http_client=client)

    asyncio.run(run())
