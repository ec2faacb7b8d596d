"""Embedding models by their names, in both colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ._async.embedding_models import AsyncEmbeddingModel
from ._sync.embedding_models import EmbeddingModel
from .core.routing import prefix_of
from .models import UnknownModelError
from .providers.registry import known
from .store import get_default_embedding_model, stored_aliases

__all__ = [
    "AsyncEmbeddingModel",
    "EmbeddingModel",
    "EmbeddingModelWithAliases",
    "get_async_embedding_model",
    "get_async_embedding_models",
    "get_embedding_model",
    "get_embedding_models",
    "get_embedding_models_with_aliases",
    "register_embedding_model",
]


@dataclass(frozen=True)
class EmbeddingModelWithAliases:
    """An embedding model, in the colours it has, and its other names."""

    model: EmbeddingModel | None
    async_model: AsyncEmbeddingModel | None
    aliases: set[str] = field(default_factory=set[str])

    @property
    def model_id(self) -> str:
        """The name of the model."""
        found = self.model or self.async_model
        return found.model_id if found is not None else ""

    def matches(self, query: str) -> bool:
        """Whether the text is part of one of the names, in any case."""
        return any(query.lower() in name.lower() for name in (*self.aliases, self.model_id))


def _made(model_id: str, *aliases: str, **settings: Any) -> EmbeddingModelWithAliases:
    return EmbeddingModelWithAliases(
        EmbeddingModel(model_id, **settings), AsyncEmbeddingModel(model_id, **settings), set(aliases)
    )


_SMALL, _LARGE = "text-embedding-3-small", "text-embedding-3-large"
_registered: Final[dict[str, EmbeddingModelWithAliases]] = {
    made.model_id: made
    for made in (
        _made("text-embedding-ada-002", "ada", "ada-002"),
        _made(_SMALL, "3-small"),
        _made(_LARGE, "3-large"),
        _made(f"{_SMALL}-512", "3-small-512", model_name=_SMALL, dimensions=512),
        _made(f"{_LARGE}-256", "3-large-256", model_name=_LARGE, dimensions=256),
        _made(f"{_LARGE}-1024", "3-large-1024", model_name=_LARGE, dimensions=1024),
    )
}


def register_embedding_model(
    model: EmbeddingModel | None = None,
    async_model: AsyncEmbeddingModel | None = None,
    *,
    aliases: Iterable[str] = (),
) -> None:
    """Make an embedding model known by its id and by other names; in one colour or both.

    Raises ValueError without a model, or when the two are not the same one.
    """
    ids = {each.model_id for each in (model, async_model) if each is not None}
    if len(ids) != 1:
        raise ValueError("pass a model, an async model, or both of the same model_id")
    made = EmbeddingModelWithAliases(model, async_model, set(aliases))
    _registered[made.model_id] = made


def get_embedding_model(name: str | None = None) -> EmbeddingModel:
    """The embedding model with this name or alias; without a name, the one of `set_default_embedding_model`.

    Names are those of `get_embedding_models`, and `provider/model` for providers that have embeddings. Raises
    `UnknownModelError`.
    """
    asked, found = _asked(name)
    if found.model is None:
        raise UnknownModelError(f"Unknown model (async model exists): {asked}")
    return found.model


def get_async_embedding_model(name: str | None = None) -> AsyncEmbeddingModel:
    """The same as an async model."""
    asked, found = _asked(name)
    if found.async_model is None:
        raise UnknownModelError(f"Unknown async model (sync model exists): {asked}")
    return found.async_model


def get_embedding_models() -> list[EmbeddingModel]:
    """The embedding models that are known by name: OpenAI's, and those that were registered."""
    return [each.model for each in get_embedding_models_with_aliases() if each.model is not None]


def get_async_embedding_models() -> list[AsyncEmbeddingModel]:
    """The same as async models."""
    return [each.async_model for each in get_embedding_models_with_aliases() if each.async_model is not None]


def get_embedding_models_with_aliases() -> list[EmbeddingModelWithAliases]:
    """The same with their other names."""
    stored = stored_aliases()
    return [
        EmbeddingModelWithAliases(
            each.model, each.async_model, each.aliases | {alias for alias, of in stored.items() if of == each.model_id}
        )
        for each in _registered.values()
    ]


def _asked(name: str | None) -> tuple[str, EmbeddingModelWithAliases]:
    asked = get_default_embedding_model() if name is None else name
    if asked is None:
        raise UnknownModelError("No default embedding model is set: pass a name, or call set_default_embedding_model()")
    meant = stored_aliases().get(asked, asked)
    found = _registered.get(meant) or next((each for each in _registered.values() if meant in each.aliases), None)
    if found is not None:
        return asked, found
    prefix, bare = prefix_of(meant)
    provider = known.find(prefix) if prefix and bare else None
    if provider is None or not provider.embeddings:
        names = {*_registered, *(alias for each in _registered.values() for alias in each.aliases)}
        raise UnknownModelError.with_near(f"Unknown model: {asked}", asked, names)
    return asked, _made(meant)
