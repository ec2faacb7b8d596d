"""Asking providers for their models."""

from __future__ import annotations

import os
import warnings

from ...runtime import APIConnectionError, TimeoutTypes
from ..core.credentials import Key
from ..core.discovering import Listing
from ..core.routing import base_url_of
from ..discovered import keep_discovered, kept_discovered
from ..keys import stored_keys
from ..providers.registry import known
from .clients import async_client_of

__all__ = ["async_discover_models"]


async def async_discover_models(
    provider: str = "openai",
    *,
    base_url: str | None = None,
    api_key: Key | None = None,
    timeout: TimeoutTypes | None = None,
    max_retries: int | None = None,
    max_age: float = 86400.0,
) -> list[str]:
    """The models of a provider, by the names that `get_model` and `get_async_model` take.

    The answer is kept on the disk, where those two and `get_models` find it, and given again for `max_age` seconds
    before the provider is asked anew. When it cannot be reached then, an older answer is given with a warning; not so
    with a `max_age` of 0.

    Raises `UnknownProviderError`, `MissingKeyError` and ValueError before anything is sent, `UnsupportedParameterError`
    for a provider that has no list of models, and `APIError`.
    """
    found = known.get(provider)
    address = base_url_of(found, os.environ, base_url)
    kept = kept_discovered(found.name, address)
    if kept is not None and kept.age < max_age:
        return kept.models
    listing = Listing(
        found,
        registry=known,
        environment=os.environ,
        keys=stored_keys,
        base_url=address,
        api_key=api_key,
        timeout=timeout,
        max_retries=max_retries,
    )
    try:
        models: list[str] = await async_client_of(listing.route.endpoint).send(listing.call, listing)
    except APIConnectionError as error:
        if kept is None or max_age <= 0:
            raise
        said = f"{found.title} cannot be reached, these are the models of before: {error}"
        warnings.warn(said, UserWarning, stacklevel=2)
        return kept.models
    keep_discovered(found.name, address, models)
    return models
