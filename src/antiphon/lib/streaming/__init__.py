"""Helpers for streams: of chat completions (`chat`), of responses (`responses`), and of runs of assistants."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import chat as chat
    from . import responses as responses
    from .assistants import AssistantEventHandler as AssistantEventHandler
    from .assistants import AssistantEventHandlerT as AssistantEventHandlerT
    from .assistants import AssistantStreamManager as AssistantStreamManager
    from .assistants import AsyncAssistantEventHandler as AsyncAssistantEventHandler
    from .assistants import AsyncAssistantEventHandlerT as AsyncAssistantEventHandlerT
    from .assistants import AsyncAssistantStreamManager as AsyncAssistantStreamManager
else:
    from ...runtime.lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            ".assistants": (
                "AssistantEventHandler AssistantEventHandlerT AssistantStreamManager AsyncAssistantEventHandler "
                "AsyncAssistantEventHandlerT AsyncAssistantStreamManager "
            ),
        },
        modules="chat responses",
    )
