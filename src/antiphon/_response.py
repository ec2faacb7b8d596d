"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .runtime import APIResponse, AsyncAPIResponse, AsyncResponseContextManager, ResponseContextManager

__all__ = ["APIResponse", "AsyncAPIResponse", "AsyncResponseContextManager", "ResponseContextManager"]
