"""Tools: functions that a model may call, and what calls of them are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, overload

import pydantic
import pydantic_core

from .signatures import Bound, Signature, parsed_object, signature_of
from .told_schemas import class_schema

if TYPE_CHECKING:
    from .attachments import Attachment
    from .toolboxes import Toolbox

__all__ = [
    "Tool",
    "ToolCall",
    "ToolOutput",
    "ToolResult",
    "arguments_of",
    "output_text",
    "tool",
]

_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True)
class ToolCall:
    """What the model wants to be called."""

    name: str
    arguments: Mapping[str, Any]
    """The arguments as the model sent them; empty where they were no JSON object."""
    tool_call_id: str | None = None
    text: str | None = field(default=None, repr=False, compare=False)
    """The arguments as they came."""

    @classmethod
    def parsed(cls, name: str, text: str, tool_call_id: str | None) -> ToolCall:
        """A call from the text of its arguments, whatever that is."""
        try:
            arguments = parsed_object(text)
        except ValueError:
            arguments = dict[str, Any]()
        return cls(name, arguments, tool_call_id, text)

    @classmethod
    def of(cls, call: Mapping[str, Any]) -> ToolCall:
        """A call as a message of chat completions has it."""
        function: Mapping[str, Any] = call.get("function") or {}
        return cls.parsed(function.get("name") or "", function.get("arguments") or "", call.get("id"))

    def param(self) -> dict[str, Any]:
        """The call as a message of chat completions has it."""
        text = json.dumps(dict(self.arguments), ensure_ascii=False) if self.text is None else self.text
        return {"id": self.tool_call_id or "", "type": "function", "function": {"name": self.name, "arguments": text}}


@dataclass(frozen=True)
class ToolOutput:
    """What a tool may give when text is not all: attachments go to the model after the results."""

    output: object = ""
    attachments: tuple[Attachment, ...] | list[Attachment] = ()


@dataclass(frozen=True)
class ToolResult:
    """What came of a call."""

    name: str
    output: str
    """What the model is told."""
    tool_call_id: str | None = None
    exception: Exception | None = None
    """What the tool raised, or why it was not called."""
    attachments: tuple[Attachment, ...] | list[Attachment] = ()
    instance: Toolbox | None = field(default=None, repr=False, compare=False)
    """The toolbox whose tool was called."""

    def param(self) -> dict[str, Any]:
        """The message of chat completions that holds the result."""
        return {"role": "tool", "tool_call_id": self.tool_call_id or "", "content": self.output}


class Reader(Protocol):
    """Reads the arguments of calls."""

    @property
    def wants_call(self) -> bool:
        """Whether the call itself is an argument, `llm_tool_call`."""
        ...

    def read(self, sent: object) -> Bound:
        """The arguments in what a model sent. Raises `BadArgumentsError`."""
        ...


@dataclass(frozen=True)
class Tool:
    """A function that a model may call. Calling the tool calls the function."""

    name: str
    description: str | None = None
    input_schema: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What its arguments have to fit: a JSON schema; a pydantic model that is passed becomes one."""
    implementation: Callable[..., Any] | None = None
    fast: bool = False
    """Whether the function neither waits nor computes for long: then it is called in no thread of its own."""
    signature: Reader | None = field(default=None, repr=False, compare=False)
    prepare: Toolbox | None = field(default=None, repr=False, compare=False)
    """What has to be made ready before the first call."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is no name for a tool: up to 64 letters, digits, '_' and '-'; pass name=..."
            )
        given: Any = self.input_schema
        if isinstance(given, type) and issubclass(given, pydantic.BaseModel):
            object.__setattr__(self, "input_schema", class_schema(given))

    @classmethod
    def function(
        cls,
        function: Callable[..., Any],
        name: str | None = None,
        description: str | None = None,
        *,
        fast: bool | None = None,
    ) -> Tool:
        """A tool from a function: named, described and typed as it is.

        The docstring describes it, its parameter section (in the style of Google, numpy or reStructuredText) the
        parameters. A parameter without an annotation is text. One called `llm_tool_call` gets the `ToolCall`.

        Raises ValueError for a function without a name, and TypeError for parameters a model cannot fill: `*args`,
        `**kwargs`, types that JSON cannot describe.
        """
        if isinstance(function, Tool):
            return function
        if not callable(function):
            raise TypeError(f"a tool is a function, a Tool or a Toolbox, not {type(function).__name__}")
        said = name or getattr(function, "__name__", None)
        if not isinstance(said, str) or said == "<lambda>":
            raise ValueError("a function without a name cannot be a tool: pass name=...")
        signature = signature_of(function, said)
        text = signature.text if description is None else description
        is_fast = bool(getattr(function, "__antiphon_fast__", False)) if fast is None else fast
        return cls(said, text or None, signature.schema, function, is_fast, signature)

    def __getstate__(self) -> dict[str, Any]:
        # A signature is made of its function, and goes with it.
        kept = None if isinstance(self.signature, Signature) else self.signature
        return {**self.__dict__, "signature": kept, "is_read": kept is not self.signature}

    def __setstate__(self, state: dict[str, Any]) -> None:
        is_read = state.pop("is_read")
        self.__dict__.update(state)
        if is_read and self.implementation is not None:
            self.__dict__["signature"] = signature_of(self.implementation, self.name)

    def hash(self) -> str:
        """The same for tools that look the same to a model: a SHA-256."""
        function = self.param()["function"]
        return hashlib.sha256(json.dumps(function, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def param(self) -> dict[str, Any]:
        """The tool as chat completions take it."""
        schema = dict(self.input_schema) or {"type": "object", "properties": {}}
        made: dict[str, Any] = {"name": self.name, "parameters": schema}
        if self.description:
            made["description"] = self.description
        return {"type": "function", "function": made}

    def __call__(self, /, *positional: Any, **named: Any) -> Any:
        if self.implementation is None:
            raise TypeError(f"the tool {self.name!r} has no function")
        return self.implementation(*positional, **named)


def arguments_of(call: ToolCall, tool: Tool) -> Bound:
    """What a tool is called with. Raises `BadArgumentsError`, with a text for the model."""
    sent = call.arguments if call.text is None else call.text
    if tool.signature is None:
        return Bound((), dict(parsed_object(sent)))
    read = tool.signature.read(sent)
    return Bound(read.positional, {**read.named, "llm_tool_call": call}) if tool.signature.wants_call else read


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *, name: str | None = None, description: str | None = None, fast: bool | None = None
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    fast: bool | None = None,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a function a tool: `@tool`, or `@tool(name=..., description=..., fast=True)`. See `Tool.function`."""
    if function is not None:
        return Tool.function(function)
    return partial(Tool.function, name=name, description=description, fast=fast)


def output_text(output: object) -> str:
    """What the model is told of a tool's result: text as it is, everything else as JSON."""
    if isinstance(output, str):
        return output
    return json.dumps(pydantic_core.to_jsonable_python(output, fallback=repr), ensure_ascii=False)
