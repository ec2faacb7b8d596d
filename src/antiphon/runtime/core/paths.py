"""Path templates: parameters fill exactly one segment, or the call is refused before anything is sent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from .scalars import scalar_text

__all__ = ["fill_path"]

_HOLE: Final = re.compile(r"\{([^{}]*)\}")
# What RFC 3986, section 3.3, allows in a segment besides letters, digits and "-._~" (which quote() keeps by itself).
_SEGMENT_SAFE: Final = "!$&'()*+,;=:@"


@lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The constant pieces and, between them, the names of the parameters."""
    pieces = _HOLE.split(template)
    return tuple(pieces[0::2]), tuple(pieces[1::2])


def fill_path(template: str, /, **parameters: object) -> str:
    """The path with every `{name}` filled by its percent-encoded parameter.

    Raises ValueError when a parameter is empty, or when a segment would become `.` or `..` (which servers and
    proxies resolve away), and TypeError when one is missing or not a scalar.
    """
    constants, names = _parsed(template)
    parts = [constants[0]]
    for name, constant in zip(names, constants[1:], strict=True):
        parts.append(_encoded(name, parameters.get(name)))
        parts.append(constant)
    path = "".join(parts)
    for segment in path.split("/"):
        # Unquoted twice: a proxy may decode what was encoded, and `%2e%2e` was `..` to begin with.
        if "." in (plain := unquote(unquote(segment))) and plain in (".", ".."):
            raise ValueError(f"path parameters {parameters!r} make the dot segment {plain!r} in {template!r}")
    return path


def _encoded(name: str, value: object) -> str:
    text = scalar_text(value)
    if text is None:
        raise TypeError(f"path parameter {name!r} must be text or a number, not {type(value).__name__}")
    if not text:
        raise ValueError(f"Expected a non-empty value for `{name}` but received {value!r}")
    try:
        return quote(text, safe=_SEGMENT_SAFE)
    except UnicodeEncodeError:
        raise ValueError(f"path parameter {name!r} is not Unicode text (it holds half a surrogate pair)") from None
