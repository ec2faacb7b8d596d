"""Models that turn texts into vectors, asked by their methods."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final, Unpack

from ...lib.core.embeddings import with_floats
from ...runtime import SDKError
from ..core.keyless import PickledWithoutKeys
from ..core.parameters import EmbeddingParameters
from ..core.vectors import vectors_of
from ..keys import get_key
from ..pairs.texts import (
    AsyncTexts,
    async_batches,
    async_own_vectors,
    checked_item,
    checked_size,
    several,
    takes_key,
)
from .asking import aembedding

__all__ = ["AsyncEmbeddingModel"]

_NONE: Final[EmbeddingParameters] = {}


class AsyncEmbeddingModel(PickledWithoutKeys):
    """An embedding model of a provider: `AsyncEmbeddingModel("provider/model")`.

    `model_name` is how the provider calls it, where that differs. Keywords of `aembedding` hold for every text:
    `dimensions`, `base_url`, `api_key`, `timeout`, `max_retries` and the like.

    A class of models of its own has a `model_id`, and an `embed_batch` that gives the vectors of a list of texts, or of
    bytes with `supports_binary`; one that takes `key` too gets the key that `needs_key` and `key_env_var` say.
    """

    # On the class, so that classes of models can say them too.

    model_id: str = ""
    key: str | None = None
    needs_key: str | None = None
    """The name under which the key of a class of models is stored."""
    key_env_var: str | None = None
    """The environment variable that may hold it."""
    supports_text: bool = True
    supports_binary: bool = False
    batch_size: int | None = 100
    """How many texts are sent at once; None for all of them."""
    model_name: str | None = None
    settings: EmbeddingParameters = _NONE

    def __init__(
        self,
        model_id: str | None = None,
        *,
        model_name: str | None = None,
        batch_size: int | None = None,
        **settings: Unpack[EmbeddingParameters],
    ) -> None:
        if model_id is not None:
            self.model_id = model_id
        if not self.model_id:
            raise ValueError("an embedding model has a model_id: provider/model")
        if batch_size is not None:
            self.batch_size = checked_size(batch_size)
        self.model_name = model_name or self.model_name or self.model_id
        self.settings = {**self.settings, **settings}

    @property
    def dimensions(self) -> int | None:
        """How long the vectors are to be; None for as long as the model makes them."""
        return self.settings.get("dimensions")

    def get_key(self, explicit_key: str | None = None) -> str | None:
        """The key of a class of models: what is given, its own, the stored one, that of the environment.

        None where none is needed. Raises `NeedsKeyException` when there is none.
        """
        given = explicit_key or self.key
        return None if not given and self.needs_key is None else get_key(given, self.needs_key, self.key_env_var)

    async def embed(self, text: str | bytes, *, key: str | None = None) -> list[float]:
        """The vector of a text, or of bytes where the model takes them.

        Raises TypeError and ValueError for what it does not take, and what `aembedding` raises.
        """
        vectors = await self._vectors([checked_item(self, text)], key)
        if not vectors:
            raise SDKError(f"{self.model_id} answered no vector")
        return vectors[0]

    async def embed_multi(
        self,
        texts: AsyncTexts,
        batch_size: int | None = None,
        *,
        key: str | None = None,
    ) -> AsyncIterator[list[float]]:
        """The vectors of texts, in their order. Texts are read, and sent, one batch at a time."""
        size = self.batch_size if batch_size is None else checked_size(batch_size)
        async for batch in async_batches(self, texts, size):
            for vector in await self._vectors(batch, key):
                yield vector

    async def _vectors(self, batch: list[Any], key: str | None) -> list[list[float]]:
        if type(self).embed_batch is AsyncEmbeddingModel.embed_batch:
            return await self.embed_batch(batch, key=key)
        if takes_key(self.embed_batch):
            return await async_own_vectors(self, self.embed_batch(batch, key=self.get_key(key)))
        if key is not None:
            raise TypeError(f"embed_batch of {type(self).__name__} takes no key")
        return await async_own_vectors(self, self.embed_batch(batch))

    async def embed_batch(self, texts: Iterable[str], *, key: str | None = None) -> list[list[float]]:
        """The vectors of texts that are sent at once.

        Raises as `embed` does, and SDKError when it is not one for each text.
        """
        sent = [checked_item(self, text) for text in several(texts)]
        if not sent:
            return []
        settings: EmbeddingParameters = {**self.settings}
        if (key := self.key if key is None else key) is not None:
            settings["api_key"] = key
        name = self.model_name or self.model_id
        return vectors_of(self.model_id, with_floats(await aembedding(name, sent, **settings)), len(sent))

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.model_id}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.model_id!r}>"
