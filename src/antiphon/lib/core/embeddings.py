"""Embeddings travel as base64: a third of the bytes of JSON numbers, and a fraction of the work to read them."""

from __future__ import annotations

import base64
import binascii
import sys
from array import array
from collections.abc import Mapping
from typing import Any, cast

from ...runtime.core.request import Call
from ...runtime.core.sentinels import is_given

__all__ = ["as_floats", "asking_for_base64", "with_floats"]


def asking_for_base64(call: Call) -> Call | None:
    """The call with base64 asked for; None when the caller chose a form, which is then what they get."""
    body, extra = _entries(call.body), _entries(call.extra_body)
    chosen = body.get("encoding_format")
    if (chosen is not None and is_given(chosen)) or "encoding_format" in extra:
        return None
    return call.replaced(body={**body, "encoding_format": "base64"})


def _entries(body: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", body) if isinstance(body, Mapping) else {}


def with_floats(response: Any) -> Any:
    """The response with every base64 vector as a list of floats; what is none stays as it came."""
    items = getattr(response, "data", None)
    for item in cast("list[Any]", items) if isinstance(items, list) else ():
        text = getattr(item, "embedding", None)
        if isinstance(text, str):
            floats = as_floats(text)
            if floats is not None:
                item.embedding = floats
    return response


def as_floats(text: str) -> list[float] | None:
    """The 32-bit floats, little-endian, that a base64 text holds; None when it holds no such thing."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) % 4:
        return None
    floats = array("f", data)
    if sys.byteorder == "big":
        floats.byteswap()
    return floats.tolist()
