"""Ways of cutting bytes into the pieces they might arrive in."""

from __future__ import annotations

import random
from collections.abc import Iterator

__all__ = ["random_splits", "splits"]


def splits(data: bytes, *, rounds: int = 10, seed: int = 1) -> Iterator[list[bytes]]:
    """Whole, one byte at a time, and cut at random places, empty pieces among them."""
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    yield from random_splits(data, rounds=rounds, seed=seed)


def random_splits(data: bytes, *, rounds: int, seed: int = 1) -> Iterator[list[bytes]]:
    generator = random.Random(seed)
    for _ in range(rounds):
        cuts = sorted(generator.randrange(len(data) + 1) for _ in range(generator.randrange(1, 12)))
        yield [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
