"""An answer in pieces, as pieces and tools, or as a value that grows."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

import pydantic

from ..core.base_tools import BaseTool
from ..core.calling.answers import CallFacts, CallResponseChunk, Counted
from ..core.calling.messages import BaseMessageParam
from ..core.calling.pieces import ToolPieces
from ..core.calling.plans import Plan
from ..core.data import CompletionChunk, Usage
from ..core.extraction import Extraction, RefusalError, with_response
from ..core.tools import ToolResult
from .call_responses import AsyncCallAnswer
from .streams import AsyncClosing, AsyncPieces
from .tool_calls import AfterCall, BeforeCall

__all__ = ["AsyncStream", "AsyncStructuredStream"]

T = TypeVar("T")


class AsyncStream(AsyncClosing, Counted, CallFacts):
    """The pieces of an answer, as they arrive: pairs of a piece, and of the tool that it completes or None.

    The connection goes back to the pool when the pieces end, and is closed when the loop is left early. What has come
    so far makes `content`, `message_param`, `cost` and what else an answer has; before the first piece most of it is
    a ValueError.

    Iterating raises `APIError` as the clients do, and `pydantic.ValidationError` for a tool whose arguments do not fit.
    """

    def __init__(self, plan: Plan, messages: Sequence[Any], pieces: AsyncPieces[CompletionChunk], began: float) -> None:
        super().__init__(plan, messages)
        self.start_time = began
        self.end_time = None
        self._pieces = pieces
        self._chunks: list[CompletionChunk] = []
        self._made: AsyncCallAnswer | None = None
        self._made_of = -1

    # --- reading ---

    async def _next(self) -> CallResponseChunk | None:
        """The next piece; None when there is none."""
        if self.end_time is not None:
            return None
        try:
            chunk = await anext(self._pieces)
        except StopAsyncIteration:
            await self.close()
            return None
        self._chunks.append(chunk)
        return CallResponseChunk(chunk)

    async def chunk_stream(self) -> AsyncIterator[CallResponseChunk]:
        """The pieces alone."""
        try:
            while (chunk := await self._next()) is not None:
                yield chunk
        finally:
            await self.close()

    async def __aiter__(self) -> AsyncIterator[tuple[CallResponseChunk, BaseTool | None]]:
        pieces = ToolPieces(self._plan.tools, partial=self._plan.settings.partial_tools)
        last: CallResponseChunk | None = None
        try:
            while (chunk := await self._next()) is not None:
                last, tools = chunk, pieces.add(chunk.chunk)
                yield chunk, (tools[0] if tools else None)
                for tool in tools[1:]:
                    yield chunk.without_content(), tool
            for tool in pieces.finish() if last is not None else ():
                yield cast("CallResponseChunk", last).without_content(), tool
        finally:
            await self.close()

    async def text_stream(self) -> AsyncIterator[str]:
        """The pieces of the text."""
        try:
            while (chunk := await self._next()) is not None:
                if chunk.content:
                    yield chunk.content
        finally:
            await self.close()

    async def finish(self) -> AsyncCallAnswer:
        """The whole answer, after reading what is left of it."""
        try:
            while await self._next() is not None:
                pass
        finally:
            await self.close()
        return self.construct_call_response()

    async def close(self) -> None:
        """Close the connection unless everything was read. Closing twice does nothing."""
        if self.end_time is None:
            self.end_time = time.time() * 1000
        await self._pieces.close()

    # --- what has come ---

    def construct_call_response(self) -> AsyncCallAnswer:
        """The answer that the pieces make together. Raises ValueError before the first one."""
        if self._made is None or self._made_of != len(self._chunks):
            if not self._chunks:
                why = "has not been read: iterate it first" if self.end_time is None else "ended before its first piece"
                raise ValueError(f"the stream {why}")
            from ..core.joining import completion_from_chunks

            completion = completion_from_chunks(self._chunks)
            self._made_of = len(self._chunks)
            self._made = AsyncCallAnswer(
                self._plan, self._messages, completion, start_time=self.start_time, end_time=self.end_time
            )
        return self._made

    @property
    def content(self) -> str:
        """The text so far."""
        return self.construct_call_response().content if self._chunks else ""

    @property
    def message_param(self) -> BaseMessageParam:
        """What the model said, to be sent back with the next question."""
        return self.construct_call_response().message_param

    @property
    def tools(self) -> list[BaseTool] | None:
        """The tools that the model calls."""
        return self.construct_call_response().tools

    @property
    def tool(self) -> BaseTool | None:
        """The first of `tools`."""
        return self.construct_call_response().tool

    @property
    def usage(self) -> Usage | None:
        """The tokens that were counted; None where the provider does not say, which it does at the end."""
        return self.construct_call_response().usage

    @property
    def finish_reasons(self) -> list[str]:
        """Why each of the alternative answers ended."""
        return self.construct_call_response().finish_reasons

    @property
    def model(self) -> str:
        """The model as the server calls it."""
        return self.construct_call_response().model if self._chunks else self._plan.settings.model

    @property
    def id(self) -> str:
        """What the server calls the answer."""
        return self.construct_call_response().id

    async def execute_tools(
        self, *, before_call: BeforeCall | None = None, after_call: AfterCall | None = None
    ) -> list[ToolResult]:
        """Call the tools that the model wants; see `AsyncCallAnswer.execute_tools`."""
        return await self.construct_call_response().execute_tools(before_call=before_call, after_call=after_call)

    async def resume(self, content: object) -> AsyncStream:
        """The answer to what is said next, in pieces."""
        from .calls import async_carried_out

        said = [*self.messages, self.message_param]
        return await async_carried_out(self._plan.following(said, content, stream=True))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._plan.settings.model!r} {self.content!r}>"


class AsyncStructuredStream(AsyncClosing, Generic[T]):
    """A value that grows: every one is of the type that was asked for, the last one is complete and validated.

    Iterating raises `pydantic.ValidationError`, with the answer as its `_response`, when the complete value does not
    fit.
    """

    def __init__(self, stream: AsyncStream, extraction: Extraction, given: Mapping[str, Any]) -> None:
        self.stream = stream
        """The answer itself."""
        self._extraction = extraction
        self._given = given
        self._value: T | None = None
        self._is_done = False

    async def __aiter__(self) -> AsyncIterator[T]:
        partials = self._extraction.partials(self._given)
        try:
            while (chunk := await self.stream._next()) is not None:  # pyright: ignore[reportPrivateUsage]
                reasons = chunk.finish_reasons
                value = partials.feed(chunk.delta, finish_reason=reasons[0] if reasons else None)
                if value is not None:
                    yield value
            if not self._is_done:
                self._value = self._whole(partials.finish)
                self._is_done = True
                yield self._value
        finally:
            await self.stream.close()

    def _whole(self, finish: Any) -> T:
        response = self.stream.construct_call_response() if self.stream._chunks else None  # pyright: ignore[reportPrivateUsage]
        try:
            return with_response(finish(), response)
        except (pydantic.ValidationError, RefusalError) as error:
            raise with_response(error, response) from None

    @property
    def constructed_response_model(self) -> T:
        """The complete value. Raises ValueError before the stream has come to its end."""
        if not self._is_done:
            raise ValueError("the stream has not been read to its end")
        return cast("T", self._value)

    async def close(self) -> None:
        """Close the connection unless everything was read."""
        await self.stream.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._extraction.name}>"
