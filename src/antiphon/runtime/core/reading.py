"""From the bytes of a JSON document to a value of the promised type, in one step."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, Generic, TypeVar, cast

import pydantic
from pydantic import TypeAdapter
from pydantic_core import SchemaValidator, ValidationError, from_json

from .lenient import LenientBuilder, choices_of
from .tolerance import Schema, tolerant

__all__ = ["Drift", "Malformed", "Reader", "core_schema", "json_kind", "parse_json", "reader_for"]

T = TypeVar("T")


class Malformed(ValueError):
    """The bytes are not JSON."""


class Drift(ValueError):
    """The JSON is of another kind than what was promised (a list where an object belongs)."""


class Reader(Generic[T]):
    """Makes values of one type from the bytes of JSON documents.

    The first use builds a pydantic-core validator; each further document costs one pass in compiled code. Only data
    that fits even the tolerant form of the type in no way goes through the slower lenient walk.
    """

    __slots__ = ("_exact", "_lenient", "_plain", "_read", "_schema", "takes_event_names", "takes_text")

    def __init__(self, target: type[T]) -> None:
        self._schema = core_schema(target)
        self._read = SchemaValidator(cast(Any, tolerant(self._schema))).validate_json
        self._lenient: LenientBuilder | None = None
        self._plain: LenientBuilder | None = None
        self._exact: SchemaValidator | None = None
        self.takes_text = target is str
        """Whether what it makes is text: then data of an event need not be JSON."""
        self.takes_event_names = _is_named_event(self._schema)
        """Whether its objects are a server-sent event's name and data: `{"event": ..., "data": ...}`."""

    def read(self, data: bytes | str) -> T:
        """The value in `data`. Raises `Malformed` for anything but JSON, `Drift` for the wrong kind of JSON."""
        try:
            return self._read(data)
        except ValidationError:
            pass
        return self.build(parse_json(data))

    def read_exact(self, data: bytes | str) -> T:
        """The value in `data`, or `pydantic.ValidationError` where it departs from the declared type."""
        if self._exact is None:
            self._exact = SchemaValidator(cast(Any, self._schema))
        return self._exact.validate_json(data)

    def exact(self, value: object) -> T:
        """The value, or `pydantic.ValidationError` where it departs from the declared type."""
        if self._exact is None:
            self._exact = SchemaValidator(cast(Any, self._schema))
        return self._exact.validate_python(value)

    def build(self, value: object) -> T:
        """The value from parsed JSON; raises `Drift` when it is of the wrong kind altogether."""
        lenient = self._lenient
        if lenient is None:
            lenient = self._lenient = LenientBuilder(self._schema)
        if not lenient.accepts(lenient.root, value):
            raise Drift(f"JSON {json_kind(value)} where another kind of value was promised")
        return cast(T, lenient.build(value))

    @property
    def takes_none(self) -> bool:
        """Whether None is of the type."""
        builder = LenientBuilder(self._schema)
        return builder.accepts(builder.root, None)

    @property
    def plain_builder(self) -> LenientBuilder:
        """Builds values without converting scalars."""
        if self._plain is None:
            self._plain = LenientBuilder(self._schema, convert=False)
        return self._plain

    @property
    def declared(self) -> frozenset[str]:
        """The names on the wire that the type declares at its top; empty for what is no object."""
        return frozenset(name for name, _ in _fields(self._schema))


_READERS_KEPT = 512
_readers: OrderedDict[object, Reader[Any]] = OrderedDict()


def reader_for(target: type[T]) -> Reader[T]:
    """The reader of a type, made once.

    Readers of models live on the model class and go when it goes; those of other types in a bounded table, so that
    types made at run time do not pile up.
    """
    if isinstance(target, type) and issubclass(target, pydantic.BaseModel):  # pyright: ignore[reportUnnecessaryIsInstance]
        own = target.__dict__.get("__antiphon_reader__")
        if own is None:
            own = Reader(target)
            type.__setattr__(target, "__antiphon_reader__", own)
        return cast("Reader[T]", own)
    try:
        reader = _readers.get(target)
    except TypeError:  # an Annotated type whose metadata cannot be hashed
        return Reader(target)
    if reader is None:
        reader = _readers[target] = Reader(target)
        if len(_readers) > _READERS_KEPT:
            _readers.popitem(last=False)
    return reader


def core_schema(target: Any) -> Schema:
    """The pydantic-core schema of a type, built now if its building was deferred."""
    adapter: TypeAdapter[Any] = TypeAdapter(target)
    adapter.rebuild(raise_errors=True)
    return cast(Schema, adapter.core_schema)


def parse_json(data: bytes | str) -> object:
    """The JSON document in `data`, or `Malformed` with where and why it is none."""
    try:
        return from_json(data)
    except (ValueError, RecursionError) as error:
        said = str(error)
    if "hex escape" in said:
        # Half of a surrogate pair, from a server that cuts text between two UTF-16 units. Python's own parser takes
        # it; as it is no text that could be passed on, U+FFFD stands for it.
        try:
            text = json.dumps(json.loads(data), ensure_ascii=False)
            return from_json(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
        except (ValueError, RecursionError):
            pass
    raise Malformed(said)


def json_kind(value: object) -> str:
    """What JSON calls the kind of this value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _is_named_event(schema: Schema) -> bool:
    builder = LenientBuilder(schema)
    waiting = [builder.root]
    seen: set[int] = set()
    while waiting:
        node = builder.resolve(waiting.pop())
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node["type"]:
            case "union":
                waiting += choices_of(node)
            case "tagged-union":
                waiting += [choice for choice in node["choices"].values() if isinstance(choice, dict)]
            case "model":
                fields = builder.resolve(node["schema"]).get("fields", {})
                if "event" not in fields or "data" not in fields:
                    return False
            case _:
                return False
    return True


def _fields(schema: Schema) -> list[tuple[str, Schema]]:
    builder = LenientBuilder(schema)
    node = builder.resolve(builder.root)
    if node["type"] != "model":
        return []
    fields = builder.resolve(node["schema"]).get("fields", {})
    return [(field.get("validation_alias", name), field) for name, field in fields.items()]
