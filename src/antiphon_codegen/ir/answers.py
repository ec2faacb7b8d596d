"""What comes back from an operation, as far as names and paging depend on it: its properties, and lists in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..spec.model import Ref, Schema, SchemaOrRef
from ..spec.resolve import ResolvedOperation, ResolvedSpec

__all__ = ["answer_of", "array_in", "is_list", "properties_of", "resolved"]

_DEEPEST: Final = 20
ITEMS: Final = (
    "data",
    "items",
    "results",
    "entries",
    "values",
    "records",
    "value",
    "list",
    "objects",
    "rows",
    "elements",
)
"""What lists inside of answers are called, the likeliest first."""


def answer_of(each: ResolvedOperation) -> SchemaOrRef | None:
    """The schema of the JSON that comes back when all went well."""
    for status, response in each.responses:
        if status.startswith("2"):
            for kind, media in response.content.items():
                base = kind.partition(";")[0].strip().lower()
                if base in ("application/json", "*/*", "text/json") or base.endswith("+json"):
                    return media.schema
    return None


def resolved(schema: SchemaOrRef | None, spec: ResolvedSpec) -> Schema | None:
    """The schema behind references."""
    for _ in range(_DEEPEST):
        if isinstance(schema, Schema) and schema.ref is not None and not schema.properties:
            schema = schema.ref
        if schema is None or isinstance(schema, Schema):
            return schema
        schema = spec.schemas.get(spec.key_of(schema) or "")
    return None


def properties_of(schema: SchemaOrRef | None, spec: ResolvedSpec) -> dict[str, SchemaOrRef]:
    """The properties of an object, those of the parts it is combined of included."""
    return dict(_properties(schema, spec, 0))


def _properties(schema: SchemaOrRef | None, spec: ResolvedSpec, depth: int) -> Iterator[tuple[str, SchemaOrRef]]:
    found = resolved(schema, spec)
    if found is None or depth > _DEEPEST:
        return
    for part in found.all_of[:_DEEPEST]:
        yield from _properties(part, spec, depth + 1)
    if isinstance(found.ref, Ref) and found.properties:
        yield from _properties(found.ref, spec, depth + 1)
    yield from found.properties


def is_array(schema: SchemaOrRef | None, spec: ResolvedSpec) -> bool:
    found = resolved(schema, spec)
    return found is not None and ("array" in found.types or found.items is not None)


def array_in(properties: dict[str, SchemaOrRef], last: str, spec: ResolvedSpec) -> str | None:
    """The property that holds the list in an answer: one of a usual name, that of the path, or the only one."""
    arrays = [name for name, part in properties.items() if is_array(part, spec)]
    for name in (*ITEMS, last):
        if name in arrays:
            return name
    return arrays[0] if len(arrays) == 1 else None


def is_list(each: ResolvedOperation, last: str, spec: ResolvedSpec) -> bool:
    """Whether what comes back is a list, or an object around one."""
    schema = answer_of(each)
    return is_array(schema, spec) or array_in(properties_of(schema, spec), last, spec) is not None
