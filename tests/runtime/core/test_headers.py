"""Header fields: look-up, merging, refusal, redaction."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from antiphon.runtime import Headers, not_given, omit
from antiphon.runtime.core.headers import checked_name, checked_value, is_secret, merge_headers

SECRET = "sk-live-1234"


def test_names_are_found_in_any_case() -> None:
    headers = Headers([("X-One", "1"), ("x-two", "a"), ("X-Two", "b")])
    assert headers["x-ONE"] == "1"
    assert headers.get("X-TWO") == "a, b"
    assert headers.get_list("X-Two") == ["a", "b"]
    assert headers.multi_items() == [("x-one", "1"), ("x-two", "a"), ("x-two", "b")]
    assert "X-one" in headers
    assert 1 not in headers
    assert list(headers) == ["x-one", "x-two"]
    assert len(headers) == 2
    assert headers.get("none") is None
    with pytest.raises(KeyError):
        headers["none"]


def test_repeated_fields_stay_apart_in_a_copy() -> None:
    cookies = [("set-cookie", "a=1; expires=Fri, 01 Jan 2027 00:00:00 GMT"), ("set-cookie", "b=2")]
    headers = Headers(cookies)
    for same in (Headers(headers), copy.copy(headers), copy.deepcopy(headers), pickle.loads(pickle.dumps(headers))):
        assert same.multi_items() == cookies
    assert Headers(headers, secret={"x"}).get_list("Set-Cookie") == [value for _, value in cookies]
    assert Headers(headers).redacted().get_list("set-cookie") == ["<redacted>"] * 2


def test_equality_copy_and_pickle() -> None:
    headers = Headers({"A": "1"})
    assert headers == {"a": "1"}
    assert headers == Headers([("a", "1")])
    assert headers != Headers([("a", "2")])
    assert headers != 3
    assert hash(headers) == hash(Headers({"a": "1"}))
    assert pickle.loads(pickle.dumps(headers)) == headers
    assert copy.deepcopy(headers) == headers


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"X-A": "2"}, {"x-a": "2", "x-b": "b"}),
        ({"x-a": omit}, {"x-b": "b"}),
        ({"X-A": not_given}, {"x-a": "1", "x-b": "b"}),
        ({"X-A": None}, {"x-a": "1", "x-b": "b"}),
        ({"x-none": omit}, {"x-a": "1", "x-b": "b"}),
        ({"X-C": ""}, {"x-a": "1", "x-b": "b", "x-c": ""}),
        ({"X-C": b"caf\xe9"}, {"x-a": "1", "x-b": "b", "x-c": "caf\xe9"}),
        ({"X-C": "  padded\t"}, {"x-a": "1", "x-b": "b", "x-c": "padded"}),
    ],
)
def test_merging(extra: Any, expected: dict[str, str]) -> None:
    assert merge_headers({"x-a": "1", "x-b": "b"}, extra) == expected


@pytest.mark.parametrize("text", ["plain", "tab\tinside", "caf\xe9", ""])
def test_values_that_can_be_sent(text: str) -> None:
    assert checked_value("x", text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"{SECRET}\n",
        f"{SECRET}\r\nx-evil: 1",
        f"{SECRET}\0",
        f"{SECRET}\x7f",
        f"\u201c{SECRET}\u201d",
        f"{SECRET}\u200b",
        f"{SECRET}\u2028",
        f"{SECRET}\x85",
        f"{SECRET}\ud800",
        "\U0001f511" + SECRET,
    ],
)
def test_values_that_cannot_be_sent_are_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match="'authorization' cannot be sent") as caught:
        checked_value("authorization", text)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("value", [1, b"bytes", ["a"]])
def test_values_are_text(value: object) -> None:
    with pytest.raises(TypeError, match="must be text"):
        checked_value("x", value)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\nb", "caf\xe9", "\u212a", "a\0"])
def test_names_that_cannot_be_sent(name: str) -> None:
    with pytest.raises(ValueError, match="not a usable header name"):
        checked_name(name)


def test_names_are_text() -> None:
    with pytest.raises(TypeError, match="must be text"):
        checked_name(1)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Authorization", True),
        ("proxy-authorization", True),
        ("Cookie", True),
        ("set-cookie", True),
        ("api-key", True),
        ("X-API-Key", True),
        ("x-goog-api-key", True),
        ("X-Amz-Security-Token", True),
        ("x-auth-token", True),
        ("X-Auth", True),
        ("x-vault-secret", True),
        ("ocp-apim-subscription-key", True),
        ("x-session-id", True),
        ("x-signature-ed25519", True),
        ("content-type", False),
        ("x-request-id", False),
        ("x-ratelimit-remaining-tokens", False),
        ("x-ratelimit-reset-tokens", False),
        ("openai-organization", False),
        ("openai-processing-ms", False),
        ("idempotency-key", False),
        ("x-stainless-retry-count", False),
    ],
)
def test_which_names_are_secret(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_secrets_are_not_shown() -> None:
    headers = Headers({"authorization": f"Bearer {SECRET}", "x-a": "1"})
    assert headers.redacted() == {"authorization": "<redacted>", "x-a": "1"}
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in repr(headers)


def test_names_the_client_knows_to_be_secret_are_not_shown() -> None:
    headers = Headers({"X-Odd": SECRET, "x-a": "1"}, secret={"x-odd"})
    assert SECRET not in repr(headers)
    assert headers["x-odd"] == SECRET
    assert SECRET not in repr(pickle.loads(pickle.dumps(headers)))
