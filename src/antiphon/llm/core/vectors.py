"""Vectors: in the order of the texts they are of, as bytes, and how near they are to each other."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from math import fsum, sqrt

from ...runtime.core.errors import SDKError
from .data import Embeddings

__all__ = ["cosine_similarity", "decode", "encode", "vectors_of"]


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


def encode(vector: Sequence[float]) -> bytes:
    """The vector as bytes, to be kept: each number as a little-endian float of four bytes."""
    return struct.pack(f"<{len(vector)}f", *vector)


def decode(binary: bytes) -> tuple[float, ...]:
    """The vector that `encode` wrote. Raises ValueError for bytes that are none."""
    if len(binary) % 4:
        raise ValueError(f"a vector has four bytes for each number, and these are {len(binary)}")
    return struct.unpack(f"<{len(binary) // 4}f", binary)


def cosine_similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """How near two vectors are: 1 for the same direction, 0 for a right angle, -1 for the opposite one.

    Raises ValueError for vectors of different lengths, and for one without a direction.
    """
    if len(one) != len(other):
        raise ValueError(f"vectors of {len(one)} and of {len(other)} numbers cannot be compared")
    lengths = sqrt(fsum(number * number for number in one)) * sqrt(fsum(number * number for number in other))
    if not lengths:
        raise ValueError("a vector of zeros has no direction")
    return fsum(here * there for here, there in zip(one, other, strict=True)) / lengths
