"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .runtime import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT
from .runtime.transports.clients import DEFAULT_CONNECTION_LIMITS

__all__ = ["DEFAULT_CONNECTION_LIMITS", "DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT"]
