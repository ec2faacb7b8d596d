"""Texts in batches, of as many as are sent at once."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import TypeAlias

from ...runtime.core.kinds import is_bytes, is_iterable, is_mapping

__all__ = ["AsyncTexts", "Texts", "async_batches", "batches", "checked_text", "several"]

AsyncTexts: TypeAlias = Iterable[str] | AsyncIterable[str]
Texts: TypeAlias = Iterable[str]


async def async_batches(texts: AsyncTexts, size: int) -> AsyncIterator[list[str]]:
    """The texts in lists of this length, each as soon as it is full. Raises TypeError and ValueError."""
    if not isinstance(texts, AsyncIterable):
        for batch in batches(texts, size):
            yield batch
        return
    batch: list[str] = []
    async for text in texts:
        batch.append(checked_text(text))
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def batches(texts: Texts, size: int) -> Iterator[list[str]]:
    """The texts in lists of this length, each as soon as it is full. Raises TypeError and ValueError."""
    batch: list[str] = []
    for text in several(texts):
        batch.append(checked_text(text))
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def several(texts: Texts) -> Texts:
    """The texts. Raises TypeError for one text, and for what is none at all."""
    if isinstance(texts, (str, bytes)) or is_mapping(texts) or not is_iterable(texts):
        raise TypeError(f"the texts must be a list of them, not {type(texts).__name__}")
    return texts


def checked_text(text: object) -> str:
    """The text. Raises ValueError for bytes, and TypeError for anything else."""
    if is_bytes(text):
        raise ValueError("This model does not support binary data, only text strings")
    if not isinstance(text, str):
        raise TypeError(f"what is embedded is text, not {type(text).__name__}")
    return text
