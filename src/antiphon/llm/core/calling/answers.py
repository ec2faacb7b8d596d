"""What a model answered to a decorated function, and the pieces of it; the same in both colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pydantic

from ....runtime.core.kinds import is_list, is_mapping
from ..base_tools import BaseTool
from ..data import Choice, Completion, CompletionChunk, Message, Usage, data_of
from ..extraction import RefusalError, with_response
from ..tools import ToolCall, ToolResult, output_text
from .asked import metadata_of
from .messages import BaseMessageParam
from .plans import Plan

__all__ = ["CallFacts", "CallResponse", "CallResponseChunk", "CostMetadata", "Counted", "made_of", "tool_named"]


@dataclass(frozen=True, slots=True)
class CostMetadata:
    """What an answer cost, as far as it is known."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    cost: float | None = None
    """In dollars; None where the provider does not say."""


class Counted:
    """What is counted of an answer, from its `usage`."""

    __slots__ = ()

    @property
    def usage(self) -> Usage | None:
        """The tokens that were counted; None where the provider does not say."""
        raise NotImplementedError

    @property
    def input_tokens(self) -> int | None:
        """The tokens that the model read; None where the provider does not say."""
        return _count(self.usage, "prompt_tokens")

    @property
    def output_tokens(self) -> int | None:
        """The tokens that the model wrote; None where the provider does not say."""
        return _count(self.usage, "completion_tokens")

    @property
    def cached_tokens(self) -> int | None:
        """Those of `input_tokens` that the provider had kept; None where it does not say."""
        details: Any = None if self.usage is None else self.usage.prompt_tokens_details
        return _count(details, "cached_tokens") if is_mapping(details) else None

    @property
    def cost(self) -> float | None:
        """Dollars, where the provider tells them with its answer; None where it does not."""
        cost: Any = None if self.usage is None else self.usage.get("cost")
        return float(cost) if isinstance(cost, (int, float)) and not isinstance(cost, bool) else None

    @property
    def cost_metadata(self) -> CostMetadata:
        """Tokens and cost in one."""
        return CostMetadata(self.input_tokens, self.output_tokens, self.cached_tokens, self.cost)


class CallFacts:
    """What is known of a call, whether its answer came whole or in pieces."""

    start_time: float
    """When it was asked, in milliseconds since 1970."""
    end_time: float | None
    """When the answer was complete."""

    def __init__(self, plan: Plan, messages: Sequence[Any]) -> None:
        self._plan = plan
        self._messages = messages

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: what can be made again of it is not."""
        return {name: value for name, value in self.__dict__.items() if name not in ("fn_args", "tools")}

    @property
    def messages(self) -> list[Any]:
        """The messages that were sent."""
        return [_param(message) for message in self._messages]

    @property
    def user_message_param(self) -> BaseMessageParam | None:
        """The last message that was sent, if it is the user's."""
        last: Any = self._messages[-1] if self._messages else None
        return _param(last) if is_mapping(last) and last.get("role") == "user" else None

    @property
    def provider(self) -> str:
        """The provider that was asked."""
        return self._plan.settings.provider

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the function returned as `metadata`, or has from the decorator of this name."""
        return self._plan.asked.config.get("metadata") or metadata_of(self._plan.asking.function)

    @property
    def prompt_template(self) -> str | None:
        """The template of the function; None where it has none."""
        return self._plan.asked.template

    @cached_property
    def fn_args(self) -> dict[str, Any]:
        """The arguments with which the function was called."""
        return self._plan.asking.arguments(*self._plan.arguments)

    @property
    def dynamic_config(self) -> Mapping[str, Any] | None:
        """What the function returned besides its messages; None for nothing."""
        return self._plan.asked.config or None

    @property
    def tool_types(self) -> list[type[BaseTool]] | None:
        """The tools that the model could call."""
        return list(self._plan.tools) or None

    @property
    def call_params(self) -> Mapping[str, Any]:
        """The `call_params`, with those that the function returned; without a key."""
        return _without_key(self._plan.given)

    @property
    def call_kwargs(self) -> dict[str, Any]:
        """Everything that was asked with, without a key."""
        given = _without_key(self._plan.parameters)
        return {"model": self._plan.settings.model, "messages": self.messages, **given}

    @classmethod
    def tool_message_params(
        cls, tools_and_outputs: Iterable[tuple[BaseTool | ToolCall, object]]
    ) -> list[BaseMessageParam]:
        """The messages that hold what came of tools: pairs of a tool and what it gave."""
        made: list[BaseMessageParam] = []
        for called, output in tools_and_outputs:
            result = output if isinstance(output, ToolResult) else None
            text = result.output if result is not None else output_text(output)
            identity = called.tool_call_id if isinstance(called, ToolCall) else called.id
            made.append(BaseMessageParam(role="tool", tool_call_id=identity or "", content=text))
        return made


class CallResponse(Counted, CallFacts):
    """What a model answered: `response.content` is the text, `response.tool` what it wants to be called.

    `str(response)` is the text, too.
    """

    def __init__(
        self,
        plan: Plan,
        messages: Sequence[Any],
        completion: Mapping[str, Any],
        *,
        raw: object = None,
        start_time: float,
        end_time: float | None,
    ) -> None:
        super().__init__(plan, messages)
        self._completion = completion
        self._raw = raw
        self.start_time = start_time
        self.end_time = end_time

    @property
    def completion(self) -> Completion:
        """The answer in OpenAI's form."""
        made = self._completion
        if not isinstance(made, Completion):
            made = self._completion = data_of(made, Completion)
        return made

    @property
    def response(self) -> Any:
        """The answer as the client gave it."""
        return self.completion if self._raw is None else self._raw

    @property
    def _choice(self) -> Choice | None:
        choices: Sequence[Choice] = self.completion.get("choices") or ()
        return choices[0] if choices else None

    @property
    def message(self) -> Message:
        """What the model said, as it came."""
        choice = self._choice
        return Message() if choice is None else choice.message

    @property
    def content(self) -> str:
        """The text; empty where there is none."""
        choices: Any = self._completion.get("choices") or ()
        content: Any = choices[0]["message"].get("content") if choices else None
        return content if isinstance(content, str) else ""

    def __str__(self) -> str:
        return self.content

    def text(self, sep: str = "\n") -> str:
        """The text."""
        return self.content

    def pretty(self) -> str:
        """Everything that was said, for people to read: thoughts, text, calls of tools."""
        thought = [f"**Thinking:**\n{self.thinking}"] if self.thinking else []
        calls = [f"**ToolCall ({call.name}):** {call.text or dict(call.arguments)}" for call in self.tool_calls]
        return "\n\n".join([*thought, *([self.content] if self.content else []), *calls])

    @property
    def thinking(self) -> str | None:
        """What the model thought, where the provider shows it."""
        return self.message.reasoning_content

    @property
    def id(self) -> str:
        """What the server calls the answer."""
        return self.completion.id or ""

    @property
    def model(self) -> str:
        """The model as the server calls it."""
        return self.completion.model or self._plan.settings.model

    @property
    def finish_reasons(self) -> list[str]:
        """Why each of the alternative answers ended."""
        choices: Sequence[Choice] = self.completion.get("choices") or ()
        return [choice.finish_reason for choice in choices if choice.finish_reason is not None]

    @property
    def usage(self) -> Usage | None:
        """The tokens that were counted; None where the provider does not say."""
        return self.completion.usage

    @property
    def message_param(self) -> BaseMessageParam:
        """What the model said, to be sent back with the next question."""
        message = {key: value for key, value in self.message.items() if key not in ("annotations", "parsed")}
        kept = {key: value for key, value in message.items() if value is not None or key == "content"}
        kept.pop("audio", None)
        if is_list(calls := kept.get("tool_calls")):  # pieces have numbers, which servers need not take back
            kept["tool_calls"] = [_without_number(call) for call in calls]
        audio = self.message.audio
        if is_mapping(audio) and audio.get("id"):
            kept["audio"] = {"id": audio["id"]}
        return BaseMessageParam({"role": "assistant", "content": None, **kept})

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls that the model wants, as it sent them."""
        calls: object = self.message.get("tool_calls")
        return [ToolCall.of(call) for call in calls if is_mapping(call)] if is_list(calls) else []

    @cached_property
    def tools(self) -> list[BaseTool] | None:
        """The tools that the model calls, with the arguments it sent; None where it calls none.

        Raises `RefusalError`, which is a ValueError, when the model declined, and `pydantic.ValidationError` for
        arguments that do not fit.
        """
        if refusal := self.message.refusal:
            raise with_response(RefusalError(str(refusal)), self)
        calls: object = self.message.get("tool_calls")
        made = [made_of(self._plan.tools, call) for call in calls if is_mapping(call)] if is_list(calls) else []
        return [each for each in made if each is not None] or None

    @property
    def tool(self) -> BaseTool | None:
        """The first of `tools`."""
        return self.tools[0] if self.tools else None

    def model_dump(self) -> dict[str, Any]:
        """The answer and what led to it as plain data, without a key."""
        return {"response": _plain(self.completion), **{name: _plain(getattr(self, name)) for name in _DUMPED}}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.model!r} {self.content!r}>"


class CallResponseChunk(Counted):
    """A piece of an answer: `chunk.content` is its text."""

    __slots__ = ("chunk",)

    def __init__(self, chunk: CompletionChunk) -> None:
        self.chunk = chunk
        """The piece in OpenAI's form."""

    def without_content(self) -> CallResponseChunk:
        """A piece of the same answer that says nothing: for the second and further tools of one piece."""
        head = {key: value for key, value in self.chunk.items() if key not in ("choices", "usage")}
        return CallResponseChunk(CompletionChunk({**head, "choices": []}))

    @property
    def delta(self) -> Message:
        """What the piece adds to the message; nothing where it belongs to another of several answers."""
        choices: Any = self.chunk.get("choices") or ()
        return next((choice.delta for choice in choices if not choice.index), Message())

    @property
    def content(self) -> str:
        """The text of the piece; empty where it has none."""
        content = self.delta.content
        return content if isinstance(content, str) else ""

    def __str__(self) -> str:
        return self.content

    @property
    def thinking(self) -> str | None:
        """What the model thought, where the provider shows it."""
        return self.delta.reasoning_content

    @property
    def id(self) -> str:
        """What the server calls the answer."""
        return self.chunk.id or ""

    @property
    def model(self) -> str | None:
        """The model as the server calls it."""
        return self.chunk.model

    @property
    def finish_reasons(self) -> list[str]:
        """Why answers ended; only the last piece of each says so."""
        choices: Any = self.chunk.get("choices") or ()
        return [choice.finish_reason for choice in choices if choice.finish_reason is not None]

    @property
    def usage(self) -> Usage | None:
        """The tokens that were counted; only the last piece of an answer says so."""
        return self.chunk.usage

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.content!r}>"


def made_of(tools: Iterable[type[BaseTool]], call: Mapping[str, Any]) -> BaseTool | None:
    """The tool that a call means; None where there is none of its name."""
    function: Any = call.get("function")
    kind = tool_named(tools, function.get("name") if is_mapping(function) else None)
    return None if kind is None else kind.from_call(call)


def tool_named(tools: Iterable[type[BaseTool]], name: object) -> type[BaseTool] | None:
    """The tool that the model calls so."""
    return next((each for each in tools if each._name() == name), None)  # pyright: ignore[reportPrivateUsage]


def _without_key(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name != "api_key"}


_DUMPED: Final = (
    *(
        "provider",
        "model",
        "id",
        "content",
        "finish_reasons",
        "message_param",
        "usage",
        "cost",
        "start_time",
        "end_time",
    ),
    *("fn_args", "prompt_template", "dynamic_config", "metadata", "messages", "user_message_param", "call_params"),
    "call_kwargs",
)


def _plain(value: Any) -> Any:
    if isinstance(value, (CallResponse, pydantic.BaseModel)):
        return value.model_dump()
    if is_mapping(value):
        return {key: _plain(item) for key, item in value.items() if key not in ("client", "api_key")}
    return [_plain(item) for item in value] if is_list(value) else value


def _without_number(call: Any) -> Any:
    return data_of({key: value for key, value in call.items() if key != "index"}) if is_mapping(call) else call


def _param(message: Any) -> Any:
    if isinstance(message, BaseMessageParam) or not is_mapping(message):
        return message
    return BaseMessageParam(message)


def _count(counts: Mapping[str, Any] | None, name: str) -> int | None:
    count: Any = (counts or {}).get(name)
    return count if isinstance(count, int) else None
