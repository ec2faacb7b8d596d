"""Values for schemas: those the document gives as examples where they fit, else made up; the same for the same seed.

What is made is looked at by the checker, and made again in a plainer way where it does not fit, so that an invalid
value means that the schema cannot be met, or not within bounds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, cast

from ..document import JSON
from .checking import Checker
from .patterns import text_for
from .scalars import number_for, says_no, tells_of_trouble, text_of
from .schemas import Schema, Schemas
from .shapes import Shape, Shapes

__all__ = ["Sampler"]

_DEEPEST: Final = 40
_MOST_OPTIONAL: Final = 250
_MOST_NODES: Final = 5_000
_MOST_TRIES: Final = 1_000
_LARGEST_LIST: Final = 300


@dataclass(frozen=True, slots=True)
class _Way:
    """How a value is made. The plainer ones leave more out; `turn` begins with another member of each union."""

    optional_depth: int
    turn: int = 0


_WAYS: Final = (_Way(3), _Way(1), _Way(0), *(_Way(0, turn) for turn in range(1, 6)))


class Sampler:
    """Makes values for the schemas of one document; not for several threads at a time."""

    def __init__(self, schemas: Schemas, shapes: Shapes, checker: Checker) -> None:
        self._schemas = schemas
        self._shapes = shapes
        self._checker = checker
        self._chance = random.Random(0)
        self._way = _WAYS[0]
        self._nodes = 0
        self._good_ways: dict[int, tuple[_Way, Schema]] = {}
        self._examples: dict[int, tuple[tuple[JSON, ...], Schema]] = {}
        self._members: dict[int, tuple[int, Shape]] = {}

    def value(self, schema: Schema, seed: str) -> JSON:
        """A value for a schema."""
        known = self._good_ways.get(id(schema))
        if known is not None:
            return self._made(schema, seed, known[0])
        self._checker.renew()
        first: JSON = None
        for number, way in enumerate(_WAYS):
            value = self._made(schema, seed, way)
            if number == 0:
                first = value
            if self._checker.fits(value, schema):
                self._good_ways[id(schema)] = (way, schema)
                return value
        self._good_ways[id(schema)] = (_WAYS[0], schema)
        return first

    def plain(self, schema: Schema, seed: str) -> JSON:
        """A value with no more in it than has to be."""
        return self._made(schema, seed, _Way(0))

    def _made(self, schema: Schema, seed: str, way: _Way) -> JSON:
        self._chance = random.Random(seed)
        self._way = way
        self._nodes = 0
        return self._value(schema, "", 0, frozenset(), 0)

    def _value(self, schema: Schema, name: str, depth: int, active: frozenset[str], index: int) -> JSON:
        """`name` is the property the value is for, `index` its place in a list, `active` what is being made above."""
        self._nodes += 1
        shape = self._shapes.of(schema)
        if tells_of_trouble(name) and "null" in self._shapes.types(schema):
            return None
        given = self._given(schema, shape)
        if given:
            return given[index % len(given) if "enum" in shape.facts and "const" not in shape.facts else 0]
        if depth > _DEEPEST or self._nodes > _MOST_NODES:
            return _end(shape)
        return self._of_shape(shape, name, depth, active | shape.references)

    def _given(self, schema: Schema, shape: Shape) -> tuple[JSON, ...]:
        """The values the document names itself, as far as they fit."""
        known = self._examples.get(id(schema))
        if known is None:
            facts = shape.facts
            if "const" in facts:
                values = [facts["const"]]
            elif "enum" in facts:
                values = [each for each in facts["enum"][:50] if each is not None] or [None]
            else:
                values = [each for each in facts.get("examples", ())[:5] if each is not None]
                if facts.get("default") is not None:
                    values.append(facts["default"])
            fitting = tuple(each for each in values if isinstance(schema, bool) or self._checker.fits(each, schema))
            known = self._examples[id(schema)] = (fitting, schema)
        return known[0]

    def _of_shape(self, shape: Shape, name: str, depth: int, active: frozenset[str]) -> JSON:
        if shape.unions:
            return self._of_union(shape, name, depth, active)
        kind = self._kind(shape)
        match kind:
            case "object":
                return self._object(shape, depth, active)
            case "array":
                return self._list(shape, name, depth, active)
            case "integer" | "number":
                return number_for(shape, name, self._chance, whole=kind == "integer")
            case "boolean":
                return not says_no(name)
            case "null":
                return None
            case _:
                return text_of(shape, name, self._chance)

    def _kind(self, shape: Shape) -> str:
        if shape.types:
            return next((each for each in shape.types if each != "null"), "null")
        facts = shape.facts
        if shape.properties or shape.required or shape.additional is not None or "minProperties" in facts:
            return "object"
        if shape.items is not None or shape.prefix or "minItems" in facts:
            return "array"
        if any(each in facts for each in ("minimum", "maximum", "multipleOf", "exclusiveMinimum")):
            return "number"
        return "string"

    def _of_union(self, shape: Shape, name: str, depth: int, active: frozenset[str]) -> JSON:
        union = shape.unions[0]
        known = self._members.get(id(shape))
        if known is not None:
            return self._member(shape, known[0], name, depth, active)
        order = self._order(shape, active)
        first: JSON = None
        for place, number in enumerate(order[:12]):
            value = self._member(shape, number, name, depth, active)
            if not union.exclusive or len(union.members) == 1 or self._nodes > _MOST_TRIES:
                return value if place == 0 else first
            fitting = sum(self._checker.fits(value, member) for member in union.members)
            if fitting == 1:
                if self._way.turn == 0 and not active & self._recursive(shape):
                    self._members[id(shape)] = (number, shape)
                return value
            if place == 0:
                first = value
        return first

    def _member(self, shape: Shape, number: int, name: str, depth: int, active: frozenset[str]) -> JSON:
        self._nodes += 1
        chosen = self._shapes.chosen(shape, number)
        below = active | chosen.references
        member = shape.unions[0].members[number]
        if not chosen.unions and len(shape.unions) == 1 and not shape.properties:
            given = self._given(member, self._shapes.of(member))
            if given:
                return given[0]
        if depth > _DEEPEST or self._nodes > _MOST_NODES:
            return _end(chosen)
        facts = chosen.facts
        for value in [facts["const"]] if "const" in facts else facts.get("enum", ())[:1]:
            return cast(JSON, value)
        return self._of_shape(chosen, name, depth + 1, below)

    def _order(self, shape: Shape, active: frozenset[str]) -> list[int]:
        """Members in the order they are tried: those in a circle last, null before them."""
        members = shape.unions[0].members
        order = sorted(range(len(members)), key=lambda number: self._rank(shape, members[number], active))
        turn = self._way.turn % len(order)
        return [*order[turn:], *order[:turn]]

    def _rank(self, shape: Shape, member: Schema, active: frozenset[str]) -> int:
        own = self._shapes.of(member)
        if own.never or not any(shape.allows(kind) for kind in self._shapes.types(member)):
            return 9
        if own.references & active:
            return 4
        if own.types == ("null",) or own.facts.get("const", 0) is None:
            return 2
        return 1 if own.facts.get("deprecated") else 0

    def _recursive(self, shape: Shape) -> frozenset[str]:
        return frozenset[str]().union(*(self._shapes.of(each).references for each in shape.unions[0].members))

    # --- objects and lists ---

    def _object(self, shape: Shape, depth: int, active: frozenset[str]) -> JSON:
        facts = shape.facts
        most = facts.get("maxProperties", 10_000)
        found: dict[str, JSON] = {}
        for name in self._names(shape, depth, active):
            if len(found) >= most and name not in shape.required:
                continue
            part = shape.properties.get(name)
            if part is None:
                part = shape.additional if isinstance(shape.additional, dict) else True
            found[name] = self._value(part, name, depth + 1, active, 0)
        least = facts.get("minProperties", 0)
        wanted = max(least, 1 if not shape.properties and depth <= self._way.optional_depth else 0)
        for number in range(min(wanted - len(found), _LARGEST_LIST)):
            self._add_entry(found, shape, number, depth, active)
        return found

    def _names(self, shape: Shape, depth: int, active: frozenset[str]) -> list[str]:
        """The properties to fill in, in the order of the document."""
        required = set(shape.required)
        generous = depth < self._way.optional_depth and self._nodes < _MOST_OPTIONAL
        fewest = shape.facts.get("minProperties", 0)
        found: list[str] = []
        for name, part in shape.properties.items():
            if name in required:
                found.append(name)
                continue
            own = self._shapes.of(part)
            skipped = own.never or tells_of_trouble(name) or own.facts.get("writeOnly") or own.facts.get("deprecated")
            circular = bool(own.references & active) or self._leads_into(own, active)
            if (generous and not skipped and not circular) or (len(found) < fewest and not own.never):
                found.append(name)
        return [*found, *(name for name in shape.required if name not in shape.properties)]

    def _leads_into(self, shape: Shape, active: frozenset[str]) -> bool:
        """Whether the items of a list, or all members of a union, are being made already."""
        if shape.items is not None and self._shapes.of(shape.items).references & active:
            return True
        members = [self._shapes.of(each) for union in shape.unions for each in union.members]
        return bool(members) and all(each.references & active for each in members)

    def _add_entry(self, found: dict[str, JSON], shape: Shape, number: int, depth: int, active: frozenset[str]) -> None:
        """An entry of an object whose names are free."""
        patterns = cast("dict[str, Schema]", shape.facts.get("patternProperties") or {})
        part: Schema = True if shape.additional is None else shape.additional
        names = shape.facts.get("propertyNames")
        name: JSON = f"key{number + 1}" if number else "key"
        if patterns:
            pattern, part = next(iter(patterns.items()))
            name = text_for(pattern, self._chance)
        elif isinstance(names, dict):
            name = self._value(cast(Schema, names), "key", depth + 1, active, number)
        elif shape.additional is None and self._way.optional_depth == 0 and not shape.facts.get("minProperties"):
            return
        if isinstance(name, str) and part is not False and name not in found:
            if self._shapes.of(part).references & active:
                return
            found[name] = self._value(part, name, depth + 1, active, 0)

    def _list(self, shape: Shape, name: str, depth: int, active: frozenset[str]) -> JSON:
        facts = shape.facts
        least, most = facts.get("minItems", 0), facts.get("maxItems", _LARGEST_LIST)
        items: Schema = True if shape.items is None else shape.items
        circular = bool(self._shapes.of(items).references & active) or items is False
        wanted = max(least, len(shape.prefix) or (0 if circular or depth > self._way.optional_depth + 1 else 1))
        found: list[JSON] = []
        for index in range(min(wanted, max(least, most), _LARGEST_LIST)):
            part = shape.prefix[index] if index < len(shape.prefix) else items
            value = self._value(part, name.removesuffix("s"), depth + 1, active, index)
            for _ in range(20 if facts.get("uniqueItems") else 0):
                if value not in found:
                    break
                value = self._value(part, name, depth + 1, active, index)
            found.append(value)
        contained = facts.get("contains")
        if isinstance(contained, dict) and found:
            found[0] = self._value(cast(Schema, contained), name, depth + 1, active, 0)
        return found


def _end(shape: Shape) -> JSON:
    """What stands where a value is too deep to be made."""
    if shape.allows("null"):
        return None
    if shape.allows("object"):
        return {}
    return [] if shape.allows("array") else ""
