"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .runtime import APIResource as SyncAPIResource
from .runtime import AsyncAPIResource

__all__ = ["AsyncAPIResource", "SyncAPIResource"]
