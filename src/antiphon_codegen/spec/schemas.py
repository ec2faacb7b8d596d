"""From JSON to `Schema` objects, one level at a time and without following references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .dialect import is_nullable_only, schema_types
from .model import Ref, Schema, SchemaOrRef
from .reader import Node

__all__ = ["parse_schema", "reference"]

_DEEPEST = 150


def parse_schema(node: Node, depth: int = 0) -> SchemaOrRef:
    """The schema at a place. What is no schema is reported and allows anything."""
    value = node.value
    if value is None or value is True:
        return Schema(node.pointer, node.file)
    if value is False:
        return Schema(node.pointer, node.file, never=True)
    if not isinstance(value, dict):
        node.report("bad-shape", "a schema has to be an object; anything is allowed here")
        return Schema(node.pointer, node.file)
    if depth > _DEEPEST:
        node.report("too-large", "schemas are nested too deeply here; anything is allowed below")
        return Schema(node.pointer, node.file)
    ref = reference(node)
    if ref is not None and not _says_more(value):
        return ref
    return _schema(node, ref, depth)


_ANNOTATIONS = frozenset(
    """$ref $dynamicRef $defs definitions $id $schema $anchor $dynamicAnchor $comment description summary title example
    examples default deprecated externalDocs xml""".split()
)


def _says_more(value: Mapping[str, object]) -> bool:
    """Whether keywords beside a `$ref` restrict or extend what it refers to."""
    return any(key not in _ANNOTATIONS and not key.startswith("x-") for key in value)


def reference(node: Node) -> Ref | None:
    """The reference an object has, if it has one."""
    if not isinstance(node.value, dict):
        return None
    # Where a dynamic reference leads by itself is what a reader of one document can know of it.
    key = next((each for each in ("$ref", "$dynamicRef") if each in node.value), None)
    if key is None:
        return None
    target = node.value[key]
    if not isinstance(target, str):
        node.report("bad-reference", f"{key} has to be text", key)
        return None
    return Ref(target, node.pointer, node.file, node.text("description"))


def _schema(node: Node, ref: Ref | None, depth: int) -> Schema:
    enum = node.child("enum")
    values = tuple(item.value for item in node.items("enum")) if node.has("enum") else None
    if values is not None and not isinstance(enum.value, list):
        values = None
    discriminator = node.child("discriminator")
    if isinstance(discriminator.value, str):  # OpenAPI 2 style, still met
        name, mapping = discriminator.value, dict[str, str]()
    else:
        if discriminator.value is not None and not isinstance(discriminator.value, dict):
            node.report("bad-shape", "a discriminator has to be an object", "discriminator")
        name = discriminator.text("propertyName")
        mapping = {key: each.value for key, each in discriminator.entries("mapping") if isinstance(each.value, str)}
    items = node.child("items")
    prefixed = node.child("prefixItems")
    if isinstance(items.value, list):  # how tuples were written before 2020-12
        prefixed, items = items, node.child("additionalItems")
    default = node.child("default")
    return Schema(
        pointer=node.pointer,
        file=node.file,
        types=schema_types(node),
        title=node.text("title"),
        description=node.text("description"),
        format=node.text("format"),
        has_const=node.has("const"),
        const=node.child("const").value,
        enum=values,
        has_default=node.has("default"),
        default=default.value,
        minimum=node.child("minimum").value,
        properties=tuple(_properties(node, depth)),
        required=frozenset(_required(node)),
        additional=_additional(node, depth),
        items=None if items.value is None else parse_schema(items, depth + 1),
        prefix_items=tuple(parse_schema(each, depth + 1) for each in prefixed.items()) if prefixed.value else (),
        all_of=tuple(_parts(node, "allOf", depth)),
        any_of=tuple(_parts(node, "anyOf", depth)),
        one_of=tuple(_parts(node, "oneOf", depth)),
        ref=ref,
        discriminator=name,
        mapping=mapping,
        content_media_type=node.text("contentMediaType"),
        read_only=node.flag("readOnly"),
        write_only=node.flag("writeOnly"),
        deprecated=node.flag("deprecated"),
        nullable_only=is_nullable_only(node),
        extensions=node.extensions(),
    )


def _properties(node: Node, depth: int) -> Iterator[tuple[str, SchemaOrRef]]:
    for name, each in node.entries("properties"):
        if name == "$ref" and isinstance(each.value, str):
            each.report("unsupported", "properties that are written elsewhere are left out: only schemas can be")
        else:
            yield name, parse_schema(each, depth + 1)


def _parts(node: Node, key: str, depth: int) -> Iterator[SchemaOrRef]:
    for each in node.items(key):
        yield parse_schema(each, depth + 1)


def _required(node: Node) -> Iterator[str]:
    value = node.child("required").value
    if isinstance(value, bool):
        return  # OpenAPI 2 style on a property; there it says nothing about the object
    yield from node.texts("required")


def _additional(node: Node, depth: int) -> SchemaOrRef | bool | None:
    value = node.child("additionalProperties").value
    if isinstance(value, dict):
        return parse_schema(node.child("additionalProperties"), depth + 1) if value else True
    if isinstance(value, bool):
        return value
    for _, each in node.entries("patternProperties"):
        return parse_schema(each, depth + 1)
    return None
