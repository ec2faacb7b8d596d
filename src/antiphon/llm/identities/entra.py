"""Tokens of Microsoft Entra ID, with azure-identity or anything like it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from ..core.errors import MissingKeyError
from .tokens import Token, TokenKeeper

__all__ = ["EntraCredentials", "entra_credentials_of"]

_SCOPE: Final = "https://cognitiveservices.azure.com/.default"
_TITLE: Final = "Azure OpenAI"
_KEYS: Final = ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN")
_WAYS: Final = ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE")


class EntraCredentials(TokenKeeper):
    """Tokens for models at Azure: `completion("azure/my-deployment", api_key=EntraCredentials())`.

    `credential` is one of azure-identity, or anything whose `get_token(scope)` gives `token` and `expires_on`; without
    it `DefaultAzureCredential`. It is made at the first request; a token is kept until it ends. An async credential
    belongs to its event loop: give the function of `azure.identity.aio.get_bearer_token_provider` instead.
    """

    def __init__(self, credential: Any = None, *, scope: str = _SCOPE) -> None:
        """Nothing is looked for yet. Raises `MissingKeyError` without a credential where azure-identity is missing."""
        super().__init__()
        if credential is None and not _is_installed():
            ways = ["pip install azure-identity to use Entra ID", "pass a credential"]
            raise MissingKeyError(_TITLE, _KEYS, ways=ways)
        self._credential = credential
        self._scope = scope

    def fetch(self) -> Token:
        """A new token. Raises `MissingKeyError` where there are no credentials."""
        try:
            if self._credential is None:
                identity: Any = import_module("azure.identity")
                self._credential = identity.DefaultAzureCredential()
            given = self._credential.get_token(self._scope)
            return Token(str(given.token), float(given.expires_on))
        except Exception as error:
            why = f"Entra ID gave no token: {error}"
            raise MissingKeyError(_TITLE, _KEYS, why=why) from error


def entra_credentials_of(environment: Mapping[str, str]) -> EntraCredentials | None:
    """The credentials that Microsoft's own programs would find; None where azure-identity is not installed."""
    if not _is_installed():
        return None
    return _kept(tuple(environment.get(name, "") for name in _WAYS))


@lru_cache(maxsize=8)
def _kept(ways: tuple[str, ...]) -> EntraCredentials:
    return EntraCredentials()


def _is_installed() -> bool:
    try:
        return find_spec("azure.identity") is not None
    except ModuleNotFoundError:
        return False
