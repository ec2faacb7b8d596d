"""Plans in pickled answers: what is data goes with them; clients, keys, and what cannot be pickled stay behind."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

from ....runtime.core.kinds import is_mapping
from ..base_tools import BaseTool
from ..tool_classes import tool_classes
from ..tools import Tool
from .asked import Asked
from .plans import Asking, Plan, UnpickledClient
from .settings import CallSettings

__all__ = ["facts_of", "plan_of"]


def facts_of(plan: Plan) -> dict[str, Any]:
    """What is pickled of a plan."""
    settings = plan.settings
    return {
        "name": plan.asking.name,
        "arguments": _kept(plan.asking.arguments(*plan.arguments)),
        "settings": {"provider": settings.provider, "model": settings.model, "stream": settings.stream},
        "config": _kept(plan.asked.config),
        "template": plan.asked.template,
        "given": _kept(plan.given),
        "parameters": _kept(plan.parameters),
        "tools": [_kept_tool(each) for each in plan.tools],
        "has_own_client": plan.client is not None or plan.parameters.get("api_key") is not None,
    }


def plan_of(facts: Mapping[str, Any]) -> Plan:
    """The plan again; of the function that was called it has the name."""

    def function(**arguments: Any) -> None: ...

    function.__name__ = facts["name"]
    settings = CallSettings(**facts["settings"])
    return Plan(
        asking=Asking(function, settings),
        settings=settings,
        asked=Asked([], facts["config"], facts["template"]),
        arguments=((), facts["arguments"]),
        messages=[],
        given=facts["given"],
        parameters=facts["parameters"],
        tools=tuple(tool_classes(facts["tools"])),
        client=UnpickledClient() if facts["has_own_client"] else None,
    )


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in values.items() if name not in ("api_key", "client")}
    if is_mapping(own := made.get("call_params")):
        made["call_params"] = _kept(own)
    return {name: value for name, value in made.items() if _can_be_pickled(value)}


def _kept_tool(tool: type[BaseTool]) -> object:
    """The class or the function where they have a name to be found by; else what the model was told."""
    made = tool.__antiphon_tool__()
    ways = (tool, made.implementation)
    told = Tool(made.name, made.description, made.input_schema)
    return next((each for each in ways if each is not None and _can_be_pickled(each)), told)


def _can_be_pickled(value: object) -> bool:
    try:
        pickle.dumps(value)
    except Exception:  # whatever objects raise of which there is one alone
        return False
    return True
