"""The stream of a chat completion, event by event."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Generic, Self

from ...runtime import AsyncStream
from ...runtime.core.response import HTTPResponse
from ...runtime.waiting import AsyncMethod
from ...types.chat import ChatCompletionChunk
from ..core.chat_events import ChatCompletionStreamEvent
from ..core.chat_state import ChatCompletionStreamState
from ..core.parsed_chat import ParsedChatCompletion
from ..core.type_variables import ResponseFormatT
from .received import async_given_up, async_items

__all__ = ["AsyncChatCompletionStream", "AsyncChatCompletionStreamManager"]


class AsyncChatCompletionStream(Generic[ResponseFormatT]):
    """Events of a chat completion, and the completion itself when it is whole.

    Leaving a loop over the events early leaves the rest to come, for `get_final_completion` or another loop. The
    connection is given up on `close()`, at the end of the `with` block, on an error and on cancellation.
    """

    def __init__(self, *, raw_stream: AsyncStream[ChatCompletionChunk], response_format: Any, input_tools: Any) -> None:
        self._raw_stream = raw_stream
        self._received: AsyncIterator[ChatCompletionChunk] = async_items(raw_stream)
        self._state = ChatCompletionStreamState[ResponseFormatT](
            response_format=response_format, input_tools=input_tools
        )
        self._events: deque[ChatCompletionStreamEvent[ResponseFormatT]] = deque()

    @property
    def response(self) -> HTTPResponse:
        """Status and headers."""
        return self._raw_stream.response

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatCompletionStreamEvent[ResponseFormatT]:
        while not self._events:
            chunk = await anext(self._received)
            try:
                self._events.extend(self._state.handle_chunk(chunk))
            except BaseException:
                await self.close()
                raise
        return self._events.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection unless everything was read. Closing twice does nothing."""
        await async_given_up(self._raw_stream)

    async def until_done(self) -> Self:
        """Read to the end."""
        async for _ in self:
            pass
        return self

    async def get_final_completion(self) -> ParsedChatCompletion[ResponseFormatT]:
        """The whole completion; reads to the end first.

        Raises `LengthFinishReasonError` and `ContentFilterFinishReasonError` where something was to be parsed and the
        answer ended early, and `pydantic.ValidationError` for what does not fit.
        """
        await self.until_done()
        return self._state.get_final_completion()

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[object]:
        """The completion so far. Raises SDKError before the first chunk."""
        return self._state.current_completion_snapshot


class AsyncChatCompletionStreamManager(Generic[ResponseFormatT]):
    """Sends the request when it is entered, and closes the stream when it is left."""

    def __init__(self, api_request: AsyncMethod[[], Any], *, response_format: Any, input_tools: Any) -> None:
        self._request = api_request
        self._response_format = response_format
        self._input_tools = input_tools
        self._stream: AsyncChatCompletionStream[ResponseFormatT] | None = None

    async def __aenter__(self) -> AsyncChatCompletionStream[ResponseFormatT]:
        raw_stream = await self._request()
        self._stream = AsyncChatCompletionStream[ResponseFormatT](
            raw_stream=raw_stream, response_format=self._response_format, input_tools=self._input_tools
        )
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
