"""Attachments brought here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...runtime.waiting import async_call
from ..core.attachments import Attachment, Loaded
from ..fetching import async_fetched

__all__ = ["async_loaded"]


async def async_loaded(attachments: Iterable[Attachment]) -> list[Loaded]:
    """The attachments, with what messages have to hold of them.

    Raises OSError for a path that cannot be read, `AttachmentError` for a URL, ValueError where the type is unknown.
    """
    return [await _loaded(each) for each in attachments]


async def _loaded(attachment: Attachment) -> Loaded:
    if attachment.path is not None:
        content = await async_call(Path(attachment.path).read_bytes)
        return Loaded.of(attachment, content)
    if attachment.url is not None and attachment.must_be_fetched:
        content, said = await async_fetched(attachment.url)
        return Loaded.of(attachment, content, said)
    return Loaded.of(attachment, attachment.content)
