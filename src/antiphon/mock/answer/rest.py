"""What any API of things does: what is created can be had again, changed, and is gone when it was deleted.

It is told from the paths alone: `POST /files` creates what `GET /files/{id}` retrieves. An id that was never given out
is answered with a sample, for a server that stands in for another one cannot know what exists there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.service import Operation, Service

from .calls import Answer, Call, error_answer
from .resources import Thing, stem_of

__all__ = ["item_path", "rest_answer"]

_ENDS: Final = ("completed", "succeeded", "processed", "ready", "active", "complete", "done", "success")
_BEGINNINGS: Final = frozenset(
    {
        *("validating", "validating_files", "queued", "pending", "in_progress", "running", "uploaded", "created"),
        *("processing", "starting", "finalizing", "initializing"),
    }
)
_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "cancel": ("cancelled", "canceled", "cancelling"),
    "pause": ("paused",),
    "resume": ("running", "in_progress", "active", "queued"),
    "archive": ("archived",),
    "complete": ("completed",),
    "expire": ("expired",),
}


def rest_answer(call: Call, otherwise: Callable[[Call], Answer]) -> Answer:
    """The answer to a call on things that may be known; `otherwise` makes that of a thing nobody has heard of."""
    operation = call.operation
    collection, _, last = call.target.rpartition("/")
    if _is_parameter(operation.path):
        name = str(next(reversed(list(call.path.values())), last))
        if operation.verb == "GET":
            return _retrieved(call, collection, name, otherwise)
        if operation.verb == "DELETE":
            gone = call.data.resources.is_deleted(collection, name)
            call.data.resources.delete(collection, name)
            return _gone(call, name) if gone else otherwise(call)
        if operation.verb in ("POST", "PATCH", "PUT"):
            return _changed(call, collection, name, call.fields, otherwise)
    elif operation.verb == "POST":
        above = operation.path.rpartition("/")[0]
        if _is_parameter(above):
            parent, _, name = collection.rpartition("/")
            return _changed(call, parent, name, _status_after(call, last), otherwise)
        if item_path(call.data.service, operation) is not None:
            return _created(call, otherwise)
    return otherwise(call)


def _is_parameter(path: str) -> bool:
    return path.endswith("}") and path.rpartition("/")[2].startswith("{")


def item_path(service: Service, operation: Operation) -> Operation | None:
    """The operation that retrieves what this one creates."""
    prefix = operation.path + "/{"
    for each in service.operations:
        if (
            each.verb == "GET"
            and each.path.startswith(prefix)
            and _is_parameter(each.path)
            and each.path.count("/") == operation.path.count("/") + 1
        ):
            return each
    return None


def _created(call: Call, otherwise: Callable[[Call], Answer]) -> Answer:
    answer = otherwise(call)
    thing = answer.body
    if answer.events is not None or not isinstance(thing, dict) or "id" not in thing:
        return answer
    made = cast(Thing, dict(thing))
    resources = call.data.resources
    schema = call.data.json_schema(call.operation)
    part: Schema = call.data.shapes.properties(schema).get("id", True) if schema is not None else True
    number = resources.number()
    for candidate in (f"{stem_of(call.operation.path)}-new-{number:04d}", str(9000 + number), 9000 + number):
        if call.data.fits(candidate, part):
            made["id"] = candidate
            break
    if schema is not None and not call.data.fits(made, schema):
        return answer
    resources.add(call.target, made)
    return Answer(answer.status, cast(JSON, dict(made)), content_type=answer.content_type, headers=answer.headers)


def _retrieved(call: Call, collection: str, name: str, otherwise: Callable[[Call], Answer]) -> Answer:
    resources = call.data.resources
    thing = resources.find(collection, name)
    if thing is None:
        if resources.is_deleted(collection, name):
            return _gone(call, name)
        return _settled(call, otherwise(call))
    _advance(call, thing)
    return _known(call, thing, otherwise)


def _known(call: Call, thing: Thing, otherwise: Callable[[Call], Answer]) -> Answer:
    """The thing as the answer, if it is what the document promises here."""
    schema = call.data.json_schema(call.operation)
    if schema is None or not call.data.fits(thing, schema):
        return otherwise(call)
    return Answer(call.operation.success.code, cast(JSON, dict(thing)))


def _changed(
    call: Call, collection: str, name: str, changes: Mapping[str, Any], otherwise: Callable[[Call], Answer]
) -> Answer:
    resources = call.data.resources
    if resources.is_deleted(collection, name):
        return _gone(call, name)
    schema = call.data.json_schema(call.operation)
    thing = resources.find(collection, name)
    properties = {} if schema is None else call.data.shapes.properties(schema)
    fitting = {
        key: value
        for key, value in changes.items()
        if key in properties and key != "id" and call.data.fits(value, properties[key])
    }
    if thing is not None:
        changed = {**thing, **fitting}
        if schema is not None and call.data.fits(changed, schema):
            thing.update(fitting)
            return Answer(call.operation.success.code, cast(JSON, changed))
    answer = otherwise(call)
    body = answer.body
    if isinstance(body, dict) and fitting and schema is not None:
        made: dict[str, JSON] = {**body, **fitting}
        if "id" in made and call.data.fits(name, properties.get("id", True)):
            made["id"] = name
        if call.data.fits(made, schema):
            return Answer(answer.status, made, content_type=answer.content_type, headers=answer.headers)
    return answer


def _gone(call: Call, name: str) -> Answer:
    return error_answer(404, f"no {stem_of(call.operation.path)} has the id {name!r}: it was deleted", code="not_found")


def _states(call: Call) -> tuple[Any, ...]:
    schema = call.data.json_schema(call.operation)
    part = None if schema is None else call.data.shapes.properties(schema).get("status")
    return () if part is None else tuple(call.data.shapes.of(part).facts.get("enum", ()))


def _status_after(call: Call, action: str) -> dict[str, Any]:
    """What an action like `cancel` does to a thing."""
    states = _states(call)
    found = next((state for state in _ACTIONS.get(action, ()) if state in states), None)
    return {} if found is None else {"status": found}


def _end(call: Call, status: object) -> object:
    """Where a status that is but a beginning leads to."""
    if not isinstance(status, str) or status not in _BEGINNINGS:
        return None
    return next((state for state in _ENDS if state in _states(call)), None)


def _advance(call: Call, thing: Thing) -> None:
    """Work on a thing is done by the time it is looked at again: who waits for its end does not wait long."""
    end = _end(call, thing.get("status"))
    if end is not None:
        thing["status"] = end


def _settled(call: Call, answer: Answer) -> Answer:
    body = answer.body
    if not isinstance(body, dict):
        return answer
    end = _end(call, body.get("status"))
    if end is None:
        return answer
    made: dict[str, JSON] = {**body, "status": cast(JSON, end)}
    return Answer(answer.status, made, content_type=answer.content_type, headers=answer.headers)
