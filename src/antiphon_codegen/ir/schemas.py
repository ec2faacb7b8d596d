"""From JSON Schema to types: what the combinations of keywords mean, settled once.

A node that cannot be understood becomes `Unknown` and is reported; nothing around it is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, cast

from ..document import JSON
from ..problems import Kind, Origin, Problems
from ..spec.model import Ref, Schema, SchemaOrRef
from ..spec.resolve import ResolvedSpec
from .types import (
    Array,
    Binary,
    Constant,
    Discriminator,
    Enum,
    Map,
    Null,
    Object,
    Primitive,
    Property,
    Reference,
    Type,
    Union,
    Unknown,
    without_null,
)

__all__ = ["SchemaReader"]

_MAX_DISTRIBUTED: Final = 64
_DEEPEST: Final = 60


class SchemaReader:
    """Reads schemas of one document as types."""

    def __init__(self, spec: ResolvedSpec, problems: Problems, origin: Callable[[str, str], Origin]) -> None:
        self._spec = spec
        self._problems = problems
        self._origin = origin
        self._contents: dict[str, Type] = {}
        self._merges: dict[str, Type | None] = {}
        self._circles = 0
        self._merging: list[str] = []  # keys whose contents are being merged into others: a circle ends there

    def type_of(self, schema: SchemaOrRef | None, depth: int = 0) -> Type:
        """The type a schema stands for."""
        if schema is None:
            return Unknown()
        if isinstance(schema, Ref):
            return self._reference(schema)
        if depth > _DEEPEST:
            self._report("too-large", "schemas are nested too deeply here; anything is allowed below", schema)
            return Unknown()
        return self._schema(schema, depth)

    def content_of(self, key: str) -> Type:
        """The type of an indexed schema itself, where `type_of` a reference to it would only name it."""
        known = self._contents.get(key)
        if known is None:
            circles = self._circles
            known = self._schema(self._spec.schemas[key], 0)
            if circles == self._circles:  # what was found while going in a circle may be less than all
                self._contents[key] = known
        return known

    def object_of(self, schema: SchemaOrRef) -> Object | None:
        """The properties of a schema that is an object, whatever it is put together of; None for anything else."""
        merged = self._merged(schema, 0)
        return merged if isinstance(merged, Object) else None

    # --- one schema ---

    def _reference(self, ref: Ref) -> Type:
        key = self._spec.key_of(ref)
        seen: set[str] = set()
        while key is not None:
            if key in seen:
                self._problems.add(
                    "bad-reference", f"{ref.target!r} leads in a circle", self._origin(ref.file, ref.pointer)
                )
                return Unknown()
            seen.add(key)
            schema = self._spec.schemas[key]
            if key in self._spec.names or schema.ref is None or not _is_only_reference(schema):
                return Reference(key)
            key = self._spec.key_of(schema.ref)
        return Unknown()

    def _schema(self, schema: Schema, depth: int) -> Type:
        if schema.never:
            return Unknown()
        if schema.has_const:
            return _nullable(_constant(schema.const), "null" in schema.types)
        if schema.enum is not None:
            return self._enum(schema)
        if schema.all_of or (schema.ref is not None and not _is_only_reference(schema)):
            return self._combined(schema, depth)
        if schema.ref is not None:
            return self._reference(schema.ref)
        if schema.one_of or schema.any_of:
            return self._alternatives(schema, depth)
        return self._plain(schema, depth)

    def _plain(self, schema: Schema, depth: int) -> Type:
        kinds = [kind for kind in schema.types if kind != "null"]
        if not kinds:
            if "null" in schema.types:
                return Null()
            kinds = _implied_kinds(schema)
        if not kinds:
            return Unknown()
        if {"string", "number", "integer", "boolean", "object", "array"}.issubset(kinds):
            return Unknown()
        types = [self._of_kind(kind, schema, depth) for kind in kinds]
        return _nullable(_union(types), "null" in schema.types)

    def _of_kind(self, kind: str, schema: Schema, depth: int) -> Type:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "string" if schema.format == "binary" or _is_raw(schema.content_media_type):
                return Binary()
            case "integer" | "number" | "boolean" | "string":
                return Primitive(kind, schema.format)
            case _:
                return Unknown()

    def _array(self, schema: Schema, depth: int) -> Type:
        if schema.prefix_items:
            parts = [self.type_of(each, depth + 1) for each in schema.prefix_items]
            if schema.items is not None:
                parts.append(self.type_of(schema.items, depth + 1))
            return Array(_union(parts))
        return Array(self.type_of(schema.items, depth + 1))

    def _object(self, schema: Schema, depth: int) -> Type:
        additional = schema.additional
        if not schema.properties:
            if isinstance(additional, (Schema, Ref)):
                return Map(self.type_of(additional, depth + 1))
            if additional is False and "object" in schema.types:
                return Object((), None, schema.title, schema.description, self._origin(schema.file, schema.pointer))
            return Map(Unknown())
        return Object(
            tuple(self._property(name, each, schema, depth) for name, each in schema.properties),
            self.type_of(additional, depth + 1) if isinstance(additional, (Schema, Ref)) else None,
            schema.title,
            schema.description,
            self._origin(schema.file, schema.pointer),
        )

    def _property(self, name: str, schema: SchemaOrRef, owner: Schema, depth: int) -> Property:
        type = self.type_of(schema, depth + 1)
        docs = schema.description
        own = schema if isinstance(schema, Schema) else None
        return Property(
            name=name,
            type=type,
            required=name in owner.required,
            docs=docs,
            deprecated=own.deprecated if own else False,
            default=own.default if own else None,
            read_only=own.read_only if own else False,
            write_only=own.write_only if own else False,
            called=_called(own) if own else None,
            origin=self._origin(schema.file, schema.pointer),
        )

    def _enum(self, schema: Schema) -> Type:
        values = schema.enum or ()
        if "array" in schema.types and values and not any(isinstance(value, list) for value in values):
            # Met often: the values of the items, written one level too high.
            items = schema.items if isinstance(schema.items, Schema) else Schema(schema.pointer, schema.file)
            listed = replace(items, enum=values) if items.enum is None else items
            return self._plain(replace(_without_enum(schema), items=listed), 0)
        values = _as_declared(values, schema)
        usable = [value for value in values if isinstance(value, (str, int, float, bool))]
        if any(isinstance(value, (dict, list)) for value in values):
            self._report("unsupported", "an enum of lists or objects is read as anything", schema)
            return Unknown()
        has_null = None in values or "null" in schema.types
        if not usable:
            if has_null:
                return Null()
            self._report("bad-shape", "an enum without values allows nothing; it is read without them", schema)
            return self._plain(_without_enum(schema), 0)
        distinct = tuple({(type(value), value): value for value in usable}.values())
        found: Type = Constant(distinct[0]) if len(distinct) == 1 else Enum(distinct)
        return _nullable(found, has_null)

    # --- alternatives ---

    def _alternatives(self, schema: Schema, depth: int) -> Type:
        parts = [*schema.one_of, *schema.any_of]
        variants: list[Type] = []
        kept: list[SchemaOrRef] = []
        for part in parts:
            if isinstance(part, Schema) and (part.never or _only_requires(part)):
                continue  # `anyOf: [{required: [a]}, {required: [b]}]` says which properties go together, no more
            kept.append(part)
        if schema.properties and kept:
            return self._distributed(schema, kept, depth)
        if not kept:
            return self._plain(schema, depth)
        for part in kept:
            is_null = isinstance(part, Schema) and part.nullable_only  # how 3.0 says that null is one alternative
            variants.append(Null() if is_null else self.type_of(part, depth + 1))
        flat = _flattened(variants)
        return _nullable(_hinted(_union(flat), schema), "null" in schema.types)

    def _distributed(self, schema: Schema, parts: list[SchemaOrRef], depth: int) -> Type:
        """Properties beside alternatives belong to each of them."""
        base = self._object(schema, depth)
        assert isinstance(base, Object)
        objects: list[Type] = []
        for part in parts[:_MAX_DISTRIBUTED]:
            merged = self._merged(part, depth + 1)
            if isinstance(merged, Object):
                objects.append(_joined([base, merged], merged.title or base.title, schema.description, base.origin))
            elif merged is not None:
                return base
        return _hinted(_union(objects), schema) if objects else base

    def _object_type(self, variant: Type) -> Object | None:
        if isinstance(variant, Object):
            return variant
        if not isinstance(variant, Reference):
            return None
        if variant.key in self._merging:
            self._circles += 1
            return None
        self._merging.append(variant.key)
        try:
            return self._object_type(self.content_of(variant.key))
        finally:
            self._merging.pop()

    # --- combinations ---

    def _combined(self, schema: Schema, depth: int) -> Type:
        parts: list[SchemaOrRef] = [*schema.all_of]
        if schema.ref is not None:
            parts.insert(0, schema.ref)
        telling = [part for part in parts if not _says_nothing(part)]
        own = not _says_nothing(_without_parts(schema))
        required = schema.required.union(*(part.required for part in schema.all_of if isinstance(part, Schema)))
        if len(telling) == 1 and not own:
            merged = self._merged(telling[0], depth + 1) if required else None
            if isinstance(merged, Object) and any(p.name in required and not p.required for p in merged.properties):
                joined = _joined([merged], schema.title, schema.description, self._origin(schema.file, schema.pointer))
                return _nullable(_requiring(joined, required), "null" in schema.types)
            # `allOf: [$ref]` is how a description or null is put beside a reference.
            return _nullable(self.type_of(telling[0], depth + 1), "null" in schema.types)
        if not telling and not own:
            return _nullable(Unknown(), False)
        if own:
            telling.append(_without_parts(schema))
        types = [self._merged(part, depth + 1) for part in telling]
        return _requiring(self._merge(types, telling, schema, depth), required)

    def _merge(self, types: list[Type | None], parts: list[SchemaOrRef], schema: Schema, depth: int) -> Type:
        objects = [each for each in types if isinstance(each, Object)]
        unions = [each for each in types if isinstance(each, Union)]
        null = "null" in schema.types
        if unions and all(isinstance(each, (Object, Union, Map, Unknown, type(None))) for each in types):
            return _nullable(self._product(unions, objects, schema), null)
        maps = [each for each in types if isinstance(each, Map)]
        if objects and len(objects) + len(maps) + sum(isinstance(each, Unknown) for each in types) >= len(types):
            open_values = next((each.values for each in maps if not isinstance(each.values, Unknown)), None)
            joined = _joined(objects, schema.title, schema.description, self._origin(schema.file, schema.pointer))
            if open_values is not None:
                joined = Object(joined.properties, open_values, joined.title, joined.docs, joined.origin)
            return _nullable(joined, null)
        if maps and not objects and len(maps) == len(types):
            return _nullable(maps[0], null)
        rest = [each for each in types if each is not None and not isinstance(each, Unknown)]
        narrow = [each for each in rest if isinstance(each, (Constant, Enum))] or rest
        if narrow and all(_kind(each) == _kind(narrow[0]) for each in rest):
            return _nullable(narrow[0], null)
        if not rest:
            return Unknown()
        self._report(
            "conflict", "allOf combines schemas that nothing can satisfy together; the first one is used", schema
        )
        return _nullable(self.type_of(parts[0], depth + 1), null)

    def _product(self, unions: list[Union], objects: list[Object], schema: Schema) -> Type:
        """Each way of choosing one variant of every union, joined with the plain objects."""
        ways: list[list[Object]] = [[]]
        for union in unions:
            variants = [self._object_type(variant) for variant in union.variants if not isinstance(variant, Null)]
            usable = [variant for variant in variants if variant is not None]
            if not usable or len(ways) * len(usable) > _MAX_DISTRIBUTED:
                self._report(
                    "unsupported", "alternatives inside allOf are too many, or no objects; they are left out", schema
                )
                continue
            ways = [[*way, variant] for way in ways for variant in usable]
        origin = self._origin(schema.file, schema.pointer)
        joined = [
            _joined([*objects, *way], way[-1].title if way else schema.title, schema.description, origin)
            for way in ways
        ]
        return _hinted(_union(list(joined)), schema)

    def _merged(self, schema: SchemaOrRef, depth: int) -> Type | None:
        """The type with references followed, so that properties can be joined; None where that goes in a circle."""
        if isinstance(schema, Ref):
            key = self._spec.key_of(schema)
            if key is None:
                return Unknown()
            if key in self._merging:
                self._circles += 1
                self._problems.add(
                    "bad-reference",
                    "allOf leads in a circle; this part of it is left out",
                    self._origin(schema.file, schema.pointer),
                )
                return None
            return self._merged_at(key)
        found = self._schema(schema, depth)
        plain, _ = without_null(found)
        if isinstance(plain, Reference):
            if plain.key in self._merging:
                self._circles += 1
                return None
            return self._merged_at(plain.key)
        return plain

    def _merged_at(self, key: str) -> Type | None:
        """What an indexed schema merges to: found once, or parts that are named twice at each level would double."""
        if key in self._merges:
            return self._merges[key]
        circles = self._circles
        self._merging.append(key)
        try:
            found = self._merged(self._spec.schemas[key], 0)
        finally:
            self._merging.pop()
        if circles == self._circles:  # what was found while going in a circle may be less than all
            self._merges[key] = found
        return found

    def _report(self, kind: Kind, message: str, schema: Schema) -> None:
        self._problems.add(kind, message, self._origin(schema.file, schema.pointer))


def _is_only_reference(schema: Schema) -> bool:
    return schema == Schema(schema.pointer, schema.file, ref=schema.ref)


def _says_nothing(part: SchemaOrRef) -> bool:
    """Whether a schema restricts nothing: only texts, or nothing at all."""
    if isinstance(part, Ref):
        return False
    bare = Schema(
        part.pointer,
        part.file,
        types=tuple(kind for kind in part.types if kind in ("null", "object")) if not part.properties else part.types,
        title=part.title,
        description=part.description,
        has_default=part.has_default,
        default=part.default,
        required=part.required,
        read_only=part.read_only,
        write_only=part.write_only,
        deprecated=part.deprecated,
        extensions=part.extensions,
        additional=part.additional if isinstance(part.additional, bool) else None,
        discriminator=part.discriminator,
        mapping=part.mapping,
        format=part.format,
        nullable_only=part.nullable_only,
    )
    return part == bare


def _without_parts(schema: Schema) -> Schema:
    """The schema without what `allOf` and `$ref` add to it."""
    return replace(schema, all_of=(), ref=None)


def _without_enum(schema: Schema) -> Schema:
    return replace(schema, enum=None)


def _only_requires(schema: Schema) -> bool:
    return bool(schema.required) and not schema.properties and _says_nothing(schema)


def _implied_kinds(schema: Schema) -> list[str]:
    if schema.properties or isinstance(schema.additional, (Schema, Ref)):
        return ["object"]
    if schema.items is not None or schema.prefix_items:
        return ["array"]
    if schema.format in ("binary", "date-time", "date", "uuid", "uri", "email", "byte"):
        return ["string"]
    return []


def _as_declared(values: tuple[JSON, ...], schema: Schema) -> tuple[JSON, ...]:
    """The values of an enum, in the one type that is declared: YAML takes `1` and `true` for other than text."""
    kinds = [kind for kind in schema.types if kind != "null"]
    if kinds == ["string"]:
        return tuple(json.dumps(each) if isinstance(each, (bool, int, float)) else each for each in values)
    if kinds == ["integer"] and all(isinstance(each, str) and _WHOLE.fullmatch(each) for each in values):
        return tuple(int(each) for each in values if isinstance(each, str))
    return values


_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


def _is_raw(content_media_type: str | None) -> bool:
    return content_media_type is not None and not content_media_type.startswith(("text/", "application/json"))


def _called(schema: Schema) -> str | None:
    """The name for a property in Python that its author gives."""
    said: JSON = schema.extensions.get("x-stainless-naming")
    for key in ("python", "property_name"):
        said = cast("dict[str, JSON]", said).get(key) if isinstance(said, dict) else None
    return said if isinstance(said, str) and said else None


def _constant(value: JSON) -> Type:
    if value is None:
        return Null()
    if isinstance(value, (dict, list)):
        return Unknown()
    return Constant(value)


def _nullable(type: Type, null: bool) -> Type:
    if not null or isinstance(type, (Null, Unknown)):
        return type
    return _union([type, Null()])


def _flattened(variants: Iterable[Type]) -> list[Type]:
    flat: list[Type] = []
    for variant in variants:
        if isinstance(variant, Union):
            flat.extend(variant.variants)
        else:
            flat.append(variant)
    return flat


def _union(types: Iterable[Type]) -> Type:
    """One of these types, without repetitions; literals of several branches become one enum."""
    flat = _flattened(types)
    if any(isinstance(each, Unknown) for each in flat):
        return Unknown()
    distinct: list[Type] = []
    literals: list[str | int | float | bool] = []
    place = -1
    for each in flat:
        if isinstance(each, (Constant, Enum)):
            values = each.values if isinstance(each, Enum) else (cast("str | int | float | bool", each.value),)
            if place < 0:
                place = len(distinct)
                distinct.append(each)
            literals += [v for v in values if not any(type(v) is type(old) and v == old for old in literals)]
        elif each not in distinct:
            distinct.append(each)
    if literals:
        distinct[place] = Constant(literals[0]) if len(literals) == 1 else Enum(tuple(literals))
    nulls = [each for each in distinct if isinstance(each, Null)]
    ordered = [each for each in distinct if not isinstance(each, Null)] + nulls[:1]
    return ordered[0] if len(ordered) == 1 else Union(tuple(ordered))


def _hinted(type: Type, schema: Schema) -> Type:
    """A union with the property the document says tells its variants apart; `tags` finds out whether it does."""
    if not isinstance(type, Union) or schema.discriminator is None:
        return type
    return Union(type.variants, Discriminator(schema.discriminator, ()))


def _joined(objects: list[Object], title: str | None, docs: str | None, origin: Origin | None) -> Object:
    """One object with the properties of all; the last one to describe a property wins, any one may require it."""
    properties: dict[str, Property] = {}
    additional: Type | None = None
    for each in objects:
        for own in each.properties:
            known = properties.get(own.name)
            properties[own.name] = own if known is None else _narrowed(known, own)
        additional = each.additional or additional
    return Object(tuple(properties.values()), additional, title, docs, origin)


def _requiring(type: Type, required: frozenset[str]) -> Type:
    """The type with these properties required: they may be declared in another part than the one that says so."""
    if not isinstance(type, Object) or not required:
        return type
    properties = (replace(each, required=True) if each.name in required else each for each in type.properties)
    return replace(type, properties=tuple(properties))


def _narrowed(known: Property, own: Property) -> Property:
    type = known.type if isinstance(own.type, Unknown) else own.type
    return replace(own, type=type, required=known.required or own.required, docs=own.docs or known.docs)


def _kind(type: Type) -> str:
    plain, _ = without_null(type)
    match plain:
        case Primitive(kind):
            return "number" if kind == "integer" else kind
        case Constant(value):
            return "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
        case Enum(values):
            return _kind(Constant(values[0]))
        case _:
            return plain.__class__.__name__
