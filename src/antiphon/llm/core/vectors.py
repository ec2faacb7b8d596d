"""Vectors in the order of the texts they are of."""

from __future__ import annotations

from ...runtime.core.errors import SDKError
from .data import Embeddings

__all__ = ["vectors_of"]


def vectors_of(model: str, answer: Embeddings, count: int) -> list[list[float]]:
    """The vectors, in the order of the texts. Raises SDKError unless there is one for each text."""
    numbered = [(item.get("index", number), item.embedding) for number, item in enumerate(answer.data)]
    found = dict(numbered)
    if len(numbered) != count or sorted(found) != list(range(count)):
        raise SDKError(f"{model} answered {len(numbered)} vectors to {count} texts")
    vectors: list[list[float]] = []
    for number in range(count):
        vector = found[number]
        if not isinstance(vector, list):
            raise SDKError(f"{model} answered with what is no vector, but {type(vector).__name__}")
        vectors.append(vector)
    return vectors
