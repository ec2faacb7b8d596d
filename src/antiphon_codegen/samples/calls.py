"""What the methods of an SDK are called with in its tests: values that the document allows, for every operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..document import JSON, Document
from ..emit.tests import Place, Sample
from ..ir.model import Body
from ..ir.model import Operation as Called
from .checking import Checker
from .sampler import Sampler
from .schemas import Schema
from .service import Media, Operation, Service
from .shapes import Shapes

__all__ = ["DocumentSamples"]

_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class _Values:
    required: JSON
    every: JSON

    @property
    def both(self) -> tuple[JSON, JSON]:
        return self.required, self.every


class DocumentSamples:
    """Samples for the operations of one document."""

    def __init__(self, document: Document) -> None:
        service = Service(document)
        self._operations = {each.key: each for each in service.operations}
        self._checker = Checker(service.schemas, "request")
        self._shapes = Shapes(service.schemas)
        self._sampler = Sampler(service.schemas, self._shapes, self._checker)

    def of(self, operation: Called) -> Sample:
        """The arguments for an operation, or why it cannot be tried."""
        found = self._operations.get(operation.key)
        if found is None:
            return Sample({}, {}, "the document does not say enough to serve this operation")
        required: dict[Place, JSON] = {}
        every: dict[Place, JSON] = {}
        for place, values, is_required in self._values(found, operation.body):
            if values is None:
                return Sample({}, {}, f"no value was found that fits the schema of {' '.join(place).strip()}")
            every[place] = values.every
            if is_required:
                required[place] = values.required
        return Sample(required, every)

    def _values(self, operation: Operation, sent: object) -> Iterator[tuple[Place, _Values | None, bool]]:
        for parameter in operation.parameters:
            if parameter.required or not _is_deprecated(parameter.schema):
                values = self._made(parameter.schema, f"{operation.id} {parameter.name}")
                if values is not None and parameter.required:
                    # An empty list or object leaves no trace in a URL.
                    values = _Values(*(self._filled(each, values, parameter.schema) for each in values.both))
                yield (parameter.place, parameter.name), values, parameter.required
        media = _media(operation, sent)
        if media is None:
            return
        if not isinstance(sent, Body):
            yield ("content", ""), _Values("content", "content"), operation.body_required
            return
        values = self._made(True if media.schema is None else media.schema, operation.id)
        if values is None or sent.fields is None:
            yield ("whole", ""), values, operation.body_required
        if values is not None:
            yield from _fields(values)

    def _made(self, schema: Schema, seed: str) -> _Values | None:
        every = self._sent(self._sampler.value(schema, seed), schema, 0)
        if not self._fits(every, schema):
            return None
        least = self._sent(self._sampler.plain(schema, seed), schema, 0)
        return _Values(least if self._fits(least, schema) else every, every)

    def _sent(self, value: JSON, schema: Schema, depth: int) -> JSON:
        """The value without what only comes back: examples of whole objects have it, and nobody can send it."""
        shape = self._shapes.of(schema)
        if depth > _DEEPEST:
            return value
        if isinstance(value, dict):
            own = shape.properties
            return {
                name: self._sent(each, own.get(name, True), depth + 1)
                for name, each in value.items()
                if name not in own or not self._shapes.of(own[name]).facts.get("readOnly")
            }
        if isinstance(value, list) and shape.items is not None:
            items = shape.items
            return [self._sent(each, items, depth + 1) for each in value]
        return value

    def _filled(self, value: JSON, values: _Values, schema: Schema) -> JSON:
        """A value with something in it, where an empty one was made and the schema allows another."""
        candidates: tuple[JSON, ...] = (value, values.every, {"key": "value"}, ["value"])
        return next((each for each in candidates if each not in ({}, []) and self._fits(each, schema)), value)

    def _fits(self, value: JSON, schema: Schema) -> bool:
        self._checker.renew()
        return self._checker.fits(value, schema)


def _media(operation: Operation, sent: object) -> Media | None:
    """The body as the SDK sends it."""
    wanted = getattr(sent, "content_type", None)
    return next((each for each in operation.body if each.type == wanted), next(iter(operation.body), None))


def _fields(values: _Values) -> Iterator[tuple[Place, _Values, bool]]:
    """The properties of a body, each as a value of its own."""
    least = values.required if isinstance(values.required, dict) else {}
    if isinstance(values.every, dict):
        # Of a union the two samples may be of different members; then the smaller one has to do for both.
        every = values.every if least.keys() <= values.every.keys() else least
        for name, value in every.items():
            yield ("body", name), _Values(least.get(name), value), name in least


def _is_deprecated(schema: Schema) -> bool:
    return isinstance(schema, dict) and bool(schema.get("deprecated"))
