"""The schema an answer has to fit, from whatever says it: JSON Schema, a pydantic model, or a short text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pydantic

from ...runtime.core.kinds import is_mapping
from .told_schemas import class_schema

__all__ = ["list_schema", "schema_dsl", "schema_of"]

_TYPES: Final[Mapping[str, str]] = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


def schema_dsl(text: str, multi: bool = False) -> dict[str, Any]:
    """The JSON schema that a short text means: `"name, age int, bio: one line"`.

    Fields are separated by commas, or stand on lines of their own; each is a name, then `str` (unless it is said
    otherwise), `int`, `float` or `bool`, then after a colon what it means. With `multi` the answer is a list of such
    objects, in `items`. Raises ValueError, naming the field.
    """
    properties: dict[str, Any] = {}
    for field in text.split("\n" if "\n" in text.strip() else ","):
        declared, _, description = (part.strip() for part in field.partition(":"))
        words = declared.split()
        if not words and not description:
            continue
        kind = words[1] if len(words) > 1 else "str"
        if not 1 <= len(words) <= 2 or kind not in _TYPES:
            raise ValueError(f"{field.strip()!r} is no field: a name, then one of {', '.join(_TYPES)}, then a colon")
        properties[words[0]] = {"type": _TYPES[kind], **({"description": description} if description else {})}
    if not properties:
        raise ValueError("the schema has no fields")
    one: dict[str, Any] = {"type": "object", "properties": properties, "required": list(properties)}
    return list_schema(one) if multi else one


def list_schema(of: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with a list of such things in `items`: an answer is an object."""
    return {"type": "object", "properties": {"items": {"type": "array", "items": of}}, "required": ["items"]}


def schema_of(given: object) -> dict[str, Any] | None:
    """A JSON schema from one, from a pydantic model, or from the text that `schema_dsl` reads; None for None.

    Raises TypeError for anything else, and for a model with fields that JSON cannot describe.
    """
    if given is None:
        return None
    if isinstance(given, str):
        return schema_dsl(given)
    if is_mapping(given):
        return dict(given)
    if isinstance(given, type) and issubclass(given, pydantic.BaseModel):
        try:
            return class_schema(given)
        except pydantic.PydanticUserError as error:
            raise TypeError(f"{given.__name__} cannot be described to a model: {error.message}") from error
    raise TypeError(f"schema must be a JSON schema, a pydantic model or a text for schema_dsl, not {given!r}")
