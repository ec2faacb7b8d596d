"""What answers and conversations have in one colour only: `await response`, `str(response)`."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

from .. import attachments as attachments  # what is attached is of its class
from ..core.model_answers import ModelAnswer
from ..core.parts import Message
from ..core.tools import ToolCall

if TYPE_CHECKING:
    from .._async.model_responses import AsyncResponse
    from .._async.models import AsyncModel
    from .._sync.model_responses import Response
    from .._sync.models import Conversation, Model
    from ..core.parameters import CompletionParameters
    from ..core.prompts import Prompt
    from ..core.tool_loop import AfterCall, BeforeCall

__all__ = [
    "AsyncConverted",
    "AsyncWaiting",
    "AsyncWaitingText",
    "Converted",
    "Waiting",
    "WaitingText",
    "async_own_pieces",
    "new_id",
    "own_pieces",
]


class _Copied:
    """An answer that can be copied and pickled."""

    _stream: Any = None

    def __getstate__(self) -> dict[str, object]:
        if self._stream is not None:
            raise TypeError("an answer that is being read can be neither copied nor pickled: read it to its end first")
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}  # a copy needs its own


class AsyncWaitingText(_Copied):
    """An answer that `await` completes."""

    if TYPE_CHECKING:

        async def complete(self) -> Self: ...

    def __await__(self) -> Generator[Any, Any, Self]:
        """This object, when the answer is complete."""
        return self.complete().__await__()


class WaitingText(_Copied):
    """An answer whose text `str` gives."""

    if TYPE_CHECKING:

        def text(self) -> str: ...

    def __str__(self) -> str:
        return self.text()


class _Kept(_Copied):
    """What both colours have of an answer without waiting."""

    if TYPE_CHECKING:
        answer: ModelAnswer
        prompt: Prompt
        model: Any

    response_json: dict[str, Any] | None = None
    """What `json` gives instead of a completion, where a class of models set it."""

    @cached_property
    def id(self) -> str:
        """What it is known by where it is kept."""
        return new_id()

    def __getstate__(self) -> dict[str, object]:
        return {**super().__getstate__(), "id": self.id}

    def set_usage(
        self, *, input: int | None = None, output: int | None = None, details: Mapping[str, Any] | None = None
    ) -> None:
        """For classes of models: the tokens that the answer took."""
        self.answer.count(input, output, details)

    def add_tool_call(self, tool_call: ToolCall) -> None:
        """For classes of models: a call that the model wants."""
        self.answer.take_call(tool_call)

    def set_resolved_model(self, model_id: str) -> None:
        """For classes of models: which model it was that answered."""
        self.answer.name_model(model_id)

    @property
    def incomplete(self) -> bool:
        """Whether the stream broke off: it ended without its mark, and nobody said why the answer ends."""
        return self.answer.is_cut_off

    @property
    def resolved_model(self) -> str | None:
        """What the server calls the model that answered; None as long as nothing came."""
        return self.answer.served_model()

    @property
    def input_tokens(self) -> int | None:
        """The tokens that were read, as far as the server has said."""
        return self.answer.usage().input

    @property
    def output_tokens(self) -> int | None:
        """The tokens that were written, as far as the server has said."""
        return self.answer.usage().output

    @property
    def token_details(self) -> dict[str, Any] | None:
        """What else the server counted, as far as it has said."""
        return self.answer.usage().details

    def _as_dict(self) -> dict[str, Any]:
        prompt = self.prompt
        asked: dict[str, Any] = {"messages": [Message.of(each).to_dict() for each in self.answer.input]}
        options = prompt.options.model_dump(exclude_none=True)
        rest = {"options": options, "system": prompt.system, "text": prompt.text}
        asked.update({name: value for name, value in rest.items() if value})
        return {"id": self.id, "model": self.model.model_id, "prompt": asked, **self.answer.to_dict()}


class AsyncWaiting(AsyncWaitingText, _Kept):
    """An async response."""

    _unfinished = "not yet awaited"

    def text_or_raise(self) -> str:
        """The text, without waiting. Raises ValueError when the answer is not complete."""
        self._check()
        return self.answer.text()

    def tool_calls_or_raise(self) -> list[ToolCall]:
        """The tool calls, without waiting. Raises ValueError when the answer is not complete."""
        self._check()
        return self.answer.tool_calls()

    def to_dict(self) -> dict[str, Any]:
        """The answer and what led to it, as JSON can hold it. Raises ValueError when it is not complete."""
        self._check()
        return self._as_dict()

    async def to_sync_response(self) -> Response:
        """The same answer as a sync response, when it is complete."""
        from .._sync.model_responses import Response

        await self.complete()
        made = Response(_sync_model(self.model), self.prompt, answer=self.answer)
        made.id = self.id
        return made

    @staticmethod
    def _model_called(name: str) -> AsyncModel:
        from ..models import get_async_model

        return get_async_model(name)

    def _check(self) -> None:
        if not self.answer.is_done:
            raise ValueError("Response not yet awaited")


class Waiting(WaitingText, _Kept):
    """A sync response."""

    _unfinished = "not yet done"

    if TYPE_CHECKING:

        def complete(self) -> Self: ...

        def tool_calls(self) -> list[ToolCall]: ...

    def text_or_raise(self) -> str:
        """The text."""
        return self.text()

    def tool_calls_or_raise(self) -> list[ToolCall]:
        """The tool calls."""
        return self.tool_calls()

    def to_dict(self) -> dict[str, Any]:
        """The answer and what led to it, as JSON can hold it."""
        self.complete()
        return self._as_dict()

    @staticmethod
    def _model_called(name: str) -> Model:
        from ..models import get_model

        return get_model(name)


class AsyncConverted:
    """An async conversation."""

    if TYPE_CHECKING:
        model: AsyncModel
        id: str
        name: str | None
        responses: list[AsyncResponse]
        before_call: BeforeCall | None
        after_call: AfterCall | None
        chain_limit: int | None
        tools: Any

    def to_sync_conversation(self) -> Conversation:
        """The same conversation for sync code, which knows the answers that are complete.

        Raises ValueError when one is not.
        """
        from .._sync.model_responses import Response
        from .._sync.models import Conversation

        model = _sync_model(self.model)
        made = Conversation(
            model,
            tools=self.tools,
            before_call=self.before_call,
            after_call=self.after_call,
            chain_limit=self.chain_limit,
            id=self.id,
            name=self.name,
        )
        for each in self.responses:
            each.text_or_raise()
            made.responses.append(Response(model, each.prompt, answer=each.answer, conversation=made))
        return made


class Converted:
    """A sync conversation."""


def async_own_pieces(model: object, given: Any) -> AsyncIterator[Any]:
    """What `execute` of a class of async models says. Raises TypeError for what is no async generator."""
    if not hasattr(given, "__aiter__"):
        raise _no_pieces(model, given, "an async generator: `async def` with `yield`")
    return aiter(given)


def own_pieces(model: object, given: Any) -> Iterator[Any]:
    """What `execute` of a class of models says. Raises TypeError for what cannot be iterated."""
    if not hasattr(given, "__iter__"):
        raise _no_pieces(model, given, "a generator, or gives texts")
    return iter(given)


def _no_pieces(model: object, given: Any, wanted: str) -> TypeError:
    if inspect.iscoroutine(given):
        given.close()
    return TypeError(f"execute of {type(model).__name__} must be {wanted}; it gave {type(given).__name__}")


def new_id() -> str:
    """An id that nothing else has; later ones come after earlier ones."""
    return f"{time.time_ns() // 1000:014x}{os.urandom(6).hex()}"


def _sync_model(model: AsyncModel) -> Model:
    from .._sync.models import Model

    return Model(
        model.model_id,
        key=model.key,
        can_stream=model.can_stream,
        supports_tools=model.supports_tools,
        supports_schema=model.supports_schema,
        supports_conversation=model.supports_conversation,
        attachment_types=model.attachment_types,
        **cast("CompletionParameters", model.settings),
    )
