"""The API as Azure serves it: other credentials, a version in the query, models behind deployments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from ...runtime.core.auth import CredentialsError, Scheme
from ...runtime.core.client import SDK, ClientOption
from ...runtime.core.errors import SDKError
from ...runtime.core.kinds import is_mapping
from ...runtime.core.paths import fill_path
from ...runtime.core.request import Call

__all__ = [
    "API_KEY_SENTINEL",
    "AzurePlace",
    "MutuallyExclusiveAuthError",
    "azure_credentials",
    "azure_place",
    "azure_sdk",
    "azure_version",
]

API_KEY_SENTINEL: Final = "<no key>"
"""What programs give in place of a key, or compare one with, that know of clients with a key that is none."""

_OF_DEPLOYMENTS: Final = frozenset(
    {
        "/audio/speech",
        "/audio/transcriptions",
        "/audio/translations",
        "/chat/completions",
        "/completions",
        "/embeddings",
        "/images/edits",
        "/images/generations",
    }
)
"""The endpoints that Azure keeps under the deployment of a model."""


class MutuallyExclusiveAuthError(SDKError, TypeError):
    """More than one of `api_key`, `azure_ad_token` and `azure_ad_token_provider`."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or ("pass one of api_key, azure_ad_token and azure_ad_token_provider, not several",)))


def azure_sdk(sdk: SDK) -> SDK:
    """The facts of the API, as they are at Azure."""
    own = (ClientOption("azure_ad_token"), ClientOption("api_version", query="api-version"))
    taken = ("api_key", "workload_identity", "data_residency")
    return replace(
        sdk,
        title="AzureOpenAI",
        base_url=None,
        base_url_env=None,
        options=(ClientOption("api_key"), *(each for each in sdk.options if each.name not in taken), *own),
        schemes={
            "AzureToken": Scheme("bearer", ("azure_ad_token",)),
            "AzureKey": Scheme("header", ("api_key",), name="api-key"),
        },
        security=(("AzureToken",), ("AzureKey",)),
    )


def azure_credentials(api_key: object, token: object, provider: object, *, enforced: bool) -> tuple[object, object]:
    """The key, and the token or the function that gives it: what was passed, else a token or a key of the environment.

    Raises `MutuallyExclusiveAuthError` for more than one, `CredentialsError` for none.
    """
    if api_key == API_KEY_SENTINEL:
        api_key = None
    given = [each for each in (api_key, token, provider) if each is not None]
    if len(given) > 1:
        raise MutuallyExclusiveAuthError
    if provider is not None and not callable(provider):
        raise TypeError(f"azure_ad_token_provider must be a function, not {type(provider).__name__}")
    if not given:
        token = os.environ.get("AZURE_OPENAI_AD_TOKEN", "").strip() or None
        if token is None:
            api_key = os.environ.get("AZURE_OPENAI_API_KEY", "").strip() or None
        if token is None and api_key is None and enforced:
            raise CredentialsError(
                "Missing credentials. Please pass one of api_key, azure_ad_token and azure_ad_token_provider to the "
                "client, or set AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD_TOKEN in the environment."
            )
    return api_key, provider if provider is not None else token


@dataclass(frozen=True, slots=True)
class AzurePlace:
    """Where a resource of Azure is, and what of it is asked for."""

    base_url: str
    endpoint: str | None
    """The address of the resource; None when the caller passed a `base_url`."""
    deployment: str | None

    @property
    def is_v1(self) -> bool:
        """Whether this is the newer interface, which knows models by their names and needs no version."""
        return urlsplit(self.base_url).path.rstrip("/").endswith("/openai/v1")

    def located(self, call: Call) -> Call:
        """The call under the deployment it is for, by the `model` in its body, or the client's own."""
        path = call.path
        security = {"security": None} if call.security else {}  # there is one kind of credential here
        if self.is_v1 or path.startswith(("https://", "http://")):
            return call.replaced(**security) if security else call
        if path in _OF_DEPLOYMENTS:
            model = self._model(call)
            if model is not None:
                path = fill_path("/deployments/{model}", model=model) + path
        elif path == "/realtime" and call.method == "GET":
            query = {name: value for name, value in call.query.items() if name != "model"}
            query["deployment"] = self.deployment or call.query.get("model")
            return call.replaced(path=self._beside(path), query=query, **security)
        elif self.deployment is not None and self.endpoint is not None:
            path = self._beside(path)
        else:
            return call.replaced(**security) if security else call
        return call.replaced(path=path, **security)

    def _beside(self, path: str) -> str:
        """The path outside of the client's own deployment."""
        if self.deployment is None or self.endpoint is None:
            return path
        return f"{self.endpoint}/openai{path if path.startswith('/') else f'/{path}'}"

    def _model(self, call: Call) -> str | None:
        if "/deployments" in urlsplit(self.base_url).path:
            return None
        body: Mapping[str, Any] = call.body if is_mapping(call.body) else {}
        model = body.get("model")
        return model if isinstance(model, str) and model else None


def azure_place(endpoint: str | None, deployment: str | None, base_url: str | None) -> AzurePlace:
    """Where requests go. `endpoint` falls back to `AZURE_OPENAI_ENDPOINT`; ValueError for both it and a `base_url`."""
    if base_url is not None:
        if endpoint is not None:
            raise ValueError("base_url and azure_endpoint are mutually exclusive: each says where the resource is")
        return AzurePlace(str(base_url), None, None)
    if endpoint is None:
        endpoint = os.environ.get("AZURE_OPENAI_ENDPOINT", "").strip() or None
    if endpoint is None:
        raise ValueError("pass azure_endpoint or base_url, or set AZURE_OPENAI_ENDPOINT in the environment")
    endpoint = str(endpoint).rstrip("/")
    if urlsplit(endpoint).path.endswith("/openai/v1"):
        return AzurePlace(endpoint, endpoint.removesuffix("/openai/v1"), None)
    root = f"{endpoint}/openai"
    if deployment is None:
        return AzurePlace(root, endpoint, None)
    return AzurePlace(root + fill_path("/deployments/{deployment}", deployment=deployment), endpoint, deployment)


def azure_version(version: str | None, place: AzurePlace) -> str | None:
    """The API version; `OPENAI_API_VERSION` where none is given. ValueError where one is needed and there is none."""
    version = version or os.environ.get("OPENAI_API_VERSION", "").strip() or None
    if version is None and not place.is_v1:
        raise ValueError("pass api_version, or set OPENAI_API_VERSION in the environment")
    return version
