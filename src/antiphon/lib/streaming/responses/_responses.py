"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from ..._async.response_streams import AsyncResponseStream, AsyncResponseStreamManager
from ..._sync.response_streams import ResponseStream, ResponseStreamManager
from ...core.response_state import ResponseStreamState

__all__ = [
    "AsyncResponseStream",
    "AsyncResponseStreamManager",
    "ResponseStream",
    "ResponseStreamManager",
    "ResponseStreamState",
]
