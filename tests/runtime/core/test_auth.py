"""Which credentials a request takes, and where they go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from antiphon.runtime import CredentialsError, Scheme
from antiphon.runtime.core.auth import Security, checked_credential, credential_fields, options_used

SCHEMES: Mapping[str, Scheme] = {
    "bearer": Scheme("bearer", ("api_key",)),
    "admin": Scheme("bearer", ("admin_key",)),
    "header": Scheme("header", ("token",), name="X-Key", prefix="Key "),
    "query": Scheme("query", ("token",), name="appid"),
    "basic": Scheme("basic", ("user", "password")),
    "cookie": Scheme("cookie", ("token",), name="session"),
    "cookie2": Scheme("cookie", ("user",), name="who"),
}
VALUES = {"api_key": "k", "token": "t", "user": "u", "password": "p"}


def fields(security: Security, values: Mapping[str, Any] = VALUES, given: Mapping[str, object] | None = None) -> Any:
    return credential_fields(security, SCHEMES, values.get, given or {})


@pytest.mark.parametrize(
    ("security", "headers", "query"),
    [
        ((), {}, {}),
        (((),), {}, {}),
        ((("bearer",),), {"authorization": "Bearer k"}, {}),
        ((("header",),), {"x-key": "Key t"}, {}),
        ((("query",),), {}, {"appid": "t"}),
        ((("basic",),), {"authorization": "Basic dTpw"}, {}),
        ((("cookie",),), {"cookie": "session=t"}, {}),
        ((("cookie", "cookie2"),), {"cookie": "session=t; who=u"}, {}),
        ((("bearer", "query"),), {"authorization": "Bearer k"}, {"appid": "t"}),
        ((("admin",), ("header",)), {"x-key": "Key t"}, {}),
        ((("admin", "query"), ()), {}, {}),
    ],
)
def test_where_they_go(security: Security, headers: dict[str, str], query: dict[str, str]) -> None:
    assert fields(security) == (headers, query)


@pytest.mark.parametrize(
    ("security", "given"),
    [
        ((("bearer",),), {"Authorization": "mine"}),
        ((("bearer",),), {"AUTHORIZATION": object()}),
        ((("header",),), {"x-KEY": "mine"}),
        ((("cookie",),), {"Cookie": "a=b"}),
        ((("basic",),), {"authorization": "mine"}),
    ],
)
def test_a_header_of_the_callers_own_satisfies(security: Security, given: dict[str, object]) -> None:
    assert fields(security, {}, given) == ({}, {})


def test_missing_ones_are_named() -> None:
    with pytest.raises(CredentialsError, match="needs admin_key or api_key and token") as caught:
        fields((("admin",), ("bearer", "query")), {})
    assert isinstance(caught.value, TypeError)
    with pytest.raises(CredentialsError, match="user and password"):
        fields((("basic",),), {"user": "u"})


@pytest.mark.parametrize("value", ["", "  ", "secret\n", "\u201csecret\u201d", "sec\0ret", 5, b"secret"])
def test_unusable_credentials_are_refused_without_being_shown(value: object) -> None:
    with pytest.raises((TypeError, ValueError), match="api_key") as caught:
        checked_credential("api_key", value)
    assert "sec" not in str(caught.value).replace("outside", "")


@pytest.mark.parametrize(
    ("security", "has", "given", "used"),
    [
        ((), set[str](), {}, ()),
        ((("bearer",),), {"api_key", "token"}, {}, ("api_key",)),
        ((("admin",), ("bearer",)), {"api_key"}, {}, ("api_key",)),
        ((("bearer", "query"),), {"api_key", "token"}, {}, ("api_key", "token")),
        ((("bearer",),), {"api_key"}, {"authorization": "x"}, ()),
        ((("admin",),), {"api_key"}, {}, ()),
    ],
)
def test_which_options_a_request_uses(security: Security, has: set[str], given: Any, used: tuple[str, ...]) -> None:
    assert options_used(security, SCHEMES, has.__contains__, given) == used


def test_cookies_cannot_be_smuggled() -> None:
    with pytest.raises(ValueError, match="token"):
        fields((("cookie",),), {"token": "a; admin=1"})
