"""Attachments as users make them: what they are, and what is in them, in both colours. By hand."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from ..runtime.waiting import async_call
from .core.attachments import Attachment as _Attachment
from .core.attachments import Loaded, made_as
from .fetching import async_fetched, fetched

__all__ = ["Attachment"]


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
        return self.named_type or Loaded.of(self, *self._read()).type

    async def aresolve_type(self) -> str:
        """`resolve_type`, without holding up the event loop."""
        return self.named_type or Loaded.of(self, *await self._aread()).type

    def content_bytes(self) -> bytes:
        """The contents. Raises OSError for a path that cannot be read, `AttachmentError` for a URL."""
        return self._read()[0]

    async def acontent_bytes(self) -> bytes:
        """`content_bytes`, without holding up the event loop."""
        return (await self._aread())[0]

    def base64_content(self) -> str:
        """The contents as base64. Raises as `content_bytes` does."""
        return base64.b64encode(self.content_bytes()).decode("ascii")

    async def abase64_content(self) -> str:
        """`base64_content`, without holding up the event loop."""
        return base64.b64encode(await self.acontent_bytes()).decode("ascii")

    def _read(self) -> tuple[bytes, str | None]:
        if self.path is not None:
            return Path(self.path).read_bytes(), None
        if self._is_elsewhere and self.url is not None:
            return fetched(self.url)
        return self._here(), None

    async def _aread(self) -> tuple[bytes, str | None]:
        if self.path is not None:
            return await async_call(Path(self.path).read_bytes), None
        if self._is_elsewhere and self.url is not None:
            return await async_fetched(self.url)
        return self._here(), None

    @property
    def _is_elsewhere(self) -> bool:
        return self.url is not None and not self.url.startswith("data:")

    def _here(self) -> bytes:
        return self.content if self.content is not None else _decoded(self.url or "")


def _decoded(url: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    head, _, data = url.partition(",")
    return base64.b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)
