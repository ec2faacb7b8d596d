"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from typing import Final

from .runtime import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT
from .runtime.core.exchange import RAW_RESPONSE_HEADER
from .runtime.core.retry import RetryPolicy
from .runtime.transports.clients import DEFAULT_CONNECTION_LIMITS

__all__ = [
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "INITIAL_RETRY_DELAY",
    "MAX_RETRY_DELAY",
    "RAW_RESPONSE_HEADER",
]

INITIAL_RETRY_DELAY: Final = RetryPolicy().initial_delay
MAX_RETRY_DELAY: Final = RetryPolicy().max_delay
