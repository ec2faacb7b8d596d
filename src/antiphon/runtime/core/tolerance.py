"""A core schema that accepts what servers really send: any declared field may be missing or null, constants may differ.

Null for a list, or for an object that may be empty, is not accepted: the lenient walk makes the empty one of it.

pydantic-core then reads such a body in the same single step as a perfect one.  Branches of a union without a tag stay
exact, because there the required fields and the constants are what tells the branches apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

__all__ = ["Schema", "may_be_empty", "tolerant"]

Schema: TypeAlias = dict[str, Any]
"""A pydantic-core schema: JSON-like, except for classes and functions at known places."""

_INNER = ("schema", "items_schema", "keys_schema", "values_schema", "extras_schema")


def tolerant(schema: Schema) -> Schema:
    """The tolerant form of `schema`, which stays as it is."""
    return _Loosening(schema).result()


class _Loosening:
    def __init__(self, schema: Schema) -> None:
        self._root = schema
        self._exact = {d["ref"]: d for d in schema.get("definitions", ())} if schema["type"] == "definitions" else {}
        self._loose: dict[str, Schema | None] = {}
        self._wanted_exact: set[str] = set()

    def result(self) -> Schema:
        if self._root["type"] != "definitions":
            return self._loosen(self._root)
        inner = self._loosen(self._root["schema"])
        loose = [definition for definition in self._loose.values() if definition is not None]
        exact = [self._exact[ref] for ref in self._reachable_exact()]
        return {"type": "definitions", "schema": inner, "definitions": loose + exact}

    def _loosen(self, node: Schema) -> Schema:
        kind = node["type"]
        if kind == "literal":
            return {"type": "any"}
        if kind == "definition-ref":
            return {**node, "schema_ref": self._loose_ref(node["schema_ref"])}
        if kind == "model-fields":
            return {**node, "fields": {name: self._field(field) for name, field in node["fields"].items()}}
        if kind == "tagged-union":
            choices = {tag: c if isinstance(c, str) else self._loosen(c) for tag, c in node["choices"].items()}
            return {**node, "choices": choices}
        if kind == "union":
            self._keep_exact(node)
            return node
        changed = {key: self._loosen(node[key]) for key in _INNER if isinstance(node.get(key), dict)}
        return {**node, **changed} if changed else node

    def _field(self, field: Schema) -> Schema:
        inner = cast(Schema, field["schema"])
        is_default = inner["type"] == "default"
        promised = inner["schema"] if is_default else inner
        loose = self._loosen(promised)
        if not may_be_empty(promised, self._resolved):
            loose = _nullable(loose)
        if is_default:
            return {**field, "schema": {**inner, "schema": loose}}
        return {**field, "schema": {"type": "default", "default": None, "schema": loose}}

    def _resolved(self, node: Schema) -> Schema:
        while node["type"] == "definition-ref":
            node = self._exact[node["schema_ref"]]
        return node

    def _loose_ref(self, ref: str) -> str:
        name = f"{ref}#tolerant"
        if name not in self._loose:
            self._loose[name] = None  # entered before its content, so that a cycle ends here
            self._loose[name] = {**self._loosen(self._exact[ref]), "ref": name}
        return name

    def _keep_exact(self, node: object) -> None:
        for ref in _refs(node):
            self._wanted_exact.add(ref)

    def _reachable_exact(self) -> list[str]:
        reached: dict[str, None] = {}
        waiting = sorted(self._wanted_exact)
        while waiting:
            ref = waiting.pop()
            if ref not in reached:
                reached[ref] = None
                waiting.extend(_refs(self._exact[ref]))
        return list(reached)


def may_be_empty(node: Schema, resolve: Callable[[Schema], Schema]) -> bool:
    """Whether a list or an object is promised, and the empty one is as good as any."""
    node = resolve(node)
    if node["type"] == "model":
        fields = resolve(node["schema"]).get("fields", {})
        return bool(fields) and all(field["schema"]["type"] == "default" for field in fields.values())
    return node["type"] == "list"


def _nullable(schema: Schema) -> Schema:
    return schema if schema["type"] in ("nullable", "any", "none") else {"type": "nullable", "schema": schema}


def _refs(node: object) -> list[str]:
    """The definitions a schema refers to, wherever in it."""
    found: list[str] = []
    waiting: list[object] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            entries = cast("dict[str, object]", current)
            if entries.get("type") == "definition-ref":
                found.append(cast(str, entries["schema_ref"]))
            waiting.extend(value for key, value in entries.items() if key not in ("cls", "metadata"))
        elif isinstance(current, (list, tuple)):
            waiting.extend(cast("list[object]", current))
    return found
