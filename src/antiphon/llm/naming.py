"""Things that are found by names: what models and embedding models have in common there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar

from ..runtime import SDKError

__all__ = ["Named", "UnknownModelError", "WithAliases", "checked_name", "with_stored"]

ModelT = TypeVar("ModelT")
AsyncModelT = TypeVar("AsyncModelT")
EntryT = TypeVar("EntryT", bound="WithAliases[Any, Any]")


class UnknownModelError(SDKError, KeyError):
    """No model has this name; `near` are names like it."""

    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # other errors of this kind show their text in quotes

    @classmethod
    def with_near(cls, message: str, name: str, known: Iterable[str]) -> UnknownModelError:
        """With the names like it in a note, whatever their case."""
        made = cls(message)
        written: dict[str, str] = {}
        for each in known:
            if each != name:
                written.setdefault(each.lower(), each)
        near = difflib.get_close_matches(name.lower(), written, n=3, cutoff=0.6)
        made.near = tuple(written[each] for each in near)
        if made.near:
            made.add_note(f"did you mean {' or '.join(map(repr, made.near))}?")
        return made


@dataclass(frozen=True)
class WithAliases(Generic[ModelT, AsyncModelT]):
    """Something in the colours it has, and its other names."""

    model: ModelT | None
    async_model: AsyncModelT | None
    aliases: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, model: ModelT | None, async_model: AsyncModelT | None, aliases: Iterable[str]) -> Self:
        """In one colour or both. Raises ValueError without a model, or when the two are not the same one."""
        made = cls(model, async_model, set(aliases))
        if len({each.model_id for each in made._colours()}) != 1:
            raise ValueError("pass a model, an async model, or both of the same model_id")
        return made

    @property
    def model_id(self) -> str:
        """The name of the model."""
        return next((each.model_id for each in self._colours()), "")

    def matches(self, query: str) -> bool:
        """Whether the text is part of one of the names, in any case."""
        return any(query.lower() in name.lower() for name in (*self.aliases, self.model_id))

    def sync_one(self, asked: str) -> ModelT:
        """The sync model. Raises `UnknownModelError`."""
        if self.model is None:
            raise UnknownModelError(f"Unknown model (async model exists): {asked}")
        return self.model

    def async_one(self, asked: str) -> AsyncModelT:
        """The async model. Raises `UnknownModelError`."""
        if self.async_model is None:
            raise UnknownModelError(f"Unknown async model (sync model exists): {asked}")
        return self.async_model

    def _colours(self) -> list[Any]:
        return [each for each in (self.model, self.async_model) if each is not None]


class Named(Generic[EntryT]):
    """Entries, each under its id and under its other names."""

    def __init__(self, entries: Iterable[EntryT] = ()) -> None:
        self._by_name: dict[str, EntryT] = {}
        for each in entries:
            self.add(each)

    def add(self, entry: EntryT) -> None:
        """Have an entry found by its names, in place of what they found before."""
        self._by_name.update(dict.fromkeys([entry.model_id, *entry.aliases], entry))

    def find(self, name: str) -> EntryT | None:
        """What has this name."""
        return self._by_name.get(name)

    def names(self) -> list[str]:
        """All names."""
        return list(self._by_name)

    def by_id(self) -> dict[str, EntryT]:
        """The entries under their ids."""
        return {each.model_id: each for each in self._by_name.values()}


def with_stored(entries: Iterable[EntryT], stored: Mapping[str, str]) -> list[EntryT]:
    """The entries, with the names that the user keeps for them."""
    names: dict[str, set[str]] = {}
    for alias, model_id in stored.items():
        names.setdefault(model_id, set()).add(alias)
    return [replace(each, aliases=each.aliases | names.get(each.model_id, set())) for each in entries]


def checked_name(name: object) -> str:
    """The name. Raises TypeError for what is no text."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a model is text, not {type(name).__name__}")
    return name
