"""From the arguments of a function to the calls it makes: one, and one more for each fallback."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from types import NoneType
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from ...lib.core.azure import MutuallyExclusiveAuthError, azure_place
from ...runtime.core.kinds import checked_mapping, is_bytes, is_iterable, is_list, is_mapping
from ...runtime.core.request import Call
from ...runtime.core.retry import checked_max_retries
from ...runtime.core.sentinels import NotGiven, Omit, not_given
from ..providers.profile import Provider
from ..providers.registry import Registry
from .errors import UnsupportedParameterError
from .fitting import fit
from .messages import messages_for
from .parameters import OF_COMPLETIONS, OF_EMBEDDINGS, OF_RESPONSES, SETTINGS
from .routing import Endpoint, KeyStore, Route, route_to

__all__ = ["Attempt", "attempt_with", "attempts", "located"]

Kind: TypeAlias = Literal["completion", "responses", "embedding"]

_PATHS: Final[Mapping[Kind, str]] = {
    "completion": "/chat/completions",
    "responses": "/responses",
    "embedding": "/embeddings",
}
_PARAMETERS: Final[Mapping[Kind, AbstractSet[str]]] = {
    "completion": OF_COMPLETIONS,
    "responses": OF_RESPONSES,
    "embedding": OF_EMBEDDINGS,
}
_SUBJECTS: Final[Mapping[Kind, str]] = {"completion": "messages", "responses": "input", "embedding": "input"}
_PLACES: Final = frozenset(
    {"api_key", "api_version", "azure_ad_token", "azure_ad_token_provider", "base_url", "provider"}
)
"""Keywords that belong to one model, and are not passed on to a fallback."""
_OTHER_NAMES: Final = {"api_base": "base_url", "custom_llm_provider": "provider", "num_retries": "max_retries"}
_NOT_GIVEN: Final = frozenset({NoneType, NotGiven, Omit})
_TOKENS: Final = frozenset({"azure_ad_token", "azure_ad_token_provider"})
_PLACED: Final = ("provider", "base_url", "api_key", "api_version")
"""Those that say where it is, and as whom it is asked."""
_VERSION_OF_MODELS: Final = "2024-05-01-preview"
"""The version of Azure's model inference that its own package asks for."""
_KEPT_STATE: Final = ("previous_response_id", "conversation", "background")


class Attempt(NamedTuple):
    """One way of asking: where, and with what."""

    route: Route
    call: Call
    streamed: bool


def attempts(
    kind: Kind,
    model: object,
    subject: object,
    stream: bool | None,
    given: Mapping[str, Any],
    *,
    registry: Registry,
    environment: Mapping[str, str],
    keys: KeyStore | None = None,
    provider: str | None = None,
) -> list[Attempt]:
    """The ways of asking, to be tried one after the other. `provider` says whose the model is, but not a fallback.

    All of them are made, and with that checked, before the first is sent. Raises TypeError and ValueError that name
    the argument, `UnknownProviderError`, `MissingKeyError` and `UnsupportedParameterError`.
    """
    parameters = _given(given) if given else {}
    fallbacks = parameters.pop("fallbacks", None)
    if fallbacks is None:
        return [_attempt(kind, model, subject, bool(stream), parameters, registry, environment, keys, provider)]
    if isinstance(fallbacks, (str, bytes)) or is_mapping(fallbacks) or not is_iterable(fallbacks):
        raise TypeError(f"fallbacks must be a list of models, not {type(fallbacks).__name__}")
    if not isinstance(subject, (str, bytes)) and not is_mapping(subject) and is_iterable(subject):
        subject = list(subject)  # several attempts may read it
    made = [_attempt(kind, model, subject, bool(stream), parameters, registry, environment, keys, provider)]
    for number, fallback in enumerate(fallbacks):
        own: dict[str, Any] = {"model": fallback} if isinstance(fallback, str) else dict(_fallback(number, fallback))
        other = own.pop("model", None)
        if other is None:  # the same one, asked otherwise
            changed = {**parameters, **_given(own)}
            made.append(_attempt(kind, model, subject, bool(stream), changed, registry, environment, keys, provider))
            continue
        changed = {name: value for name, value in parameters.items() if name not in _PLACES}
        changed.update(_given(own))
        made.append(_attempt(kind, other, subject, bool(stream), changed, registry, environment, keys))
    return made


def _fallback(number: int, fallback: object) -> Mapping[str, Any]:
    if not is_mapping(fallback):
        raise TypeError(f"fallbacks[{number}] must be a model or a mapping, not {type(fallback).__name__}")
    if not fallback:
        raise ValueError(f"fallbacks[{number}] says nothing: it is a model, or a mapping of what is to differ")
    return fallback


def _attempt(
    kind: Kind,
    model: object,
    subject: object,
    streamed: bool,
    parameters: Mapping[str, Any],
    registry: Registry,
    environment: Mapping[str, str],
    keys: KeyStore | None,
    provider: str | None = None,
) -> Attempt:
    settings: dict[str, Any] = {}
    body: dict[str, Any] = {"model": None, _SUBJECTS[kind]: subject}
    for name, value in parameters.items():
        (settings if name in SETTINGS else body)[name] = value
    place: dict[str, Any] = {"provider": provider}
    if settings:
        place.update((name, settings[name]) for name in _PLACED if name in settings)
        if not _TOKENS.isdisjoint(settings):
            place["token"] = _token(settings)
    route = route_to(model, registry=registry, environment=environment, keys=keys, **place)
    return _made(kind, route, subject, streamed, settings, body)


def _token(settings: Mapping[str, Any]) -> Any:
    """The token, or the function that gives it. Raises `MutuallyExclusiveAuthError` for both."""
    token, function = settings.get("azure_ad_token"), settings.get("azure_ad_token_provider")
    if function is None:
        return token
    if token is not None:
        raise MutuallyExclusiveAuthError
    if not callable(function):
        raise TypeError(f"azure_ad_token_provider must be a function, not {type(function).__name__}")
    return function


def attempt_with(
    provider: Provider, model: str, messages: object, *, stream: bool, parameters: Mapping[str, Any]
) -> Attempt:
    """The way of asking for a completion by a client that knows where it leads. Raises as `attempts`."""
    given = _given(parameters)
    settings = {name: value for name, value in given.items() if name in SETTINGS}
    body = {name: value for name, value in given.items() if name not in SETTINGS}
    if provider.model_id_prefix and "/" not in model:
        model = provider.model_id_prefix + model
    route = Route(provider, model, Endpoint(provider.base_url or "", None, provider.auth_header, is_openai=False))
    return _made("completion", route, messages, stream, settings, {"model": None, "messages": None, **body})


def _made(
    kind: Kind, route: Route, subject: object, streamed: bool, settings: Mapping[str, Any], body: dict[str, Any]
) -> Attempt:
    provider = route.provider
    body["model"] = route.model
    has_more = len(body) > 2
    if has_more:
        _check_names(kind, provider, body)
    if kind != "completion":
        _check_offered(kind, provider, body)
        if subject is None and kind == "responses":
            del body["input"]
        else:
            body["input"] = _checked_input(kind, subject)
    else:
        body["messages"] = messages_for(provider, subject)
        if has_more:
            fit(provider, body, drop=settings.get("drop_params"))
    if streamed:
        body["stream"] = True
    if settings:
        if "additional_params" in settings:
            body.update(_further(kind, "additional_params", _additional(settings["additional_params"]), streamed))
        if is_mapping(own := settings.get("extra_body")):
            _further(kind, "extra_body", own, streamed)
    return Attempt(route, located(route, _call(kind, provider, body, settings, streamed)), streamed)


def _checked_input(kind: Kind, given: object) -> object:
    if is_bytes(given) or is_mapping(given) or not is_iterable(given):
        raise TypeError(f"input must be text, or a list, not {type(given).__name__}")
    if isinstance(given, str):
        return given
    several = given if is_list(given) else list(given)
    if kind == "embedding" and not several:
        raise ValueError("input is empty: there is nothing to embed")
    return several


def _call(kind: Kind, provider: Provider, body: dict[str, Any], settings: Mapping[str, Any], streamed: bool) -> Call:
    headers = settings.get("extra_headers")
    if provider.headers:
        headers = {**provider.headers, **checked_mapping("extra_headers", headers)}
    retries = settings.get("max_retries")
    return Call(
        "POST",
        _PATHS[kind],
        body=body,
        streamed=streamed,
        extra_headers=headers,
        extra_query=settings.get("extra_query"),
        extra_body=settings.get("extra_body"),
        timeout=settings.get("timeout", not_given),
        max_retries=None if retries is None else checked_max_retries(retries),
    )


def located(route: Route, call: Call) -> Call:
    """The call where Azure's older forms want it: with a version, and under a deployment unless models are asked."""
    if not route.provider.api_version_env:
        return call
    is_of_models = urlsplit(route.endpoint.base_url).path.endswith("/models")
    version = route.api_version or (_VERSION_OF_MODELS if is_of_models else None)
    if version is None:
        return call
    query = {"api-version": version, **checked_mapping("extra_query", call.extra_query)}
    if is_of_models:
        return call.replaced(extra_query=query)
    return azure_place(None, None, route.endpoint.base_url).located(call).replaced(extra_query=query)


def _given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, each under one name."""
    made = {name: value for name, value in parameters.items() if value.__class__ not in _NOT_GIVEN}
    for other, name in _OTHER_NAMES.items():
        if other in made:
            made.setdefault(name, made.pop(other))
    if "tools" in made:  # several attempts may read them
        made["tools"] = _listed_tools(made["tools"])
    return made


def _listed_tools(given: object) -> list[Any]:
    if isinstance(given, (str, bytes, type)) or is_mapping(given) or not is_iterable(given):
        raise TypeError(f"tools must be a list of tools, not {type(given).__name__}")
    return given if is_list(given) else list(given)


def _check_names(kind: Kind, provider: Provider, body: Mapping[str, Any]) -> None:
    known = _known(kind, provider)
    if known.issuperset(body):
        return
    for name in body:
        if name not in known:
            near = difflib.get_close_matches(name, known | SETTINGS, n=1)
            hint = "pass what is a provider's own in extra_body"
            hint = f"did you mean {near[0]}? Or {hint}" if near else hint
            raise TypeError(f"{kind}() got an unexpected keyword argument {name!r}; {hint}")


@lru_cache(maxsize=256)
def _known(kind: Kind, provider: Provider) -> frozenset[str]:
    return frozenset(_PARAMETERS[kind] | provider.own_parameters | {"model", _SUBJECTS[kind]})


def _check_offered(kind: Kind, provider: Provider, body: Mapping[str, Any]) -> None:
    if kind == "embedding" and not provider.embeddings:
        raise UnsupportedParameterError(provider.title, "embeddings")
    if kind != "responses":
        return
    if provider.responses == "none":
        raise UnsupportedParameterError(provider.title, "the Responses API", "; ask it by completion()")
    if provider.responses == "stateless":
        for name in _KEPT_STATE:
            if body.get(name):
                raise UnsupportedParameterError(provider.title, name, ": it keeps nothing of what was said before")


def _further(kind: Kind, name: str, given: Mapping[str, Any], streamed: bool) -> Mapping[str, Any]:
    """Further entries of the body. Raises ValueError where they ask for a stream, and the function does not."""
    if "stream" in given and bool(given["stream"]) is not streamed:
        raise ValueError(f"stream is a keyword of {kind}(): {name} cannot change it")
    return given


def _additional(given: object) -> Mapping[str, Any]:
    if isinstance(given, (str, bytes)):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise ValueError(f"Invalid JSON in additional_params: {error}") from None
        if not is_mapping(given):
            raise ValueError("Invalid JSON in additional_params: it must be an object")
    return checked_mapping("additional_params", given)
