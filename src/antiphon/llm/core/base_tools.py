"""Tools as classes, whose objects are calls: fields hold the arguments, `call()` makes the call.

Every function, method and definition can be made one. What a model is told of it is always what `Tool` says.
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self, TypeAlias, cast

import pydantic
from typing_extensions import TypedDict

from ...lib.core.growing_json import NOTHING, GrowingJson, Shape
from ...lib.core.strict_schema import strict_schema
from ...runtime.core.kinds import is_mapping
from .data import Data, data_of
from .docstrings import described
from .json_answers import better, json_readings, json_text
from .partials import PARTIAL, shape_of
from .signatures import BadArgumentsError, Bound, Signature, problems_of
from .told_schemas import class_schema
from .tools import Tool, Toolbox, ToolCall, ToolLike, by_name, is_prepared, preparing, tools_of

__all__ = ["BaseTool", "GrowingTool", "ToolClassLike", "ToolConfig", "tool_class_of", "tool_classes"]

_KEPT: Final = 128
_ATTRIBUTE: Final = "__antiphon_tool_class__"
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
            said = _SAID.get(name)
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
        """What the model calls the tool: the name of the class."""
        return next(each.__name__ for each in cls.__mro__ if PARTIAL not in vars(each))

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


_SAID: Final[Mapping[str, Callable[[BaseTool], Any]]] = {
    "args": lambda made: made._args(made),  # pyright: ignore[reportPrivateUsage]
    "tool_call": lambda made: _readable(made._tool_call),  # pyright: ignore[reportPrivateUsage]
    "id": lambda made: (made._tool_call or {}).get("id"),  # pyright: ignore[reportPrivateUsage]
    "delta": lambda made: made._delta,  # pyright: ignore[reportPrivateUsage]
}


def _readable(call: Mapping[str, Any] | None) -> Any:
    """The call with its entries as attributes as well, as in answers."""
    return call if call is None or isinstance(call, Data) else data_of(call)


ToolClassLike: TypeAlias = "type[BaseTool] | ToolLike"
"""What can be a tool of a function that a model answers: a class, a function, and what else can be in `tools=`."""


# --- classes as tools of chains ---


@dataclass(frozen=True)
class _OfClass:
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
    return Tool(name, text or None, {"properties": {}, **schema}, implementation, is_fast, _OfClass(cls))


# --- functions as classes ---


class _FunctionTool(BaseTool):
    """A tool that calls a function."""

    model_config = pydantic.ConfigDict(defer_build=True)

    _of: ClassVar[Tool]
    _fields: ClassVar[Mapping[str, str]]
    """What the fields are called, by the names of the parameters."""

    def call(self) -> Any:
        tool, held = self._of, self._tool_call
        _make_ready(tool)
        if not isinstance(tool.signature, Signature):
            return tool(**(self.model_extra or {}))
        given = {name for name, field in self._fields.items() if field in self.model_fields_set}
        bound = tool.signature.bound(self._args(self), given)
        more = {"llm_tool_call": ToolCall.of(held or {})} if tool.signature.wants_call else {}
        return tool(*bound.positional, **bound.named, **more)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return self._args(self).items()

    @classmethod
    def _name(cls) -> str:
        return cls._of.name

    @classmethod
    def _description(cls) -> str:
        return cls._of.description or ""

    @classmethod
    def _args(cls, made: BaseTool) -> dict[str, Any]:
        held = {name: made.__dict__[field] for name, field in cls._fields.items()}
        return {**held, **(made.model_extra or {})}

    @classmethod
    def __antiphon_tool__(cls) -> Tool:
        return cls._of


class _DefinedTool(_FunctionTool):
    """A tool whose parameters are only known as a JSON schema."""

    model_config = pydantic.ConfigDict(extra="allow")


def _make_ready(tool: Tool) -> None:
    box = tool.prepare
    if box is None or is_prepared(box):
        return
    if type(box).prepare is Toolbox.prepare and type(box).prepare_async is not Toolbox.prepare_async:
        raise TypeError(f"{type(box).__name__} is made ready by prepare_async(): call its tools by execute_tools()")
    with preparing(box):
        box.prepare()


def tool_class_of(tool: Tool) -> type[BaseTool]:
    """The class whose objects are calls of a tool."""
    signature = tool.signature
    if isinstance(signature, _OfClass):
        return signature.of
    names: dict[str, str] = {}
    fields: dict[str, Any] = {}
    if isinstance(signature, Signature):
        for field, (name, _) in signature.fields.items():
            info = copy(signature.model.model_fields[field])
            names[name] = name if _is_free(name) else field
            fields[names[name]] = (info.annotation, info)
    base = _FunctionTool if isinstance(signature, Signature) else _DefinedTool
    make: Any = pydantic.create_model  # the names of the fields are not known to a type checker
    module = getattr(tool.implementation, "__module__", None) or __name__
    made: type[_FunctionTool] = make(tool.name, __base__=base, __module__=module, __doc__=tool.description, **fields)
    type.__setattr__(made, "_of", tool)
    type.__setattr__(made, "_fields", names)
    mark: Any = getattr(inspect, "markcoroutinefunction", None)
    if mark is not None and inspect.iscoroutinefunction(tool.implementation):  # from Python 3.12 on
        type.__setattr__(made, "call", mark(_calling))
    return made


def _calling(made: _FunctionTool) -> Any:
    return _FunctionTool.call(made)


def _is_free(name: str) -> bool:
    """Whether a field can have the name: nothing of a tool has it."""
    return not (name.startswith("_") or name in _SAID or name == "model_config" or hasattr(_FunctionTool, name))


# --- what is passed as tools ---


def tool_classes(tools: Iterable[ToolClassLike] | None) -> list[type[BaseTool]]:
    """The tools as classes, in their order: classes as they are, functions and other tools each as a class.

    Functions have to annotate every parameter, and parameters that the docstring describes have to be there. The class
    of a function is made once.

    Raises ValueError for functions that do not, and for two tools of one name; TypeError for what is no tool.
    """
    return list(by_name(tools, _classes, lambda made: made._name()).values())  # pyright: ignore[reportPrivateUsage]


def _classes(each: Any) -> Sequence[type[BaseTool]]:
    kind: Any = each if isinstance(each, type) else None
    if kind is not None and issubclass(kind, BaseTool):
        return [kind]
    if kind is None and (several := getattr(each, "create_tools", None)) is not None:
        return several()
    if isinstance(each, (FunctionType, MethodType)):
        return [_of_function(each)]
    given: list[ToolLike] = [each]
    return [_kept(made) for made in tools_of(given).values()]


def _of_function(function: FunctionType | MethodType) -> type[BaseTool]:
    if isinstance(function, MethodType):
        return _table(function, lambda: tool_class_of(checked_tool(function)))
    known = function.__dict__.get(_ATTRIBUTE)
    if known is None or known._of.implementation is not function:  # `wraps` copies what a function has
        known = tool_class_of(checked_tool(function))
        function.__dict__[_ATTRIBUTE] = known  # goes with the function
    return known


def checked_tool(function: Callable[..., Any], name: str | None = None, description: str | None = None) -> Tool:
    """The tool of a function that says enough of itself. Raises ValueError where it does not."""
    said = name or getattr(function, "__name__", type(function).__name__)
    parameters = inspect.signature(function).parameters
    for parameter in parameters.values():
        is_named = parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if parameter.annotation is parameter.empty and is_named and parameter.name != "llm_tool_call":
            raise ValueError(f"All parameters must have a type annotation: {parameter.name!r} of {said} has none.")
    for told in described(inspect.getdoc(function)).parameters:
        if told not in parameters:
            raise ValueError(
                f"The docstring of {said} describes the parameter {told!r}, which is not in its signature: "
                f"{', '.join(parameters) or 'there are none'}."
            )
    return Tool.function(function, name, description)


def _kept(tool: Tool) -> type[BaseTool]:
    if isinstance(tool.signature, _OfClass):
        return tool.signature.of
    key: object = tool.implementation
    if key is None:
        return tool_class_of(tool)
    return _table((tool.name, tool.description, key), lambda: tool_class_of(tool))


_others: Final[OrderedDict[object, type[BaseTool]]] = OrderedDict()


def _table(key: object, make: Callable[[], type[BaseTool]]) -> type[BaseTool]:
    """The class of what can hold none itself: methods, objects that can be called."""
    try:
        known = _others.get(key)
    except TypeError:  # it has no hash
        return make()
    if known is None:
        known = _others[key] = make()
        if len(_others) > _KEPT:
            _others.popitem(last=False)
    return known


# --- calls whose arguments are still being sent ---


class GrowingTool:
    """A call whose arguments arrive piece by piece."""

    def __init__(self, of: type[BaseTool]) -> None:
        self.of = of
        self._json = GrowingJson(_shape(of))

    def feed(self, delta: str, tool_call: Mapping[str, Any]) -> BaseTool:
        """The call as far as it has come: what is missing is None, and `delta` is what was fed."""
        self._json.feed(delta)
        value = self._json.value
        made = _shape(self.of).object({}, is_whole=False) if value is NOTHING else value
        made._tool_call, made._delta = tool_call, delta
        return made


def _shape(of: type[BaseTool]) -> Shape:
    known = vars(of).get("__antiphon_shape__")
    if known is None:
        known = shape_of(of)
        type.__setattr__(of, "__antiphon_shape__", known)
    return known
