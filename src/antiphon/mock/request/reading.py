"""Texts of a form, a query or a path as the values their schema means: numbers, booleans, lists, objects."""

from __future__ import annotations

import json
import re
from typing import Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.checking import Checker
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.shapes import Shapes

from .forms import Tree, Upload

__all__ = ["TextReader"]

_INTEGER: Final = re.compile(r"[+-]?\d{1,400}")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_DEEPEST: Final = 30
_MOST_MEMBERS: Final = 60
_MOST_STEPS: Final = 20_000


class TextReader:
    """Reads trees of texts by their schemas. What does not fit stays as it is, for the checker to say so."""

    def __init__(self, shapes: Shapes, checker: Checker) -> None:
        self._shapes = shapes
        self._checker = checker
        self._steps = 0

    def read(self, tree: Tree, schema: Schema) -> JSON:
        """The value a tree stands for."""
        self._steps = 0
        return self._value(tree, schema, 0)

    def _value(self, tree: Tree, schema: Schema, depth: int) -> JSON:
        self._steps += 1
        shape = self._shapes.of(schema)
        if depth > _DEEPEST or self._steps > _MOST_STEPS or shape.never:
            return cast(JSON, tree)
        if not shape.unions:
            return self._read(tree, schema, self._shapes.types(schema), depth)
        fallback: JSON = None
        for member in [member for union in shape.unions for member in union.members[:_MOST_MEMBERS]]:
            value = self._value(tree, member, depth + 1)
            if self._checker.fits(value, schema):
                return value
            if fallback is None and not isinstance(value, str):
                fallback = value
        text = isinstance(tree, str) and "string" in self._shapes.types(schema)
        return cast(JSON, tree) if text or fallback is None else fallback

    def _read(self, tree: Tree, schema: Schema, types: frozenset[str], depth: int) -> JSON:
        shape = self._shapes.of(schema)
        if isinstance(tree, dict):
            return self._object(tree, schema, types, depth)
        items: Schema = True if shape.items is None else shape.items
        if isinstance(tree, list):
            if "array" not in types:
                return self._value(tree[-1], schema, depth + 1) if len(tree) == 1 else cast(JSON, tree)
            return [
                self._value(each, shape.prefix[place] if place < len(shape.prefix) else items, depth + 1)
                for place, each in enumerate(tree)
            ]
        if "array" in types and "string" not in types:
            return self._list(tree, schema, items, depth)
        return tree if isinstance(tree, Upload) else self._scalar(tree, schema, types)

    def _object(self, tree: dict[str, Tree], schema: Schema, types: frozenset[str], depth: int) -> JSON:
        shape = self._shapes.of(schema)
        if "object" not in types and "array" in types and all(name.isdigit() for name in tree):
            ordered = [tree[name] for name in sorted(tree, key=int)]  # `a[0]=..&a[1]=..`
            return self._read(ordered, schema, types, depth)
        properties = self._shapes.properties(schema)
        additional: Schema = True if shape.additional is None else shape.additional
        return {name: self._value(each, properties.get(name, additional), depth + 1) for name, each in tree.items()}

    def _list(self, tree: str, schema: Schema, items: Schema, depth: int) -> JSON:
        """One text where a list is meant: its only item, unless it is the list as JSON."""
        if tree[:1] == "[" and not isinstance(tree, Upload):
            try:
                value = cast(JSON, json.loads(tree))
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, list) and self._checker.fits(value, schema):
                return value
        return [self._value(tree, items, depth + 1)]

    def _scalar(self, text: str, schema: Schema, types: frozenset[str]) -> JSON:
        if "string" in types and (types >= _ANYTHING or self._checker.fits(text, schema)):
            return text
        if "boolean" in types and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if types & {"integer", "number"} and _INTEGER.fullmatch(text):
            return int(text)
        if "number" in types and _NUMBER.fullmatch(text):
            return float(text)
        if "null" in types and text in ("null", ""):
            return None
        if types & {"object", "array"} and text[:1] in ("{", "["):
            try:
                return cast(JSON, json.loads(text))
            except (ValueError, RecursionError):
                return text
        return text


_ANYTHING: Final = frozenset({"string", "number", "boolean", "object"})
