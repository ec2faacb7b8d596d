"""Attachments brought here."""

from __future__ import annotations

from collections.abc import Iterable

from ..attachments import async_contents
from ..core.attachments import Attachment, Loaded, has_content_to_send

__all__ = ["async_loaded"]


async def async_loaded(attachments: Iterable[Attachment]) -> list[Loaded]:
    """The attachments, with what messages have to hold of them.

    Raises OSError for a path that cannot be read, `AttachmentError` for a URL, ValueError where the type is unknown.
    """
    return [await _loaded(each) for each in attachments]


async def _loaded(attachment: Attachment) -> Loaded:
    if attachment.path is None and not has_content_to_send(attachment):
        return Loaded.of(attachment, attachment.content)
    content, said = await async_contents(attachment)
    return Loaded.of(attachment, content, said)
