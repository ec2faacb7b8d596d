"""What `client=` may be: a client of ours, anything shaped like OpenAI's, or one that tells an address and a key."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ....runtime.core.errors import SDKError
from ....runtime.core.kinds import is_list, is_mapping
from ...providers.profile import Provider
from ..answers import completion_of
from ..colours import is_async_function
from ..data import Completion
from ..parameters import OF_COMPLETIONS
from .parts import items_of

__all__ = [
    "OwnTree",
    "Place",
    "UnsupportedClientError",
    "check_settings",
    "colour_of",
    "completion_by",
    "keywords_for",
    "mapping_of",
    "other_colour",
    "title_of",
    "way_of",
]


_OF_PLACES: Final = ("api_key", "base_url", "api_base", "api_version", "fallbacks")


class UnsupportedClientError(SDKError, TypeError):
    """The `client` cannot be used: it is of the other colour, or does not tell where it leads."""


@dataclass(frozen=True, slots=True)
class OwnTree:
    """A client that is asked by its own `chat.completions.create`."""

    create: Callable[..., Any]
    client: Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client leads, and as whom."""

    base_url: str
    key: str | None = field(repr=False)


def way_of(client: Any, provider: Provider, *, is_async: bool) -> OwnTree | Place:
    """How to ask by a client. Raises `UnsupportedClientError`, which says what to pass instead."""
    if isinstance(client, type):
        raise UnsupportedClientError(f"client must be an object, not the class {client.__name__}")
    colour = colour_of(client)
    create = _create(client)
    if create is not None and colour is None and is_async_function(create):
        colour = "async"
    if colour is not None and (colour == "async") is not is_async:
        raise other_colour(client, is_async=is_async)
    if create is not None:
        return OwnTree(create, client)
    place = _place(client, provider)
    if place is None:
        where = repr(provider.base_url) if provider.base_url else "..."
        kind = "AsyncClient" if is_async else "Client"
        raise UnsupportedClientError(
            f"{title_of(client)} has no chat.completions.create, and does not tell both its address and its key: pass "
            f"client={kind}(base_url={where}, api_key=...) of antiphon, or no client and "
            f"call_params={{'api_key': ...}}"
        )
    return place


def other_colour(client: object, *, is_async: bool) -> UnsupportedClientError:
    """The error for a client of the other colour than the function, which is async or not."""
    its, wanted = ("a sync", "an async") if is_async else ("an async", "a sync")
    return UnsupportedClientError(
        f"{title_of(client)} is {its} client, and the function is {wanted} one: "
        f"pass {wanted} client, or {'drop' if is_async else 'add'} the `async` of the function"
    )


def colour_of(client: object) -> str | None:
    """`sync` or `async`, where the kind of the client says it."""
    for kind in type(client).__mro__:
        match kind.__name__:
            case "AsyncAPIClient":  # ours, and those of every vendor whose package is generated as OpenAI's is
                return "async"
            case "SyncAPIClient" | "APIClient":
                return "sync"
            case _:
                pass
    name = type(client).__name__
    return "async" if name.startswith("Async") else None


def _create(client: Any) -> Callable[..., Any] | None:
    found: Any = client
    for name in ("chat", "completions", "create"):
        try:
            found = getattr(found, name, None)
        except Exception:  # a property of somebody's object
            return None
    return found if callable(found) else None


def _place(client: Any, provider: Provider) -> Place | None:
    url, key = _text(getattr(client, "base_url", None)), _secret(client)
    settings = getattr(client, "sdk_configuration", None)  # Mistral's
    if settings is not None:
        details: Any = getattr(settings, "get_server_details", None)
        if callable(details):
            found = items_of(details())
            url = url or _text(found[0] if found else None)
        security: Any = getattr(settings, "security", None)
        key = key or _secret(security() if callable(security) else security)
    if url is None or key is None:
        return None
    return Place(_with_path(url, provider), key)


def _with_path(url: str, provider: Provider) -> str:
    """The address with the path below which chat completions are, which packages of vendors add themselves."""
    from urllib.parse import urlsplit

    if urlsplit(url).path not in ("", "/"):
        return url
    path = provider.base_url_path or (urlsplit(provider.base_url).path if provider.base_url else "")
    return url.rstrip("/") + path


def _secret(holder: object) -> str | None:
    for name in ("api_key", "auth_token"):
        value = getattr(holder, name, None)
        value = getattr(value, "get_secret_value", lambda held=value: held)()
        if isinstance(value, str) and value.strip():
            return value
    return None


def _text(value: object) -> str | None:
    text = str(value) if value is not None else ""
    return text if "://" in text else None


def title_of(client: object) -> str:
    """What a client is called in errors."""
    kind = type(client)
    return f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise TypeError for settings that only calls without a client can have."""
    for name in _OF_PLACES:
        if settings.get(name) is not None:
            raise TypeError(f"{name} and client cannot be passed together: the client knows its own")


def mapping_of(given: Any, client: object) -> Mapping[str, Any]:
    """What a client gave, as a mapping. Raises `UnsupportedClientError` for what is none."""
    if is_mapping(given):
        return given
    dump: Any = getattr(given, "to_dict", None) or getattr(given, "model_dump", None)
    made: object = dump() if callable(dump) else None
    if not is_mapping(made):
        raise UnsupportedClientError(f"{title_of(client)} gave {type(given).__name__}, and no chat completion")
    return made


def completion_by(given: Any, client: object, provider: Provider) -> Completion:
    """The completion that a client gave. Raises `UnsupportedClientError` for what is none."""
    body = mapping_of(given, client)
    choices: object = body.get("choices")
    if not is_list(choices) or not all(is_mapping(each) and is_mapping(each.get("message")) for each in choices):
        raise UnsupportedClientError(f"{title_of(client)} gave no chat completion: its 'choices' hold no messages")
    return completion_of(provider, body)


def keywords_for(create: Callable[..., Any], body: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords for a client's `create`: what it does not know goes into its `extra_body`.

    Raises TypeError for what the client has no place for.
    """
    known = _keywords_of(create)
    made: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in body.items():
        (made if (known is None and name in _SENT) or (known is not None and name in known) else extra)[name] = value
    for name in ("timeout", "extra_headers", "extra_query"):
        if settings.get(name) is not None:
            made[name] = settings[name]
    given = settings.get("extra_body")
    if is_mapping(given):
        extra.update(given)
    if known is not None and "extra_body" not in known:
        extra.pop("stream_options", None)  # asked for by this package, and not by anybody who calls
        if extra:
            raise TypeError(f"the client takes no {min(extra)!r}")
    elif extra:
        made["extra_body"] = extra
    return made


_SENT: Final = OF_COMPLETIONS | {"model", "messages", "stream"}


def _keywords_of(create: Callable[..., Any]) -> frozenset[str] | None:
    """The keywords that a function takes; None where it takes any."""
    try:
        parameters = inspect.signature(create).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return frozenset(parameter.name for parameter in parameters)
