"""The schemas of a document in the form of JSON Schema 2020-12, each turned into it when it is first needed.

OpenAPI 3.0 is rewritten to what 3.1 means by the same; a keyword of the wrong shape is left out. A reference becomes
`schema:N`, which `Schemas` finds again: nothing is inlined, so circles cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, cast

from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from ..document import JSON
from ..problems import Problems
from ..spec.reader import Node
from ..spec.resolve import Library

__all__ = ["Schema", "Schemas"]

Schema: TypeAlias = "dict[str, Any] | bool"

_DEEPEST: Final = 150
_TYPES: Final = ("null", "boolean", "object", "array", "number", "integer", "string")


class Schemas:
    """Every schema of a document and of the files it refers to."""

    def __init__(self, library: Library, problems: Problems) -> None:
        self._library = library
        self._problems = problems
        self._uris: dict[tuple[str, str], str] = {}
        self._places: list[tuple[str, str]] = []  # file and pointer, by the number of the reference
        self._found: dict[str, Schema] = {}
        self._converted: dict[tuple[int, str], Schema] = {}

    def of(self, node: Node) -> Schema:
        """The schema at a place of the document."""
        return self._convert(node.value, node.file, 0)

    def __getitem__(self, uri: str) -> Schema:
        """The schema a reference leads to; one that leads nowhere allows anything."""
        found = self._found.get(uri)
        if found is None:
            number = uri.removeprefix("schema:")
            if not number.isdigit() or int(number) >= len(self._places):
                return True
            file, pointer = self._places[int(number)]
            found = self._found[uri] = self._convert(self._value(file, pointer), file, 0)
        return found

    def name(self, uri: str) -> str:
        """What the document calls the schema behind a reference."""
        number = uri.removeprefix("schema:")
        return self._places[int(number)][1].rpartition("/")[2] if number.isdigit() else uri

    def registry(self) -> Any:
        """For validators of the jsonschema package, which follow references by themselves."""

        def retrieve(uri: str) -> Any:
            return Resource.from_contents(self[uri], default_specification=DRAFT202012)

        return cast(Any, Registry)(retrieve=retrieve)

    def reference(self, target: str, file: str) -> str | None:
        """The URI for the text of a `$ref` in a file."""
        known = self._uris.get((file, target))
        if known is None:
            path, _, pointer = target.partition("#")
            name = self._library.name_for(path, file) if path else file
            if name is None or self._library.document(name) is None:
                return None
            known = self._uris.get((name, "#" + pointer))
            if known is None:
                known = f"schema:{len(self._places)}"
                self._places.append((name, pointer))
                self._uris[(name, "#" + pointer)] = known
            self._uris[(file, target)] = known
        return known

    def _value(self, file: str, pointer: str) -> JSON:
        document = self._library.document(file)
        for candidate in (pointer, _unquoted(pointer)):
            try:
                return True if document is None else document.at(candidate)
            except KeyError:
                continue
        return True

    def _convert(self, value: JSON, file: str, depth: int) -> Schema:
        if not isinstance(value, dict):
            return value is not False
        if depth > _DEEPEST:
            return True
        key = (id(value), file)  # the document outlives this, so no identity is given to something else
        known = self._converted.get(key)
        if known is None:
            known = self._converted[key] = self._object(value, file, depth)
        return known

    def _object(self, value: dict[str, JSON], file: str, depth: int) -> Schema:
        def inner(each: JSON) -> Schema:
            return self._convert(each, file, depth + 1)

        found: dict[str, Any] = {}
        for keyword, argument in value.items():
            take = _KEYWORDS.get(keyword)
            if take is not None:
                taken = take(argument, inner)
                if taken is not None:
                    found[keyword] = taken
        self._rewrite(value, found, inner)
        reference = value.get("$ref")
        if isinstance(reference, str):
            uri = self.reference(reference, file)
            if uri is not None:
                found["$ref"] = uri
        discriminator = self._discriminator(value.get("discriminator"), file)
        if discriminator is not None:
            found["discriminator"] = discriminator
        return _nullable(value, found)

    def _rewrite(self, value: dict[str, JSON], found: dict[str, Any], inner: Callable[[JSON], Schema]) -> None:
        """What earlier dialects write otherwise."""
        types = _types(value.get("type"))
        if types:
            found["type"] = types[0] if len(types) == 1 else list(types)
        for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if value.get(exclusive) is True and limit in found:
                found[exclusive] = found.pop(limit)
        items = value.get("items")
        if isinstance(items, list):
            found["prefixItems"] = [inner(each) for each in items]
            found.pop("items", None)
            if "additionalItems" in value:
                found["items"] = inner(value["additionalItems"])
        if "const" in value:
            found["const"] = value["const"]
        if "default" in value:
            found["default"] = value["default"]
        examples = value.get("examples")
        listed: list[JSON] = list(examples) if isinstance(examples, list) else []
        if "example" in value:
            listed.insert(0, value["example"])
        if listed:
            found["examples"] = listed

    def _discriminator(self, value: JSON, file: str) -> dict[str, Any] | None:
        if isinstance(value, str):  # OpenAPI 2 style, still met
            return {"propertyName": value, "mapping": {}}
        if not isinstance(value, dict) or not isinstance(value.get("propertyName"), str):
            return None
        mapping: dict[str, str] = {}
        named = value.get("mapping")
        for name, target in named.items() if isinstance(named, dict) else ():
            if isinstance(target, str):
                uri = self.reference(target if "#" in target or "/" in target else _component(target), file)
                if uri is not None:
                    mapping[name] = uri
        return {"propertyName": value["propertyName"], "mapping": mapping}


def _unquoted(pointer: str) -> str:
    from urllib.parse import unquote

    return unquote(pointer)


def _component(name: str) -> str:
    return "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1")


def _types(value: JSON) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    words = ["null" if each is None else each for each in names]
    return tuple(dict.fromkeys(each for each in words if isinstance(each, str) and each in _TYPES))


def _nullable(value: dict[str, JSON], found: dict[str, Any]) -> Schema:
    """3.0's `nullable`, which is heeded in 3.1 too: many documents were converted without rewriting it."""
    if value.get("nullable") is not True:
        return found
    if "enum" in found and None not in found["enum"]:
        found["enum"] = [*found["enum"], None]
    types = _types(value.get("type"))
    if types:
        found["type"] = list(dict.fromkeys((*types, "null")))
        composed = [key for key in ("allOf", "anyOf", "oneOf", "$ref", "const") if key in found]
        return {"anyOf": [found, {"type": "null"}]} if composed else found
    if any(key in found for key in ("allOf", "anyOf", "oneOf", "$ref", "const")):
        return {"anyOf": [found, {"type": "null"}]}
    return found


_Inner: TypeAlias = Callable[[JSON], Schema]


def _number(value: JSON, inner: _Inner) -> int | float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _positive(value: JSON, inner: _Inner) -> int | float | None:
    number = _number(value, inner)
    return number if number is not None and number > 0 else None


def _count(value: JSON, inner: _Inner) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _text(value: JSON, inner: _Inner) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: JSON, inner: _Inner) -> bool | None:
    return value if isinstance(value, bool) else None


def _list(value: JSON, inner: _Inner) -> list[JSON] | None:
    return value if isinstance(value, list) and value else None


def _texts(value: JSON, inner: _Inner) -> list[str] | None:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else None


def _one(value: JSON, inner: _Inner) -> Schema | None:
    return inner(value) if isinstance(value, (dict, bool)) else None


def _several(value: JSON, inner: _Inner) -> list[Schema] | None:
    return [inner(each) for each in value] if isinstance(value, list) and value else None


def _named(value: JSON, inner: _Inner) -> dict[str, Schema] | None:
    return {name: inner(each) for name, each in value.items()} if isinstance(value, dict) else None


def _named_texts(value: JSON, inner: _Inner) -> dict[str, list[str]] | None:
    if not isinstance(value, dict):
        return None
    return {name: _texts(each, inner) or [] for name, each in value.items()}


_KEYWORDS: Final[dict[str, Callable[[JSON, _Inner], Any]]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _count),
    **dict.fromkeys(("minContains", "maxContains"), _count),
    **dict.fromkeys(("pattern", "format", "title", "contentEncoding", "contentMediaType"), _text),
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly", "deprecated"), _flag),
    **dict.fromkeys(("items", "additionalProperties", "propertyNames", "not", "if", "then", "else"), _one),
    **dict.fromkeys(("contains", "unevaluatedProperties", "unevaluatedItems"), _one),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _several),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas"), _named),
    "multipleOf": _positive,
    "enum": _list,
    "required": _texts,
    "dependentRequired": _named_texts,
}
