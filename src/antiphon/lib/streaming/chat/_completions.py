"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from ..._async.chat_streams import AsyncChatCompletionStream, AsyncChatCompletionStreamManager
from ..._sync.chat_streams import ChatCompletionStream, ChatCompletionStreamManager
from ...core.chat_state import ChatCompletionStreamState

__all__ = [
    "AsyncChatCompletionStream",
    "AsyncChatCompletionStreamManager",
    "ChatCompletionStream",
    "ChatCompletionStreamManager",
    "ChatCompletionStreamState",
]
