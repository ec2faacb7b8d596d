"""Tokens of Google Cloud, with google-auth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from ..core.errors import MissingKeyError
from .tokens import Token, TokenKeeper

__all__ = ["GoogleCredentials", "google_credentials_of"]

_SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)
_TITLE: Final = "Google Vertex AI"
_TOKENS: Final = ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN")
_WAYS: Final = ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "GOOGLE_CLOUD_PROJECT", "HOME")
_SECONDS: Final = 30.0


class GoogleCredentials(TokenKeeper):
    """Tokens for Vertex AI: `completion("vertex/gemini-2.5-flash", api_key=GoogleCredentials(project="my-project"))`.

    Without `credentials` they are the application default ones: a file, `gcloud auth application-default login`, or the
    machine's own. They are looked for at the first request; a token is kept until it ends.
    """

    def __init__(
        self,
        *,
        project: str | None = None,
        location: str | None = None,
        credentials: Any = None,
        scopes: Sequence[str] = _SCOPES,
    ) -> None:
        """Nothing is looked for yet. Raises `MissingKeyError` where google-auth is not installed."""
        super().__init__()
        if credentials is None:
            _check_installed()
        self._credentials = credentials
        self._scopes = tuple(scopes)
        place = {"project": project, "location": location}
        self.place: Mapping[str, str] = {name: value for name, value in place.items() if value}
        """What is known of the place that is called."""

    def fetch(self) -> Token:
        """A new token. Raises `MissingKeyError` where there are no credentials, or none that give one."""
        try:
            google_auth: Any = import_module("google.auth")
            kinds: Any = import_module("google.auth.credentials")
            request = _Request()
            if self._credentials is None:
                self._credentials, _ = google_auth.default(scopes=self._scopes, request=request)
            scoped = self._credentials = kinds.with_scopes_if_required(self._credentials, self._scopes)
            if not scoped.valid or scoped.token == self._refused:
                scoped.refresh(request)
        except Exception as error:
            # The text of the errors of this library names accounts and files, but no keys.
            why = f"the credentials of Google Cloud could not be had: {error}"
            ways = ["sign in with 'gcloud auth application-default login'"]
            raise MissingKeyError(_TITLE, (), what="a token", why=why, ways=ways) from error
        if not scoped.token:
            raise MissingKeyError(_TITLE, _TOKENS, what="a token")
        expiry = scoped.expiry  # in UTC, without saying so
        return Token(str(scoped.token), None if expiry is None else _seconds(expiry))


class _Answer:
    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self.status = status
        self.headers = headers
        self.data = data


class _Request:
    """How google-auth asks for tokens: with httpx, which is there anyway."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **kwargs: object,
    ) -> _Answer:
        import httpx

        try:
            # Hosts of the machine itself are none of a proxy's business.
            with httpx.Client(trust_env="metadata" not in url and "169.254." not in url) as client:
                given = client.request(
                    method, url, content=body, headers=dict(headers or {}), timeout=timeout or _SECONDS
                )
        except httpx.HTTPError as error:
            errors: Any = import_module("google.auth.exceptions")
            raise errors.TransportError(error) from error  # which it may try again
        return _Answer(given.status_code, given.headers, given.content)


def google_credentials_of(environment: Mapping[str, str]) -> GoogleCredentials:
    """The application default credentials. Raises `MissingKeyError` where google-auth is not installed."""
    return _kept(tuple(environment.get(name, "") for name in _WAYS))


@lru_cache(maxsize=8)
def _kept(ways: tuple[str, ...]) -> GoogleCredentials:
    return GoogleCredentials()


def _seconds(expiry: Any) -> float:
    import datetime

    return expiry.replace(tzinfo=expiry.tzinfo or datetime.UTC).timestamp()


def _check_installed() -> None:
    try:
        is_there = find_spec("google.auth") is not None
    except ModuleNotFoundError:
        is_there = False
    if not is_there:
        ways = ["pip install 'antiphon[vertex]' to use the credentials of Google Cloud"]
        raise MissingKeyError(_TITLE, _TOKENS, what="a token", ways=ways)
