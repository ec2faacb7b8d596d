"""Models that turn texts into vectors, asked by their methods."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Unpack

from ...lib.core.embeddings import with_floats
from ..core.keyless import PickledWithoutKeys
from ..core.parameters import EmbeddingParameters
from ..core.vectors import vectors_of
from ..pairs.texts import AsyncTexts, async_batches, checked_text, several
from .asking import aembedding

__all__ = ["AsyncEmbeddingModel"]


class AsyncEmbeddingModel(PickledWithoutKeys):
    """An embedding model of a provider: `AsyncEmbeddingModel("provider/model")`.

    `model_name` is how the provider calls it, where that differs. Keywords of `aembedding` hold for every text:
    `dimensions`, `base_url`, `api_key`, `timeout`, `max_retries` and the like.
    """

    supports_text = True
    supports_binary = False

    def __init__(
        self,
        model_id: str,
        *,
        model_name: str | None = None,
        batch_size: int = 100,
        **settings: Unpack[EmbeddingParameters],
    ) -> None:
        self.model_id = model_id
        self.model_name = model_name or model_id
        self.batch_size = _checked_size(batch_size)
        """How many texts are sent at once."""
        self.settings = settings

    @property
    def dimensions(self) -> int | None:
        """How long the vectors are to be; None for as long as the model makes them."""
        return self.settings.get("dimensions")

    async def embed(self, text: str, *, key: str | None = None) -> list[float]:
        """The vector of a text.

        Raises TypeError and ValueError for what is no text, and what `aembedding` raises.
        """
        return (await self.embed_batch([text], key=key))[0]

    async def embed_multi(
        self,
        texts: AsyncTexts,
        batch_size: int | None = None,
        *,
        key: str | None = None,
    ) -> AsyncIterator[list[float]]:
        """The vectors of texts, in their order. Texts are read, and sent, one batch at a time."""
        size = self.batch_size if batch_size is None else _checked_size(batch_size)
        async for batch in async_batches(texts, size):
            for vector in await self.embed_batch(batch, key=key):
                yield vector

    async def embed_batch(self, texts: Iterable[str], *, key: str | None = None) -> list[list[float]]:
        """The vectors of texts that are sent at once.

        Raises as `embed` does, and SDKError when it is not one for each text.
        """
        sent = [checked_text(text) for text in several(texts)]
        if not sent:
            return []
        settings: EmbeddingParameters = {**self.settings}
        if key is not None:
            settings["api_key"] = key
        return vectors_of(self.model_id, with_floats(await aembedding(self.model_name, sent, **settings)), len(sent))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.model_id!r}>"


def _checked_size(size: object) -> int:
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValueError(f"batch_size must be a number from 1 on, not {size!r}")
    return size
