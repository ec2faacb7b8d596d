"""Functions that answer, over any provider: `completion(model="openai/...", messages=[...])`, and `acompletion`.

Names are loaded when they are used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import providers as providers
    from ._async.asking import acompletion as acompletion
    from ._async.asking import aembedding as aembedding
    from ._async.asking import aresponses as aresponses
    from ._async.clients import aclose_all as aclose_all
    from ._async.streams import AsyncPieces as AsyncPieces
    from ._sync.asking import completion as completion
    from ._sync.asking import embedding as embedding
    from ._sync.asking import responses as responses
    from ._sync.clients import close_all as close_all
    from ._sync.streams import Pieces as Pieces
    from .core.data import Completion as Completion
    from .core.data import CompletionChunk as CompletionChunk
    from .core.data import Data as Data
    from .core.data import Embeddings as Embeddings
    from .core.data import ResponseData as ResponseData
    from .core.errors import MissingKeyError as MissingKeyError
    from .core.errors import UnknownProviderError as UnknownProviderError
    from .core.errors import UnsupportedParameterError as UnsupportedParameterError
    from .core.joining import completion_from_chunks as completion_from_chunks
    from .core.parameters import CompletionParameters as CompletionParameters
    from .core.parameters import EmbeddingParameters as EmbeddingParameters
    from .core.parameters import ResponseParameters as ResponseParameters
    from .core.parameters import Settings as Settings
    from .providers.profile import Provider as Provider
else:
    from ..runtime.lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._async.asking": "acompletion aembedding aresponses",
            "._async.clients": "aclose_all",
            "._async.streams": "AsyncPieces",
            "._sync.asking": "completion embedding responses",
            "._sync.clients": "close_all",
            "._sync.streams": "Pieces",
            ".core.data": "Completion CompletionChunk Data Embeddings ResponseData",
            ".core.errors": "MissingKeyError UnknownProviderError UnsupportedParameterError",
            ".core.joining": "completion_from_chunks",
            ".core.parameters": "CompletionParameters EmbeddingParameters ResponseParameters Settings",
            ".providers.profile": "Provider",
        },
        modules="providers",
    )
