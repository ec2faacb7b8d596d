"""Embedding models by their names, in both colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ._async.embedding_models import AsyncEmbeddingModel
from ._sync.embedding_models import EmbeddingModel
from .core.routing import prefix_of
from .naming import Named, UnknownModelError, WithAliases, checked_name, with_stored
from .providers.registry import known
from .store import get_default_embedding_model, stored_aliases

__all__ = [
    "AsyncEmbeddingModel",
    "EmbeddingModel",
    "EmbeddingModelWithAliases",
    "get_async_embedding_model",
    "get_async_embedding_models",
    "get_embedding_model",
    "get_embedding_model_aliases",
    "get_embedding_models",
    "get_embedding_models_with_aliases",
    "register_embedding_model",
]


@dataclass(frozen=True)
class EmbeddingModelWithAliases(WithAliases[EmbeddingModel, AsyncEmbeddingModel]):
    """An embedding model, in the colours it has, and its other names."""


def _made(model_id: str, *aliases: str, **settings: Any) -> EmbeddingModelWithAliases:
    return EmbeddingModelWithAliases(
        EmbeddingModel(model_id, **settings), AsyncEmbeddingModel(model_id, **settings), set(aliases)
    )


_SMALL, _LARGE = "text-embedding-3-small", "text-embedding-3-large"
_registered: Final = Named(
    (
        _made("text-embedding-ada-002", "ada", "ada-002"),
        _made(_SMALL, "3-small"),
        _made(_LARGE, "3-large"),
        _made(f"{_SMALL}-512", "3-small-512", model_name=_SMALL, dimensions=512),
        _made(f"{_LARGE}-256", "3-large-256", model_name=_LARGE, dimensions=256),
        _made(f"{_LARGE}-1024", "3-large-1024", model_name=_LARGE, dimensions=1024),
    )
)


def register_embedding_model(
    model: EmbeddingModel | None = None,
    async_model: AsyncEmbeddingModel | None = None,
    *,
    aliases: Iterable[str] = (),
) -> None:
    """Make an embedding model known by its id and by other names; in one colour or both.

    Raises ValueError without a model, or when the two are not the same one.
    """
    _registered.add(EmbeddingModelWithAliases.of(model, async_model, aliases))


def get_embedding_model(name: str | None = None) -> EmbeddingModel:
    """The embedding model with this name or alias; without a name, the one of `set_default_embedding_model`.

    Names are those of `get_embedding_models`, and `provider/model` for providers that have embeddings. Raises
    `UnknownModelError`.
    """
    asked, found = _asked(name)
    return found.sync_one(asked)


def get_async_embedding_model(name: str | None = None) -> AsyncEmbeddingModel:
    """The same as an async model."""
    asked, found = _asked(name)
    return found.async_one(asked)


def get_embedding_models() -> list[EmbeddingModel]:
    """The embedding models that are known by name: OpenAI's, and those that were registered."""
    return [each.model for each in get_embedding_models_with_aliases() if each.model is not None]


def get_async_embedding_models() -> list[AsyncEmbeddingModel]:
    """The same as async models."""
    return [each.async_model for each in get_embedding_models_with_aliases() if each.async_model is not None]


def get_embedding_model_aliases() -> dict[str, EmbeddingModel]:
    """The embedding models by each of their names and aliases."""
    found: dict[str, EmbeddingModel] = {}
    for each in get_embedding_models_with_aliases():
        if each.model is not None:
            found.update(dict.fromkeys([each.model_id, *each.aliases], each.model))
    return found


def get_embedding_models_with_aliases() -> list[EmbeddingModelWithAliases]:
    """The same with their other names."""
    return with_stored(_registered.by_id().values(), stored_aliases())


def _asked(name: str | None) -> tuple[str, EmbeddingModelWithAliases]:
    asked = get_default_embedding_model() if name is None else checked_name(name)
    if asked is None:
        raise UnknownModelError("No default embedding model is set: pass a name, or call set_default_embedding_model()")
    meant = stored_aliases().get(asked, asked)
    found = _registered.find(meant)
    if found is not None:
        return asked, found
    prefix, bare = prefix_of(meant)
    provider = known.find(prefix) if prefix and bare else None
    if provider is None or not provider.embeddings:
        raise UnknownModelError.with_near(f"Unknown model: {asked}", asked, _registered.names())
    return asked, _made(meant)
