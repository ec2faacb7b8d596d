"""Streams of chat completions: their classes, their events, and the state that makes one of the other."""

from __future__ import annotations

from ..._async.chat_streams import AsyncChatCompletionStream, AsyncChatCompletionStreamManager
from ..._sync.chat_streams import ChatCompletionStream, ChatCompletionStreamManager
from ...core.chat_events import (
    ChatCompletionStreamEvent,
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from ...core.chat_state import ChatCompletionStreamState
from ...core.parsed_chat import ParsedChatCompletion as ParsedChatCompletionSnapshot
from ...core.parsed_chat import ParsedChatCompletionMessage as ParsedChatCompletionMessageSnapshot
from ...core.parsed_chat import ParsedChoice as ParsedChoiceSnapshot

__all__ = [
    "AsyncChatCompletionStream",
    "AsyncChatCompletionStreamManager",
    "ChatCompletionStream",
    "ChatCompletionStreamEvent",
    "ChatCompletionStreamManager",
    "ChatCompletionStreamState",
    "ChunkEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "LogprobsRefusalDeltaEvent",
    "LogprobsRefusalDoneEvent",
    "ParsedChatCompletionMessageSnapshot",
    "ParsedChatCompletionSnapshot",
    "ParsedChoiceSnapshot",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
]
