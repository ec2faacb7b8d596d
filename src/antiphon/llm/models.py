"""Models by their names, in both colours."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final, get_args

from ..runtime import SDKError
from ._async.chains import AsyncChainResponse
from ._async.model_responses import AsyncResponse
from ._async.models import AsyncConversation, AsyncKeyModel, AsyncModel
from ._sync.chains import ChainResponse
from ._sync.model_responses import Response
from ._sync.models import Conversation, KeyModel, Model
from .core.routing import prefix_of
from .discovered import every_discovered
from .providers.registry import known
from .store import get_default_model, stored_aliases

__all__ = [
    "AsyncChainResponse",
    "AsyncConversation",
    "AsyncKeyModel",
    "AsyncModel",
    "AsyncResponse",
    "ChainResponse",
    "Conversation",
    "KeyModel",
    "Model",
    "ModelWithAliases",
    "Response",
    "UnknownModelError",
    "get_async_model",
    "get_async_model_aliases",
    "get_async_models",
    "get_model",
    "get_model_aliases",
    "get_models",
    "get_models_with_aliases",
    "register_model",
]


class UnknownModelError(SDKError, KeyError):
    """No model has this name; `near` are names like it."""

    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # other errors of this kind show their text in quotes

    @classmethod
    def with_near(cls, message: str, name: str, known: Iterable[str]) -> UnknownModelError:
        """With the names like it in a note."""
        made = cls(message)
        made.near = tuple(difflib.get_close_matches(name, [*known], n=3, cutoff=0.6))
        if made.near:
            made.add_note(f"did you mean {' or '.join(map(repr, made.near))}?")
        return made


@dataclass(frozen=True)
class ModelWithAliases:
    """A model, in the colours it has, and its other names."""

    model: Model | None
    async_model: AsyncModel | None
    aliases: set[str] = field(default_factory=set[str])

    @property
    def model_id(self) -> str:
        """The name of the model."""
        found = self.model or self.async_model
        return found.model_id if found is not None else ""

    def matches(self, query: str) -> bool:
        """Whether the text is part of one of the names, in any case."""
        return any(query.lower() in name.lower() for name in (*self.aliases, self.model_id))


_registered: Final[dict[str, ModelWithAliases]] = {}


def register_model(
    model: Model | None = None, async_model: AsyncModel | None = None, *, aliases: Iterable[str] = ()
) -> None:
    """Make a model known to `get_model` and `get_async_model` by its id and by other names; in one colour or both.

    Raises ValueError without a model, or when the two are not the same one.
    """
    ids = {each.model_id for each in (model, async_model) if each is not None}
    if len(ids) != 1:
        raise ValueError("pass a model, an async model, or both of the same model_id")
    made = ModelWithAliases(model, async_model, set(aliases))
    _registered.update(dict.fromkeys([*ids, *made.aliases], made))


def get_model(name: str | None = None) -> Model:
    """The model with this name or alias; without a name, the default model.

    Names are those of `get_models`, and `provider/model` for every provider that is known. Raises `UnknownModelError`.
    """
    asked = get_default_model() if name is None else name
    found = _found(asked)
    if found is None:
        raise UnknownModelError.with_near(f"Unknown model: {asked}", asked, _names_like(asked))
    if found.model is None:
        raise UnknownModelError(f"Unknown model (async model exists): {asked}")
    return found.model


def get_async_model(name: str | None = None) -> AsyncModel:
    """The same as an async model."""
    asked = get_default_model() if name is None else name
    found = _found(asked)
    if found is None:
        raise UnknownModelError.with_near(f"Unknown model: {asked}", asked, _names_like(asked))
    if found.async_model is None:
        raise UnknownModelError(f"Unknown async model (sync model exists): {asked}")
    return found.async_model


def get_models() -> list[Model]:
    """The models that are known by name: OpenAI's, those that were registered, and those of providers that were asked.

    Nothing is sent; `discover_models` asks a provider.
    """
    return [each.model for each in get_models_with_aliases() if each.model is not None]


def get_async_models() -> list[AsyncModel]:
    """The same as async models."""
    return [each.async_model for each in get_models_with_aliases() if each.async_model is not None]


def get_model_aliases() -> dict[str, Model]:
    """The models by each of their names."""
    return {name: each.model for name, each in _by_name() if each.model is not None}


def get_async_model_aliases() -> dict[str, AsyncModel]:
    """The same as async models."""
    return {name: each.async_model for name, each in _by_name() if each.async_model is not None}


def _by_name() -> list[tuple[str, ModelWithAliases]]:
    return [(name, each) for each in get_models_with_aliases() for name in (each.model_id, *each.aliases)]


def get_models_with_aliases() -> list[ModelWithAliases]:
    """The same with their other names."""
    names: dict[str, set[str]] = {}
    for alias, model_id in stored_aliases().items():
        names.setdefault(model_id, set()).add(alias)
    entries = {each.model_id: each for each in _registered.values()}
    for model_id in (*_ids_of_openai(), *_discovered()):
        entries.setdefault(model_id, ModelWithAliases(Model(model_id), AsyncModel(model_id)))
    for model_id in names:
        if model_id not in entries and (found := _found(model_id)) is not None:
            entries[found.model_id] = found
    return [
        ModelWithAliases(each.model, each.async_model, each.aliases | names.get(each.model_id, set()))
        for each in entries.values()
    ]


def _found(name: str) -> ModelWithAliases | None:
    registered = _registered.get(name)
    if registered is None and (other := stored_aliases().get(name)) is not None:
        name, registered = other, _registered.get(other)
    if registered is not None:
        return registered
    prefix, bare = prefix_of(name)
    routed = known.find(prefix) if prefix and bare else known.with_model(name)
    if routed is None and name not in _ids_of_openai() and name not in _discovered():
        return None
    return ModelWithAliases(Model(name), AsyncModel(name))


def _discovered() -> list[str]:
    """What providers said to have when they were asked last."""
    return [model for each in every_discovered() for model in each.models]


def _names_like(asked: str) -> set[str]:
    """Names that may have been meant: all that are known, and the same model of providers with names like its own."""
    prefix, _ = prefix_of(asked)
    others = {provider + asked[len(prefix) :] for provider in known.near(prefix)} if prefix else set[str]()
    return {*_registered, *stored_aliases(), *_ids_of_openai(), *_discovered(), *others}


@cache
def _ids_of_openai() -> tuple[str, ...]:
    from ..types.shared import ChatModel

    return get_args(ChatModel)
