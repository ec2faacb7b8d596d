"""The client of the package as a whole: at the API itself, or at Azure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from ..client import Client
from ..runtime.core.errors import SDKError

__all__ = ["AmbiguousModuleClientError", "made"]

_AZURE: Final = frozenset({"api_version", "azure_endpoint", "azure_ad_token", "azure_ad_token_provider"})
_NOT_AZURE: Final = frozenset({"workload_identity", "data_residency"})


class AmbiguousModuleClientError(SDKError):
    """There are credentials both for the API itself and for Azure."""


def made(options: Mapping[str, Any]) -> Client:
    """The client for the options that are set on the package.

    `api_type` (or `OPENAI_API_TYPE`) says which kind; without it the credentials do. Raises
    `AmbiguousModuleClientError` when there are some of both kinds.
    """
    given = dict(options)
    if _kind(given) == "azure":
        from ._sync.azure import AzureOpenAI

        refused = sorted(_NOT_AZURE.intersection(given))
        if refused:
            raise SDKError(f"{refused[0]} cannot be used with api_type = 'azure'")
        return AzureOpenAI(**given)
    return Client(**{name: value for name, value in given.items() if name not in _AZURE})


def _kind(given: dict[str, Any]) -> str:
    kind = given.pop("api_type", None) or os.environ.get("OPENAI_API_TYPE", "").strip() or None
    if kind is not None:
        if kind not in ("openai", "azure"):
            raise ValueError(f"api_type must be 'openai' or 'azure', not {kind!r}")
        return kind
    is_plain = any(name in given for name in ("api_key", "workload_identity")) or "OPENAI_API_KEY" in os.environ
    has_token = any(name in given for name in ("azure_ad_token", "azure_ad_token_provider"))
    is_azure = has_token or any(name in os.environ for name in ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN"))
    if is_plain and is_azure:
        raise AmbiguousModuleClientError(
            "there are credentials for the API and for Azure: set api_type to 'openai' or to 'azure'"
        )
    return "azure" if is_azure else "openai"
