"""The JSON schemas that pydantic makes of types, in the form in which models are told of them."""

from __future__ import annotations

from typing import Any, Final, cast

import pydantic
from pydantic.json_schema import GenerateJsonSchema

from ...runtime.core.kinds import is_list, is_mapping

__all__ = ["JSONSchema", "class_schema", "told_schema"]


class JSONSchema(GenerateJsonSchema):
    """Makes schemas, and is silent on what they cannot say."""

    ignored_warning_kinds = {"non-serializable-default", "skipped-choice"}  # noqa: RUF012  as pydantic declares it


def class_schema(of: type[pydantic.BaseModel]) -> dict[str, Any]:
    """The schema of a class. Raises `PydanticUserError` for fields that cannot be described."""
    return told_schema(of.model_json_schema(schema_generator=JSONSchema))


def told_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without the titles that pydantic makes of names, and with an object at its root."""
    reference = schema.get("$ref")
    if isinstance(reference, str):  # the root refers to a definition when that refers to itself
        schema = {**schema["$defs"][reference.rpartition("/")[2]], "$defs": schema["$defs"]}
    return cast("dict[str, Any]", _without_titles(schema))  # an object stays one


_NAMED: Final = ("properties", "$defs", "definitions", "patternProperties")
_INNER: Final = ("items", "additionalProperties", "not", "contains", "propertyNames")
_SEVERAL: Final = ("anyOf", "oneOf", "allOf", "prefixItems")


def _without_titles(schema: Any) -> Any:
    """A schema without the titles that pydantic makes of names; properties called `title` stay."""
    if not is_mapping(schema):
        return schema
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key in _NAMED and is_mapping(value):
            made[key] = {name: _without_titles(each) for name, each in value.items()}
        elif key in _INNER:
            made[key] = _without_titles(value)
        elif key in _SEVERAL and is_list(value):
            made[key] = [_without_titles(each) for each in value]
        else:
            made[key] = value
    return made
