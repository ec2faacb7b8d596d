"""What any API of things does: what is created can be had again, changed, and is gone when it was deleted.

It is told from the paths alone: `POST /files` creates what `GET /files/{id}` retrieves. An id that was never given out
is answered with a sample, for a server that stands in for another one cannot know what exists there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.service import Operation, Service
from antiphon_codegen.samples.values import as_list, as_object

from .calls import Answer, Call, error_answer
from .resources import Thing, stem_of
from .states import after_action, begin, finish, settle

__all__ = ["rest_answer"]


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
        if _has_items(call.data.service, operation):
            return _created(call, otherwise)
        above = operation.path.rpartition("/")[0]
        if _is_parameter(above):
            parent, _, name = collection.rpartition("/")
            action = after_action(call.data, call.data.json_schema(operation), last)
            return _changed(call, parent, name, action, otherwise)
    return otherwise(call)


def _is_parameter(path: str) -> bool:
    return path.endswith("}") and path.rpartition("/")[2].startswith("{")


def _has_items(service: Service, operation: Operation) -> bool:
    """Whether there is more to be done with what is created at a path."""
    prefix = operation.path + "/{"
    return any(each.path.startswith(prefix) for each in service.operations)


def _created(call: Call, otherwise: Callable[[Call], Answer]) -> Answer:
    answer = otherwise(call)
    made = dict(as_object(answer.body))
    if answer.events is not None or "id" not in made:
        return answer
    schema = call.data.json_schema(call.operation)
    if schema is None:
        return answer
    part = call.data.shapes.properties(schema).get("id", True)
    made["id"] = next((each for each in _identities(call) if call.data.fits(each, part)), made["id"])
    begin(call.data, schema, made, _sizes(call))
    if not call.data.fits(made, schema):
        return answer
    call.data.resources.add(call.target, made)
    return Answer(answer.status, cast(JSON, dict(made)), content_type=answer.content_type, headers=answer.headers)


def _sizes(call: Call) -> dict[str, int]:
    """How long the lists are that the request has or could have."""
    found: dict[str, int] = {}
    for media in call.operation.body:
        for name, part in call.data.shapes.properties(True if media.schema is None else media.schema).items():
            if "array" in call.data.shapes.types(part):
                found[name] = len(as_list(call.fields.get(name)))
    return found


def _identities(call: Call) -> Iterator[Any]:
    """Ids that a new thing could have: that of the thing it stands for, if the request names one, else a new one."""
    prefix = call.operation.path + "/{"
    for each in call.data.service.operations:
        name = each.path.removeprefix(prefix).partition("}")[0]
        if each.path.startswith(prefix) and isinstance(call.fields.get(name), (str, int)):
            yield call.fields[name]
            break
    number = call.data.resources.number()
    yield f"{stem_of(call.operation.path)}-new-{number:04d}"
    yield str(9000 + number)
    yield 9000 + number
    yield str(uuid.UUID(int=number, version=4))


def _retrieved(call: Call, collection: str, name: str, otherwise: Callable[[Call], Answer]) -> Answer:
    resources = call.data.resources
    thing = resources.find(collection, name)
    if thing is None:
        if resources.is_deleted(collection, name):
            return _gone(call, name)
        return _settled(call, otherwise(call))
    schema = call.data.json_schema(call.operation)
    if schema is not None:
        finish(call.data, schema, thing)
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
    body = as_object(answer.body)
    if body and fitting and schema is not None:
        made = {**body, **fitting}
        if "id" in made and call.data.fits(name, properties.get("id", True)):
            made["id"] = name
        if call.data.fits(made, schema):
            return Answer(answer.status, made, content_type=answer.content_type, headers=answer.headers)
    return answer


def _gone(call: Call, name: str) -> Answer:
    return error_answer(404, f"no {stem_of(call.operation.path)} has the id {name!r}: it was deleted", code="not_found")


def _settled(call: Call, answer: Answer) -> Answer:
    """The answer about a thing nobody heard of: one whose work was done long ago."""
    schema = call.data.json_schema(call.operation)
    thing = dict(as_object(answer.body))
    if not thing or schema is None:
        return answer
    settle(call.data, schema, thing)
    return Answer(answer.status, cast(JSON, thing), content_type=answer.content_type, headers=answer.headers)
