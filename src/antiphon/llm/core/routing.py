"""From the name of a model to where it is: provider, address, key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol, cast
from urllib.parse import urlsplit, urlunsplit

from ...lib.core.azure import MutuallyExclusiveAuthError
from ..providers.profile import Provider
from ..providers.registry import Registry
from ..providers.table import CUSTOM
from .credentials import Key, KeyFunction, Signer, place_of
from .errors import MissingKeyError, UnknownProviderError, UnsupportedParameterError

__all__ = ["Endpoint", "KeyStore", "Route", "base_url_of", "key_of", "prefix_of", "provider_of", "route_to"]

_PATHS: Final = ("/chat/completions", "/responses", "/embeddings")
_PLACE: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.:-]*[A-Za-z0-9_])?")
_BEARER: Final = "authorization"
_TEXT: Final = (str, type(None))
_PREFIX: Final = re.compile(r"([^/:]+)[/:](.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, and as whom it is called: what connections are kept for."""

    base_url: str
    key: Key | None = field(repr=False)
    auth_header: str
    is_openai: bool
    """Whether the organization and the project of the environment are meant for it."""


class KeyStore(Protocol):
    """Keys that are kept by name."""

    def explicit(self, given: str, /) -> str:
        """The key that is kept under this name, else what was given."""
        ...

    def stored(self, names: Iterable[str], /) -> str | None:
        """The key of the first name that has one."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """Where a model is."""

    provider: Provider
    model: str
    """As the provider calls it."""
    endpoint: Endpoint
    api_version: str | None = None


def route_to(
    model: object,
    *,
    registry: Registry,
    environment: Mapping[str, str],
    provider: str | None = None,
    base_url: str | None = None,
    api_key: Key | None = None,
    api_version: str | None = None,
    token: KeyFunction | str | None = None,
    keys: KeyStore | None = None,
) -> Route:
    """Where `provider/model` or `provider:model` is asked.

    The provider is the one that is named by `provider`, else the one whose host is in `base_url`, else the one before
    the model, else OpenAI. With a `base_url` that nobody knows, a prefix that nobody knows belongs to the model.

    `api_key` may be a function that gives the key, or what signs each request; `token` takes its place at providers
    that know such a thing. The key is the one that is given (or kept under the given name), else that of the
    environment, else the one that is kept under the name of the provider; else whatever identity the environment has.

    Raises `UnknownProviderError`, `MissingKeyError`, `UnsupportedParameterError`, ValueError and TypeError.
    """
    if not isinstance(model, str):
        raise TypeError(f"model must be text, not {type(model).__name__}")
    if not model.strip():
        raise ValueError("model is empty")
    if provider.__class__ not in _TEXT or base_url.__class__ not in _TEXT:
        _check_texts(provider=provider, base_url=base_url)
    found, bare = provider_of(model, registry, name=provider, base_url=base_url)
    if not bare:
        raise ValueError(f"{model!r} names a provider and no model")
    if found.model_id_prefix and "/" not in bare:
        bare = found.model_id_prefix + bare
    version = api_version or _first(environment, found.api_version_env)
    key, auth_header = _proof(found, api_key, token, environment, keys)
    has_version = version is not None
    address = _address(found, base_url, environment, has_version=has_version, key=key)
    return _made(found, bare, address, key, auth_header, version)


@lru_cache(maxsize=128)
def _made(
    provider: Provider, model: str, address: str, key: Key | None, auth_header: str, version: str | None
) -> Route:
    """The same object for the same place: what is looked up by it is found at once."""
    endpoint = Endpoint(base_url=address, key=key, auth_header=auth_header, is_openai=provider.name == "openai")
    return Route(provider, model, endpoint, version)


def _check_texts(**given: object) -> None:
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} must be text, not {type(value).__name__}")


def base_url_of(provider: Provider, environment: Mapping[str, str], base_url: str | None = None) -> str:
    """The address at which a provider would be asked. Raises ValueError where nothing says it, and TypeError."""
    _check_texts(base_url=base_url)
    version = _first(environment, provider.api_version_env)
    return _address(provider, base_url, environment, has_version=version is not None)


def prefix_of(model: str) -> tuple[str, str]:
    """What stands before a model, and the model; the first is empty where nothing stands there."""
    match = _PREFIX.fullmatch(model)
    return (match[1], match[2]) if match else ("", model)


def provider_of(
    model: str, registry: Registry, *, name: str | None = None, base_url: str | None = None
) -> tuple[Provider, str]:
    """The provider of a model, and what the model is called there; see `route_to`. Raises `UnknownProviderError`."""
    return _looked_up(model, registry, registry.edition, name, base_url)


@lru_cache(maxsize=256)
def _looked_up(
    model: str, registry: Registry, edition: int, name: str | None, base_url: str | None
) -> tuple[Provider, str]:
    prefix, rest = prefix_of(model)
    at_host = registry.at(base_url) if base_url else None
    named = registry.get(name) if name is not None else at_host
    if named is not None:
        # Other prefixes belong to the model there: `openai/gpt-oss-120b` is one of Groq's.
        return named, rest if prefix and prefix.lower() in named.names else model
    before = registry.find(prefix) if prefix else None
    if before is not None:
        return before, rest
    known = registry.with_model(model)
    if known is not None:
        return known, model
    if not prefix:
        return registry.get("openai"), model
    if base_url:
        return CUSTOM, model
    raise UnknownProviderError(prefix, registry.near(prefix), model=model)


def _address(
    provider: Provider,
    base_url: str | None,
    environment: Mapping[str, str],
    *,
    has_version: bool,
    key: object = None,
) -> str:
    given = base_url or None
    if given is None:
        given = _first(environment, provider.base_url_env)
        if given is not None and "://" not in given:  # OLLAMA_HOST may be a host and a port
            given = f"http://{given}"
    # Azure's older form has a version in its query, and deployments in place of `/v1`.
    path = "/openai" if provider.api_version_env and has_version else provider.base_url_path
    if given is not None and path and urlsplit(given).path in ("", "/"):
        given = given.rstrip("/") + path
    given = given or (_filled(provider, environment, key) if provider.base_url_parts else provider.base_url)
    if given is None:
        wanted = " or ".join(provider.base_url_env)
        raise ValueError(
            f"{provider.title} has no address of its own: pass base_url{f', or set {wanted}' * bool(wanted)}"
        )
    return _base(given)


def _filled(provider: Provider, environment: Mapping[str, str], key: object) -> str:
    """The provider's address with its places filled. Raises ValueError for one that nothing says."""
    parts: dict[str, str] = {}
    place = place_of(key)
    for name, variables in provider.base_url_parts.items():
        value = place.get(name) or _first(environment, variables)
        if value is None:
            raise ValueError(f"{provider.title} needs a {name}: set {' or '.join(variables)}, or pass base_url")
        if not _PLACE.fullmatch(value):
            raise ValueError(f"{value!r} cannot be the {name} in an address of {provider.title}")
        parts[name] = value
    address = (provider.base_url or "").format(**parts)
    for text, other in provider.base_url_replaced.items():
        address = address.replace(text, other)
    return address


@lru_cache(maxsize=256)
def _base(url: str) -> str:
    """The address without the path of a call, which some have at the end."""
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/")
    for ending in _PATHS:
        path = path.removesuffix(ending)
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _proof(
    provider: Provider,
    key: object,
    token: object,
    environment: Mapping[str, str],
    keys: KeyStore | None,
) -> tuple[Key | None, str]:
    """What proves who calls, and the header it goes in."""
    if isinstance(key, str) or (key is None and token is None):
        if token is not None:
            raise MutuallyExclusiveAuthError("pass one of api_key, azure_ad_token and azure_ad_token_provider")
        if not (key and key.strip()) and (found := _first(environment, provider.token_env)) is not None:
            return found, _BEARER
        text = key_of(provider, key, environment, keys)
        if text is not None or provider.identity is None:
            return text, provider.auth_header
        made = provider.identity(environment)
        if made is None and provider.needs_key:
            raise MissingKeyError(provider.title, provider.key_env, name=provider.name)
        return made, _BEARER
    if key is not None and token is not None:
        raise MutuallyExclusiveAuthError("pass one of api_key, azure_ad_token and azure_ad_token_provider")
    if token is not None and not provider.token_env:
        raise UnsupportedParameterError(provider.title, "azure_ad_token")
    given = token if token is not None else key
    if isinstance(given, str) or callable(given) or isinstance(given, Signer):
        # Functions give tokens there, and no keys.
        return cast(Key, given), _BEARER if provider.token_env else provider.auth_header
    raise TypeError(f"api_key must be text, a function, or what signs requests, not {type(given).__name__}")


def key_of(provider: Provider, given: str | None, environment: Mapping[str, str], keys: KeyStore | None) -> str | None:
    """The key for a provider: what is given, that of the environment, that which is kept under its name.

    None where it needs none, or takes an identity in its place. Raises `MissingKeyError`.
    """
    given = (given or "").strip()
    if given:
        return given if keys is None else keys.explicit(given)
    key = _first(environment, provider.key_env)
    if key is None and keys is not None and provider is not CUSTOM:  # a key goes to nobody it is not meant for
        key = keys.stored(provider.names)
    if key is None and provider.needs_key and provider.identity is None:
        raise MissingKeyError(provider.title, provider.key_env, name=provider.name)
    return key


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = environment.get(name)
        if value and (value := value.strip()):
            return value
    return None
