"""Which models a provider has, as it says itself. Nothing here waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...runtime.core.errors import APIResponseValidationError
from ...runtime.core.kinds import is_list, is_mapping
from ...runtime.core.request import Call
from ...runtime.core.response import HTTPResponse, parsed
from ...runtime.core.retry import checked_max_retries
from ...runtime.core.sentinels import not_given
from ...runtime.core.timeouts import TimeoutTypes
from ..providers.profile import Provider
from ..providers.registry import Registry
from .asking import located
from .credentials import Key
from .errors import UnsupportedParameterError
from .routing import KeyStore, Route, route_to

__all__ = ["Listing", "model_names"]


class Listing:
    """The request for the models of a provider, and what its answer means."""

    needs_body = True
    cast_to: Any = dict

    def __init__(
        self,
        provider: Provider,
        *,
        registry: Registry,
        environment: Mapping[str, str],
        keys: KeyStore,
        base_url: str | None = None,
        api_key: Key | None = None,
        timeout: TimeoutTypes | None = None,
        max_retries: int | None = None,
    ) -> None:
        self.provider = provider
        if not provider.lists_models:
            raise UnsupportedParameterError(provider.title, "a list of its models")
        self.route: Route = route_to(
            "any",
            registry=registry,
            environment=environment,
            provider=provider.name,
            base_url=base_url,
            api_key=api_key,
            keys=keys,
        )
        call = Call(
            "GET",
            "/models",
            extra_headers=provider.headers or None,
            timeout=not_given if timeout is None else timeout,
            max_retries=None if max_retries is None else checked_max_retries(max_retries),
        )
        self.call = located(self.route, call)

    def make(self, opened: Any, to: Any = None) -> list[str]:
        """The names, in their order. Raises `APIResponseValidationError` for what is no list of models."""
        response: HTTPResponse = opened.response
        body: Any = parsed(object, response)
        models: Any = body.get("data") if is_mapping(body) else body  # Together sends the list itself
        if not is_list(models):
            said = f"{self.provider.title} answered {response.status_code} with what is no list of models"
            raise APIResponseValidationError(response, body, message=said)
        ids = {model["id"] for model in models if is_mapping(model) and isinstance(model.get("id"), str)}
        return model_names(self.provider, ids - {""})


def model_names(provider: Provider, ids: set[str]) -> list[str]:
    """Models as `get_model` knows them: `provider/model`, and OpenAI's by their own names."""
    return sorted(_named(provider, each) for each in ids)


def _named(provider: Provider, model: str) -> str:
    bare = provider.name == "openai" and (
        not {"/", ":"} & set(model) or any(map(model.startswith, provider.model_prefixes))
    )
    return model if bare else f"{provider.name}/{model}"
