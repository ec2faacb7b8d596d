"""What answers are made of: values for the schemas of the document, and the things that exist on the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.checking import Checker
from antiphon_codegen.samples.formats import EPOCH
from antiphon_codegen.samples.sampler import Sampler
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.service import Media, Operation, Service
from antiphon_codegen.samples.shapes import Shapes

from .calls import Call
from .resources import Resources, Thing, stem_of
from .states import settle

__all__ = ["Data"]

_NOT_ECHOED: Final = frozenset({"id", "object", "type", "status", "stream", "error", "data", "items"})


class Data:
    """The source of answers of one server; not for several threads at a time."""

    def __init__(self, service: Service, shapes: Shapes, *, seed: str, items: int, page_size: int | None) -> None:
        self.service = service
        self.shapes = shapes
        self.resources = Resources()
        self.items = items
        """How many samples a list has."""
        self.page_size = page_size
        self._checker = Checker(service.schemas, "answer")
        self._sampler = Sampler(service.schemas, shapes, self._checker)
        self._seed = seed

    def fits(self, value: object, schema: Schema) -> bool:
        self._checker.renew()
        return self._checker.fits(value, schema)

    def value(self, schema: Schema, seed: str) -> JSON:
        """A value for a schema, the same for the same seed."""
        return self._sampler.value(schema, self._seed + seed)

    def body(self, call: Call, media: Media) -> JSON:
        """The body of an answer: the document's own example where it fits, else a sample; what was sent comes back."""
        if media.schema is None:
            return media.examples[0] if media.examples else None
        for example in media.examples[:3]:
            if self.fits(example, media.schema):
                return self._echoed(example, call, media.schema)
        return self._echoed(self.value(media.schema, call.seed), call, media.schema)

    def constants(self, schema: Schema) -> tuple[Any, ...]:
        """The values a schema lists, in unions too."""
        shape = self.shapes.of(schema)
        found: list[Any] = [shape.facts["const"]] if "const" in shape.facts else list(shape.facts.get("enum", ()))
        for union in shape.unions:
            for member in union.members[:100]:
                found.extend(self.constants(member))
        return tuple(found)

    def sample(self, call: Call, known: Mapping[str, object]) -> dict[str, Any]:
        """The object the document promises, with some of its properties known."""
        schema = self.json_schema(call.operation)
        value = {} if schema is None else self._echoed(self.value(schema, call.seed), call, schema)
        return {**(cast("dict[str, Any]", value) if isinstance(value, dict) else {}), **known}

    def json_schema(self, operation: Operation) -> Schema | None:
        """The schema of an operation's JSON answer."""
        for media in operation.success.content:
            if media.type.endswith("json") and media.schema is not None:
                return media.schema
        return None

    def _echoed(self, value: JSON, call: Call, schema: Schema) -> JSON:
        """The value, with what the request says of properties of the same name, and the id that was asked for."""
        if not isinstance(value, dict):
            return value
        properties = self.shapes.properties(schema)
        said: dict[str, JSON] = {}
        for source in (call.query, call.fields, call.path):
            for name, each in source.items():
                if name in properties and name not in _NOT_ECHOED and each is not None:
                    said[name] = each
        last = call.operation.path.rpartition("/")[2]
        if "id" in properties and last[:1] == "{" and last[1:-1] in call.path:
            said["id"] = call.path[last[1:-1]]
        self._checker.renew()
        changed = {**value, **{name: each for name, each in said.items() if self._checker.fits(each, properties[name])}}
        return changed if changed == value or self._checker.fits(changed, schema) else value

    def things(self, call: Call, collection: str, schema: Schema) -> list[Any]:
        """What a list holds: what was created, then samples with ids that never change."""
        return self.resources.listed(collection, lambda: self._samples(call.operation, collection, schema))

    def _samples(self, operation: Operation, collection: str, schema: Schema) -> Iterator[tuple[str, Any]]:
        properties = self.shapes.properties(schema)
        for index in range(1, self.items + 1):
            value = self.value(schema, f"{operation.id} {collection} {index}")
            if not isinstance(value, dict):
                yield str(index), value
                continue
            thing = cast(Thing, dict(value))
            if "id" in thing:
                thing["id"] = self.identity(properties.get("id", True), stem_of(operation.path), index, thing["id"])
            for name in ("created_at", "created"):
                if isinstance(thing.get(name), int) and thing[name] > 1_000_000_000:
                    thing[name] = EPOCH - 60 * index
            settle(self, schema, thing)
            yield str(thing.get("id", index)), thing if self.fits(thing, schema) else value

    def identity(self, schema: Schema, stem: str, number: int, otherwise: object) -> Any:
        """An id that says what it is of and which one, where the schema allows for such."""
        for candidate in (f"{stem}-{number:04d}", f"{stem}{number:04d}", str(1000 + number), 1000 + number):
            if self.fits(candidate, schema):
                return candidate
        return otherwise
