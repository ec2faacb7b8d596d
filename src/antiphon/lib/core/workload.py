"""Workload identity: a token of the platform a program runs on, exchanged for a short-lived one of the API.

RFC 8693 (token exchange). What is exchanged, how long the result is used, and who asks for the next one; nothing here
waits.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, NotRequired, TypeAlias, TypedDict, TypeVar, cast

from ...runtime.core.errors import APIStatusError, AuthenticationError, ResponseLike, SDKError
from ...runtime.core.kinds import is_mapping

__all__ = [
    "MTLS_BASE_URL",
    "AnyWorkloadIdentity",
    "OAuthError",
    "SubjectTokenProvider",
    "SubjectTokenProviderError",
    "SubjectTokenWorkloadIdentity",
    "Token",
    "TokenCache",
    "WorkloadIdentity",
    "X509WorkloadIdentity",
    "checked_identity",
    "exchange_body",
    "exchange_url",
    "is_x509",
    "oauth_error",
    "subject_function",
    "token_of",
    "x509_workload_identity",
]

MTLS_BASE_URL: Final = "https://mtls.api.openai.com/v1"
_EXCHANGE_URL: Final = "https://auth.openai.com/oauth/token"
_MTLS_EXCHANGE_URL: Final = "https://mtls.auth.openai.com/oauth/token"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_SUBJECT_TYPES: Final = {
    "jwt": "urn:ietf:params:oauth:token-type:jwt",
    "id": "urn:ietf:params:oauth:token-type:id_token",
}
_X509_SUBJECT_TYPE: Final = "urn:openai:params:oauth:token-type:x509"
_REFRESH_BEFORE: Final = 1200.0
_AGAIN_AFTER: Final = 30.0
"""Seconds before an early refresh that failed is tried again, while the token at hand still holds."""
_LONGEST_LIFE: Final = 1e12
"""Seconds; what is longer is no time, but a mistake."""

TurnT = TypeVar("TurnT")


class SubjectTokenProvider(TypedDict):
    """Where the platform's token comes from."""

    token_type: Literal["jwt", "id"]
    """What the token is: a JWT, or an OpenID Connect ID token."""
    get_token: Callable[[], str] | Callable[[], Awaitable[str]]
    """Asked for the token before every exchange; an async client takes an async function too."""


class WorkloadIdentity(TypedDict):
    """Who the program is at the API, by a token of the platform it runs on."""

    identity_provider_id: str
    """The identity provider's identifier at the API."""
    service_account_id: str
    """The service account whose rights the program gets."""
    provider: SubjectTokenProvider
    """Gives the platform's token."""
    refresh_buffer_seconds: NotRequired[float]
    """How long before it expires a token is replaced, at most half its life. Default: 1200."""


SubjectTokenWorkloadIdentity: TypeAlias = WorkloadIdentity


class X509WorkloadIdentity(TypedDict):
    """Who the program is at the API, by the client certificate of its HTTP client."""

    type: Literal["x509"]
    """Always `x509`."""
    identity_provider_id: str
    """The identity provider's identifier at the API."""
    service_account_id: str
    """The service account whose rights the program gets."""
    refresh_buffer_seconds: NotRequired[float]
    """How long before it expires a token is replaced, at most half its life. Default: 1200."""


AnyWorkloadIdentity: TypeAlias = WorkloadIdentity | X509WorkloadIdentity


def x509_workload_identity(
    *, identity_provider_id: str, service_account_id: str, refresh_buffer_seconds: float | None = None
) -> X509WorkloadIdentity:
    """An identity proved by the client certificate of the `http_client` that the client is given."""
    identity = X509WorkloadIdentity(
        type="x509", identity_provider_id=identity_provider_id, service_account_id=service_account_id
    )
    if refresh_buffer_seconds is not None:
        identity["refresh_buffer_seconds"] = refresh_buffer_seconds
    return identity


class SubjectTokenProviderError(SDKError):
    """The platform gave no token."""

    response: Any

    def __init__(self, message: str, *, response: ResponseLike | None = None) -> None:
        super().__init__(message)
        self.response = response


class OAuthError(AuthenticationError):
    """The token exchange was refused; `error` is the OAuth error code."""

    error: str | None

    def __init__(self, *, response: ResponseLike, body: object | None) -> None:
        said = body.get("error_description") if is_mapping(body) else None
        super().__init__(
            said if isinstance(said, str) and said else "OAuth authentication error.", response=response, body=body
        )
        code = body.get("error") if is_mapping(body) else None
        self.error = code if isinstance(code, str) else None


def is_x509(identity: object) -> bool:
    """Whether an identity is proved by a certificate."""
    return is_mapping(identity) and identity.get("type") == "x509"


def checked_identity(identity: object) -> Mapping[str, Any]:
    """The identity as it is now, if it can be used; TypeError or ValueError naming the entry that is wrong."""
    if not is_mapping(identity):
        raise TypeError(f"workload_identity must be a dict, not {type(identity).__name__}")
    for name in ("identity_provider_id", "service_account_id"):
        if not isinstance(identity.get(name), str) or not identity[name]:
            raise TypeError(f"workload_identity needs {name!r}, which is text")
    buffer = identity.get("refresh_buffer_seconds", _REFRESH_BEFORE)
    if isinstance(buffer, bool) or not isinstance(buffer, (int, float)) or not buffer >= 0:
        raise ValueError("workload_identity: 'refresh_buffer_seconds' must be a number that is not negative")
    identity = dict(identity)  # what a program does to its own later changes nobody's rights
    if not is_x509(identity):
        provider = identity.get("provider")
        if not is_mapping(provider) or not callable(provider.get("get_token")):
            raise TypeError("workload_identity needs a 'provider' with 'token_type' and a function 'get_token'")
        if provider.get("token_type") not in _SUBJECT_TYPES:
            raise ValueError(f"workload_identity: 'token_type' must be one of {', '.join(map(repr, _SUBJECT_TYPES))}")
        identity["provider"] = dict(provider)
    return identity


def exchange_url(identity: Mapping[str, Any]) -> str:
    """Where tokens are exchanged."""
    return _MTLS_EXCHANGE_URL if is_x509(identity) else _EXCHANGE_URL


def exchange_body(identity: Mapping[str, Any], subject_token: object) -> dict[str, str]:
    """What is sent to be exchanged; for a certificate, which goes with the connection, there is no token."""
    body = {
        "grant_type": _GRANT,
        "subject_token_type": _X509_SUBJECT_TYPE,
        "identity_provider_id": identity["identity_provider_id"],
        "service_account_id": identity["service_account_id"],
    }
    if is_x509(identity):
        return body
    if not isinstance(subject_token, str):
        raise TypeError(f"get_token of workload_identity must give text, not {type(subject_token).__name__}")
    if not subject_token:
        raise SubjectTokenProviderError("get_token of workload_identity gave an empty token")
    return {
        **body,
        "subject_token": subject_token,
        "subject_token_type": _SUBJECT_TYPES[identity["provider"]["token_type"]],
    }


def oauth_error(error: APIStatusError) -> SDKError:
    """What the caller sees when the exchange was answered with an error."""
    if error.status_code not in (400, 401, 403):
        return error
    data: object = None
    try:
        data = error.response.json()
    except ValueError:
        data = error.body
    return OAuthError(response=error.response, body=data)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A token of the API, and until when it is used, by the clock the cache is asked with."""

    text: str
    refresh_at: float
    expires_at: float


def token_of(answer: object, identity: Mapping[str, Any], now: float) -> Token:
    """The token in the answer to an exchange; `SDKError` if there is none that can be used."""
    fields: Mapping[str, object] = answer if is_mapping(answer) else {}
    text, seconds = fields.get("access_token"), fields.get("expires_in")
    kind = fields.get("token_type", "Bearer")
    if not isinstance(text, str) or not text:
        raise SDKError("the token exchange succeeded, but the answer holds no access_token")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise SDKError("the token exchange succeeded, but the access_token cannot be sent")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise SDKError("the token exchange succeeded, but the token is not of the Bearer token type")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= _LONGEST_LIFE:
        raise SDKError("the token exchange succeeded, but the answer says no usable expires_in")
    before = min(float(identity.get("refresh_buffer_seconds", _REFRESH_BEFORE)), seconds / 2)
    return Token(text, now + seconds - before, now + seconds)


class TokenCache(Generic[TurnT]):
    """The token at hand, and the turns of those who wait for the next one. Safe to share among threads.

    One asks for a token at a time: `enter` says who. Everybody else uses the token at hand while it holds, or waits.
    """

    def __init__(self) -> None:
        self._token: Token | None = None
        self._waiting: list[TurnT] | None = None
        self._lock = threading.Lock()

    def current(self, now: float) -> str | None:
        """The token to use; None when it is time for another."""
        with self._lock:
            token = self._token
            if token is None or now >= token.expires_at:
                return None
            return token.text if now < token.refresh_at or self._waiting is not None else None

    def enter(self, turn: TurnT) -> bool:
        """Whether the caller is to ask for the next token; if not, its turn comes when another one has asked."""
        with self._lock:
            if self._waiting is None:
                self._waiting = []
                return True
            self._waiting.append(turn)
            return False

    def leave(self) -> list[TurnT]:
        """The turns of those who waited, to be told."""
        with self._lock:
            waiting, self._waiting = self._waiting or [], None
            return waiting

    def keep(self, token: Token) -> None:
        with self._lock:
            self._token = token

    def fallback(self, now: float) -> str | None:
        """After a refresh that failed: the token at hand if it still holds, which then is used for a while."""
        with self._lock:
            token = self._token
            if token is None or now >= token.expires_at:
                return None
            self._token = Token(token.text, min(now + _AGAIN_AFTER, token.expires_at), token.expires_at)
            return token.text

    def drop(self, fields: Mapping[str, str]) -> None:
        """Forget the token if it is the one in these header fields."""
        with self._lock:
            token = self._token
            if token is not None and fields.get("authorization") == f"Bearer {token.text}":
                self._token = None

    def forget(self) -> None:
        with self._lock:
            self._token = None


def subject_function(identity: Mapping[str, Any]) -> Callable[[], object] | None:
    """What gives the platform's token; None for a certificate."""
    return None if is_x509(identity) else cast("Callable[[], object]", identity["provider"]["get_token"])
