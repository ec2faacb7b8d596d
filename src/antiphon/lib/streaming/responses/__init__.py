"""Streams of responses: their classes, their events, and the state that makes one of the other."""

from __future__ import annotations

from ..._async.response_streams import AsyncResponseStream, AsyncResponseStreamManager
from ..._sync.response_streams import ResponseStream, ResponseStreamManager
from ...core.response_events import (
    ResponseCompletedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from ...core.response_state import ResponseStreamState

__all__ = [
    "AsyncResponseStream",
    "AsyncResponseStreamManager",
    "ResponseCompletedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseStream",
    "ResponseStreamEvent",
    "ResponseStreamManager",
    "ResponseStreamState",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
]
