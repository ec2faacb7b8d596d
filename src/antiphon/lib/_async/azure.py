"""The client for the API as Azure serves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Self, TypeAlias

from ...client import AsyncClient
from ...client._facts import FACTS
from ...runtime import (
    AsyncAPIClient,
    AsyncCredential,
    AsyncHTTPClient,
    Call,
    HeaderTypes,
    NotGiven,
    TimeoutTypes,
    not_given,
)
from ..core.azure import azure_credentials, azure_place, azure_sdk, azure_version

__all__ = ["AsyncAzureADTokenProvider", "AsyncAzureOpenAI"]

AsyncAzureADTokenProvider: TypeAlias = Callable[[], str | Awaitable[str]]
"""Gives a token of Microsoft Entra ID; asked before every attempt."""


class AsyncAzureOpenAI(AsyncClient):
    """The client for models deployed at Azure.

    It has the same methods. What is sent differs: the key goes in the header `api-key`, or a token of Microsoft Entra
    ID as `Authorization`; `api-version` goes with every request; and calls that name a model go to its deployment.
    """

    sdk = azure_sdk(FACTS)

    azure_ad_token: AsyncCredential | None
    api_version: str | None

    def __init__(
        self,
        *,
        api_version: str | None = None,
        azure_endpoint: str | None = None,
        azure_deployment: str | None = None,
        api_key: AsyncCredential | None = None,
        azure_ad_token: str | None = None,
        azure_ad_token_provider: AsyncAzureADTokenProvider | None = None,
        admin_api_key: AsyncCredential | None = None,
        organization: str | None = None,
        project: str | None = None,
        webhook_secret: str | None = None,
        websocket_base_url: str | None = None,
        base_url: str | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
        max_retries: int = FACTS.max_retries,
        default_headers: HeaderTypes | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: AsyncHTTPClient | None = None,
        _strict_response_validation: bool = False,
        _enforce_credentials: bool = True,
    ) -> None:
        """A client; nothing is sent and no connection is opened yet.

        Args:
            api_version: Which version of the API to speak; without it `OPENAI_API_VERSION` of the environment. An
                endpoint that ends in `/openai/v1` needs none.
            azure_endpoint: The address of your resource, such as `https://example.openai.azure.com`; without it
                `AZURE_OPENAI_ENDPOINT` of the environment.
            azure_deployment: The deployment that every call for a model goes to, whatever its `model` says.
            api_key: A key of the resource, or a function that gives it before every attempt; without any credential
                `AZURE_OPENAI_AD_TOKEN`, then `AZURE_OPENAI_API_KEY` of the environment.
            azure_ad_token: A token of Microsoft Entra ID, in place of a key.
            azure_ad_token_provider: A function that gives such a token before every attempt.
            admin_api_key: Not used here; taken so that one set of options fits both kinds of client.
            organization: The header `OpenAI-Organization`; without it `OPENAI_ORG_ID` of the environment.
            project: The header `OpenAI-Project`; without it `OPENAI_PROJECT_ID` of the environment.
            webhook_secret: What webhooks are signed with; without it `OPENAI_WEBHOOK_SECRET` of the environment.
            websocket_base_url: Where WebSockets connect, if elsewhere.
            base_url: The whole address that paths are added to, in place of `azure_endpoint`.
            timeout: Seconds for each phase of a request, or a `Timeout`; None waits for ever.
            max_retries: How often a failed request is tried again.
            default_headers: Headers for every request; `omit` as a value removes one.
            default_query: Query entries for every request.
            http_client: An HTTP client of your own, with its proxies, certificates and limits.

        Raises `CredentialsError` for no credentials, `MutuallyExclusiveAuthError` for several, and ValueError or
        TypeError for what could not be used later.
        """
        self._place = azure_place(azure_endpoint, azure_deployment, base_url)
        enforced = _enforce_credentials and not _has_own(default_headers)
        key, token = azure_credentials(api_key, azure_ad_token, azure_ad_token_provider, enforced=enforced)
        AsyncAPIClient.__init__(
            self,
            options={
                "api_key": key,
                "azure_ad_token": token,
                "api_version": azure_version(api_version, self._place),
                "admin_api_key": admin_api_key,
                "organization": organization,
                "project": project,
                "webhook_secret": webhook_secret,
                "websocket_base_url": websocket_base_url,
            },
            base_url=self._place.base_url,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            http_client=http_client,
            strict=_strict_response_validation,
            enforce_credentials=_enforce_credentials,
        )

    workload_identity = None
    data_residency = None

    @property
    def _api_version(self) -> str | None:
        """Programs that trace or wrap clients look for the version here."""
        return self.api_version

    def _prepare(self, call: Call) -> Call:
        place = replace(self._place, base_url=str(self.base_url))  # which can be set
        return place.located(super()._prepare(call))

    def copy(  # pyright: ignore[reportIncompatibleMethodOverride]  identities and places are not Azure's
        self,
        *,
        api_version: str | None = None,
        azure_endpoint: str | None = None,
        azure_deployment: str | None = None,
        api_key: AsyncCredential | None = None,
        azure_ad_token: str | None = None,
        azure_ad_token_provider: AsyncAzureADTokenProvider | None = None,
        admin_api_key: AsyncCredential | None = None,
        organization: str | None = None,
        project: str | None = None,
        webhook_secret: str | None = None,
        websocket_base_url: str | None = None,
        base_url: str | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
        max_retries: int | None = None,
        default_headers: HeaderTypes | None = None,
        set_default_headers: HeaderTypes | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        http_client: AsyncHTTPClient | None = None,
    ) -> Self:
        """A client with some settings changed, over the same connections. A credential takes the place of another."""
        return self._copied(
            {
                "api_version": api_version,
                "azure_endpoint": azure_endpoint,
                "azure_deployment": azure_deployment,
                "api_key": api_key,
                "azure_ad_token": azure_ad_token,
                "azure_ad_token_provider": azure_ad_token_provider,
                "admin_api_key": admin_api_key,
                "organization": organization,
                "project": project,
                "webhook_secret": webhook_secret,
                "websocket_base_url": websocket_base_url,
                "base_url": base_url,
                "max_retries": max_retries,
                "http_client": http_client,
            },
            timeout,
            default_headers=default_headers,
            set_default_headers=set_default_headers,
            default_query=default_query,
            set_default_query=set_default_query,
        )

    with_options = copy

    def _arguments(self) -> dict[str, Any]:
        arguments = super()._arguments()
        if callable(arguments["azure_ad_token"]):
            arguments["azure_ad_token_provider"] = arguments.pop("azure_ad_token")
        place = self._place
        if place.endpoint is not None and str(self.base_url).rstrip("/") == place.base_url:
            del arguments["base_url"]
            arguments["azure_endpoint"] = place.base_url if place.is_v1 else place.endpoint
            arguments["azure_deployment"] = place.deployment
        return arguments

    def _changed(self, given: Mapping[str, object]) -> dict[str, Any]:
        arguments = {**self._arguments(), **given}
        credentials = {"api_key", "azure_ad_token", "azure_ad_token_provider"}
        if not credentials.isdisjoint(given):
            arguments.update(dict.fromkeys(credentials - set(given)))
        if "base_url" in given and "azure_endpoint" not in given:
            arguments["azure_endpoint"] = arguments["azure_deployment"] = None
        elif "azure_endpoint" in given:
            arguments.pop("base_url", None)
        return arguments


def _has_own(headers: HeaderTypes | None) -> bool:
    """Whether the caller says by headers of their own who calls."""
    return any(name.lower() in ("authorization", "api-key") for name in headers or ())
