"""The client for Azure, at the path where users look for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async.azure import AsyncAzureADTokenProvider as AsyncAzureADTokenProvider
    from ._async.azure import AsyncAzureOpenAI as AsyncAzureOpenAI
    from ._sync.azure import AzureADTokenProvider as AzureADTokenProvider
    from ._sync.azure import AzureOpenAI as AzureOpenAI
    from .core.azure import API_KEY_SENTINEL as API_KEY_SENTINEL
    from .core.azure import MutuallyExclusiveAuthError as MutuallyExclusiveAuthError
else:
    from ..runtime.lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "antiphon.lib._async.azure": "AsyncAzureADTokenProvider AsyncAzureOpenAI",
            "antiphon.lib._sync.azure": "AzureADTokenProvider AzureOpenAI",
            "antiphon.lib.core.azure": "API_KEY_SENTINEL MutuallyExclusiveAuthError",
        },
    )
