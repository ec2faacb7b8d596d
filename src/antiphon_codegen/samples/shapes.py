"""What a schema amounts to: its references followed, what `allOf` joins merged. Unions stay lists of members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from .schemas import Schema, Schemas

__all__ = ["Shape", "Shapes", "Union"]

_MOST_PARTS: Final = 400
_LARGER_COUNTS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SMALLER_COUNTS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SCALARS: Final = ("object", "array", "string", "number", "integer", "boolean", "null")


@dataclass(frozen=True, slots=True)
class Union:
    """An `anyOf` or `oneOf`."""

    members: tuple[Schema, ...]
    exclusive: bool
    tag: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """One level of a schema."""

    types: tuple[str, ...] | None = None
    """In the order of the document; None where it names none."""
    never: bool = False
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """Every other keyword that is about this level alone: limits, format, const, enum, default, examples."""
    properties: dict[str, Schema] = field(default_factory=dict[str, Schema])
    required: tuple[str, ...] = ()
    additional: Schema | None = None
    items: Schema | None = None
    prefix: tuple[Schema, ...] = ()
    unions: tuple[Union, ...] = ()
    references: frozenset[str] = frozenset()
    """The references that were followed: meeting one of them again below is a circle."""

    def allows(self, kind: str) -> bool:
        """Whether values of a JSON type are possible, as far as the type alone says."""
        if self.types is None:
            return True
        return kind in self.types or (kind == "integer" and "number" in self.types)


class Shapes:
    """The shapes of a document's schemas, each found once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        # What an identity stands for is kept beside the result, so that it is not given to something else.
        self._known: dict[int, tuple[Shape, Schema]] = {}
        self._chosen: dict[tuple[int, int], tuple[Shape, Shape]] = {}
        self._types_known: dict[int, tuple[frozenset[str], Schema]] = {}

    def of(self, schema: Schema) -> Shape:
        if isinstance(schema, bool):
            return Shape(never=not schema)
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = (self._flattened(schema), schema)
        return known[0]

    def chosen(self, shape: Shape, number: int) -> Shape:
        """The shape with its first union settled on one of the members."""
        key = (id(shape), number)
        known = self._chosen.get(key)
        if known is None:
            union = shape.unions[0]
            member = union.members[number]
            found = join(replace(shape, unions=shape.unions[1:]), self.of(member))
            if union.tag is not None and isinstance(member, dict):
                found = self._tagged(found, union, member)
            known = self._chosen[key] = (found, shape)
        return known[0]

    def _tagged(self, shape: Shape, union: Union, member: dict[str, Any]) -> Shape:
        """With the property that tells members apart saying which one it is, if the member does not say it itself."""
        tag, uri = cast(str, union.tag), member.get("$ref")
        facts = self.of(shape.properties.get(tag, True)).facts
        name = next((name for name, target in union.mapping if target == uri), None)
        if uri is None or "const" in facts or (name is None and "enum" in facts):
            return shape
        told: Schema = {"const": self._schemas.name(uri) if name is None else name}
        properties = {
            **shape.properties,
            tag: {"allOf": [told, shape.properties[tag]]} if tag in shape.properties else told,
        }
        return replace(shape, properties=properties, required=tuple(dict.fromkeys((*shape.required, tag))))

    def types(self, schema: Schema) -> frozenset[str]:
        """The JSON types values can have, through unions; all of them where nothing is said."""
        known = self._types_known.get(id(schema))
        if known is None:
            known = self._types_known[id(schema)] = (self._types(schema, 0), schema)
        return known[0]

    def _types(self, schema: Schema, depth: int) -> frozenset[str]:
        shape = self.of(schema)
        if shape.never:
            return frozenset()
        found = frozenset(shape.types if shape.types is not None else _implied(shape) or _SCALARS)
        for union in shape.unions if depth < 8 else ():
            found &= frozenset[str]().union(*(self._types(each, depth + 1) for each in union.members[:100]))
        return found

    def properties(self, schema: Schema, depth: int = 0) -> dict[str, Schema]:
        """Every property an object can have, those of all union members included."""
        shape = self.of(schema)
        found = dict(shape.properties)
        for union in shape.unions if depth < 6 else ():
            for member in union.members[:100]:
                for name, each in self.properties(member, depth + 1).items():
                    found.setdefault(name, each)
        return found

    def _flattened(self, schema: dict[str, Any]) -> Shape:
        total: Shape | None = None
        waiting: list[Schema] = [schema]
        followed: set[str] = set()
        for _ in range(_MOST_PARTS):
            if not waiting:
                break
            part = waiting.pop()
            if isinstance(part, bool):
                own = Shape(never=not part)
            else:
                own = _own(part)
                waiting.extend(reversed(cast("list[Schema]", part.get("allOf", ()))))
                uri = part.get("$ref")
                if uri is not None and uri not in followed:
                    followed.add(uri)
                    waiting.append(self._schemas[uri])
            total = own if total is None else join(total, own)
        return replace(total or Shape(), references=frozenset(followed))


def _own(schema: dict[str, Any]) -> Shape:
    named = schema.get("type")
    unions: list[Union] = []
    discriminator = cast("dict[str, Any]", schema.get("discriminator") or {})
    for keyword in ("anyOf", "oneOf"):
        members = schema.get(keyword)
        if members:
            mapping = tuple(cast("dict[str, str]", discriminator.get("mapping", {})).items())
            unions.append(Union(tuple(members), keyword == "oneOf", discriminator.get("propertyName"), mapping))
    return Shape(
        types=None if named is None else (named,) if isinstance(named, str) else tuple(named),
        facts={key: each for key, each in schema.items() if key not in _STRUCTURE},
        properties=schema.get("properties") or {},
        required=tuple(dict.fromkeys(schema.get("required") or ())),
        additional=schema.get("additionalProperties"),
        items=schema.get("items"),
        prefix=tuple(schema.get("prefixItems") or ()),
        unions=tuple(unions),
    )


_STRUCTURE: Final = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "prefixItems"),
        *("allOf", "anyOf", "oneOf", "$ref", "discriminator"),
    }
)


def join(first: Shape, second: Shape) -> Shape:
    """What holds of values that have both shapes; the annotations of the first win."""
    types, never = _joined_types(first.types, second.types)
    properties = dict(first.properties)
    for name, each in second.properties.items():
        properties[name] = {"allOf": [properties[name], each]} if name in properties else each
    return Shape(
        types=types,
        never=never or first.never or second.never,
        facts=_joined_facts(first.facts, second.facts),
        properties=properties,
        required=tuple(dict.fromkeys((*first.required, *second.required))),
        additional=_both(first.additional, second.additional),
        items=_both(first.items, second.items),
        prefix=max(first.prefix, second.prefix, key=len),
        unions=(*first.unions, *second.unions),
        references=first.references | second.references,
    )


def _joined_types(first: tuple[str, ...] | None, second: tuple[str, ...] | None) -> tuple[tuple[str, ...] | None, bool]:
    if first is None or second is None:
        return (second if first is None else first), False
    kept = [each for each in first if each in second or (each == "integer" and "number" in second)]
    if "number" in first and "integer" in second:
        kept.append("integer")
    return tuple(dict.fromkeys(kept)), not kept


def _joined_facts(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    facts = {**second, **first}
    for name in _LARGER_COUNTS:
        if name in first and name in second:
            facts[name] = max(first[name], second[name])
    for name in _SMALLER_COUNTS:
        if name in first and name in second:
            facts[name] = min(first[name], second[name])
    if "enum" in first and "enum" in second:
        facts["enum"] = [each for each in first["enum"] if each in second["enum"]] or first["enum"]
    if "examples" in first and "examples" in second:
        facts["examples"] = [*first["examples"], *second["examples"]]
    return facts


def _both(first: Schema | None, second: Schema | None) -> Schema | None:
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, bool) or isinstance(second, bool):
        return second if first is True else first if second is True else False
    return {"allOf": [first, second]}


def _implied(shape: Shape) -> Iterable[str]:
    """The type a schema means that names none."""
    facts = shape.facts
    if "const" in facts or "enum" in facts:
        values: list[Any] = [facts["const"]] if "const" in facts else facts["enum"]
        return dict.fromkeys(_type_of(each) for each in values)
    if shape.properties or shape.additional is not None or shape.required:
        return ("object",)
    if shape.items is not None or shape.prefix:
        return ("array",)
    if "pattern" in facts or "minLength" in facts or "maxLength" in facts:
        return ("string",)
    if "minimum" in facts or "maximum" in facts or "multipleOf" in facts:
        return ("number",)
    return ()


def _type_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
