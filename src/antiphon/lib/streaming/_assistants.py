"""What programs written for the `openai` package import from its module of this name."""

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
