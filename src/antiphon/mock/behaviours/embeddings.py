"""Embeddings: unit vectors that are the same for the same text, as numbers or as base64 of 32-bit floats."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
import struct
from functools import lru_cache
from typing import Any, Final, cast

from antiphon_codegen.document import JSON

from ..answer.calls import Answer, Call, error_answer
from .parts import count_tokens

__all__ = ["create"]

_SIZES: Final = {"text-embedding-3-large": 3072}
_SIZE: Final = 1536
_LARGEST: Final = 8192
_MOST_NUMBERS: Final = 4_000_000


def create(call: Call) -> Answer | JSON:
    """`POST /embeddings`."""
    fields = call.fields
    model = str(fields["model"])
    inputs = _inputs(fields["input"])
    size = fields.get("dimensions") or _SIZES.get(model, _SIZE)
    if size > _LARGEST or size * len(inputs) > _MOST_NUMBERS:
        message = f"dimensions is {size}; at most {_LARGEST} are possible, and {_MOST_NUMBERS} numbers in all"
        return error_answer(400, message, code="invalid_value", parameter="dimensions")
    packed = fields.get("encoding_format") == "base64"
    data: list[JSON] = []
    for index, text in enumerate(inputs):
        vector = _vector(f"{model} {text}", size)
        shown: JSON = base64.b64encode(vector).decode() if packed else list(struct.unpack(f"<{size}f", vector))
        data.append({"object": "embedding", "index": index, "embedding": shown})
    used = sum(max(1, count_tokens(text)) for text in inputs)
    return {
        "object": "list",
        "data": data,
        "model": model,
        "usage": {"prompt_tokens": used, "total_tokens": used},
    }


def _inputs(given: object) -> list[str]:
    """One text for each input: texts, or lists of tokens."""
    if isinstance(given, str):
        return [given]
    listed = cast("list[Any]", given)
    if listed and all(isinstance(each, int) for each in listed):
        return [json.dumps(listed)]
    return [each if isinstance(each, str) else json.dumps(each) for each in listed]


@lru_cache(maxsize=256)
def _vector(text: str, size: int) -> bytes:
    chance = random.Random(hashlib.sha256(text.encode("utf-8", "replace")).digest())
    numbers = [chance.random() - 0.5 for _ in range(size)]
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    return struct.pack(f"<{size}f", *(number / length for number in numbers))
