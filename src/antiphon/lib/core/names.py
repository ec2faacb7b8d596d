"""Names that users of the `openai` package import from it, though they are others' or say little."""

from __future__ import annotations

from types import NoneType

from typing_extensions import override

from ...runtime.core.low_level import RequestOptions

__all__ = ["NoneType", "RequestOptions", "__title__", "override"]

__title__ = "antiphon"
