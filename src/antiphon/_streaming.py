"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .runtime import AsyncStream, Stream

__all__ = ["AsyncStream", "Stream"]
