"""Runs of assistants, streamed."""

from __future__ import annotations

from .._async.assistant_streams import (
    AsyncAssistantEventHandler,
    AsyncAssistantEventHandlerT,
    AsyncAssistantStreamManager,
)
from .._sync.assistant_streams import AssistantEventHandler, AssistantEventHandlerT, AssistantStreamManager

__all__ = [
    "AssistantEventHandler",
    "AssistantEventHandlerT",
    "AssistantStreamManager",
    "AsyncAssistantEventHandler",
    "AsyncAssistantEventHandlerT",
    "AsyncAssistantStreamManager",
]
