"""Answers and tool calls in turn, until the model calls no more tools."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from ..core.model_answers import RoundText, StreamEvent, result_events
from ..core.prompts import Prompt, result_messages
from ..core.tool_loop import ChainLimitError, PauseChain, Round, ToolLoop, check_hooks
from ..core.tools import ToolResult
from ..pairs.answers import AsyncWaitingText
from ..pairs.running import async_lock
from .model_responses import AsyncResponse
from .tool_calls import AfterCall, BeforeCall, async_prepared_tools, async_run_round

if TYPE_CHECKING:
    from .models import AsyncConversation, AsyncModel

__all__ = ["AsyncChainResponse"]


class AsyncChainResponse(AsyncWaitingText):
    """The answers of a chain, one after the other; nothing is sent before the first is wanted."""

    def __init__(
        self,
        model: AsyncModel,
        prompt: Prompt,
        *,
        previous: Callable[[], AsyncResponse | None] | None = None,
        conversation: AsyncConversation | None = None,
        before_call: BeforeCall | None = None,
        after_call: AfterCall | None = None,
        limit: int | None,
    ) -> None:
        check_hooks(before_call=before_call, after_call=after_call)
        self.model = model
        self.prompt = prompt
        self._previous = previous
        self.conversation = conversation
        self._before_call = before_call
        self._after_call = after_call
        self._loop = ToolLoop(prompt.known_tools, limit=limit)
        self._responses: list[AsyncResponse] = []
        self._is_over = False

    async def responses(self) -> AsyncIterator[AsyncResponse]:
        """The answers. Each can be read before the next is asked for.

        Raises `ChainLimitError` when the model calls tools for too long, and `PauseChain` when a tool pauses.
        """
        position = 0
        while True:
            if position == len(self._responses):
                if self._is_over:
                    return
                async with self.__dict__.setdefault("_lock", async_lock()):
                    if position == len(self._responses):
                        await self._advance()
                continue
            yield self._responses[position]
            position += 1

    async def __aiter__(self) -> AsyncIterator[str]:
        """The pieces of the text of all answers."""
        async for event in self.astream_events():
            if event.type == "text":
                yield event.chunk

    async def astream_events(self) -> AsyncIterator[StreamEvent]:
        """The pieces of everything, the results of tools among them."""
        text = RoundText()
        async for response in self.responses():
            text.begin()
            for event in result_events(response.prompt.tool_results):
                yield event
            async for event in response.astream_events():
                yield replace(event, chunk=text.piece(event.chunk)) if event.type == "text" else event

    async def complete(self) -> Self:
        """This object, when the last answer is there."""
        async for response in self.responses():
            await response.complete()
        return self

    async def text(self) -> str:
        """The text of all answers. Raises `RefusalError` when the model declined to answer by the schema."""
        text = "".join([piece async for piece in self])
        return text or await self._responses[-1].text()

    async def _advance(self) -> None:
        """The next answer, or the end."""
        if not self._responses:
            self._add(await self._first(), None if self._previous is None else self._previous())
            return
        last = self._responses[-1]
        calls = await last.tool_calls()
        try:
            made = self._loop.answered(calls)
        except ChainLimitError as error:
            error.messages = await last.all_messages()
            raise
        if made is None:
            self._is_over = True
            return
        try:
            results = await self._results(made)
        except PauseChain as error:
            error.messages = [*await last.all_messages(), *result_messages(error.tool_results)]
            raise
        self._add(self.prompt.following(results), last)

    async def _first(self) -> Prompt:
        """The prompt, after the calls were made that its messages end with."""
        if self.prompt.known_tools:
            self.prompt = replace(self.prompt, known_tools=await async_prepared_tools(self.prompt.known_tools))
            self._loop.use(self.prompt.known_tools)
        calls = self.prompt.unanswered()
        if not calls:
            return self.prompt
        try:
            return self.prompt.resumed(await self._results(Round(self.prompt.known_tools, calls)))
        except PauseChain as error:
            said = self.prompt.given or self.prompt.before or ()
            error.messages = [*said, *result_messages(error.tool_results)]
            raise

    async def _results(self, made: Round) -> list[ToolResult]:
        return await async_run_round(made, before_call=self._before_call, after_call=self._after_call)

    def _add(self, prompt: Prompt, previous: AsyncResponse | None) -> None:
        response = AsyncResponse(
            self.model,
            prompt,
            previous=previous,
            conversation=self.conversation,
            before_call=self._before_call,
            after_call=self._after_call,
        )
        if self.conversation is not None:
            self.conversation.responses.append(response)
        self._responses.append(response)

    def __repr__(self) -> str:
        state = "over" if self._is_over else f"{len(self._responses)} answers so far"
        return f"<{type(self).__name__} prompt={self.prompt.prompt!r} ({state})>"
