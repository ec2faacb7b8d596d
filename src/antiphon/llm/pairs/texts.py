"""Texts in batches, of as many as are sent at once; and the vectors that classes of models make of them."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Protocol, TypeAlias

from ...runtime.core.kinds import is_bytes, is_iterable, is_mapping

__all__ = [
    "AsyncTexts",
    "Texts",
    "async_batches",
    "async_own_vectors",
    "batches",
    "checked_item",
    "checked_size",
    "own_vectors",
    "several",
    "takes_key",
]

AsyncTexts: TypeAlias = "Iterable[str] | AsyncIterable[str] | Iterable[bytes] | AsyncIterable[bytes]"
Texts: TypeAlias = "Iterable[str] | Iterable[bytes]"


class Embedding(Protocol):
    """What an embedding model says that it takes."""

    supports_text: bool
    supports_binary: bool


async def async_batches(model: Embedding, texts: AsyncTexts, size: int | None) -> AsyncIterator[list[Any]]:
    """The texts in lists of this length, each as soon as it is full. Raises TypeError and ValueError."""
    if not isinstance(texts, AsyncIterable):
        for batch in batches(model, texts, size):
            yield batch
        return
    batch: list[Any] = []
    async for text in texts:
        batch.append(checked_item(model, text))
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def batches(model: Embedding, texts: Texts, size: int | None) -> Iterator[list[Any]]:
    """The texts in lists of this length, each as soon as it is full. Raises TypeError and ValueError."""
    batch: list[Any] = []
    for text in several(texts):
        batch.append(checked_item(model, text))
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


def checked_item(model: Embedding, item: object) -> Any:
    """The text, or the bytes. Raises ValueError for what the model does not take, and TypeError for anything else."""
    if is_bytes(item):
        if not model.supports_binary:
            raise ValueError("This model does not support binary data, only text strings")
    elif not isinstance(item, str):
        raise TypeError(f"what is embedded is text, not {type(item).__name__}")
    elif not model.supports_text:
        raise ValueError("This model does not support text strings, only binary data")
    return item


def checked_size(size: object) -> int:
    """The length of a batch. Raises ValueError for what is none."""
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValueError(f"batch_size must be a number from 1 on, not {size!r}")
    return size


def takes_key(embed_batch: Callable[..., Any]) -> bool:
    """Whether the method of a class of models takes the key."""
    parameters = inspect.signature(embed_batch).parameters.values()
    return any(each.name == "key" or each.kind is each.VAR_KEYWORD for each in parameters)


async def async_own_vectors(model: object, given: Any) -> list[list[float]]:
    """What `embed_batch` of a class of async models gives. Raises TypeError for what is no list of vectors."""
    if inspect.isawaitable(given):
        given = await given
    if hasattr(given, "__aiter__"):
        return [list(vector) async for vector in given]
    return own_vectors(model, given)


def own_vectors(model: object, given: Any) -> list[list[float]]:
    """What `embed_batch` of a class of models gives. Raises TypeError for what is no list of vectors."""
    if not hasattr(given, "__iter__"):
        raise TypeError(f"embed_batch of {type(model).__name__} gives vectors, not {type(given).__name__}")
    return [list(vector) for vector in given]
