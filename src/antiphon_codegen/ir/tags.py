"""Which property tells the variants of a union apart: the one the document names, or one whose constants do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..document import JSON
from .types import Array, Constant, Discriminator, Enum, Map, Null, Object, Reference, Type, Union, without_null

__all__ = ["Tagger"]


class Tagger:
    """Gives unions their discriminators. `content_of` looks up what a reference stands for."""

    def __init__(self, content_of: Callable[[str], Type]) -> None:
        self._content_of = content_of

    def tagged(self, type: Type) -> Type:
        """The type with the discriminator of every union in it settled."""
        match type:
            case Array(items):
                return Array(self.tagged(items))
            case Map(values):
                return Map(self.tagged(values))
            case Object():
                properties = tuple(replace(each, type=self.tagged(each.type)) for each in type.properties)
                additional = None if type.additional is None else self.tagged(type.additional)
                return replace(type, properties=properties, additional=additional)
            case Union(variants, hint):
                union = Union(tuple(self.tagged(each) for each in variants))
                return replace(union, discriminator=self._discriminator(union, hint))
            case _:
                return type

    def _discriminator(self, union: Union, hint: Discriminator | None) -> Discriminator | None:
        names = [] if hint is None else [hint.property]
        names += [name for name in self._common_constants(union) if name not in names]
        for name in names:
            tags = self._tags(union, name)
            if tags is not None:
                return Discriminator(name, tags)
        return None

    def _common_constants(self, union: Union) -> list[str]:
        """The properties that are constant in every variant."""
        common: list[str] | None = None
        for variant in union.variants:
            if isinstance(variant, Null):
                continue
            found = self._object(variant)
            if found is None:
                return []
            names = [each.name for each in found.properties if each.required and _constants(each.type)]
            common = names if common is None else [name for name in common if name in names]
        return common or []

    def _tags(self, union: Union, name: str) -> tuple[tuple[str, int], ...] | None:
        tags: dict[str, int] = {}
        for index, variant in enumerate(union.variants):
            if isinstance(variant, Null):
                continue
            found = self._object(variant)
            values = () if found is None else self._values(found, name)
            if not values or any(value in tags for value in values):
                return None  # no tag, or one tag for two variants, decides nothing
            tags.update((value, index) for value in values)
        return tuple(tags.items()) if len(union.variants) > 1 else None

    def _values(self, found: Object, name: str) -> tuple[str, ...]:
        for each in found.properties:
            if each.name == name and each.required:  # what may be missing tells nothing apart
                type = each.type
                for _ in range(10):
                    if not isinstance(type, Reference):
                        break
                    type = self._content_of(type.key)
                return tuple(value for value in _constants(type) if isinstance(value, str))
        return ()

    def _object(self, variant: Type) -> Object | None:
        for _ in range(10):
            if not isinstance(variant, Reference):
                break
            variant = self._content_of(variant.key)
        return variant if isinstance(variant, Object) else None


def _constants(type: Type) -> tuple[JSON, ...]:
    plain, _ = without_null(type)
    match plain:
        case Constant(value):
            return (value,)
        case Enum(values):
            return values
        case _:
            return ()
