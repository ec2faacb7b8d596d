"""Functions that a model may call, described by pydantic models, and which of them are parsed."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, cast

import pydantic

from ...runtime import is_given
from ...runtime.core.kinds import is_mapping
from ...types.chat import ChatCompletionFunctionToolParam
from ...types.responses import FunctionToolParam
from .formats import format_of

__all__ = [
    "FunctionParsers",
    "checked_tools",
    "listed",
    "pydantic_function_tool",
    "pydantic_responses_function_tool",
    "response_tools",
]


class _ModelFunction(dict[str, Any]):
    """The description of a function, which remembers what its arguments are parsed into."""

    model: type[pydantic.BaseModel]


def pydantic_function_tool(
    model: type[pydantic.BaseModel], *, name: str | None = None, description: str | None = None
) -> ChatCompletionFunctionToolParam:
    """A strict tool for `chat.completions`, whose arguments come as this model.

    The function is called after the model, and described by the model's docstring, unless you say otherwise. Raises
    TypeError for a model that strict schemas cannot describe.
    """
    function = _function(model, name, description)
    return cast(ChatCompletionFunctionToolParam, {"type": "function", "function": function})


def pydantic_responses_function_tool(
    model: type[pydantic.BaseModel],
    *,
    name: str | None = None,
    description: str | None = None,
    defer_loading: bool | None = None,
) -> FunctionToolParam:
    """The same for `responses`. With `defer_loading` the model sees the tool when it has searched for it."""
    tool = _ModelFunction({"type": "function", **_function(model, name, description)})
    tool.model = model
    if defer_loading is not None:
        tool["defer_loading"] = defer_loading
    return cast(FunctionToolParam, tool)


def _function(model: type[pydantic.BaseModel], name: str | None, description: str | None) -> _ModelFunction:
    if not (isinstance(model, type) and issubclass(model, pydantic.BaseModel)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a function's arguments are described by a pydantic model, not by {model!r}")
    asked = format_of(model)
    function = _ModelFunction({"name": name or asked.name, "strict": True, "parameters": asked.schema})
    function.model = model
    said = description if description is not None else inspect.cleandoc(model.__doc__ or "")
    if said:
        function["description"] = said
    return function


def listed(tools: Any) -> list[Any] | None:
    """The tools as a list, so that they can be looked at and sent; None where there are none."""
    return list(cast("Iterable[Any]", tools)) if is_given(tools) and tools is not None else None


def checked_tools(tools: list[Any] | None) -> None:
    """Raises ValueError for tools whose calls cannot be parsed: those that are no functions, or not strict."""
    for tool in tools or ():
        kind = tool.get("type", "function")
        if kind != "function":
            raise ValueError(f"only function tools can be parsed, and there is one of type {kind!r}")
        function = tool.get("function", {})
        if function.get("strict") is not True:
            raise ValueError(f"the tool {function.get('name')!r} is not strict, so its arguments cannot be parsed")


def response_tools(tools: list[Any] | None) -> list[Any] | None:
    """The tools as `responses` takes them; those made for `chat.completions` are turned into its form."""
    return None if tools is None else [_flat(tool) for tool in tools]


def _flat(tool: Any) -> Any:
    if is_mapping(tool) and tool.get("type") == "namespace" and "tools" in tool:
        return {**tool, "tools": response_tools(listed(tool["tools"]))}
    function = tool.get("function") if is_mapping(tool) else None
    if not is_mapping(function):
        return tool
    flat = _ModelFunction({"type": "function", **function})
    if isinstance(function, _ModelFunction):
        flat.model = function.model
    return flat


class FunctionParsers:
    """Parses the arguments of calls: into the model of the tool, or into plain data for other strict tools."""

    def __init__(self, tools: list[Any] | None) -> None:
        self._models: dict[str, type[pydantic.BaseModel]] = {}
        self._strict: set[str] = set()
        self._namespaces: dict[str, FunctionParsers] = {}
        self._deferred: set[str] = set()
        for tool in tools or ():
            function: Any = tool.get("function", tool) if is_mapping(tool) else {}
            name = function.get("name")
            if function.get("type") == "namespace":
                self._namespaces[name] = FunctionParsers(listed(function.get("tools")))
            elif isinstance(function, _ModelFunction):
                self._models[cast(str, name)] = function.model
            elif function.get("strict") is True and isinstance(name, str):
                self._strict.add(name)
            if function.get("defer_loading") is True:
                self._deferred.add(name)

    def __bool__(self) -> bool:
        return bool(self._models or self._strict or self._namespaces)

    def parses(self, name: str | None) -> bool:
        """Whether calls of this function are parsed."""
        return name in self._models or name in self._strict

    def parse(self, name: object, arguments: str, namespace: object = None) -> object | None:
        """The arguments of a call; None for a function that is not parsed, such as one of an unknown namespace.

        A tool whose loading was deferred is called in a namespace of its own name. Raises `pydantic.ValidationError`
        where the arguments do not fit.
        """
        if not isinstance(name, str):
            return None
        if isinstance(namespace, str):
            inside = self._namespaces.get(namespace)
            if inside is not None:
                return inside.parse(name, arguments)
            if namespace != name or name not in self._deferred:
                return None
        model = self._models.get(name)
        if model is not None:
            return format_of(model).parse(arguments)
        return _any_json(arguments) if name in self._strict else None


def _any_json(text: str) -> object:
    return _ANY.validate_json(text)


_ANY: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(Any)
