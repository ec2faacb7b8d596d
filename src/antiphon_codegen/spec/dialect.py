"""What OpenAPI 3.0 says otherwise than 3.1: `nullable`, and boolean exclusive limits (which have no part in an SDK)."""

from __future__ import annotations

from typing import Literal

from .reader import Node

__all__ = ["dialect_of", "is_nullable_only", "schema_types"]


def dialect_of(root: Node) -> Literal["3.0", "3.1"] | None:
    """The dialect a document is written in; None, with a report, when it is no OpenAPI 3 document."""
    version = root.text("openapi")
    if version is None:
        swagger = root.text("swagger")
        if swagger is not None:
            root.report(
                "unsupported", f"this is a Swagger {swagger} document; convert it to OpenAPI 3 first", "swagger"
            )
        else:
            root.report("missing", "this is no OpenAPI document: it has no `openapi` version")
        return None
    if version.startswith("3.0"):
        return "3.0"
    if not version.startswith("3."):
        root.report("unsupported", f"OpenAPI {version} is read as if it were 3.1", "openapi")
    return "3.1"


def schema_types(node: Node) -> tuple[str, ...]:
    """The JSON types a schema names, null among them when 3.0's `nullable` says so.

    `nullable` is heeded in 3.1 documents too: many were converted from 3.0 without it being rewritten.
    """
    value = node.child("type").value
    found: list[str] = []
    for name in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
        if isinstance(name, str) and name in _TYPES:
            found.append(name)
        elif name is None:
            found.append("null")  # YAML's null where the word was meant
        else:
            node.report("bad-shape", f"{name!r} is no JSON type", "type")
    if value is not None and not isinstance(value, (str, list)):
        node.report("bad-shape", "type has to be text or a list", "type")
    if node.flag("nullable") and "null" not in found and not is_nullable_only(node):
        found.append("null")
    return tuple(dict.fromkeys(found))


def is_nullable_only(node: Node) -> bool:
    """Whether `nullable` is all that is said: what may be anything may be null too, and need not be (3.0.3, 4.7.24)."""
    return isinstance(node.value, dict) and node.flag("nullable") and _NARROWING.isdisjoint(node.value)


_NARROWING = frozenset(
    """type format enum const properties additionalProperties patternProperties items prefixItems allOf anyOf oneOf $ref
    contentMediaType""".split()
)
_TYPES = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})
