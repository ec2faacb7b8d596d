"""The answer to a prompt: nothing is sent before somebody wants it, and it can be read again."""

from __future__ import annotations

import copy
import datetime
import inspect
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, Unpack

from ...runtime import SDKError
from ...runtime.core.kinds import checked_mapping
from ...runtime.waiting import async_answered
from ..core.belonging import Belonging
from ..core.model_answers import ModelAnswer, StreamEvent, Usage
from ..core.parts import Message, checked_list
from ..core.prompt_keywords import PromptKeywords
from ..core.prompts import Prompt, prompt_of, result_messages
from ..core.said import system as say
from ..core.said import user
from ..core.tool_loop import PauseChain, Round, check_hooks
from ..core.toolboxes import ToolLike, tools_of
from ..core.tools import ToolCall, ToolResult
from ..model_facts import check_attachments, check_prompt, check_types, own_answer, request_parameters
from ..pairs.answers import AsyncWaiting, async_own_pieces
from ..pairs.running import async_lock
from .asking import async_completed
from .loading import async_loaded
from .tool_calls import AfterCall, BeforeCall, async_prepared_tools, async_run_round

if TYPE_CHECKING:
    from ..core.attachments import Attachment
    from .models import AsyncConversation, AsyncModel

__all__ = ["AsyncResponse"]


class AsyncResponse(AsyncWaiting):
    """What a model answers. It is asked when the answer is first wanted; after that it can be read again and again."""

    has_failed: bool = False
    """Whether the last attempt to get the answer failed."""
    _stream: Any = None
    _started: float = 0.0
    _error: Exception | None = None

    def __init__(
        self,
        model: AsyncModel,
        prompt: Prompt,
        *,
        previous: AsyncResponse | None = None,
        answers_calls: bool = False,
        answer: ModelAnswer | None = None,
        conversation: AsyncConversation | None = None,
        before_call: BeforeCall | None = None,
        after_call: AfterCall | None = None,
    ) -> None:
        self.model = model
        self.prompt = prompt
        self._belonging = None if conversation is None else Belonging(conversation)
        self.answer = answer or ModelAnswer()
        self._previous = previous
        self._answers_calls = answers_calls
        self._before_call = before_call
        self._after_call = after_call
        self._callbacks: list[Callable[[Any], Any]] = []

    @property
    def conversation(self) -> AsyncConversation | None:
        """The conversation that it is part of.

        An answer does not hold it: one that nobody else holds is made anew, of the answers up to this one.
        """
        return None if self._belonging is None else self._belonging.conversation(self._so_far)

    def _so_far(self) -> list[AsyncResponse]:
        found: list[AsyncResponse] = []
        each: AsyncResponse | None = self
        while each is not None:
            found.append(each)
            each = each._previous
        return found[::-1]

    def _conversation_before(self) -> AsyncConversation | None:
        """What came before as a conversation, for a class of models that answers by what was said in it."""
        conversation, before = self.conversation, self._so_far()[:-1]
        if conversation is None and not before:
            return None
        from .models import AsyncConversation

        made = AsyncConversation(self.model) if conversation is None else copy.copy(conversation)
        made.responses = before
        return made

    # --- reading ---

    async def __aiter__(self) -> AsyncIterator[str]:
        """The pieces of the text."""
        async for event in self.astream_events():
            if event.type == "text":
                yield event.chunk

    async def astream_events(self) -> AsyncIterator[StreamEvent]:
        """The pieces of everything: text, what the model thinks, tool calls."""
        position = 0
        while True:
            while position < len(self.answer.events):
                yield self.answer.events[position]
                position += 1
            if self.answer.is_done:
                return
            await self._step(position)

    async def complete(self) -> Self:
        """This object, when all of the answer is there."""
        while not self.answer.is_done:
            await self._step(0 if self._stream is None else len(self.answer.events))
        return self

    async def text(self) -> str:
        """All of the text, also when pieces of it were read before.

        Raises `RefusalError`, which is a ValueError, when the model declined to answer by the schema.
        """
        await self.complete()
        text = self.answer.text()
        if not text and self.prompt.schema is not None and (refusal := self.answer.refusal()):
            from ..core.extraction import RefusalError

            raise RefusalError(refusal)
        return text

    async def json(self) -> dict[str, Any]:
        """The completion as the server sent it, put together where it came in pieces."""
        await self.complete()
        return self.answer.body() if self.response_json is None else self.response_json

    async def usage(self) -> Usage:
        """The tokens that were read and written."""
        await self.complete()
        return self.answer.usage()

    async def tool_calls(self) -> list[ToolCall]:
        """What the model wants to be called."""
        await self.complete()
        return self.answer.tool_calls()

    async def messages(self) -> list[Message]:
        """What the model said, as messages that can be sent back."""
        await self.complete()
        return [self.answer.message()]

    async def all_messages(self) -> list[Message]:
        """What was sent and what the model said: the whole conversation so far."""
        await self.complete()
        return [*map(Message.of, self.answer.input), self.answer.message()]

    async def token_usage(self) -> str:
        """The tokens in words: `12 input, 34 output`."""
        return (await self.usage()).in_words()

    async def duration_ms(self) -> int:
        """How long the answer took, from the request to its end."""
        await self.complete()
        return round((self.answer.seconds or 0.0) * 1000)

    async def datetime_utc(self) -> str:
        """When the model was asked, in ISO 8601."""
        await self.complete()
        return "" if self.answer.began is None else self.answer.began.isoformat()

    async def on_done(self, callback: Callable[[AsyncResponse], Any]) -> None:
        """Have a function called with this response when it is complete; at once, if it is.

        What it raises is raised where the answer is read, after the other functions were called.
        """
        check_hooks(on_done=callback)
        if self.answer.is_done:
            await async_answered(callback(self))
        else:
            self._callbacks.append(callback)

    # --- going on ---

    async def execute_tool_calls(
        self,
        *,
        before_call: BeforeCall | None = None,
        after_call: AfterCall | None = None,
        tool_calls_list: Iterable[ToolCall] | None = None,
        tools: Iterable[ToolLike] | None = None,
    ) -> list[ToolResult]:
        """Make the calls that the model wants, and give their results in the same order.

        Raises `PauseChain` when a tool did, with all messages so far.
        """
        calls = await self.tool_calls() if tool_calls_list is None else list(tool_calls_list)
        known = self.prompt.known_tools if tools is None else tools_of(tools)
        try:
            return await async_run_round(Round(known, calls), before_call=before_call, after_call=after_call)
        except PauseChain as error:
            error.messages = [*await self.all_messages(), *result_messages(error.tool_results)]
            raise

    async def execute_tool_call(self, tool_call: ToolCall) -> ToolResult:
        """Make one call, whoever wants it, and give its result.

        What was passed as `before_call` and `after_call` to the conversation or chain is called.
        """
        results = await self.execute_tool_calls(
            before_call=self._before_call, after_call=self._after_call, tool_calls_list=[tool_call]
        )
        return results[0]

    def reply(self, prompt: str | None = None, **keywords: Unpack[PromptKeywords]) -> AsyncResponse:
        """Say something to this answer. The tools it called for are called first; they stay unless others are given.

        As with `prompt`, nothing happens before the new answer is wanted.
        """
        asked = prompt_of(prompt, keywords, tools=self.prompt.known_tools, options=self.model.Options)
        made = asked.followed()
        check_attachments(self.model, made)
        return AsyncResponse(self.model, made, previous=self, answers_calls=not made.tool_results)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, model: AsyncModel | None = None) -> AsyncResponse:
        """The response that `to_dict` wrote, of this model or else the one of that name. It can be replied to.

        Raises `UnknownModelError`, TypeError and ValueError for what it did not write, and `pydantic.ValidationError`
        for options that there are not.
        """
        data = checked_mapping("data", data)
        given = checked_mapping("prompt", data.get("prompt"))
        sent = [Message.from_dict(each) for each in checked_list("messages", given.get("messages"))]
        if model is None and "model" not in data:
            raise ValueError("the data name no model: pass model=...")
        model = model or cls._model_called(data["model"])
        keywords = {"system": given.get("system"), "options": given.get("options")}
        prompt = replace(prompt_of(given.get("text"), keywords, options=model.Options), sent=tuple(sent))
        made = cls(model, prompt, answer=ModelAnswer.from_dict(data, sent))
        made.id = data.get("id") or made.id
        return made

    @classmethod
    def fake(
        cls, model: AsyncModel, prompt: str, *attachments: Attachment, system: str | None = None, response: str
    ) -> AsyncResponse:
        """An answer that nobody sent, complete already: for tests."""
        asked = prompt_of(prompt, {"system": system, "attachments": attachments, "stream": False})
        answer = ModelAnswer.of_text(response)
        answer.input = [*([] if asked.system is None else [say(asked.system)]), user(prompt, *asked.attachments)]
        return cls(model, replace(asked, sent=tuple(answer.input)), answer=answer)

    # --- the exchange ---

    async def _step(self, seen: int) -> None:
        """Wait for something that comes after the events that were seen, or for the end."""
        turn = self.__dict__.get("_lock")
        if turn is None:
            turn = self.__dict__.setdefault("_lock", async_lock())
        async with turn:
            if self.answer.is_done or (self._stream is not None and len(self.answer.events) > seen):
                return  # somebody else who reads this answer was faster
            if self._error is not None:
                raise self._error
            try:
                is_over = await self._advance()
            except BaseException as error:
                self._failed(error)
                raise
            if is_over:
                await self._finish()

    async def _advance(self) -> bool:
        own = own_answer(self.model)
        if own is not None:
            return await self._advance_by(own)
        answer, prompt = self.answer, self.prompt
        if self._stream is None:
            if prompt.known_tools:
                prompt = self.prompt = replace(prompt, known_tools=await async_prepared_tools(prompt.known_tools))
            answer.input = await self._messages(prompt)
            self._begin(prompt)
            parameters, stream = request_parameters(self.model, prompt), prompt.stream and self.model.can_stream
            given = await async_completed(self.model.model_id, answer.input, stream, parameters)
            if not stream:
                answer.take(given, hide_reasoning=prompt.hide_reasoning)
                return True
            self._stream = given
        chunk: Any = await anext(self._stream, None)
        if chunk is None:
            answer.is_cut_off = self._stream.incomplete and not answer.has_reason
            return True
        answer.add(chunk, hide_reasoning=prompt.hide_reasoning)
        return False

    async def _advance_by(self, execute: Callable[..., Any]) -> bool:
        """Go on with what a class of models says itself."""
        if self._stream is None:
            prompt = replace(self.prompt, known_tools=await async_prepared_tools(self.prompt.known_tools))
            history: list[Message] = []
            if self._previous is not None:
                history, prompt = await self._history(prompt, self._previous)
            self.answer.input = [*history, *(each for message in prompt.messages for each in message.sent())]
            self._begin(prompt)
            given: list[Any] = [self.prompt, prompt.stream and self.model.can_stream, self, self._conversation_before()]
            takes_key = "key" in inspect.signature(execute).parameters
            named = {"key": self.model.get_key(prompt.key)} if takes_key else {}
            self._stream = async_own_pieces(self.model, execute(*given, **named))
        piece: Any = await anext(self._stream, None)
        if piece is None:
            return True
        self.answer.take_piece(piece, hide_reasoning=self.prompt.hide_reasoning)
        return False

    def _begin(self, prompt: Prompt) -> None:
        answer = self.answer
        check_prompt(self.model, prompt, answer.input)
        self.prompt = prompt
        prompt.keep_sent(answer.input)
        answer.began, self._started = datetime.datetime.now(datetime.UTC), time.perf_counter()

    async def _history(self, prompt: Prompt, previous: AsyncResponse) -> tuple[list[Message], Prompt]:
        """What was said before, and the prompt with the results of calls that had to be made."""
        if prompt.given is not None or prompt.before is not None:
            return [], prompt
        history = await previous.all_messages()
        if self._answers_calls and await previous.tool_calls():
            made = await previous.execute_tool_calls(tools=prompt.tools)
            prompt = replace(prompt, tool_results=made)
        return history, prompt

    async def _messages(self, prompt: Prompt) -> list[Mapping[str, Any]]:
        history: list[Message] = []
        if self._previous is not None:
            history, prompt = await self._history(prompt, self._previous)
        needed = prompt.needed(history)
        if not needed:
            return prompt.said(history, ())
        attached = await async_loaded(needed)
        check_types(self.model, (each.type for each in attached))
        return prompt.said(history, attached)

    def _failed(self, error: BaseException) -> None:
        """What was never begun can be asked again; what broke in the middle cannot."""
        begun, self._stream = self._stream is not None, None
        self.has_failed = True
        if begun:
            self._error = error if isinstance(error, Exception) else SDKError("the answer was interrupted")

    async def _finish(self) -> None:
        self.answer.seconds = time.perf_counter() - self._started
        self.answer.is_done = True
        self._stream, self.has_failed = None, False
        callbacks, self._callbacks = self._callbacks, []
        errors: list[Exception] = []
        for callback in callbacks:
            try:
                await async_answered(callback(self))
            except Exception as error:
                errors.append(error)
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup("functions of on_done failed", errors)

    def __repr__(self) -> str:
        text = self.answer.text() if self.answer.is_done else f"... {self._unfinished} ..."
        return f"<{type(self).__name__} prompt={self.prompt.prompt!r} text={text!r}>"
