"""Tools: functions that a model may call, alone or as the methods of a class, and what calls of them are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar, cast, overload

import pydantic
import pydantic_core

from ...runtime.core.kinds import is_iterable, is_mapping
from .signatures import Bound, parsed_object, signature_of
from .told_schemas import class_schema

if TYPE_CHECKING:
    from .attachments import Attachment

__all__ = [
    "Tool",
    "ToolCall",
    "ToolLike",
    "ToolOutput",
    "ToolResult",
    "Toolbox",
    "arguments_of",
    "by_name",
    "is_prepared",
    "output_text",
    "preparing",
    "tool",
    "tools_of",
    "with_prepared",
]

GivenT = TypeVar("GivenT")
MadeT = TypeVar("MadeT")

AS_TOOL: Final = "__antiphon_tool__"
"""A class with a method of this name is a tool, which the method gives."""
AS_TOOLS: Final = "__antiphon_tools__"
"""An object with a method of this name has tools, which the method gives."""

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

    def __call__(self, *positional: Any, **named: Any) -> Any:
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


class Toolbox:
    """A class whose public methods are tools, named `Class_method`, which share what the object holds.

    One of `prepare()` and `prepare_async()` is called once, before the first prompt they go with; what it adds with
    `add_tool` goes with that prompt too. Where both are overwritten, sync code calls the first, async code the second.
    """

    name: str | None = None
    """What stands before the names of the methods; the name of the class unless it is given."""
    _is_prepared: bool = False

    def prepare(self) -> object:
        """Overwrite it to make ready what the tools need."""

    async def prepare_async(self) -> object:
        """Overwrite it where getting ready waits."""

    def add_tool(self, function: Callable[..., Any] | Tool, *, pass_self: bool = False) -> None:
        """Add a tool under its own name. With `pass_self` its first argument is this object."""
        given: Any = function
        if pass_self:
            if isinstance(function, Tool):
                raise TypeError("pass_self is for functions; a Tool has its parameters already")
            given = given.__get__(self)
        self._added().append(Tool.function(given))

    def tools(self) -> list[Tool]:
        """The tools: the public methods in the order of their definition, then those that were added."""
        prefix = self.name or type(self).__name__
        names: dict[str, None] = {}
        for cls in reversed(type(self).__mro__):
            if cls is not object and cls is not Toolbox:
                names.update(dict.fromkeys(name for name, value in vars(cls).items() if _is_method(name, value)))
        found = [Tool.function(getattr(self, name), name=f"{prefix}_{name}") for name in names]
        return [_prepared_by(self, each) for each in [*found, *self._added()]]

    def __getstate__(self) -> dict[str, object]:
        # Locks cannot be copied, and a copy needs its own.
        return {name: value for name, value in self.__dict__.items() if name not in _LOCKS}

    def _added(self) -> list[Tool]:
        # Subclasses need not call __init__ of this class.
        return self.__dict__.setdefault("_added_tools", [])


_LOCKS: Final = frozenset({"_preparing", "_async_preparing"})
"""What `antiphon.llm.pairs.running` keeps in a toolbox."""
_LIFE: Final = frozenset({"prepare", "prepare_async", "add_tool", "tools"})


# No methods: every further name on the class is one that no tool could have.


def is_prepared(box: Toolbox) -> bool:
    """Whether a toolbox was made ready."""
    return box._is_prepared  # pyright: ignore[reportPrivateUsage]


@contextmanager
def preparing(box: Toolbox) -> Generator[None]:
    """What is added inside belongs to the tools of prompts that were made before; then the toolbox is ready."""
    before = len(box._added())  # pyright: ignore[reportPrivateUsage]
    yield
    box.__dict__["_tools_before_preparing"] = before
    box._is_prepared = True  # pyright: ignore[reportPrivateUsage]


def _added_when_prepared(box: Toolbox) -> list[Tool]:
    since: int = box.__dict__.get("_tools_before_preparing", 0)
    return [_prepared_by(box, each) for each in box._added()[since:]] if is_prepared(box) else []  # pyright: ignore[reportPrivateUsage]


def _is_method(name: str, value: object) -> bool:
    if name.startswith("_") or name in _LIFE or isinstance(value, (type, property)):
        return False
    return callable(value) or isinstance(value, (staticmethod, classmethod))


def _prepared_by(box: Toolbox, each: Tool) -> Tool:
    return Tool(each.name, each.description, each.input_schema, each.implementation, each.fast, each.signature, box)


class HasTools(Protocol):
    """An object whose methods are tools: a `BaseToolKit`."""

    def __antiphon_tools__(self) -> list[Tool]:
        """The tools."""
        ...


ToolLike: TypeAlias = "Tool | Toolbox | type[Toolbox] | HasTools | Callable[..., Any] | Mapping[str, Any]"
"""What can be passed in `tools=`: functions, tools, toolboxes, tool classes, kits, definitions in OpenAI's format."""


def with_prepared(tools: Mapping[str, Tool]) -> dict[str, Tool]:
    """The tools, with those that their toolboxes got when they were made ready."""
    boxes = {id(each.prepare): each.prepare for each in tools.values() if each.prepare is not None}
    added = [each for box in boxes.values() for each in _added_when_prepared(box)]
    return {**tools, **{each.name: each for each in added if each.name not in tools}}


def tools_of(given: Iterable[ToolLike] | None) -> dict[str, Tool]:
    """The tools by name. Raises TypeError for what is none, ValueError for a name that two have."""
    return by_name(given, _tools, lambda made: made.name)


def by_name(
    given: Iterable[GivenT] | None, made_of: Callable[[GivenT], Iterable[MadeT]], name_of: Callable[[MadeT], str]
) -> dict[str, MadeT]:
    """What is made of each thing in `tools=`, by name.

    Raises TypeError for what is no list, ValueError for a name that two have, and what `made_of` raises.
    """
    if given is None:
        return {}
    if isinstance(given, (str, bytes, type, Tool, Toolbox)) or is_mapping(given) or not is_iterable(given):
        raise TypeError(f"tools must be a list of tools, not {type(given).__name__}")
    found: dict[str, MadeT] = {}
    for each in given:
        for made in made_of(each):
            if (name := name_of(made)) in found:
                raise ValueError(f"two tools are called {name!r}")
            found[name] = made
    return found


def _tools(each: ToolLike) -> list[Tool]:
    if isinstance(each, Tool):
        return [each]
    if isinstance(each, type):
        kind = cast("type[Any]", each)
        if issubclass(kind, Toolbox):
            return kind().tools()
        made = getattr(kind, AS_TOOL, None)
        return [Tool.function(kind) if made is None else made()]
    if isinstance(each, Toolbox):
        return each.tools()
    if (several := getattr(each, AS_TOOLS, None)) is not None:
        return several()
    if is_mapping(each):
        return [_from_definition(each)]
    return [Tool.function(cast("Callable[..., Any]", each))]


def _from_definition(given: Mapping[str, Any]) -> Tool:
    held: object = given.get("function", given)
    if not is_mapping(held) or not isinstance(held.get("name"), str):
        raise TypeError("a mapping in tools must define a function in OpenAI's format")
    return Tool(held["name"], held.get("description"), held.get("parameters") or {})


def output_text(output: object) -> str:
    """What the model is told of a tool's result: text as it is, everything else as JSON."""
    if isinstance(output, str):
        return output
    return json.dumps(pydantic_core.to_jsonable_python(output, fallback=repr), ensure_ascii=False)
