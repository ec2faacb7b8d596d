"""Requests signed for Amazon Web Services (Signature Version 4), with botocore."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Callable, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ..core.errors import MissingKeyError

__all__ = ["AWSCredentials", "aws_credentials_of"]

_HOST: Final = re.compile(r"(bedrock-(?:mantle|runtime)(?:-fips)?)\.([a-z]{2,8}(?:-[a-z0-9]+)+-\d+)\..+")
_REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
_TITLE: Final = "Amazon Bedrock"
_WAYS: Final = (
    *("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"),
    *("AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN"),
    *("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    *_REGIONS,
)


class AWSCredentials:
    """Signs requests to Amazon Bedrock: `completion("bedrock/...", api_key=AWSCredentials(profile="work"))`.

    Without arguments the credentials are those that AWS's own programs find: environment, profiles, single sign-on,
    roles of containers and machines. They are looked for at the first request, and fetched anew before they end.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        session_token: str | None = None,
        credentials: Callable[[], Any] | Any = None,
        service: str | None = None,
    ) -> None:
        """Nothing is looked for yet.

        Args:
            region: Where to sign for; else what the host says, the environment, or the profile.
            profile: A profile of AWS's configuration files.
            access_key_id: With `secret_access_key`, and `session_token` where there is one: these and no others.
            credentials: Credentials of botocore or boto3, or a function that gives them before each request.
            service: The name to sign for, where the host does not tell it.

        Raises `MissingKeyError` where botocore is not installed, and ValueError for half a key.
        """
        if (access_key_id is None) != (secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key belong together")
        if sum(given is not None for given in (profile, access_key_id, credentials)) > 1:
            raise ValueError("pass one of profile, access_key_id and credentials, not several")
        _check_installed()
        self._region = (region or "").strip() or None
        self._profile = profile
        self._static = (access_key_id, secret_access_key, session_token) if access_key_id is not None else None
        self._given = credentials
        self._service = service
        self._lock = threading.Lock()
        self._found: Any = None
        self._is_loaded = False
        """Whether what signs is there: to load it takes longer than an event loop should stand still."""

    @property
    def place(self) -> Mapping[str, str]:
        """The region, where it is known without a request."""
        region = self._region or _first(*_REGIONS) or self._region_of_profile
        return {} if region is None else {"region": region}

    def is_ready(self) -> bool:
        """Whether the credentials are there and hold."""
        if not self._is_loaded:
            return False
        if self._static is not None:
            return True
        if self._given is not None:
            return not callable(self._given) and not _needs_refresh(self._given)
        return self._found is not None and not _needs_refresh(self._found)

    def signed(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """The header fields that authorise a request. Raises `MissingKeyError` without region or credentials."""
        auth: Any = import_module("botocore.auth")
        requests: Any = import_module("botocore.awsrequest")
        self._is_loaded = True
        service, region = self._scope(url)
        digest = hashlib.sha256(body).hexdigest()
        # What others may change on the way (user-agent, accept-encoding) is not signed; it need not be.
        fields = {"X-Amz-Content-SHA256": digest}
        if "content-type" in headers:
            fields["Content-Type"] = headers["content-type"]
        request = requests.AWSRequest(method=method, url=url, data=body, headers=fields)
        auth.SigV4Auth(self._credentials(), service, region).add_auth(request)
        signed = {str(name).lower(): str(value) for name, value in request.headers.items()}
        return {name: value for name, value in signed.items() if name == "authorization" or name.startswith("x-amz-")}

    def _scope(self, url: str) -> tuple[str, str]:
        """The service and the region that a request is signed for."""
        match = _HOST.fullmatch(urlsplit(url).hostname or "")
        region = match[2] if match else self.place.get("region")
        if region is None:
            raise MissingKeyError(_TITLE, _REGIONS, what="a region to sign for", ways=["pass AWSCredentials(region=)"])
        # Both hosts belong to Bedrock; only the older one signs under its name.
        service = "bedrock" if match and match[1].startswith("bedrock-runtime") else "bedrock-mantle"
        return self._service or service, region

    def _credentials(self) -> Any:
        """Credentials that hold, frozen: they do not change while a request is signed."""
        try:
            found: Any = self._find()
            frozen: Any = getattr(found, "get_frozen_credentials", None)
            found = frozen() if callable(frozen) else found
        except Exception as error:
            why = f"the AWS credentials could not be had: {error}"
            raise MissingKeyError(_TITLE, (), what="credentials", why=why) from error
        if found is None or not found.access_key:
            variables = ("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")
            ways = ["sign in with 'aws configure' or 'aws sso login'", "pass api_key=AWSCredentials(...)"]
            raise MissingKeyError(_TITLE, variables, what="credentials", ways=ways)
        return found

    def _find(self) -> Any:
        if self._given is not None:
            return self._given() if callable(self._given) else self._given
        if self._static is not None:
            kinds: Any = import_module("botocore.credentials")
            return kinds.ReadOnlyCredentials(*self._static)
        with self._lock:
            if self._found is None:
                self._found = self._session.get_credentials()
            return self._found

    @cached_property
    def _session(self) -> Any:
        session: Any = import_module("botocore.session")
        return session.Session(profile=self._profile)

    @cached_property
    def _region_of_profile(self) -> str | None:
        """The region in AWS's file of profiles; None for a file or a profile that is not there."""
        name = self._profile or _first("AWS_PROFILE", "AWS_DEFAULT_PROFILE") or "default"
        profiles = ConfigParser(interpolation=None, strict=False)
        with contextlib.suppress(OSError, UnicodeDecodeError, ConfigParserError):
            profiles.read_string(Path(_first("AWS_CONFIG_FILE") or "~/.aws/config").expanduser().read_text("utf-8"))
        for section in (f"profile {name}", name):
            if profiles.has_option(section, "region"):
                return profiles.get(section, "region").strip() or None
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def aws_credentials_of(environment: Mapping[str, str]) -> AWSCredentials:
    """Those that AWS's own programs would find. Raises `MissingKeyError` where botocore is not installed."""
    return _kept(tuple(environment.get(name, "") for name in _WAYS))


@lru_cache(maxsize=8)
def _kept(ways: tuple[str, ...]) -> AWSCredentials:
    return AWSCredentials()


def _first(*names: str) -> str | None:
    return next((value for name in names if (value := os.environ.get(name, "").strip())), None)


def _needs_refresh(credentials: Any) -> bool:
    needed = getattr(credentials, "refresh_needed", None)
    return bool(needed()) if callable(needed) else False


def _check_installed() -> None:
    if find_spec("botocore") is None:
        ways = ["pip install 'antiphon[bedrock]' to sign requests with AWS credentials"]
        raise MissingKeyError(_TITLE, ("AWS_BEARER_TOKEN_BEDROCK",), ways=ways)
