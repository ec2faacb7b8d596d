"""What is in attachments, in both colours."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from antiphon.llm import AsyncModel, Attachment, AttachmentError
from antiphon.mock import serve

PNG = b"\x89PNG\r\n\x1a\n0000"


async def check(attachment: Attachment, kind: str, content: bytes) -> None:
    encoded = base64.b64encode(content).decode()
    assert (attachment.resolve_type(), await attachment.aresolve_type()) == (kind, kind)
    assert (attachment.content_bytes(), await attachment.acontent_bytes()) == (content, content)
    assert (attachment.base64_content(), await attachment.abase64_content()) == (encoded, encoded)


async def test_bytes_and_paths(tmp_path: Path) -> None:
    named, unnamed = tmp_path / "a.png", tmp_path / "unnamed"
    for path in (named, unnamed):
        path.write_bytes(PNG)
    for attachment in (Attachment(content=PNG), Attachment(path=named), Attachment(path=str(unnamed))):
        await check(attachment, "image/png", PNG)
        assert attachment.id() == hashlib.sha256(PNG).hexdigest()
    await check(Attachment("text/plain", content=b"x"), "text/plain", b"x")


async def test_urls() -> None:
    with serve() as server:
        for _ in range(6):
            server.enqueue(200, b"%PDF-1", headers={"content-type": "application/pdf; q=1"})
        attachment = Attachment(url=f"{server.url}/files/a")
        await check(attachment, "application/pdf", b"%PDF-1")
        assert attachment.id() == hashlib.sha256(json.dumps({"url": attachment.url}).encode()).hexdigest()
        server.enqueue(404, b"no")
        with pytest.raises(AttachmentError, match="404"):
            attachment.content_bytes()
    await check(Attachment(url="data:image/png;base64," + base64.b64encode(PNG).decode()), "image/png", PNG)
    await check(Attachment(url="data:,a%20b"), "text/plain", b"a b")


async def test_a_type_that_nothing_tells() -> None:
    with pytest.raises(ValueError, match="cannot be told"):
        Attachment(content=b"????").resolve_type()


async def test_what_data_urls_hold() -> None:
    letters = base64.b64encode(b"\xfb\xff>").decode()
    for written in (letters, quote(letters, safe=""), letters.rstrip("="), letters.translate({43: "-", 47: "_"})):
        await check(Attachment(url=f"data:image/png;base64,{written}"), "image/png", b"\xfb\xff>")
    with pytest.raises(ValueError, match="no base64"):
        Attachment(url="data:image/png;base64,!!!").content_bytes()


@pytest.mark.parametrize("url", ["data:,a%20b", "data:text/plain;base64,YSBi", "data:text/csv,a%20b"])
async def test_texts_in_data_urls_are_sent_as_texts(url: str) -> None:
    with serve() as server:
        model = AsyncModel("openai/m", base_url=server.url, api_key="key")
        assert await model.prompt("Say", attachments=[url]).text() == "You said: Say a b"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"path": 5}, "the path of an attachment is text, not int"),
        ({"url": b"https://example.com"}, "the url of an attachment is text, not bytes"),
        ({"type": 5, "content": PNG}, "the type of an attachment is text, not int"),
        ({"content": "text"}, "the content of an attachment is bytes, not str"),
    ],
)
def test_what_is_no_attachment(given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Attachment(**given)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@127.0.0.1:9/a.pdf?signature=secret",
        "http://127.0.0.1:9/" + "a" * 70_000,
        "http://a:80:80/a.pdf?signature=secret",
        "http://xn--/a.pdf?signature=secret",
        "http://.../a.pdf?signature=secret",
        "http://a\x00b/a.pdf?signature=secret",
    ],
)
async def test_what_cannot_be_fetched_tells_no_secrets(url: str) -> None:
    attachment = Attachment(url=url)
    with pytest.raises(AttachmentError, match="cannot be fetched") as caught:
        attachment.content_bytes()
    with pytest.raises(AttachmentError, match="cannot be fetched") as also:
        await attachment.acontent_bytes()
    for said in (str(caught.value), str(also.value), repr(attachment)):
        assert "secret" not in said
        assert len(said) < 700


def test_data_urls_are_not_shown() -> None:
    attachment = Attachment(url="data:image/png;base64," + "A" * 1000)
    assert repr(attachment) == "Attachment(type=None, path=None, url='data:image/png;base64,…')"
