"""Calls to endpoints that have no method: `client.post(path, ...)`, `client.request(...)` and what they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypedDict

from .auth import Scheme, Security
from .exchange import RAW_RESPONSE_HEADER
from .headers import HeaderTypes, header_texts
from .kinds import is_bytes, is_mapping
from .multipart import Multipart
from .request import NO_QUERY, Call
from .sentinels import NotGiven, is_given, not_given
from .timeouts import TimeoutTypes
from .urls import checked_path

__all__ = [
    "FinalRequestOptions",
    "RequestOptions",
    "asking",
    "changed_call",
    "described_call",
    "known_security",
    "low_level_call",
    "options_of",
]


class RequestOptions(TypedDict, total=False):
    """The `options` of `client.get`, `client.post` and their like."""

    headers: HeaderTypes
    params: Mapping[str, object]
    """The query."""
    timeout: TimeoutTypes
    max_retries: int
    extra_json: Mapping[str, object]
    """Laid over the body."""
    idempotency_key: str
    follow_redirects: bool
    security: Any
    """The security schemes of the call: alternatives, each a list of names; or `{name: True}`."""


_OPTIONS: Final = frozenset(RequestOptions.__annotations__)
_DESCRIPTION: Final = _OPTIONS | {"method", "url", "json_data", "content", "files"}


class FinalRequestOptions:
    """A request in words, for `client.request`: `method`, `url`, a body (`json_data`, `content`, `files`), options.

    Raises TypeError for any other keyword. Hooks of clients get one to read and to change.
    """

    method: str
    url: str
    headers: Any = not_given
    params: Mapping[str, object]
    json_data: Any = None
    content: Any = None
    files: Any = None
    extra_json: Any = None
    timeout: Any = not_given
    max_retries: Any = not_given
    idempotency_key: str | None = None
    follow_redirects: bool | None = None
    security: Any = None
    meant: Any = None
    """The call this is about, for the client that told of it."""

    def __init__(self, *, method: str, url: str, **options: Any) -> None:
        refuse_unknown(options, _DESCRIPTION)
        self.__dict__.update({"params": {}, **options}, method=method, url=url)

    def get_max_retries(self, max_retries: int) -> int:
        """How often this is tried again where the client's own setting is `max_retries`."""
        own = self.max_retries
        return own if isinstance(own, int) else max_retries

    @classmethod
    def construct(cls, _fields_set: object = None, **values: Any) -> FinalRequestOptions:
        return cls(**values)

    def __repr__(self) -> str:
        return f"<FinalRequestOptions {self.__dict__['method']} {self.__dict__['url']}>"


def refuse_unknown(options: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = set(options) - known
    if unknown:
        raise TypeError(f"unknown request options: {', '.join(sorted(unknown))}")


def described_call(description: FinalRequestOptions | Mapping[str, Any]) -> Call:
    """The call meant by `client.request(cast_to, description)`. TypeError for what is unknown in it or missing."""
    told = description if is_mapping(description) else vars(description)
    refuse_unknown(told, _DESCRIPTION)
    method, url = told.get("method"), told.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise TypeError("a request needs a method and a url")
    options = {
        name: value
        for name in _OPTIONS
        if is_given(value := told.get(name, not_given)) and (value is not None or name == "timeout")
    }
    return low_level_call(
        method.upper(),
        url,
        options,
        body=told.get("json_data"),
        content=told.get("content"),
        files=told.get("files"),
    )


def low_level_call(
    method: str,
    path: str,
    options: RequestOptions | Mapping[str, Any],
    *,
    body: object | None = None,
    content: object | None = None,
    files: Any = None,
) -> Call:
    """The call meant by `client.post(path, body=..., options={...})` and its like.

    Options are those of `RequestOptions`; TypeError for any other. ValueError for a method or a path that cannot be
    sent.
    """
    given: Mapping[str, Any] = options
    if not (method.isascii() and method.isalpha()):
        raise ValueError(f"{method!r} is not a usable HTTP method")
    refuse_unknown(given, _OPTIONS)
    if body is not None and content is not None:
        raise TypeError("pass body (sent as JSON) or content (sent as it is), not both")
    if is_bytes(body):
        import warnings

        warnings.warn("pass raw bytes as content=, not as body=", DeprecationWarning, stacklevel=4)
        body, content = None, bytes(body)
    if isinstance(content, str):
        content = content.encode("utf-8")
    encoding: Multipart | str | None = None
    if files:
        pairs: Any = files.items() if is_mapping(files) else files
        encoding = Multipart(extra=tuple((str(name), file) for name, file in pairs))
    timeout: TimeoutTypes | NotGiven = given.get("timeout", not_given)
    return Call(
        method,
        checked_path(path),
        query=given.get("params") or NO_QUERY,
        body=body,
        content=content,
        # What it is, only the caller knows; a header says so. Bodies of this kind of API are JSON.
        content_type=None if content is None else "application/json",
        encoding=encoding,
        extra_headers=given.get("headers"),
        extra_body=given.get("extra_json"),
        timeout=timeout,
        max_retries=given.get("max_retries"),
        idempotency_key=given.get("idempotency_key"),
        follow_redirects=given.get("follow_redirects"),
        security=None if (wanted := given.get("security")) is None else _alternatives(wanted),
    )


def options_of(call: Call) -> FinalRequestOptions:
    """A call in words."""
    headers = {**header_texts(call.headers or {}), **(call.extra_headers or {})}
    body = call.body
    return FinalRequestOptions(
        method=call.method.lower(),
        url=call.path,
        headers=headers or not_given,
        params={**call.query, **(call.extra_query or {})},
        json_data={name: value for name, value in body.items() if is_given(value)} if is_mapping(body) else body,
        content=call.content,
        extra_json=call.extra_body,
        timeout=call.timeout,
        max_retries=not_given if call.max_retries is None else call.max_retries,
        idempotency_key=call.idempotency_key,
        follow_redirects=call.follow_redirects,
        security=call.security,
    )


def changed_call(call: Call, options: FinalRequestOptions) -> Call:
    """The call that its description, which a program may have changed, asks for now."""
    security = options.security
    return call.replaced(
        method=options.method.upper(),
        path=options.url if options.url == call.path else checked_path(options.url),
        headers=None,
        extra_headers=options.headers if is_given(options.headers) else None,
        query=options.params if is_given(options.params) else NO_QUERY,
        extra_query=None,
        body=options.json_data,
        content=options.content,
        extra_body=options.extra_json,
        timeout=options.timeout,
        max_retries=options.max_retries if is_given(options.max_retries) else None,
        idempotency_key=options.idempotency_key,
        follow_redirects=options.follow_redirects,
        security=security if security is None or security is call.security else _alternatives(security),
    )


def asking(method: Callable[..., Any], mode: str) -> Callable[..., Any]:
    """A method that asks by the header for what the mode gives."""

    @wraps(method)
    def asked(*args: Any, **kwargs: Any) -> Any:
        header = {RAW_RESPONSE_HEADER: "stream" if mode == "streaming" else "true"}
        return method(*args, **{**kwargs, "extra_headers": {**(kwargs.get("extra_headers") or {}), **header}})

    return asked


def _alternatives(wanted: Any) -> Security:
    if is_mapping(wanted):  # each scheme that is wanted is an alternative
        return tuple((str(name),) for name, is_wanted in wanted.items() if is_wanted)
    return tuple((names,) if isinstance(names, str) else tuple(names) for names in wanted)


def known_security(security: Security, schemes: Mapping[str, Scheme]) -> Security:
    """The alternatives with the names that the API's document gives to the schemes.

    A scheme may also be called by its name in snake case, or by its kind (`bearer_auth`: the first of this kind).
    Raises TypeError for a name that none has.
    """
    names: dict[str, str] = {}
    for name, scheme in schemes.items():
        names.setdefault(f"{scheme.kind}_auth", name)
    names |= {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower(): name for name in schemes}
    names |= {name: name for name in schemes}
    for alternative in security:
        for name in alternative:
            if name not in names:
                raise TypeError(f"no security scheme is called {name!r}; there are {', '.join(schemes) or 'none'}")
    return tuple(tuple(names[name] for name in alternative) for alternative in security)
