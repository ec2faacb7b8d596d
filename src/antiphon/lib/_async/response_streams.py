"""The stream of a response, event by event."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Generic, Self

from ...runtime import AsyncStream, is_given
from ...runtime.core.response import HTTPResponse
from ...runtime.waiting import AsyncMethod
from ...types.responses import ResponseStreamEvent as RawResponseStreamEvent
from ..core.parsed_responses import ParsedResponse
from ..core.response_events import ResponseStreamEvent
from ..core.response_state import ResponseStreamState
from ..core.type_variables import TextFormatT
from .received import async_given_up, async_items

__all__ = ["AsyncResponseStream", "AsyncResponseStreamManager"]


class AsyncResponseStream(Generic[TextFormatT]):
    """Events of a response, and the response itself when it has ended.

    Leaving a loop over the events early leaves the rest to come, for `get_final_response` or another loop. The
    connection is given up on `close()`, at the end of the `with` block, on an error and on cancellation.
    """

    def __init__(
        self,
        *,
        raw_stream: AsyncStream[RawResponseStreamEvent],
        text_format: Any,
        input_tools: Any,
        starting_after: int | None = None,
    ) -> None:
        self._raw_stream = raw_stream
        self._received: AsyncIterator[RawResponseStreamEvent] = async_items(raw_stream)
        self._state = ResponseStreamState[TextFormatT](text_format=text_format, input_tools=input_tools)
        self._events: deque[ResponseStreamEvent[TextFormatT]] = deque()
        self._starting_after = starting_after

    @property
    def response(self) -> HTTPResponse:
        """Status and headers of the answer."""
        return self._raw_stream.response

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ResponseStreamEvent[TextFormatT]:
        while not self._events:
            event = await anext(self._received)
            try:
                made = self._state.handle_event(event)
            except BaseException:
                await self.close()
                raise
            if self._starting_after is None or event.sequence_number > self._starting_after:
                self._events.extend(made)
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

    async def get_final_response(self) -> ParsedResponse[TextFormatT]:
        """The whole response; reads to the end first.

        Raises SDKError when the stream ended before the response had, `LengthFinishReasonError` and
        `ContentFilterFinishReasonError` where something was to be parsed and the response ended early, and
        `pydantic.ValidationError` for what does not fit.
        """
        await self.until_done()
        return self._state.get_final_response()

    @property
    def current_response_snapshot(self) -> ParsedResponse[Any]:
        """The response so far. Raises SDKError before the first event."""
        return self._state.current_response_snapshot


class AsyncResponseStreamManager(Generic[TextFormatT]):
    """Sends the request when it is entered, and closes the stream when it is left."""

    def __init__(
        self, api_request: AsyncMethod[[], Any], *, text_format: Any, input_tools: Any, starting_after: Any = None
    ) -> None:
        self._request = api_request
        self._text_format = text_format
        self._input_tools = input_tools
        self._starting_after: int | None = starting_after if is_given(starting_after) else None
        self._stream: AsyncResponseStream[TextFormatT] | None = None

    async def __aenter__(self) -> AsyncResponseStream[TextFormatT]:
        self._stream = AsyncResponseStream[TextFormatT](
            raw_stream=await self._request(),
            text_format=self._text_format,
            input_tools=self._input_tools,
            starting_after=self._starting_after,
        )
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
