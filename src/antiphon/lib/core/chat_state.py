"""What the chunks of a chat completion mean: events, and the completion in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Generic, cast

from ...runtime import Omit, omit
from ...types.chat import ChatCompletionChunk
from .chat_accumulator import CallInProgress, ChatAccumulator, ChoiceInProgress
from .chat_events import (
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
from .chat_parsing import format_for
from .finish_errors import (
    MISSHAPEN,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    StreamStateError,
    misshapen,
)
from .formats import Format
from .function_tools import FunctionParsers, listed
from .parsed_chat import ParsedChatCompletion
from .partial_json import partial_json_at
from .type_variables import ResponseFormatT

__all__ = ["ChatCompletionStreamState"]

Late = dict[str, Callable[[], object]]


class ChatCompletionStreamState(Generic[ResponseFormatT]):
    """Turns chunks into events, and into a completion; it reads from nowhere and waits for nothing."""

    def __init__(self, *, input_tools: Any = omit, response_format: type[ResponseFormatT] | Any | Omit = omit) -> None:
        self._format = format_for(response_format)
        self._functions = FunctionParsers(listed(input_tools))
        self._accumulator = ChatAccumulator()
        self._progress: dict[int, _Progress] = {}
        self._partly = _Partly(self._format, self._functions)

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[object]:
        """The completion so far; what is not whole yet is parsed as far as it goes.

        Raises `StreamStateError` before the first chunk.
        """
        self._check_begun()
        return self._accumulator.assemble(self._partly)

    def get_final_completion(self) -> ParsedChatCompletion[ResponseFormatT]:
        """The completion, parsed.

        Raises `LengthFinishReasonError` and `ContentFilterFinishReasonError` where something was to be parsed and the
        answer ended early, and `StreamStateError` when no chunk came.
        """
        self._check_begun()
        for choice in self._accumulator.choices.values():
            self._check_whole(choice)
            self._parse(choice)
        return self._accumulator.assemble()

    def handle_chunk(self, chunk: ChatCompletionChunk) -> list[ChatCompletionStreamEvent[ResponseFormatT]]:
        """Take a chunk over, and say what happened.

        Raises `LengthFinishReasonError` and `ContentFilterFinishReasonError` where something was to be parsed and a
        choice ends early, and `pydantic.ValidationError` for whole content that does not fit.
        """
        try:
            taken = list(self._accumulator.add(chunk))
        except MISSHAPEN as error:
            raise misshapen(chunk, error) from error
        events: list[ChatCompletionStreamEvent[ResponseFormatT]] = [
            ChunkEvent.made({"snapshot": lambda: self.current_completion_snapshot}, type="chunk", chunk=chunk)
        ]
        for choice, piece, calls in taken:
            self._check_whole(choice)
            progress = self._progress.get(choice.index)
            if progress is None:
                progress = self._progress[choice.index] = _Progress()
            events += self._deltas(choice, piece, calls)
            for call, _ in calls:
                if progress.call is not call:
                    events += self._content_done(choice, progress)
                    events += self._call_done(progress.call)
                    progress.call = call
            if piece.finish_reason:
                events += self._content_done(choice, progress)
                for call in choice.calls:
                    events += self._call_done(call)
        return events

    def _check_begun(self) -> None:
        if not self._accumulator.is_begun:
            raise StreamStateError("The stream has not had a chunk yet, so there is no completion.")

    def _check_whole(self, choice: ChoiceInProgress) -> None:
        if self._format is None and not self._functions:
            return
        if choice.finish_reason == "length":
            raise LengthFinishReasonError(completion=self._accumulator.assemble())
        if choice.finish_reason == "content_filter":
            raise ContentFilterFinishReasonError(completion=self._accumulator.assemble())

    def _parse(self, choice: ChoiceInProgress) -> None:
        """Parse what was not parsed when it was done."""
        if choice.finish_reason is not None:
            self._parse_content(choice)
        for call in choice.calls:
            self._parse_call(call)

    def _parse_content(self, choice: ChoiceInProgress) -> object | None:
        if choice.parsed is None and self._format is not None and choice.content is not None and not choice.refusal:
            text = choice.content.text()
            choice.parsed = self._format.parse(text) if text else None
        return choice.parsed

    def _parse_call(self, call: CallInProgress) -> object | None:
        if call.parsed is None and self._functions.parses(call.name):
            call.parsed = self._functions.parse(call.name, call.arguments.text())
        return call.parsed

    def _deltas(
        self, choice: ChoiceInProgress, piece: Any, calls: list[tuple[CallInProgress, str | None]]
    ) -> Iterator[ChatCompletionStreamEvent[ResponseFormatT]]:
        delta = piece.delta
        if delta is not None and delta.content is not None and choice.content is not None:
            text = partial(choice.content.text, choice.content.length)
            parsed = partial(partial_json_at, choice.content, choice.content.length)
            late: Late = {"snapshot": text, "parsed": _nothing if self._format is None else parsed}
            yield ContentDeltaEvent.made(late, type="content.delta", delta=delta.content)
        if delta is not None and delta.refusal is not None and choice.refusal is not None:
            late = {"snapshot": partial(choice.refusal.text, choice.refusal.length)}
            yield RefusalDeltaEvent.made(late, type="refusal.delta", delta=delta.refusal)
        for call, added in calls:
            if call.type in (None, "function"):
                yield self._arguments_delta(call, added or "")
        logprobs = piece.logprobs
        if logprobs is not None and logprobs.content is not None and choice.content_logprobs is not None:
            late = {"snapshot": partial(_first, choice.content_logprobs, len(choice.content_logprobs))}
            yield LogprobsContentDeltaEvent.made(late, type="logprobs.content.delta", content=logprobs.content)
        if logprobs is not None and logprobs.refusal is not None and choice.refusal_logprobs is not None:
            late = {"snapshot": partial(_first, choice.refusal_logprobs, len(choice.refusal_logprobs))}
            yield LogprobsRefusalDeltaEvent.made(late, type="logprobs.refusal.delta", refusal=logprobs.refusal)

    def _arguments_delta(self, call: CallInProgress, added: str) -> FunctionToolCallArgumentsDeltaEvent:
        length = call.arguments.length
        parsed = partial(partial_json_at, call.arguments, length)
        late: Late = {
            "arguments": partial(call.arguments.text, length),
            "parsed_arguments": parsed if self._functions.parses(call.name) else _nothing,
        }
        kind = "tool_calls.function.arguments.delta"
        return FunctionToolCallArgumentsDeltaEvent.made(
            late, type=kind, name=call.name or "", index=call.index, arguments_delta=added
        )

    def _content_done(
        self, choice: ChoiceInProgress, progress: _Progress
    ) -> Iterator[ChatCompletionStreamEvent[ResponseFormatT]]:
        if choice.content is not None and not progress.content_done:
            progress.content_done = True
            parsed = self._parse_content(choice)
            yield cast(Any, ContentDoneEvent).made(
                {}, type="content.done", content=choice.content.text(), parsed=parsed
            )
        if choice.refusal is not None and not progress.refusal_done:
            progress.refusal_done = True
            yield RefusalDoneEvent.made({}, type="refusal.done", refusal=choice.refusal.text())
        if choice.content_logprobs is not None and not progress.content_logprobs_done:
            progress.content_logprobs_done = True
            content = list(choice.content_logprobs)
            yield LogprobsContentDoneEvent.made({}, type="logprobs.content.done", content=content)
        if choice.refusal_logprobs is not None and not progress.refusal_logprobs_done:
            progress.refusal_logprobs_done = True
            refusal = list(choice.refusal_logprobs)
            yield LogprobsRefusalDoneEvent.made({}, type="logprobs.refusal.done", refusal=refusal)

    def _call_done(self, call: CallInProgress | None) -> Iterator[FunctionToolCallArgumentsDoneEvent]:
        if call is None or call.is_done or call.type not in (None, "function"):
            return
        call.is_done = True
        parsed = self._parse_call(call)
        yield FunctionToolCallArgumentsDoneEvent.made(
            {},
            type="tool_calls.function.arguments.done",
            name=call.name or "",
            index=call.index,
            arguments=call.arguments.text(),
            parsed_arguments=parsed,
        )


class _Progress:
    """What was said to be done in one choice."""

    def __init__(self) -> None:
        self.call: CallInProgress | None = None
        self.content_done = False
        self.refusal_done = False
        self.content_logprobs_done = False
        self.refusal_logprobs_done = False


class _Partly:
    """Parses what is not whole yet, for snapshots."""

    def __init__(self, format: Format[Any] | None, functions: FunctionParsers) -> None:
        self._format = format
        self._functions = functions

    def content(self, choice: ChoiceInProgress) -> object | None:
        if self._format is None or choice.content is None or choice.refusal:
            return None
        return partial_json_at(choice.content, choice.content.length)

    def arguments(self, call: CallInProgress) -> object | None:
        if not self._functions.parses(call.name):
            return None
        return partial_json_at(call.arguments, call.arguments.length)


def _nothing() -> None:
    return None


def _first(items: list[Any], count: int) -> list[Any]:
    return items[:count]
