"""Runs of assistants as they happen: handlers whose hooks are called, event by event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, cast

from typing_extensions import TypeVar

from ...runtime import APITimeoutError, AsyncAPIClient, AsyncStream, Call
from ...types.beta import AssistantStreamEvent
from ..core.assistant_state import AssistantState
from ..core.finish_errors import StreamStateError

if TYPE_CHECKING:
    from ...types.beta.threads import ImageFile, Message, MessageDelta, Run, Text, TextDelta
    from ...types.beta.threads.runs import RunStep, RunStepDelta, ToolCall, ToolCallDelta

__all__ = ["AsyncAssistantEventHandler", "AsyncAssistantEventHandlerT", "AsyncAssistantStreamManager"]


class AsyncAssistantEventHandler:
    """Is told what happens in a run: inherit it, and write the hooks you want. It can be used for one run.

    Iterate it for the events, or `text_deltas` for the text, or call `until_done`: the hooks are called either way.
    """

    _stream: AsyncStream[AssistantStreamEvent] | None = None

    def _init(self, stream: AsyncStream[AssistantStreamEvent]) -> None:
        if self._stream is not None:
            raise StreamStateError("A handler can be used for one stream; make another for the next.")
        self._stream = stream
        self._state = AssistantState()
        self._ended = False

    # --- reading ---

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AssistantStreamEvent:
        stream = self._begun()
        try:
            event = await anext(stream)
            for name, arguments in self._state.handle(event):
                await getattr(self, name)(*arguments)
        except BaseException as error:
            if isinstance(error, StopAsyncIteration):
                await self._end()
                raise
            try:
                if isinstance(error, (APITimeoutError, TimeoutError)):
                    await self.on_timeout()
                if isinstance(error, Exception):
                    await self.on_exception(error)
            finally:
                await self.close()
            raise
        return event

    @property
    def text_deltas(self) -> AsyncIterator[str]:
        """The text of all messages, piece by piece."""
        return self._texts()

    async def _texts(self) -> AsyncIterator[str]:
        async for event in self:
            if event.event != "thread.message.delta":
                continue
            for part in event.data.delta.content or ():
                if part.type == "text" and part.text is not None and part.text.value:
                    yield part.text.value

    async def until_done(self) -> None:
        """Read to the end."""
        async for _ in self:
            pass

    async def close(self) -> None:
        """Close the connection unless everything was read. Closing twice does nothing."""
        if self._stream is not None:
            await self._stream.close()
            await self._end()

    async def _end(self) -> None:
        if not self._ended:
            self._ended = True
            await self.on_end()

    def _begun(self) -> AsyncStream[AssistantStreamEvent]:
        if self._stream is None:
            raise StreamStateError(
                "The handler has no stream yet: it gets one in the `with` block of a `stream` method."
            )
        return self._stream

    # --- what there is ---

    @property
    def current_event(self) -> AssistantStreamEvent | None:
        """The latest event."""
        return self._state.event if self._stream is not None else None

    @property
    def current_run(self) -> Run | None:
        """The run as it was last sent."""
        return self._state.run if self._stream is not None else None

    @property
    def current_run_step_snapshot(self) -> RunStep | None:
        """The step that is being made, as far as it has come."""
        return self._state.step if self._stream is not None else None

    @property
    def current_message_snapshot(self) -> Message | None:
        """The message that is being written, as far as it has come."""
        return self._state.message if self._stream is not None else None

    async def get_final_run(self) -> Run:
        """The run as it ended; reads to the end first. Raises `StreamStateError` when there was none."""
        await self.until_done()
        if self._state.run is None:
            raise StreamStateError("The stream ended without a run.")
        return self._state.run

    async def get_final_run_steps(self) -> list[RunStep]:
        """All steps of the run; reads to the end first."""
        await self.until_done()
        return list(self._state.steps.values())

    async def get_final_messages(self) -> list[Message]:
        """All messages of the run; reads to the end first."""
        await self.until_done()
        return list(self._state.messages.values())

    # --- hooks ---

    async def on_event(self, event: AssistantStreamEvent) -> None:
        """Every event, before the other hooks."""

    async def on_run_step_created(self, run_step: RunStep) -> None:
        """A step has begun."""

    async def on_run_step_delta(self, delta: RunStepDelta, snapshot: RunStep) -> None:
        """More of a step; `snapshot` is what there is of it."""

    async def on_run_step_done(self, run_step: RunStep) -> None:
        """A step has ended, well or not."""

    async def on_tool_call_created(self, tool_call: ToolCall) -> None:
        """A tool is being called."""

    async def on_tool_call_delta(self, delta: ToolCallDelta, snapshot: ToolCall) -> None:
        """More of a call; `snapshot` is what there is of it."""

    async def on_tool_call_done(self, tool_call: ToolCall) -> None:
        """A call is whole."""

    async def on_message_created(self, message: Message) -> None:
        """A message has begun."""

    async def on_message_delta(self, delta: MessageDelta, snapshot: Message) -> None:
        """More of a message; `snapshot` is what there is of it."""

    async def on_message_done(self, message: Message) -> None:
        """A message is whole, or broken off."""

    async def on_text_created(self, text: Text) -> None:
        """A text has begun."""

    async def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        """More of a text; `snapshot` is what there is of it."""

    async def on_text_done(self, text: Text) -> None:
        """A text is whole."""

    async def on_image_file_done(self, image_file: ImageFile) -> None:
        """An image is there."""

    async def on_timeout(self) -> None:
        """Nothing came for too long; `on_exception` follows."""

    async def on_exception(self, exception: Exception) -> None:
        """Reading, or a hook, has failed; the error is raised afterwards."""

    async def on_end(self) -> None:
        """The stream is over, in whatever way."""


AsyncAssistantEventHandlerT = TypeVar(
    "AsyncAssistantEventHandlerT", bound=AsyncAssistantEventHandler, default=AsyncAssistantEventHandler
)


class AsyncAssistantStreamManager(Generic[AsyncAssistantEventHandlerT]):
    """Starts the run when it is entered, gives the handler, and closes the stream when it is left."""

    def __init__(self, client: AsyncAPIClient, call: Call, event_handler: AsyncAssistantEventHandlerT | None) -> None:
        self._client = client
        self._call = call
        handler: Any = AsyncAssistantEventHandler() if event_handler is None else event_handler
        if not isinstance(handler, AsyncAssistantEventHandler):
            raise TypeError(f"event_handler must be an AsyncAssistantEventHandler, not {type(handler).__name__}")
        self._handler = cast(AsyncAssistantEventHandlerT, handler)

    async def __aenter__(self) -> AsyncAssistantEventHandlerT:
        item = cast("type[AssistantStreamEvent]", AssistantStreamEvent)  # a union: no class of its own
        self._handler._init(await self._client.request_stream(self._call, item))  # pyright: ignore[reportPrivateUsage]
        return self._handler

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._handler.close()
