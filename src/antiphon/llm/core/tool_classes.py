"""From functions, methods and definitions to classes of calls; what a model is told of each is what `Tool` says."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from types import FunctionType, MethodType
from typing import Any, ClassVar, Final, TypeAlias

import pydantic

from .base_tools import SAID, BaseTool, OfClass
from .docstrings import described
from .signatures import Signature
from .toolboxes import Toolbox, ToolLike, by_name, is_prepared, preparing, tools_of
from .tools import Tool, ToolCall

__all__ = ["ToolClassLike", "checked_tool", "tool_class_of", "tool_classes"]

_KEPT: Final = 128
_ATTRIBUTE: Final = "__antiphon_tool_class__"

ToolClassLike: TypeAlias = "type[BaseTool] | ToolLike"
"""What can be a tool of a function that a model answers: a class, a function, and what else can be in `tools=`."""


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
    if isinstance(signature, OfClass):
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
    return not (name.startswith("_") or name in SAID or name == "model_config" or hasattr(_FunctionTool, name))


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
    if isinstance(tool.signature, OfClass):
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
