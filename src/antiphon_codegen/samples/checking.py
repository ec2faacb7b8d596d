"""Whether a value has the shape a schema asks for, and if not, what is wrong where.

The single keywords are those of the jsonschema package; how schemas are made of schemas is done here, because documents
are hostile: work is counted, circles end, and of a union that nothing fits the member that was meant is told apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, Literal, TypeAlias, cast

from jsonschema import Draft202012Validator

from .formats import has_format
from .patterns import matches
from .schemas import Schema, Schemas
from .telling import listed, shown, told, unique
from .values import as_list, as_object

__all__ = ["Checker", "Violation"]

Path: TypeAlias = "tuple[str | int, ...]"

_MOST_STEPS: Final[Mapping[str, int]] = {"request": 100_000, "answer": 20_000}
_MOST_VIOLATIONS: Final = 20
_LEAVES: Final = (
    *("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("dependentRequired", "unevaluatedProperties", "unevaluatedItems"),
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a value."""

    path: Path
    rule: str
    """The keyword that is broken."""
    message: str


class _TooMuchWork(Exception):
    pass


class Checker:
    """Checks values against the schemas of one document; not for several threads at a time.

    A request's `readOnly` properties may be missing though they are required, in an answer those that are `writeOnly`.
    `oneOf` is taken as `anyOf` in requests: many documents write it where members overlap.
    """

    def __init__(self, schemas: Schemas, direction: Literal["request", "answer"]) -> None:
        self._schemas = schemas
        self._absent: Final = "readOnly" if direction == "request" else "writeOnly"
        self._exactly_one: Final = direction == "answer"
        self._steps = 0
        self._most_steps: Final = _MOST_STEPS[direction]
        self._most = _MOST_VIOLATIONS
        self._hopeless: dict[int, Schema] = {}
        self._active: set[tuple[str, int]] = set()
        self._validator: Any = cast(Any, Draft202012Validator)({}, registry=schemas.registry())
        leaves = cast("Mapping[str, Any]", cast(Any, Draft202012Validator).VALIDATORS)
        self._leaves = {name: leaves[name] for name in _LEAVES}
        self._composed: Mapping[str, Callable[[Any, Any, dict[str, Any], Path], Iterator[Violation]]] = {
            "type": self._type,
            "const": self._const,
            "enum": self._enum,
            "$ref": self._reference,
            "allOf": self._all_of,
            "anyOf": self._any_of,
            "oneOf": self._one_of,
            "not": self._not,
            "if": self._if,
            "properties": self._properties,
            "patternProperties": self._pattern_properties,
            "additionalProperties": self._additional_properties,
            "propertyNames": self._property_names,
            "required": self._required,
            "dependentSchemas": self._dependent_schemas,
            "items": self._items,
            "prefixItems": self._prefix_items,
            "contains": self._contains,
            "uniqueItems": self._unique_items,
            "pattern": self._pattern,
            "format": self._format,
        }

    def renew(self) -> None:
        """Begin a new request or answer, with all the work before it that one may take."""
        self._steps = 0

    def violations(self, value: object, schema: Schema) -> list[Violation]:
        """What is wrong with a value; nothing when that cannot be told with the work that is left."""
        return self._violations(value, schema, _MOST_VIOLATIONS)

    def fits(self, value: object, schema: Schema) -> bool:
        return not self._violations(value, schema, 1)

    def _violations(self, value: object, schema: Schema, most: int) -> list[Violation]:
        if id(schema) in self._hopeless:
            return []
        self._active.clear()
        self._most = most
        try:
            return self._check(value, schema, ())
        except _TooMuchWork:
            if self._exactly_one:  # answers are small: it is the schema that takes so much, and would again
                self._hopeless[id(schema)] = schema
            return []
        except RecursionError:
            return [Violation((), "depth", "is nested too deeply")]

    def _check(self, value: Any, schema: Schema, path: Path) -> list[Violation]:
        if isinstance(schema, bool):
            return [] if schema else [Violation(path, "false", "is not allowed here")]
        self._steps += 1
        if self._steps > self._most_steps:
            raise _TooMuchWork
        found: list[Violation] = []
        for keyword, argument in schema.items():
            composed = self._composed.get(keyword)
            if composed is not None:
                # No more are asked for than are kept: at each level above they would be gone through once more.
                found.extend(islice(composed(value, argument, schema, path), self._most - len(found)))
            elif keyword in self._leaves:
                validator = self._validator
                if keyword.startswith("unevaluated"):
                    validator = validator.evolve(schema=schema)
                for error in self._leaves[keyword](validator, argument, value, schema) or ():
                    found.append(Violation(path, keyword, told(keyword, argument, value, str(error.message))))
            if len(found) >= self._most:
                break
        return found

    # --- values as a whole: not by the package, which puts the whole value into each message ---

    def _type(self, value: Any, names: Any, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if not any(_is_type(value, name) for name in (as_list(names) or [names])):
            yield Violation(path, "type", told("type", names, value, ""))

    def _const(self, value: Any, wanted: Any, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if not _same(value, wanted):
            yield Violation(path, "const", told("const", wanted, value, ""))

    def _enum(self, value: Any, allowed: list[Any], schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if not any(_same(value, each) for each in allowed):
            yield Violation(path, "enum", told("enum", allowed, value, ""))

    # --- schemas made of schemas ---

    def _reference(self, value: Any, uri: str, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        mark = (uri, id(value))
        if mark in self._active:
            return  # a circle: nothing new is asked of this value
        self._active.add(mark)
        found = self._check(value, self._schemas[uri], path)
        self._active.discard(mark)
        yield from found

    def _all_of(self, value: Any, parts: list[Schema], schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        for part in parts:
            yield from self._check(value, part, path)

    def _any_of(self, value: Any, members: list[Schema], schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        failures: list[list[Violation]] = []
        for member in members:
            found = self._check(value, member, path)
            if not found:
                return
            failures.append(found)
        yield from self._meant(value, members, failures, schema, path)

    def _one_of(self, value: Any, members: list[Schema], schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if not self._exactly_one:
            yield from self._any_of(value, members, schema, path)
            return
        failures: list[list[Violation]] = []
        fitting = 0
        for member in members:
            found = self._check(value, member, path)
            failures.append(found)
            fitting += not found
            if fitting > 1:
                yield Violation(path, "oneOf", "fits more than one of the forms it may have, and has to fit just one")
                return
        if not fitting:
            yield from self._meant(value, members, failures, schema, path)

    def _meant(
        self, value: Any, members: list[Schema], failures: list[list[Violation]], schema: dict[str, Any], path: Path
    ) -> Iterator[Violation]:
        """What is wrong with a value that fits no member: that of the one that was meant, where it can be told."""
        near = [found for found in failures if not any(_tells_apart(each, path) for each in found)]
        if len(near) == 1:
            yield from near[0]
            return
        tags = sorted({each.path[-1] for found in failures for each in found if _is_tag(each, path)}, key=str)
        if not near and tags:
            tag = str(tags[0])
            tagged = [each for found in failures for each in found if _is_tag(each, path)]
            allowed = unique(each.message.rpartition(" is not ")[2] for each in tagged)
            said = shown(as_object(value).get(tag))
            yield Violation((*path, tag), "enum", f"{said} is not one of {listed(allowed)}")
            return
        named = unique(self._name(member) for member in members)
        reasons = unique(each.message for found in (near or failures) for each in found[:1])
        yield Violation(
            path,
            "anyOf",
            f"{shown(value)} fits none of the forms it may have ({listed(named)}): {'; '.join(reasons[:4])}",
        )

    def _name(self, member: Schema) -> str:
        if isinstance(member, bool):
            return "anything" if member else "nothing"
        if "$ref" in member:
            return self._schemas.name(member["$ref"])
        kind = member.get("title") or member.get("type") or ("a constant" if "const" in member else "a schema")
        return " or ".join(as_list(kind)) or str(kind)

    def _not(self, value: Any, part: Schema, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if not self._check(value, part, path):
            yield Violation(path, "not", f"{shown(value)} is not allowed here")

    def _if(self, value: Any, part: Schema, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        yield from self._check(value, schema.get("else" if self._check(value, part, path) else "then", True), path)

    # --- objects ---

    def _properties(
        self, value: Any, properties: dict[str, Schema], schema: dict[str, Any], path: Path
    ) -> Iterator[Violation]:
        for name, each in as_object(value).items():
            if name in properties:
                yield from self._check(each, properties[name], (*path, name))

    def _pattern_properties(
        self, value: Any, patterns: dict[str, Schema], schema: dict[str, Any], path: Path
    ) -> Iterator[Violation]:
        for name, each in as_object(value).items():
            for pattern, part in patterns.items():
                if matches(pattern, name):
                    yield from self._check(each, part, (*path, name))

    def _additional_properties(
        self, value: Any, part: Schema, schema: dict[str, Any], path: Path
    ) -> Iterator[Violation]:
        known = as_object(schema.get("properties"))
        patterns = as_object(schema.get("patternProperties"))
        for name, each in as_object(value).items():
            if name in known or any(matches(pattern, name) for pattern in patterns):
                continue
            if part is False:
                near = get_close_matches(name[:100], list(known)[:500], 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                yield Violation((*path, name), "additionalProperties", f"is an unknown property{hint}")
            else:
                yield from self._check(each, part, (*path, name))

    def _property_names(self, value: Any, part: Schema, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        for name in as_object(value):
            for each in self._check(name, part, (*path, name)):
                yield Violation(each.path, "propertyNames", f"is no allowed name of a property: {each.message}")

    def _required(self, value: Any, names: list[str], schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if not isinstance(value, dict):
            return
        for name in names:
            if name not in value and not self._may_be_absent(as_object(schema.get("properties")).get(name, True)):
                yield Violation((*path, name), "required", "is required")

    def _may_be_absent(self, part: Schema) -> bool:
        for _ in range(10):
            if isinstance(part, bool):
                return False
            if part.get(self._absent):
                return True
            if "$ref" not in part:
                return False
            part = self._schemas[part["$ref"]]
        return False

    def _dependent_schemas(
        self, value: Any, parts: dict[str, Schema], schema: dict[str, Any], path: Path
    ) -> Iterator[Violation]:
        for name, part in parts.items():
            if isinstance(value, dict) and name in value:
                yield from self._check(value, part, path)

    # --- lists and texts ---

    def _items(self, value: Any, part: Schema, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        start = len(as_list(schema.get("prefixItems")))
        for index, each in enumerate(as_list(value)[start:], start):
            found = self._check(each, part, (*path, index))
            if found:
                yield from found
                return  # the first bad one of a thousand is enough to say

    def _prefix_items(self, value: Any, parts: list[Schema], schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        for index, (each, part) in enumerate(zip(as_list(value), parts, strict=False)):
            yield from self._check(each, part, (*path, index))

    def _contains(self, value: Any, part: Schema, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        items = as_list(value)
        if isinstance(value, list):
            held = sum(not self._check(each, part, path) for each in items)
            least, most = schema.get("minContains", 1), schema.get("maxContains")
            if held < least or (most is not None and held > most):
                yield Violation(path, "contains", f"has {held} items of a kind of which it needs at least {least}")

    def _unique_items(self, value: Any, wanted: bool, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        seen: set[str] = set()
        for index, each in enumerate(as_list(value) if wanted else ()):
            mark = json.dumps(each, sort_keys=True, default=str)
            if mark in seen:
                yield Violation((*path, index), "uniqueItems", f"{shown(each)} occurs more than once")
                return
            seen.add(mark)

    def _pattern(self, value: Any, pattern: str, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if isinstance(value, str) and not matches(pattern, value):
            yield Violation(path, "pattern", f"{shown(value)} does not match the pattern {pattern[:200]}")

    def _format(self, value: Any, name: str, schema: dict[str, Any], path: Path) -> Iterator[Violation]:
        if not has_format(value, name):
            yield Violation(path, "format", f"{shown(value)} has not the format {name[:50]!r}")


def _tells_apart(violation: Violation, path: Path) -> bool:
    """Whether it shows that another member was meant: the wrong type of the whole, or another tag."""
    return (violation.path == path and violation.rule in ("type", "const", "enum", "false")) or _is_tag(violation, path)


def _is_tag(violation: Violation, path: Path) -> bool:
    """Whether a property of the value itself has a constant that is another one: that is how unions are tagged."""
    return len(violation.path) == len(path) + 1 and violation.rule == "const"


def _is_type(value: object, name: str) -> bool:
    match value:
        case None:
            return name == "null"
        case bool():
            return name == "boolean"
        case int():
            return name in ("integer", "number")
        case float():
            return name == "number" or (name == "integer" and value.is_integer())
        case str():
            return name == "string"
        case list():
            return name == "array"
        case _:
            return name == "object"


def _same(first: object, second: object) -> bool:
    """Whether two values are the same in JSON, where 1 is 1.0 but not true."""
    items, others = as_list(first), as_list(second)
    if items and others:
        return len(items) == len(others) and all(map(_same, items, others))
    entries, opposites = as_object(first), as_object(second)
    if entries and opposites:
        return entries.keys() == opposites.keys() and all(
            _same(each, opposites[name]) for name, each in entries.items()
        )
    return first == second and isinstance(first, bool) == isinstance(second, bool)
