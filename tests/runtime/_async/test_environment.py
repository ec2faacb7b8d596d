"""What the environment says and cannot be done: told in words, at the first call, and not tried again."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime import APIConnectionError, CredentialsError

from ..samples import SECRET
from ..transports.servers import RawServer, serve_ok, unused_port
from .sdk import AsyncClient


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_PROXY".upper(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "DEMO_API_KEY", "DEMO_BASE_URL", "DEMO_ORG", "DEMO_HEADERS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PROXY", f"ftp://user:{SECRET}@127.0.0.1:1"),
        ("HTTPS_PROXY", f"http://user:{SECRET}@127.0.0.1:99999"),
        ("ALL_PROXY", "http://127.0.0.1:port"),
        ("HTTP_PROXY", "http://[::1"),
    ],
)
async def test_a_proxy_that_cannot_be_used(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    async with AsyncClient(api_key="k", base_url=f"http://127.0.0.1:{unused_port()}", max_retries=2) as client:
        for _ in range(2):
            with pytest.raises(APIConnectionError, match="environment names a proxy") as caught:
                await client.things.create()
            assert type(caught.value) is APIConnectionError
            assert SECRET not in "".join(traceback.format_exception(caught.value))


async def test_exceptions_from_the_proxy_that_make_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "[::1]:x")
    async with AsyncClient(api_key="k", base_url="http://a.invalid") as client:
        with pytest.raises(APIConnectionError):
            await client.things.create()


async def test_certificates_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with RawServer(serve_ok, tls=True) as server:
        url = server.url("/v1")
        empty = tmp_path / "empty.pem"
        empty.write_text("nothing")
        for file in (tmp_path / "missing.pem", empty, tmp_path):
            monkeypatch.setenv("SSL_CERT_FILE", str(file))
            async with AsyncClient(api_key="k", base_url=url, max_retries=2) as client:
                with pytest.raises(APIConnectionError, match=f"SSL_CERT_FILE.*{file.name}") as caught:
                    await client.things.create()
                assert caught.value.__cause__ is not None
                monkeypatch.setenv("SSL_CERT_FILE", str(Path(__file__).parents[1] / "transports" / "localhost.pem"))
                assert await client.get("/x", cast_to=dict[str, Any]) == {"ok": True}


@pytest.mark.parametrize("text", ["X-A: a\x7f\nb", "sp ace: 1", "X-\u2603: 1", ": 1"])
def test_headers_that_cannot_be_sent(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_HEADERS", text)
    with pytest.raises(ValueError, match="header"):
        AsyncClient(api_key="k")


@pytest.mark.parametrize("url", ["localhost:8000", "http://", "ftp://a.b", "http://a b"])
def test_a_base_url_that_is_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_BASE_URL", url)
    with pytest.raises(ValueError, match="base_url"):
        AsyncClient(api_key="k")
    assert AsyncClient(api_key="k", base_url="http://a.b").base_url == "http://a.b/"


@pytest.mark.parametrize("key", ["", " ", "\n", "\t \n"])
def test_an_empty_key_is_none(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_API_KEY", key)
    with pytest.raises(CredentialsError, match="DEMO_API_KEY"):
        AsyncClient()


@pytest.mark.parametrize("key", [f"{SECRET}\x7f", f"\u201c{SECRET}\u201d", f"{SECRET}\nx: 1"])
def test_a_key_that_cannot_be_sent(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_API_KEY", key)
    with pytest.raises(ValueError, match="api_key cannot be sent") as caught:
        AsyncClient()
    assert SECRET not in repr(caught.value)


def test_white_space_around_a_key_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_API_KEY", f" {SECRET}\r\n")
    assert AsyncClient().auth_headers == {"authorization": f"Bearer {SECRET}"}
