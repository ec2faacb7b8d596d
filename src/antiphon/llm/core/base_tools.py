"""Tools as classes, whose objects are calls: fields hold the arguments, `call()` makes the call."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self, cast

import pydantic
from typing_extensions import TypedDict

from ...lib.core.strict_schema import strict_schema
from ...runtime.core.kinds import is_mapping
from .data import Data, data_of
from .json_answers import better, json_readings, json_text
from .partial_objects import PARTIAL
from .signatures import BadArgumentsError, Bound, problems_of
from .told_schemas import class_schema
from .tools import Tool, ToolCall

__all__ = ["SAID", "BaseTool", "OfClass", "ToolConfig"]

_OURS: Final = frozenset({"call", "definition", "from_call"})
"""What a tool class has itself, so that no field can have the name."""


class ToolConfig(TypedDict, total=False):
    """How a tool is defined."""

    strict: bool
    """Whether the provider holds the model to the schema."""


class BaseTool(pydantic.BaseModel):
    """A tool whose fields are its parameters, whose docstring describes it, and whose `call` method does the work.

    An object is one call. Besides its fields it has `args`, `tool_call`, `id` and `delta`, unless a field has the
    name. `call`, `definition` and `from_call` cannot be names of fields: give those an alias.
    """

    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    tool_config: ClassVar[ToolConfig] = {}
    __custom_name__: ClassVar[str] = ""
    """What the model calls the tool, if not by the name of the class."""
    _tool_call: Mapping[str, Any] | None = pydantic.PrivateAttr(default=None)
    _delta: str | None = pydantic.PrivateAttr(default=None)

    if TYPE_CHECKING:

        @property
        def args(self) -> dict[str, Any]:
            """The arguments by their names."""
            ...

        @property
        def tool_call(self) -> Any:
            """The call as the model sent it; None for an object that you made."""
            ...

        def __getattr__(self, name: Literal["id"]) -> str | None:
            """`id` is the id of the call. It is no property: fields are often called so."""
            ...

        @property
        def delta(self) -> str | None:
            """The piece of the arguments that came last, while they are still being sent; None when they are whole."""
            ...

    else:

        def __getattr__(self, name):
            # Fields of these names come first: then nothing looks here.
            said = SAID.get(name)
            return super().__getattr__(name) if said is None else said(self)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in sorted(_OURS & set(inspect.get_annotations(cls))):
            if "ClassVar[" not in str(cls.__annotations__[name]):
                raise TypeError(
                    f"the field {name!r} of {cls.__name__} hides what tools have under this name: call it otherwise, "
                    f"and give it the name for the model by Field(alias={name!r})"
                )

    def call(self) -> Any:
        """Do what the tool does. Write it in your class, plain or async."""
        raise TypeError(f"the tool {self._name()!r} has no call method")

    @classmethod
    def _name(cls) -> str:
        """What the model calls the tool: the name of the class; of `Pair[int, str]` it is `Pair_int_str`."""
        if cls.__custom_name__:
            return cls.__custom_name__
        name = next(each.__name__ for each in cls.__mro__ if PARTIAL not in vars(each))
        return re.sub(r"[^\w-]+", "_", name).rstrip("_") if "[" in name else name

    @classmethod
    def _description(cls) -> str:
        """What the model is told of the tool: the docstring."""
        for each in cls.__mro__:
            if each is BaseTool:
                break
            if own := vars(each).get("__doc__"):
                return inspect.cleandoc(own)
        return ""

    @classmethod
    def definition(cls) -> dict[str, Any]:
        """The tool as chat completions take it.

        Raises TypeError for fields that cannot be described to a model, ValueError for a name that no tool may have.
        """
        made = cls.__antiphon_tool__().param()
        if cls.tool_config.get("strict"):
            function = made["function"]
            function["parameters"] = strict_schema(function["parameters"], function["name"])
            function["strict"] = True
        return made

    @classmethod
    def from_call(cls, tool_call: Mapping[str, Any]) -> Self:
        """The object for a call that a model sent. Raises `pydantic.ValidationError` for arguments that do not fit."""
        function: Any = tool_call.get("function")
        best: pydantic.ValidationError | None = None
        for reading in json_readings(json_text(function.get("arguments") if is_mapping(function) else None)):
            try:
                made = cls.model_validate_json("{}" if reading == "null" else reading)
            except pydantic.ValidationError as error:
                best = better(best, error)
            else:
                made._tool_call = tool_call
                return made
        try:
            raise cast("Exception", best)
        finally:
            best = None  # the error holds this frame

    @classmethod
    def _args(cls, made: BaseTool) -> dict[str, Any]:
        return {name: getattr(made, name) for name in cls.model_fields}

    @classmethod
    def __antiphon_tool__(cls) -> Tool:
        known = vars(cls).get("__antiphon_made__")
        if known is None:
            known = _tool_of_class(cls)
            type.__setattr__(cls, "__antiphon_made__", known)
        return known


SAID: Final[Mapping[str, Callable[[BaseTool], Any]]] = {
    "args": lambda made: made._args(made),  # pyright: ignore[reportPrivateUsage]
    "tool_call": lambda made: _readable(made._tool_call),  # pyright: ignore[reportPrivateUsage]
    "id": lambda made: (made._tool_call or {}).get("id"),  # pyright: ignore[reportPrivateUsage]
    "delta": lambda made: made._delta,  # pyright: ignore[reportPrivateUsage]
}


def _readable(call: Mapping[str, Any] | None) -> Any:
    """The call with its entries as attributes as well, as in answers."""
    return call if call is None or isinstance(call, Data) else data_of(call)


@dataclass(frozen=True)
class OfClass:
    """Makes objects of the arguments of calls."""

    of: type[BaseTool]
    wants_call: bool = True

    def read(self, sent: object) -> Bound:
        try:
            return Bound((self.of.from_call({"function": {"arguments": sent}}),), {})
        except pydantic.ValidationError as error:
            names = [field.alias or name for name, field in self.of.model_fields.items()]
            raise BadArgumentsError(problems_of(error, names)) from error


def _tool_of_class(cls: type[BaseTool]) -> Tool:
    try:
        schema = class_schema(cls)
    except pydantic.errors.PydanticUserError as error:
        raise TypeError(f"the fields of {cls.__name__} cannot be described to a model: {error.message}") from error
    schema.pop("description", None)

    def implementation(made: BaseTool, llm_tool_call: ToolCall) -> Any:
        made._tool_call = llm_tool_call.param()  # pyright: ignore[reportPrivateUsage]
        return made.call()

    is_fast = bool(getattr(cls.call, "__antiphon_fast__", False))
    name, text = cls._name(), cls._description()  # pyright: ignore[reportPrivateUsage]
    return Tool(name, text or None, {"properties": {}, **schema}, implementation, is_fast, OfClass(cls))
