"""Attachments as users make them: what they are, and what is in them, in both colours."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from ..runtime.waiting import async_call
from .core.attachments import Attachment as _Attachment
from .core.attachments import Loaded, decoded_base64, made_as
from .pairs.fetching import async_fetched, fetched

__all__ = ["Attachment", "async_contents", "contents"]


@made_as
class Attachment(_Attachment):
    """A file for the model: one of a path, a URL or bytes.

    Nothing is read before it is needed. Raises TypeError or ValueError for none of them and for several.
    """

    def id(self) -> str:
        """The same for the same contents: the SHA-256 of the bytes, also of a path's, or of `{"url": "..."}`."""
        return super().id() if self.path is None else hashlib.sha256(Path(self.path).read_bytes()).hexdigest()

    def resolve_type(self) -> str:
        """The media type. What is behind a URL is fetched only where nothing else tells.

        Raises ValueError where nothing tells at all, OSError for a path, `AttachmentError` for a URL.
        """
        return self.named_type or Loaded.of(self, *contents(self)).type

    async def aresolve_type(self) -> str:
        """`resolve_type`, without holding up the event loop."""
        return self.named_type or Loaded.of(self, *await async_contents(self)).type

    def content_bytes(self) -> bytes:
        """The contents. Raises OSError for a path that cannot be read, `AttachmentError` for a URL."""
        return contents(self)[0]

    async def acontent_bytes(self) -> bytes:
        """`content_bytes`, without holding up the event loop."""
        return (await async_contents(self))[0]

    def base64_content(self) -> str:
        """The contents as base64. Raises as `content_bytes` does."""
        return base64.b64encode(self.content_bytes()).decode("ascii")

    async def abase64_content(self) -> str:
        """`base64_content`, without holding up the event loop."""
        return base64.b64encode(await self.acontent_bytes()).decode("ascii")


async def async_contents(attachment: _Attachment) -> tuple[bytes, str | None]:
    """What is in an attachment, and what the server of its URL calls its type.

    Raises OSError for a path that cannot be read, `AttachmentError` for a URL.
    """
    if attachment.path is not None:
        return await async_call(Path(attachment.path).read_bytes), None
    url = attachment.url
    return _here(attachment) if url is None or url.startswith("data:") else await async_fetched(url)


def contents(attachment: _Attachment) -> tuple[bytes, str | None]:
    """What is in an attachment, and what the server of its URL calls its type.

    Raises OSError for a path that cannot be read, `AttachmentError` for a URL.
    """
    if attachment.path is not None:
        return Path(attachment.path).read_bytes(), None
    url = attachment.url
    return _here(attachment) if url is None or url.startswith("data:") else fetched(url)


def _here(attachment: _Attachment) -> tuple[bytes, None]:
    return attachment.content if attachment.content is not None else _decoded(attachment.url or ""), None


def _decoded(url: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    head, _, data = url.partition(",")
    content = unquote_to_bytes(data)
    return decoded_base64(content.decode("latin-1")) if head.endswith(";base64") else content
