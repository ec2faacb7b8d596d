"""Answers that follow from the document alone: the fallback for every operation that has no behaviour of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.service import Media
from antiphon_codegen.samples.shapes import Union

from .blobs import blob
from .calls import Answer, Call, Event
from .data import Data
from .pages import listing_of, page

__all__ = ["generic_answer"]

_STREAM: Final = "text/event-stream"
_LINES: Final = ("application/jsonl", "application/x-ndjson", "application/stream+json", "application/x-jsonl")
_MOST_EVENTS: Final = 80
_EVENTS: Final = 3
_PARTS_OF_EVENTS: Final = frozenset({"event", "data", "id", "retry"})


def generic_answer(call: Call) -> Answer:
    """The answer the document describes."""
    success = call.operation.success
    media = _negotiated(call, success.content)
    headers = _location(call) if 300 <= success.code < 400 else {}
    if media is None:
        return Answer(success.code, empty=True, headers=headers)
    kind = media.type
    if kind == _STREAM:
        events = tuple(_events(call, media))
        return Answer(success.code, events=events, done=call.operation.ends_with_done, content_type=kind)
    if kind in _LINES:
        lines = _several(call, media)
        return Answer(success.code, [*lines], content_type=kind)
    if kind.endswith("json") or kind in ("*/*", ""):
        return Answer(
            success.code, _json(call, media), content_type="application/json" if "*" in kind else kind or None
        )
    return Answer(success.code, _other(call, media), content_type=kind.replace("*", "octet-stream"))


def _negotiated(call: Call, offered: tuple[Media, ...]) -> Media | None:
    """The content type of the answer: a stream when the request asks for one, else what is accepted, JSON first."""
    if not offered:
        return None
    streams = [each for each in offered if each.type == _STREAM]
    lines = [each for each in offered if each.type in _LINES]
    if call.streaming and (streams or lines):
        return (streams or lines)[0]
    rest = [each for each in offered if each.type != _STREAM and each.type not in _LINES] or list(offered)
    accepted = [each.partition(";")[0].strip().lower() for each in call.headers.get("accept", "").split(",")]
    rest.sort(key=lambda each: not each.type.endswith("json"))
    for wanted in accepted:
        found = next((each for each in (*rest, *lines) if each.type == wanted), None)
        if found is not None:
            return found
    return rest[0]


def _location(call: Call) -> dict[str, str]:
    return {"location": call.target}


def _json(call: Call, media: Media) -> JSON:
    schema = _variant(call) or media.schema
    if schema is not media.schema:
        return call.data.value(cast(Schema, schema), call.seed)
    body = call.data.body(call, media)
    listing = listing_of(call.operation, media.schema, call.data.shapes)
    if listing is not None:
        paged = page(listing, call, body)
        if media.schema is not None and call.data.fits(paged, media.schema):
            return paged
    return body


def _variant(call: Call) -> Schema | None:
    """The shape of an answer that a parameter of the request decides on."""
    parameter, shapes = call.operation.variants
    return shapes.get(str(call.fields.get(parameter, call.query.get(parameter)))) if parameter else None


def _several(call: Call, media: Media) -> Iterator[JSON]:
    schema: Schema = True if media.schema is None else media.schema
    shape = call.data.shapes.of(schema)
    if call.data.shapes.types(schema) == frozenset({"array"}) and shape.items is not None:
        schema = shape.items
    for number in range(_EVENTS):
        yield call.data.value(schema, f"{call.seed} {number}")


def _events(call: Call, media: Media) -> Iterator[Event]:
    """A stream: of a union one event of each kind, else a few of the only kind."""
    data = call.data
    schema: Schema = True if media.schema is None else media.schema
    types = data.shapes.types(schema)
    if types == frozenset({"string"}):
        for number in range(_EVENTS):
            yield Event(data.value(schema, f"{call.seed} {number}"))
        return
    shape = data.shapes.of(schema)
    if types == frozenset({"array"}) and shape.items is not None:
        schema, shape = shape.items, data.shapes.of(shape.items)
    if not shape.unions:
        whole = _is_whole_event(data, schema)
        for number in range(_EVENTS):
            yield _event(data.value(schema, f"{call.seed} {number}"), whole=whole)
        return
    for number, member in enumerate(_members(data, schema)):
        value = data.value(member, f"{call.seed} {number}")
        if data.fits(value, schema) and not _tells_of_an_error(value):
            # Where events need not be texts, those that are come as JSON like the others.
            sent = json.dumps(value) if isinstance(value, str) else value
            yield _event(sent, whole=_is_whole_event(data, member))


def _tells_of_an_error(value: JSON) -> bool:
    """Whether an event ends the stream with an error: that is what faults are for."""
    return isinstance(value, dict) and "error" in (value.get("type"), value.get("event"))


def _members(data: Data, schema: Schema, depth: int = 0) -> list[Schema]:
    """The members of a union, those of the unions among them in their place."""
    found: list[Schema] = []
    union = data.shapes.of(schema).unions[0]
    for member in union.members:
        inner = data.shapes.of(member)
        if inner.unions and not inner.properties and depth < 5:
            found.extend(_members(data, member, depth + 1))
        elif inner.types != ("null",):
            found.append(_told(union, member))
    return found[:_MOST_EVENTS]


def _told(union: Union, member: Schema) -> Schema:
    """The member, with the tag the mapping gives it: it may not have one of its own."""
    uri = member.get("$ref") if isinstance(member, dict) else None
    name = next((name for name, target in union.mapping if target == uri), None)
    if name is None:
        return member
    return {"allOf": [member], "type": "object", "required": [union.tag], "properties": {union.tag: {"const": name}}}


def _is_whole_event(data: Data, schema: Schema) -> bool:
    """Whether a schema describes an event with its name and its data, and not only the data."""
    properties = data.shapes.properties(schema)
    if not {"event", "data"} <= properties.keys() or "string" not in data.shapes.types(properties["event"]):
        return False
    return set(data.shapes.of(schema).required) <= _PARTS_OF_EVENTS


def _event(value: JSON, *, whole: bool) -> Event:
    """An event as it is sent."""
    if isinstance(value, dict):
        held = cast("dict[str, Any]", value)
        if whole and isinstance(held.get("event"), str):
            return Event(held.get("data"), held["event"])
        if isinstance(held.get("type"), str):
            return Event(value, held["type"])
    return Event(value)


def _other(call: Call, media: Media) -> bytes | str:
    """A body that is no JSON."""
    if media.examples and isinstance(media.examples[0], str):
        return media.examples[0]
    facts = {} if media.schema is None else call.data.shapes.of(media.schema).facts
    if media.type.startswith("text/") and media.type not in ("text/csv", "text/html", "text/xml"):
        value = call.data.value(True if media.schema is None else media.schema, call.seed)
        if isinstance(value, str) and facts.get("format") != "binary":
            return value
    return blob(media.type)
