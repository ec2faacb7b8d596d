"""The parameters of a completion as a provider takes them."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from ...runtime.core.kinds import is_list, is_mapping
from ..providers.profile import Provider
from .errors import UnsupportedParameterError

__all__ = ["fit"]


def fit(provider: Provider, body: dict[str, Any], *, drop: bool | None) -> None:
    """Make the parameters those that the provider takes."""
    if provider.unsupported:
        _drop_unsupported(provider, body, drop)
    if not provider.several_choices and body.get("n") not in (None, 1):
        if not drop:
            raise UnsupportedParameterError(provider.title, "n", " other than 1", droppable=True)
        del body["n"]
    if "response_format" in body:
        _fit_format(provider, body, drop=drop)
    for name, other in provider.renamed.items():
        if name in body:
            value = body.pop(name)
            body.setdefault(other, value)
    limit, temperature = provider.temperature_limit, body.get("temperature")
    if limit is not None and isinstance(temperature, (int, float)):
        body["temperature"] = min(temperature, limit)
    effort = body.get("reasoning_effort")
    if isinstance(effort, str):
        body["reasoning_effort"] = provider.reasoning_efforts.get(effort, effort)
    if body.get("tool_choice") == "required":
        body["tool_choice"] = provider.required_tool_choice
    elif not provider.named_tool_choice and is_mapping(body.get("tool_choice")):
        _choose_by_name(provider, body)
    if not provider.stream_options:
        body.pop("stream_options", None)
    if "tools" in body:
        tools = [tool for each in body["tools"] for tool in _as_sent(each)]
        if provider.refused_schema_keys or not provider.strict_tools:
            tools = [_tool(provider, tool) for tool in tools]
        body["tools"] = tools


def _fit_format(provider: Provider, body: dict[str, Any], *, drop: bool | None) -> None:
    """A format as it is sent: a type becomes a schema. Raises TypeError for what says no format."""
    form = body["response_format"]
    if not is_mapping(form):
        from ...lib.core.formats import response_format_param

        form = body["response_format"] = response_format_param(form)
    if not provider.json_schema and form.get("type") == "json_schema":
        if not drop:
            why = '; {"type": "json_object"} it does'
            raise UnsupportedParameterError(provider.title, "a schema as response_format", why, droppable=True)
        del body["response_format"]


def _as_sent(tool: Any) -> list[Any]:
    """A tool as it is sent: functions, and what else can be a tool of a model, are described."""
    if is_mapping(tool):
        return [tool]
    from .toolboxes import tools_of

    return [each.param() for each in tools_of([tool]).values()]


def _choose_by_name(provider: Provider, body: dict[str, Any]) -> None:
    """Have one function called where a choice cannot name it: there is no other, and some function must be called."""
    function = body["tool_choice"].get("function")
    name = function.get("name") if is_mapping(function) else None
    chosen = [tool for tool in body.get("tools") or () if is_mapping(tool) and _name_of(tool) == name]
    if name is None or not chosen:
        raise ValueError(f"tool_choice names no function that tools has: {body['tool_choice']!r}")
    body["tools"], body["tool_choice"] = chosen, provider.required_tool_choice


def _name_of(tool: Mapping[str, Any]) -> object:
    function = tool.get("function")
    return function.get("name") if is_mapping(function) else None


def _drop_unsupported(provider: Provider, body: dict[str, Any], drop: bool | None) -> None:
    for name in sorted(provider.unsupported & body.keys()):
        if not drop and provider.when_unsupported == "raise":
            raise UnsupportedParameterError(provider.title, name, droppable=True)
        if not drop and provider.when_unsupported == "warn":
            said = f"{provider.title} does not support {name}, which is left out"
            warnings.warn(said, UserWarning, stacklevel=_level_of_caller())
        del body[name]


def _level_of_caller() -> int:
    """The `stacklevel` at which a program called this package, whichever way of asking it took."""
    package, level = __name__.partition(".")[0], 0
    frame = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level


def _tool(provider: Provider, tool: object) -> object:
    if not is_mapping(tool) or not is_mapping(function := tool.get("function")):
        return tool
    kept = dict(function)
    if not provider.strict_tools:
        kept.pop("strict", None)
    if "parameters" in kept and provider.refused_schema_keys:
        kept["parameters"] = _without(kept["parameters"], provider.refused_schema_keys)
    return {**tool, "function": kept}


def _without(schema: object, keys: AbstractSet[str], *, names: bool = False) -> object:
    """A JSON Schema less some keywords; `names` says that the keys at this level are names of properties."""
    if is_list(schema):
        return [_without(item, keys) for item in schema]
    if not is_mapping(schema):
        return schema
    return {
        key: _without(value, keys, names=not names and key in ("properties", "$defs", "definitions"))
        for key, value in schema.items()
        if names or key not in keys
    }
