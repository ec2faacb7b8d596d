"""The tool loop: which calls run, what the model is told of each, when it is over. Nothing here waits.

One round is the calls of one answer. The driver asks for the `steps` of a round, calls what has to be called, at once
or one by one, and hands each outcome back; the results are in the order of the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ...runtime.core.errors import SDKError
from .attachments import Attachment, attachment_of
from .signatures import BadArgumentsError, Bound
from .toolboxes import Toolbox
from .tools import Tool, ToolCall, ToolOutput, ToolResult, arguments_of, output_text

__all__ = [
    "DEFAULT_LIMIT",
    "AfterCall",
    "BeforeCall",
    "CancelToolCall",
    "ChainLimitError",
    "PauseChain",
    "Round",
    "Step",
    "ToolLoop",
    "check_hooks",
]

BeforeCall: TypeAlias = Callable[["Tool | None", ToolCall], Any]
"""Called with the tool, or None for one that does not exist, and the call, before it is made."""
AfterCall: TypeAlias = Callable[[Tool, ToolCall, ToolResult], Any]
"""Called with the tool, the call and the result of each call that was made, also of one that failed."""

DEFAULT_LIMIT: Final = 25
"""How many answers a chain asks for, unless you say otherwise."""


def check_hooks(**hooks: object) -> None:
    """Raises TypeError for what is to be called later and cannot be."""
    for name, hook in hooks.items():
        if hook is not None and not callable(hook):
            raise TypeError(f"{name} takes a function, not {type(hook).__name__}")


class CancelToolCall(Exception):
    """Raise it in `before_call`, or in a tool, so that the call is not made; the model is told why."""


class PauseChain(Exception):
    """Raise it in a tool to leave the chain, for example until somebody has agreed to the call.

    Calls of the same round run to their end first. To go on, start a chain with `messages=error.messages`: the calls
    without a result are made again.
    """

    tool_call: ToolCall | None = None
    """The call that paused."""
    tool_results: Sequence[ToolResult] = ()
    """What came of the other calls of the round."""
    messages: Sequence[Mapping[str, Any]] = ()
    """Everything said so far, these results among it."""


class ChainLimitError(SDKError, ValueError):
    """The model still calls tools after as many answers as were allowed; those calls were not made."""

    messages: Sequence[Mapping[str, Any]] = ()
    """Everything said so far: start a chain with it to go on."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Chain limit of {limit} exceeded.")
        self.add_note("pass another chain_limit=, 0 for none, or go on with messages=error.messages")
        self.limit = limit


class Step:
    """One call of a round, from the call to its result."""

    def __init__(self, call: ToolCall, tool: Tool | None, known: Iterable[str]) -> None:
        self.call = call
        self.tool = tool
        self.bound: Bound | None = None
        self.result: ToolResult | None = None
        self.paused: PauseChain | None = None
        if tool is None:
            names = ", ".join(known)
            there_are = f"the tools are: {names}" if names else "there are no tools"
            self._fail(KeyError(call.name), f'tool "{call.name}" does not exist; {there_are}')
        elif tool.implementation is None:
            self._fail(TypeError(call.name), f'tool "{call.name}" has no implementation')

    @property
    def made(self) -> tuple[Tool, ToolCall, ToolResult] | None:
        """What came of the call; None for one that was cancelled, or whose tool does not exist or has no function."""
        if self.tool is None or self.tool.implementation is None or self.result is None:
            return None
        if isinstance(self.result.exception, CancelToolCall):
            return None
        return self.tool, self.call, self.result

    @property
    def must_run(self) -> bool:
        """Whether the tool has to be called with `bound`."""
        return self.result is None and self.paused is None

    @property
    def _box(self) -> Toolbox | None:
        return None if self.tool is None else self.tool.prepare

    def bind(self) -> None:
        """Read the arguments; what does not fit becomes the result."""
        if self.tool is None or not self.must_run:
            return
        try:
            self.bound = arguments_of(self.call, self.tool)
        except BadArgumentsError as error:
            self._fail(error, f'the arguments of "{self.call.name}" do not fit: {error}')

    def cancelled(self, error: CancelToolCall) -> None:
        """The call is not made."""
        self.result = ToolResult(self.call.name, f"Cancelled: {error}", self.call.tool_call_id, error)

    def gave(self, output: object) -> None:
        """The tool came to its end."""
        attachments: tuple[Attachment, ...] = ()
        if isinstance(output, ToolOutput):
            attachments = tuple(attachment_of(each) for each in output.attachments)
            output = output.output
        try:
            text = output_text(output)
        except Exception as error:  # objects may refuse to be shown in any way
            self.failed(error)
            return
        self.result = ToolResult(self.call.name, text, self.call.tool_call_id, None, attachments, self._box)

    def failed(self, error: Exception) -> None:
        """The tool raised this."""
        if isinstance(error, PauseChain):
            self.paused = error
        elif isinstance(error, CancelToolCall):
            self.cancelled(error)
        else:
            self._fail(error, str(error) or type(error).__name__)

    def _fail(self, error: Exception, text: str) -> None:
        self.result = ToolResult(self.call.name, f"Error: {text}", self.call.tool_call_id, error, (), self._box)


class Round:
    """The calls of one answer."""

    def __init__(self, tools: Mapping[str, Tool], calls: Iterable[ToolCall]) -> None:
        self.steps = [Step(call, tools.get(call.name), tools) for call in calls]

    def results(self) -> list[ToolResult]:
        """What came of the calls, in their order.

        Raises `PauseChain`, with the results there are, when a tool paused.
        """
        done = [step.result for step in self.steps if step.result is not None]
        paused = next((step for step in self.steps if step.paused is not None), None)
        if paused is None or paused.paused is None:
            return done
        error = paused.paused
        error.tool_call = paused.call
        error.tool_results = done
        raise error


class ToolLoop:
    """Counts the answers of a chain. `limit` None or 0: as many as it takes."""

    def __init__(self, tools: Mapping[str, Tool], *, limit: int | None = DEFAULT_LIMIT) -> None:
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"chain_limit must be a number from 0 on, or None, not {limit!r}")
        self._tools = tools
        self._limit = limit or None
        self._answers = 0

    def use(self, tools: Mapping[str, Tool]) -> None:
        """Have these tools called from now on."""
        self._tools = tools

    def answered(self, calls: Sequence[ToolCall]) -> Round | None:
        """The round that an answer with these calls begins; None when it was the last answer.

        Raises `ChainLimitError` for calls after which there may be no further answer.
        """
        self._answers += 1
        if not calls:
            return None
        if self._limit is not None and self._answers >= self._limit:
            raise ChainLimitError(self._limit)
        return Round(self._tools, calls)
