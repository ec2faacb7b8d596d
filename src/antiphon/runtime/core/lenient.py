"""Builds objects from data that does not fit their type: what fits is kept as declared, what does not as it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic_core import PydanticOmit, SchemaValidator, ValidationError

from .kinds import is_list, is_mapping
from .tolerance import Schema, may_be_empty

__all__ = ["LenientBuilder", "choices_of"]

_CONTAINERS = ("model", "list", "dict", "typed-dict", "tagged-union", "union")


class LenientBuilder:
    """Walks data beside a core schema and never raises for drift.

    With `convert` scalars are converted where pydantic's lax mode does so (text that is a number becomes one);
    without it only what loses nothing changes type: a whole number for a float, and text for dates and times.
    """

    def __init__(self, schema: Schema, *, convert: bool = True) -> None:
        definitions = schema.get("definitions", ()) if schema["type"] == "definitions" else ()
        self.root: Schema = schema["schema"] if schema["type"] == "definitions" else schema
        self._definitions: dict[str, Schema] = {definition["ref"]: definition for definition in definitions}
        self._convert = convert
        # Keyed by identity: the schema holds its nodes for as long as this builder lives.
        self._validators: dict[int, SchemaValidator] = {}
        self._builders: dict[str, Callable[[Schema, object], object]] = {
            "model": self._model,
            "list": self._list,
            "dict": self._dict,
            "typed-dict": self._typed_dict,
            "nullable": self._nullable,
            "default": self._inner,
            "model-field": self._inner,
            "tagged-union": self._tagged_union,
            "union": self._union,
            "any": lambda _node, value: value,
            "literal": lambda _node, value: value,
        }

    def build(self, value: object) -> object:
        """The value as the schema's type, as far as it fits."""
        return self._build(self.root, value)

    def resolve(self, node: Schema) -> Schema:
        """`node`, or the definition it refers to."""
        while node["type"] == "definition-ref":
            node = self._definitions[node["schema_ref"]]
        return node

    def accepts(self, node: Schema, value: object) -> bool:
        """Whether the value is of the JSON kind that the schema wants at its top: an object, an array, a scalar."""
        node = self.resolve(node)
        match node["type"]:
            case "model" | "typed-dict" | "dict" | "dataclass" | "model-fields":
                return isinstance(value, Mapping)
            case "list" | "tuple" | "set" | "frozenset" | "generator":
                return isinstance(value, list)
            case "nullable":
                return value is None or self.accepts(node["schema"], value)
            case "default":
                return self.accepts(node["schema"], value)
            case "tagged-union":
                return isinstance(value, Mapping)
            case "union":
                return any(self.accepts(choice, value) for choice in choices_of(node))
            case "any" | "none" | "function-plain" | "function-before" | "function-wrap" | "function-after":
                return True
            case _:
                return not isinstance(value, (Mapping, list)) and value is not None

    def _build(self, node: Schema, value: object) -> object:
        node = self.resolve(node)
        builder = self._builders.get(node["type"])
        return self._scalar(node, value) if builder is None else builder(node, value)

    def _inner(self, node: Schema, value: object) -> object:
        return self._build(node["schema"], value)

    def _nullable(self, node: Schema, value: object) -> object:
        return None if value is None else self._build(node["schema"], value)

    def _list(self, node: Schema, value: object) -> object:
        items = node.get("items_schema")
        if not is_list(value) or items is None:
            return value
        return [self._build(items, item) for item in value]

    def _dict(self, node: Schema, value: object) -> object:
        values = node.get("values_schema")
        if not is_mapping(value) or values is None:
            return value
        return {key: self._build(values, item) for key, item in value.items()}

    def _typed_dict(self, node: Schema, value: object) -> object:
        if not is_mapping(value):
            return value
        fields: dict[str, Schema] = node["fields"]
        return {key: self._build(fields[key]["schema"], v) if key in fields else v for key, v in value.items()}

    def _model(self, node: Schema, value: object) -> object:
        fields_node = self.resolve(node["schema"])
        if isinstance(value, node["cls"]):
            return value
        if not is_mapping(value) or fields_node["type"] != "model-fields" or node.get("custom_init"):
            return self._scalar(node, value)
        data: dict[str, object] = dict(value)
        values: dict[str, object] = {}
        given: set[str] = set()
        for name, field in cast("dict[str, Schema]", fields_node["fields"]).items():
            alias = field.get("validation_alias", name)
            key = alias if isinstance(alias, str) and alias in data else name
            if key in data:
                item = data.pop(key)
                values[name] = self._null(field["schema"]) if item is None else self._build(field["schema"], item)
                given.add(name)
            else:
                values[name] = _default(field["schema"])
        return fill(node["cls"], values, data, given)

    def _null(self, node: Schema) -> object:
        """What null stands for as a field: nothing, unless the field promises a list or an object."""
        promised = node["schema"] if node["type"] == "default" else node
        if not self._convert or not may_be_empty(promised, self.resolve):
            return self._build(node, None)
        promised = self.resolve(promised)
        return [] if promised["type"] == "list" else self._model(promised, {})

    def _tagged_union(self, node: Schema, value: object) -> object:
        choices = cast("dict[object, Schema]", node["choices"])
        discriminator = node["discriminator"]
        if not is_mapping(value) or not isinstance(discriminator, str):
            return self._scalar(node, value)
        tag: object = value.get(discriminator)
        try:
            choice = choices.get(tag)
        except TypeError:  # a tag that is a list or an object
            choice = None
        # An unknown tag: the first variant carries the data, as users of OpenAI-style SDKs know it.
        return self._build(choice or next(iter(choices.values())), value)

    def _union(self, node: Schema, value: object) -> object:
        choices = choices_of(node)
        for choice in choices:
            fits, result = self._validated(choice, value)
            if fits:
                return result
        ranked = sorted(
            (
                choice
                for choice in choices
                if self.resolve(choice)["type"] in _CONTAINERS and self.accepts(choice, value)
            ),
            key=lambda choice: -self._constants_met(self.resolve(choice), value),
        )
        return self._build(ranked[0], value) if ranked else value

    def _constants_met(self, node: Schema, value: object) -> int:
        if node["type"] != "model" or not is_mapping(value):
            return 0
        fields_node = self.resolve(node["schema"])
        met = 0
        for name, field in cast("dict[str, Schema]", fields_node.get("fields", {})).items():
            inner = field["schema"]["schema"] if field["schema"]["type"] == "default" else field["schema"]
            if inner["type"] == "literal":
                met += 1 if value.get(field.get("validation_alias", name)) in inner["expected"] else -1
        return met

    def _scalar(self, node: Schema, value: object) -> object:
        if not self._convert:
            kind = node["type"]
            if kind == "float" and type(value) is int:
                exact = float(value) if abs(value) < 2**1000 else None
                return exact if exact == value else value
            if kind not in ("datetime", "date", "time", "timedelta") and kind in _PLAIN:
                return value
        return self._validated(node, value)[1]

    def _validated(self, node: Schema, value: object) -> tuple[bool, object]:
        validator = self._validators.get(id(node))
        if validator is None:
            schema: Any = node
            if self._definitions:
                schema = {"type": "definitions", "schema": node, "definitions": list(self._definitions.values())}
            validator = self._validators[id(node)] = SchemaValidator(schema)
        try:
            return True, validator.validate_python(value)
        except (ValidationError, PydanticOmit, ValueError, TypeError, OverflowError):
            return False, value


_PLAIN = frozenset({"str", "int", "float", "bool", "bytes", "none", "decimal", "url", "uuid", "literal", "enum"})


def fill(cls: type[Any], values: dict[str, object], extra: dict[str, object] | None, given: set[str]) -> object:
    """A model with these contents, made without validation (what pydantic's `model_construct` does, but by alias)."""
    if not cls.__pydantic_complete__:
        cls.model_rebuild()  # before 2.14, pydantic cannot dump an instance of a class that it has not built itself
    model: Any = object.__new__(cls)
    write = object.__setattr__
    write(model, "__dict__", values)
    write(model, "__pydantic_fields_set__", given)
    write(model, "__pydantic_extra__", extra if cls.model_config.get("extra") == "allow" else None)
    if cls.__pydantic_post_init__:
        model.model_post_init(None)
    else:
        write(model, "__pydantic_private__", None)
    return model


def _default(schema: Schema) -> object:
    if schema["type"] != "default":
        return None
    factory = schema.get("default_factory")
    return factory() if factory is not None and not schema.get("default_factory_takes_data") else schema.get("default")


def choices_of(node: Schema) -> list[Schema]:
    # A choice is a schema, or a pair of one and its label.
    return [choice[0] if isinstance(choice, tuple) else choice for choice in node["choices"]]
