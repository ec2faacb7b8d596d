"""How things come to their end: begun when they are created, done when they are looked at again.

Who waits for an end by asking again and again finds it at the first question. What was stopped stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.formats import EPOCH
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.values import as_object

from .resources import Thing

if TYPE_CHECKING:
    from .data import Data

__all__ = ["after_action", "begin", "finish", "settle"]

_ENDS: Final = (
    *("completed", "succeeded", "processed", "ready", "active", "complete", "done", "success", "successful"),
    *("finished", "available", "running", "approved"),
)
_STARTS: Final = (
    *("queued", "validating", "validating_files", "pending", "created", "uploaded", "submitted", "new", "scheduled"),
    *("in_progress", "starting", "initializing", "creating", "provisioning", "preparing", "processing", "running"),
)
_STOPPING: Final = {"cancelling": "cancelled", "canceling": "canceled", "deleting": "deleted", "pausing": "paused"}
_BEGINNINGS: Final = frozenset({*_STARTS, *_STOPPING, "finalizing"})
_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "cancel": ("cancelled", "canceled", "cancelling"),
    "stop": ("stopped", "cancelled", "stopping"),
    "pause": ("paused",),
    "resume": ("running", "in_progress", "active", "queued"),
    "archive": ("archived",),
    "complete": ("completed",),
    "expire": ("expired",),
    "submit_tool_outputs": ("queued", "in_progress"),
    "retry": ("queued", "in_progress"),
}
_ANY_STATES: Final = ("queued", "in_progress", "completed", "cancelled")
_LIFE: Final = 60
"""The seconds between a beginning and its end."""


def begin(data: Data, schema: Schema, thing: Thing, sizes: Mapping[str, int]) -> None:
    """Puts a thing that was just created at its beginning, where it has one: nothing went wrong, nothing is done.

    Args:
        sizes: How long the lists are that the request has or could have: what `file_counts` counts is in `file_ids`.
    """
    states = _states(data, schema)
    if thing.get("status") in _ENDS and thing["status"] not in _BEGINNINGS:
        return
    start = next((state for state in (*_STARTS, *_ENDS) if state in states), None)
    if start is None:
        return
    changes: dict[str, JSON] = {"status": start, "required_action": None, "progress": 0}
    for name in thing:
        state = name.removesuffix("_at")
        if state not in (name, "created") and state in (*_ENDS, *states, "started", "ended"):
            changes[name] = None
    for name, counts in _counts(thing).items():
        told = [size for key, size in sizes.items() if key.startswith(name.removesuffix("_counts"))]
        total = sum(told) if told else counts.get("total", 1)
        waiting = next((each for each in ("in_progress", "pending", "queued") if each in counts), None)
        changes[name] = {each: total if each in ("total", waiting) else 0 for each in counts}
    _apply(data, schema, thing, changes)


def settle(data: Data, schema: Schema, thing: Thing) -> None:
    """Makes a sample one of a thing whose work was done long ago, and went well."""
    if isinstance(thing.get("status"), str) and thing["status"] not in _ENDS:
        _bring_to(data, schema, thing, next((state for state in _ENDS if state in _states(data, schema)), None))


def finish(data: Data, schema: Schema, thing: Thing) -> None:
    """Brings a thing to the end that its status leads to."""
    _bring_to(data, schema, thing, _end(thing.get("status"), _states(data, schema)))


def _bring_to(data: Data, schema: Schema, thing: Thing, end: str | None) -> None:
    if end is None:
        return
    created = thing.get("created_at")
    ended = (created if isinstance(created, int) else EPOCH) + _LIFE
    changes: dict[str, JSON] = {"status": end, "required_action": None, "progress": 100}
    properties = data.shapes.properties(schema)
    for name in (f"{end}_at", "finished_at", "ended_at"):
        if name in properties and not isinstance(thing.get(name), int):
            changes[name] = ended
    if end in _ENDS:
        for name, counts in _counts(thing).items():
            good = next((each for each in _ENDS if each in counts), None)
            total = counts.get("total", sum(counts.values()))
            changes[name] = {each: total if each in ("total", good) else 0 for each in counts}
    _apply(data, schema, thing, changes)


def after_action(data: Data, schema: Schema | None, action: str) -> dict[str, Any]:
    """What an action like `cancel` does to a thing."""
    states = () if schema is None else _states(data, schema)
    found = next((state for state in _ACTIONS.get(action, ()) if state in states), None)
    return {} if found is None else {"status": found, "required_action": None}


def _states(data: Data, schema: Schema) -> tuple[Any, ...]:
    """The states the document names; a few where the status may be any text."""
    part = data.shapes.properties(schema).get("status", False)
    return data.constants(part) or (_ANY_STATES if "string" in data.shapes.types(part) else ())


def _end(status: object, states: tuple[Any, ...]) -> str | None:
    """Where a status that is but a beginning leads to."""
    if not isinstance(status, str) or status not in _BEGINNINGS:
        return None
    if status in _STOPPING:
        return _STOPPING[status] if _STOPPING[status] in states else None
    end = next((state for state in _ENDS if state in states), None)
    return None if end == status else end


def _counts(thing: Thing) -> dict[str, dict[str, int]]:
    """Its properties like `file_counts`, which say how much of a thing is done."""
    found: dict[str, dict[str, int]] = {}
    for name, value in thing.items():
        counts = as_object(value)
        if name.endswith("_counts") and counts and all(type(each) is int for each in counts.values()):
            found[name] = counts
    return found


def _apply(data: Data, schema: Schema, thing: Thing, changes: Mapping[str, JSON]) -> None:
    """Makes the changes that the document allows, one by one; what cannot be null is left out instead."""
    properties = data.shapes.properties(schema)
    for name, value in changes.items():
        if name not in properties or (name in thing and value == thing[name]) or (value is None and name not in thing):
            continue
        changed = {**thing, name: value}
        if data.fits(changed, schema):
            thing[name] = value
        elif value is None:
            del changed[name]
            if data.fits(changed, schema):
                del thing[name]
