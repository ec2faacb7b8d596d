"""What a client knows, in both colours: its options, the settings made of them, and how it is copied."""

from __future__ import annotations

import logging
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Final, Self

from .auth import CredentialsError, Scheme, Security, checked_credential, credential_fields, options_used
from .errors import APIStatusError, ClientClosedError, error_class, error_detail
from .headers import Headers, HeaderTypes, header_names, merge_headers
from .kinds import checked_mapping
from .logs import set_up_logging
from .query import QueryStyle, query_pairs
from .request import Call, Settings
from .response import HTTPResponse, refusal, refusal_data
from .retry import DEFAULT_MAX_RETRIES, NO_RETRY, RetryPolicy, checked_max_retries
from .sentinels import NotGiven, Omit
from .timeouts import DEFAULT_TIMEOUT, Timeout, TimeoutTypes, timeout_from, timeout_of
from .urls import URL, BaseURL, shown_url

__all__ = ["SDK", "BaseClient", "ClientOption"]


@dataclass(frozen=True, slots=True)
class ClientOption:
    """One constructor keyword of a client that its API defines: a key, an organisation, a version."""

    name: str
    env: str | None = None
    """The environment variable that is read when the keyword is not given."""
    header: str | None = None
    """The request header the value is sent in, besides what a security scheme does with it."""
    query: str | None = None
    default: str | None = None
    is_object: bool = False
    """Whether the value is something else than text, which hand-written code checks and uses."""


@dataclass(frozen=True, slots=True)
class SDK:
    """What one generated SDK tells the runtime about its API."""

    name: str
    """The import name: of the logger and of the environment variables without a name of their own."""
    version: str
    title: str
    """As users write it, in `user-agent`."""
    base_url: str | None
    base_url_env: str | None = None
    log_env: str | None = None
    headers_env: str | None = None
    """An environment variable with further default headers, one `name: value` a line."""
    options: tuple[ClientOption, ...] = ()
    schemes: Mapping[str, Scheme] = field(default_factory=dict[str, Scheme])
    security: Security = ()
    query_style: QueryStyle = field(default_factory=QueryStyle)
    form_style: QueryStyle = field(default_factory=QueryStyle)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: Timeout = DEFAULT_TIMEOUT
    max_retries: int = DEFAULT_MAX_RETRIES
    idempotency_header: str | None = None
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)


class BaseClient:
    """Options, settings and copying; what waits is in the drivers."""

    sdk: ClassVar[SDK]
    _async_label: ClassVar[str]
    _transport: Any
    _owns_transport: bool = True

    def __init__(
        self,
        *,
        options: Mapping[str, object],
        base_url: str | None,
        timeout: TimeoutTypes | NotGiven,
        max_retries: int,
        default_headers: HeaderTypes | None,
        default_query: Mapping[str, object] | None,
        http_client: object | None,
        strict: bool,
        enforce_credentials: bool = True,
    ) -> None:
        sdk = self.sdk
        for option in sdk.options:
            value = options.get(option.name)
            if value is None and option.env is not None:
                value = os.environ.get(option.env, "").strip() or None
            setattr(self, option.name, option.default if value is None else value)
        self._settle(options)
        base_url = self._server(base_url)
        if base_url is None:
            raise ValueError(f"{sdk.title} has no default server: pass base_url")
        self._server_url = _base_url(base_url)
        self.max_retries: int = checked_max_retries(max_retries)
        given_headers = checked_mapping("default_headers", default_headers)
        self._custom_headers: dict[str, str | Omit] = {**_headers_from_env(sdk), **given_headers}
        merge_headers({}, self._custom_headers)  # refuse now what cannot be sent
        self._custom_query: dict[str, object] = dict(checked_mapping("default_query", default_query))
        query_pairs(self._custom_query, self.qs)
        self._strict_response_validation = strict
        self._enforce_credentials = enforce_credentials
        if isinstance(timeout, NotGiven):
            timeout = timeout_of(http_client)
        made = timeout_from(timeout, sdk.timeout)  # refuse now what cannot be one
        self.timeout: TimeoutTypes = made if isinstance(timeout, NotGiven) else timeout
        self._given_http_client = http_client
        self._closed = False
        self._settings: Settings | None = None
        self._settings_key: tuple[object, ...] = ()
        self._credentials_key: tuple[object, ...] = ()
        self._credentials: dict[tuple[Security | None, frozenset[str]], tuple[dict[str, str], dict[str, str]]] = {}
        self._answers: dict[str, str] = {}
        """What functions that give credentials gave last."""
        self._logger = logging.getLogger(sdk.name)
        if sdk.log_env is not None:
            set_up_logging(sdk.name, os.environ.get(sdk.log_env))
        self._check_credentials()

    def _settle(self, given: Mapping[str, object]) -> None:
        """A hook for options that have to do with each other; `given` are those the caller passed, None among them."""

    def _server(self, base_url: str | None) -> str | None:
        """Where the API is: what the caller passed, else what the environment or the SDK says. A hook for more."""
        sdk = self.sdk
        if base_url is None and sdk.base_url_env is not None:
            base_url = os.environ.get(sdk.base_url_env, "").strip() or None
        return sdk.base_url if base_url is None else base_url

    # --- what users read and set ---

    @property
    def base_url(self) -> URL:
        """Where request paths are joined to; ends in a slash. Can be set."""
        return self._server_url.text

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._server_url = _base_url(url)

    _base_url = base_url  # where libraries look for it

    def url_at(self, server: str, path: str) -> str:
        """The URL of a path that the API has at another server; the path alone where this client goes elsewhere."""
        usual = self.sdk.base_url
        return server + path if usual is not None and self._server_url.prefix == BaseURL(usual).prefix else path

    @property
    def user_agent(self) -> str:
        title = self.sdk.title
        return f"{title if self._async_label == 'false' else 'Async' + title}/Python {self.sdk.version}"

    def platform_headers(self) -> dict[str, str]:
        """The headers that say what runs this client."""
        return {
            **_platform_headers(),
            "x-stainless-package-version": self.sdk.version,
            "x-stainless-async": self._async_label,
        }

    @property
    def auth_headers(self) -> Headers:
        """The headers that authorise a request by the client's own credentials; of a function, what it gave last."""
        try:
            return Headers(self._fields_for(None, frozenset(), self._answers)[0], secret=self.settings.secrets)
        except CredentialsError:
            return Headers()

    @property
    def default_headers(self) -> Headers:
        """Every header that goes with each request."""
        settings = self.settings
        return Headers(merge_headers({**settings.headers, **self.auth_headers}, settings.default_headers))

    @property
    def default_query(self) -> dict[str, object]:
        """Every query entry that goes with each request."""
        return dict(self.settings.default_query)

    @property
    def qs(self) -> QueryStyle:
        """How lists and nested values are written into a query. A subclass may say it otherwise."""
        return self.sdk.query_style

    def is_closed(self) -> bool:
        """Whether `close()` was called."""
        return self._closed

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in _NOT_FOR_USERS]

    # --- what drivers and resources use ---

    @property
    def settings(self) -> Settings:
        """What holds for every request; made anew when an attribute was changed."""
        values = tuple(getattr(self, option.name) for option in self.sdk.options)
        key = (self._server_url, self.timeout, self.max_retries, *values)
        if self._settings is None or key != self._settings_key:
            self._settings = self._make_settings(values)
            self._settings_key = key
        return self._settings

    @property
    def logger(self) -> logging.Logger:
        """Where this SDK tells what it does."""
        return self._logger

    def check_open(self) -> None:
        """Raise `ClientClosedError` if this client was closed."""
        if self._closed:
            raise ClientClosedError

    def credential_functions(self, call: Call, given: frozenset[str]) -> dict[str, Callable[[], Any]]:
        """The options of which this call needs the value, and whose value is a function to be asked before each try."""
        values = {option.name: getattr(self, option.name) for option in self.sdk.options}
        if not any(map(callable, values.values())):
            return {}
        security = self.sdk.security if call.security is None else call.security
        used = options_used(security, self.sdk.schemes, lambda name: values.get(name) is not None, given)
        return {name: values[name] for name in used if callable(values[name])}

    def fields_for(
        self, call: Call, given: frozenset[str] = frozenset(), fresh: Mapping[str, str] | None = None
    ) -> tuple[dict[str, str], dict[str, str]]:
        """The header and query fields that authorise a call, less the headers that are `given`.

        `fresh` are values just asked from functions.

        Raises `CredentialsError` when the client has none that the call's security takes.
        """
        if fresh:
            return self._fields_for(call.security, given, fresh)
        values = tuple(getattr(self, option.name) for option in self.sdk.options)
        if values != self._credentials_key:
            self._credentials_key = values
            self._credentials.clear()
        key = (call.security, given)
        fields = self._credentials.get(key)
        if fields is None:
            fields = self._credentials[key] = self._fields_for(call.security, given)
        return fields

    def _fields_for(
        self, security: Security | None, given: frozenset[str], fresh: Mapping[str, str] | None = None
    ) -> tuple[dict[str, str], dict[str, str]]:
        def value_of(name: str) -> str | None:
            value: Any = getattr(self, name)
            return (fresh or {}).get(name) if callable(value) else value

        wanted = self.sdk.security if security is None else security
        try:
            return credential_fields(wanted, self.sdk.schemes, value_of, given)
        except CredentialsError:
            if not self._enforce_credentials:
                return {}, {}
            raise

    def _should_retry(self, response: HTTPResponse) -> bool:
        """Whether another attempt may help after this response. A subclass that decides otherwise may read its body."""
        policy = self.settings.retry_policy
        if not policy.wants_retry(response.status_code, response.headers):
            return False
        return policy.delay(0, response.headers, random.random, time.time) is not NO_RETRY

    def _calculate_retry_timeout(
        self, remaining_retries: int, options: object, response_headers: Mapping[str, str] | None = None
    ) -> float:
        """Seconds to wait before the next attempt, with so many left. `options` are the call's."""
        policy = self.settings.retry_policy
        most = getattr(options, "max_retries", None)
        retries = max((self.max_retries if most is None else most) - remaining_retries, 0)
        delay = policy.delay(retries, response_headers or {}, random.random, time.time)
        if delay is NO_RETRY:  # too long, and tried again all the same
            delay = policy.delay(retries, {}, random.random, time.time)
        return delay or 0.0

    @property
    def _retries_by_itself(self) -> bool:
        """Whether a subclass, or a test, replaced what decides about retries."""
        return getattr(self._should_retry, "__func__", None) is not BaseClient._should_retry

    def _make_status_error(self, err_msg: str, *, body: object, response: Any) -> APIStatusError:
        """The error for a refusal, which a subclass may make another one of. `body` is all that the server said."""
        return error_class(response.status_code)(err_msg, response=response, body=error_detail(body)[0])

    def refused(self, response: HTTPResponse) -> APIStatusError:
        """The error for a refusal."""
        error = refusal(response)
        if getattr(self._make_status_error, "__func__", None) is BaseClient._make_status_error:
            return error
        data = refusal_data(response)
        return self._make_status_error(error.message, body=error.body if data is None else data, response=response)

    def _prepare(self, call: Call) -> Call:
        """The call as it is to be sent: a hook for clients of other deployments of the same API."""
        return call

    def _make_settings(self, values: Sequence[object]) -> Settings:
        sdk = self.sdk
        headers = {
            **self.platform_headers(),
            "accept": "application/json",
            "user-agent": self.user_agent,
            **{name.lower(): value for name, value in sdk.headers.items()},
        }
        query: dict[str, object] = {}
        for option, value in zip(sdk.options, values, strict=True):
            if value is not None and option.header is not None:
                headers[option.header.lower()] = checked_credential(option.name, value)
            if value is not None and option.query is not None:
                query[option.query] = value
        return Settings(
            name=sdk.name,
            version=sdk.version,
            base_url=self._server_url,
            headers=headers,
            default_headers=self._custom_headers,
            default_query={**query, **self._custom_query},
            timeout=timeout_from(self.timeout, sdk.timeout),
            max_retries=checked_max_retries(self.max_retries),
            retry_policy=sdk.retry_policy,
            query_style=self.qs,
            form_style=sdk.form_style,
            schemes=sdk.schemes,
            security=sdk.security,
            strict=self._strict_response_validation,
            idempotency_header=sdk.idempotency_header,
            follow_redirects=bool(getattr(self._given_http_client, "follow_redirects", True)),
            secrets=_secret_names(sdk),
        )

    def _check_credentials(self) -> None:
        """Tell about missing credentials now, where the client is made, and not at the first call."""
        sdk = self.sdk
        for option in sdk.options:
            _check_option(option, getattr(self, option.name), sdk)
        if not self._enforce_credentials or any(callable(getattr(self, option.name)) for option in sdk.options):
            return
        if not sdk.security or any(not alternative for alternative in sdk.security):
            return
        every = (*sdk.security, *((name,) for name in sdk.schemes))  # one credential of any kind is enough to begin
        try:
            credential_fields(every, sdk.schemes, lambda name: getattr(self, name), header_names(self._custom_headers))
        except CredentialsError:
            raise CredentialsError(self._missing_credentials()) from None

    def _missing_credentials(self) -> str:
        names = [name for scheme in self.sdk.security[0] for name in self.sdk.schemes[scheme].options]
        variables = [option.env for option in self.sdk.options if option.name in names and option.env is not None]
        text = f"Missing credentials. Please pass {' and '.join(names)} to the client"
        return f"{text}, or set {' and '.join(variables)} in the environment." if variables else f"{text}."

    def _copied(
        self, changes: Mapping[str, object], timeout: TimeoutTypes | NotGiven, **headers_and_query: Any
    ) -> Self:
        """A client with these changes, over the same connections unless it gets an `http_client` of its own."""
        given = {name: value for name, value in changes.items() if value is not None}
        arguments = self._changed(given)
        for kind in ("headers", "query"):
            added, replaced = headers_and_query[f"default_{kind}"], headers_and_query[f"set_default_{kind}"]
            if added is not None and replaced is not None:
                raise ValueError(f"the arguments default_{kind} and set_default_{kind} are mutually exclusive")
            if replaced is not None:
                arguments[f"default_{kind}"] = checked_mapping(f"set_default_{kind}", replaced)
            elif added is not None:
                arguments[f"default_{kind}"] |= checked_mapping(f"default_{kind}", added)
        if not isinstance(timeout, NotGiven):
            arguments["timeout"] = timeout
        copy = type(self)(**arguments)
        if "http_client" not in given:
            copy._transport = self._transport
            copy._owns_transport = False
        return copy

    def _changed(self, given: Mapping[str, object]) -> dict[str, Any]:
        """The constructor's keywords of a copy: a hook for options of which only one can be given."""
        return {**self._arguments(), **given}

    def _arguments(self) -> dict[str, Any]:
        """The constructor's keywords as they are now."""
        return {
            **{option.name: getattr(self, option.name) for option in self.sdk.options},
            "base_url": str(self._server_url.text),
            "timeout": self.timeout,
            "max_retries": self.max_retries,
            "default_headers": dict(self._custom_headers),
            "default_query": dict(self._custom_query),
            "http_client": self._given_http_client,
            "_strict_response_validation": self._strict_response_validation,
            **({} if self._enforce_credentials else {"_enforce_credentials": False}),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        # Configuration travels, connections do not.
        arguments = self._arguments()
        if arguments.pop("http_client") is not None:
            raise TypeError("a client with an http_client of its own cannot be pickled: its connections cannot travel")
        return _rebuilt, (type(self), arguments)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {shown_url(self._server_url.prefix)}>"


def _rebuilt(cls: type[BaseClient], arguments: dict[str, Any]) -> BaseClient:
    return cls(**arguments)


_NOT_FOR_USERS: Final = frozenset(
    """authorised check_open connections credential_functions fields_for logger paginated prepared refused
    request_binary request_pages request_stream request_value sdk send settings url_at""".split()
)
"""Members that are there for resources and for hand-written code of an SDK: completion in a shell leaves them out."""


def _base_url(url: object) -> BaseURL:
    # URLs of libraries (httpx, yarl, pydantic) know their host; other things have a text form that means nothing here.
    if not isinstance(url, str) and not hasattr(url, "host"):
        raise TypeError(f"base_url must be text or a URL, not {type(url).__name__}")
    return BaseURL(str(url))


def _check_option(option: ClientOption, value: object, sdk: SDK) -> None:
    is_credential = _is_credential(option, sdk)
    if value is None or option.is_object or (is_credential and callable(value)):
        return
    if is_credential or option.header is not None:
        checked_credential(option.name, value)
    elif not isinstance(value, str):
        raise TypeError(f"{option.name} must be text, not {type(value).__name__}")


def _is_credential(option: ClientOption, sdk: SDK) -> bool:
    return any(option.name in scheme.options for scheme in sdk.schemes.values())


def _secret_names(sdk: SDK) -> frozenset[str]:
    """The header fields and query entries that hold credentials, whatever they are called."""
    names = {"cookie" if scheme.kind == "cookie" else scheme.name.lower() for scheme in sdk.schemes.values()}
    for option in sdk.options:
        if _is_credential(option, sdk):
            names.update(name.lower() for name in (option.header, option.query) if name is not None)
    return frozenset(names)


def _headers_from_env(sdk: SDK) -> dict[str, str]:
    text = os.environ.get(sdk.headers_env, "") if sdk.headers_env is not None else ""
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


@lru_cache(maxsize=1)
def _platform_headers() -> dict[str, str]:
    return {
        "x-stainless-lang": "python",
        "x-stainless-os": _system(),
        "x-stainless-arch": _architecture(),
        "x-stainless-runtime": sys.implementation.name if sys.implementation.name != "cpython" else "CPython",
        "x-stainless-runtime-version": platform.python_version(),
    }


def _system() -> str:
    known = {"linux": "Linux", "darwin": "MacOS", "win32": "Windows", "freebsd": "FreeBSD", "openbsd": "OpenBSD"}
    if hasattr(sys, "getandroidapilevel"):
        return "Android"
    return next((name for start, name in known.items() if sys.platform.startswith(start)), f"Other:{sys.platform}")


def _architecture() -> str:
    machine = (os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")).lower()
    known = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64", "arm": "arm", "i386": "x32"}
    return known.get(machine, f"other:{machine}" if machine else "unknown")
