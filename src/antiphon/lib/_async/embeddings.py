"""What the embeddings resource does besides its calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ...runtime import AsyncAPIResource, Call
from ..core.embeddings import asking_for_base64, with_floats

__all__ = ["AsyncEmbeddingVectors"]

T = TypeVar("T")


class AsyncEmbeddingVectors(AsyncAPIResource):
    """Asks for base64 where the caller asks for no form, and gives floats."""

    async def _request(self, call: Call, into: type[T], *, finish: Callable[[Any], Any] | None = None) -> T:
        asking = None if self._client.settings.strict else asking_for_base64(call)
        if asking is None:
            return await super()._request(call, into, finish=finish)
        return await super()._request(asking, into, finish=with_floats)
