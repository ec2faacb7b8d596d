"""JSON schemas in the strict form, in which a model is held to every property of a schema and to no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import pydantic
from pydantic import TypeAdapter

__all__ = ["strict_schema", "to_strict_json_schema"]

JSONObject = dict[str, Any]

_SAYING: Final = frozenset({"type", "$ref", "anyOf", "allOf", "oneOf", "enum", "const", "not"})
"""Keywords of which a schema needs one, or else it takes any value."""


def to_strict_json_schema(model: Any) -> JSONObject:
    """The strict JSON schema of a pydantic model, a dataclass, a `TypedDict`, or a `TypeAdapter`.

    Raises TypeError, naming the field, for what strict schemas cannot say: values of any kind, and objects with keys
    that are not known beforehand. Pydantic raises its own errors for types that have no JSON schema at all.
    """
    if isinstance(model, TypeAdapter):
        return strict_schema(cast("TypeAdapter[Any]", model).json_schema(), "the type")
    name = getattr(model, "__name__", None) or str(model)
    if isinstance(model, type) and issubclass(model, pydantic.BaseModel):
        return strict_schema(model.model_json_schema(), name)
    adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, model))
    return strict_schema(adapter.json_schema(), name)


def strict_schema(schema: JSONObject, name: str) -> JSONObject:
    """A schema as pydantic writes it, made strict; `name` is what errors call its root. Raises TypeError."""
    made = _Strict(schema, name).made()
    if made.get("type") != "object":
        kind = made.get("type") or "union"
        raise TypeError(f"{name} is no object but of type {kind}: put it into a field of a model, and ask for that")
    return made


class _Strict:
    def __init__(self, root: JSONObject, name: str) -> None:
        self._root = root
        self._name = name

    def made(self) -> JSONObject:
        return self._schema(self._root, self._name, frozenset())

    def _schema(self, schema: object, where: str, inlined: frozenset[str]) -> JSONObject:
        """The strict form of one schema; `inlined` are the references whose targets it is already within."""
        if not isinstance(schema, dict):
            raise TypeError(f"{where} takes values of any kind, which a strict schema cannot say: give it a type")
        made: JSONObject = dict(cast(JSONObject, schema))
        made, inlined = self._without_references(made, inlined)
        if not _SAYING.intersection(made):
            raise TypeError(f"{where} takes values of any kind, which a strict schema cannot say: give it a type")
        if "default" in made and made["default"] is None:
            del made["default"]
        for key in ("$defs", "definitions"):
            if key in made:
                made[key] = {name: self._schema(each, name, inlined) for name, each in _entries(made[key])}
        if made.get("type") == "object":
            self._close(made, where)
        if "properties" in made:
            made["properties"] = {
                name: self._schema(each, f"{where}.{name}", inlined) for name, each in _entries(made["properties"])
            }
            made["required"] = list(made["properties"])
        if "items" in made:
            made["items"] = self._schema(made["items"], f"{where}[]", inlined)
        if "prefixItems" in made:
            made["prefixItems"] = self._each(made["prefixItems"], f"{where}[]", inlined)
        self._combine(made, where, inlined)
        return made

    def _close(self, made: JSONObject, where: str) -> None:
        further = made.get("additionalProperties", False)
        if further is not False and "properties" not in made:
            raise TypeError(
                f"{where} is a dict of keys that are not known beforehand, which a strict schema cannot say: "
                "use a model with the keys as fields, or a list of models with a key and a value"
            )
        made["additionalProperties"] = False

    def _combine(self, made: JSONObject, where: str, inlined: frozenset[str]) -> None:
        if "oneOf" in made:  # as pydantic writes unions with a discriminator; strict schemas know `anyOf` alone
            made.pop("discriminator", None)
            made["anyOf"] = [*made.get("anyOf", ()), *made.pop("oneOf")]
        if "anyOf" in made:
            made["anyOf"] = self._each(made["anyOf"], where, inlined)
        all_of = made.get("allOf")
        if isinstance(all_of, list):
            parts = self._each(cast("list[object]", all_of), where, inlined)
            if len(parts) == 1:
                del made["allOf"]
                made.update(parts[0])
            else:
                made["allOf"] = parts

    def _each(self, schemas: Iterable[object], where: str, inlined: frozenset[str]) -> list[JSONObject]:
        return [self._schema(each, where, inlined) for each in schemas]

    def _without_references(self, made: JSONObject, inlined: frozenset[str]) -> tuple[JSONObject, frozenset[str]]:
        """A reference stands alone: with keywords beside it, what it means is put in its place.

        One that leads to what it stands in keeps its place and loses the keywords, which only describe.
        """
        while "$ref" in made and len(made) > 1:
            reference = made["$ref"]
            if reference in inlined:
                return {"$ref": reference}, inlined
            inlined = inlined | {reference}
            siblings = {key: value for key, value in made.items() if key != "$ref"}
            made = {**self._target(reference), **siblings}
        return made, inlined

    def _target(self, reference: object) -> JSONObject:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise TypeError(f"{self._name} refers to {reference!r}, which is no part of its schema")
        found: Any = self._root
        for key in reference[2:].split("/"):
            key = key.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or key not in found:
                raise TypeError(f"{self._name} refers to {reference!r}, which is no part of its schema")
            found = cast("Mapping[str, Any]", found)[key]
        return cast(JSONObject, found)


def _entries(schemas: object) -> list[tuple[str, object]]:
    return list(cast("dict[str, object]", schemas).items()) if isinstance(schemas, dict) else []
