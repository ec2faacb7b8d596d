"""Models by their names, in both colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, get_args

from ._async.chains import AsyncChainResponse
from ._async.model_responses import AsyncResponse
from ._async.models import AsyncConversation, AsyncKeyModel, AsyncModel
from ._sync.chains import ChainResponse
from ._sync.model_responses import Response
from ._sync.models import Conversation, KeyModel, Model
from .core.routing import prefix_of
from .discovered import every_discovered
from .naming import Named, UnknownModelError, WithAliases, checked_name, with_stored
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


@dataclass(frozen=True)
class ModelWithAliases(WithAliases[Model, AsyncModel]):
    """A model, in the colours it has, and its other names."""


_registered: Final = Named[ModelWithAliases]()


def register_model(
    model: Model | None = None, async_model: AsyncModel | None = None, *, aliases: Iterable[str] = ()
) -> None:
    """Make a model known to `get_model` and `get_async_model` by its id and by other names; in one colour or both.

    Raises ValueError without a model, or when the two are not the same one.
    """
    _registered.add(ModelWithAliases.of(model, async_model, aliases))


def get_model(name: str | None = None) -> Model:
    """The model with this name or alias; without a name, the default model.

    Names are those of `get_models`, and `provider/model` for every provider that is known. Raises `UnknownModelError`.
    """
    asked, found = _asked(name)
    return found.sync_one(asked)


def get_async_model(name: str | None = None) -> AsyncModel:
    """The same as an async model."""
    asked, found = _asked(name)
    return found.async_one(asked)


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
    stored = stored_aliases()
    entries = _registered.by_id()
    for model_id in (*_ids_of_openai(), *_discovered()):
        entries.setdefault(model_id, ModelWithAliases(Model(model_id), AsyncModel(model_id)))
    for model_id in stored.values():
        if model_id not in entries and (found := _found(model_id)) is not None:
            entries[found.model_id] = found
    return with_stored(entries.values(), stored)


def _asked(name: str | None) -> tuple[str, ModelWithAliases]:
    asked = get_default_model() if name is None else checked_name(name)
    found = _found(asked)
    if found is None:
        raise UnknownModelError.with_near(f"Unknown model: {asked}", asked, _names_like(asked))
    return asked, found


def _found(name: str) -> ModelWithAliases | None:
    registered = _registered.find(name)
    if registered is None and (other := stored_aliases().get(name)) is not None:
        name, registered = other, _registered.find(other)
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
    return {*_registered.names(), *stored_aliases(), *_ids_of_openai(), *_discovered(), *others}


@cache
def _ids_of_openai() -> tuple[str, ...]:
    from ..types.shared import ChatModel

    return get_args(ChatModel)
