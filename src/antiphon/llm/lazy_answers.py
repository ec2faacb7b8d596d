"""What lazy answers have in one colour only: `await response`, and `str(response)`. By hand."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from .core.model_answers import ModelAnswer
from .core.tools import ToolCall

if TYPE_CHECKING:
    from ._sync.model_responses import Response

__all__ = ["AsyncWaiting", "AsyncWaitingText", "Waiting", "WaitingText"]


class AsyncWaitingText:
    """An answer that `await` completes."""

    if TYPE_CHECKING:

        async def complete(self) -> Self: ...

    def __await__(self) -> Generator[Any, Any, Self]:
        """This object, when the answer is complete."""
        return self.complete().__await__()


class WaitingText:
    """An answer whose text `str` gives."""

    if TYPE_CHECKING:

        def text(self) -> str: ...

    def __str__(self) -> str:
        return self.text()


class AsyncWaiting(AsyncWaitingText):
    """An async response."""

    _unfinished = "not yet awaited"

    if TYPE_CHECKING:
        answer: ModelAnswer
        prompt: Any
        model: Any

    def text_or_raise(self) -> str:
        """The text, without waiting. Raises ValueError when the answer is not complete."""
        self._check()
        return self.answer.text()

    def tool_calls_or_raise(self) -> list[ToolCall]:
        """The tool calls, without waiting. Raises ValueError when the answer is not complete."""
        self._check()
        return self.answer.tool_calls()

    def to_sync_response(self) -> Response:
        """The same answer as a sync response. Raises ValueError when it is not complete."""
        from ._sync.model_responses import Response
        from ._sync.models import Model

        self._check()
        model = Model(self.model.model_id, **self.model.settings)
        return Response(model, self.prompt, answer=self.answer)

    def _check(self) -> None:
        if not self.answer.is_done:
            raise ValueError("Response not yet awaited")


class Waiting(WaitingText):
    """A sync response."""

    _unfinished = "not yet done"

    if TYPE_CHECKING:

        def tool_calls(self) -> list[ToolCall]: ...

    def text_or_raise(self) -> str:
        """The text."""
        return self.text()

    def tool_calls_or_raise(self) -> list[ToolCall]:
        """The tool calls."""
        return self.tool_calls()
