"""Names that users of the `openai` package import from it, though they are others' or say little."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType

from typing_extensions import TypedDict, override

from ...runtime import Timeout

__all__ = ["NoneType", "RequestOptions", "__title__", "override"]

__title__ = "antiphon"


class RequestOptions(TypedDict, total=False):
    """What is said of one request besides its body, as keywords of a call."""

    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, object]
    extra_body: object
    timeout: float | Timeout | None
