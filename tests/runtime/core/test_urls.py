"""Base URLs, request paths, redirects, and what of a URL may be shown."""

from __future__ import annotations

import pickle

import pytest

from antiphon.runtime import URL
from antiphon.runtime.core.urls import BaseURL, redirect_url, same_origin, shown_url


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://a.b", "/x", "https://a.b/x"),
        ("https://a.b/", "x", "https://a.b/x"),
        ("https://a.b/v1", "/x", "https://a.b/v1/x"),
        ("https://a.b/v1/", "/x", "https://a.b/v1/x"),
        ("https://a.b:8443/v1", "/x/y", "https://a.b:8443/v1/x/y"),
        ("http://[::1]:9/v1", "/x", "http://[::1]:9/v1/x"),
        ("https://a.b/v%2F1", "/x%2Fy", "https://a.b/v%2F1/x%2Fy"),
        ("https://a.b/v1?k=1", "/x", "https://a.b/v1/x"),
        ("https://a.b/v1", "https://c.d/x?y=1", "https://c.d/x?y=1"),
        ("https://a.b/v1", "", "https://a.b/v1/"),
    ],
)
def test_joining(base: str, path: str, url: str) -> None:
    assert BaseURL(base).join(path) == url


def test_base_url_ends_in_a_slash_and_keeps_its_query() -> None:
    base = BaseURL("https://a.b/v1?k=1&e=&k=2")
    assert base.text == "https://a.b/v1/?k=1&e=&k=2"
    assert base.query == (("k", "1"), ("e", ""), ("k", "2"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.b/v1",
        "//a.b",
        "ftp://a.b",
        "https://",
        "https:///v1",
        "https://a.b:99999",
        "https://a.b:0",
        "https://a.b:x",
        "https://[::1",
        "https://a b",
        "https://a.b/\n",
        "https://a.b/\0",
        "https://a.b\x7f",
        "https://\ud800.b",
        "https://a.b/\ud800",
        "https://a..b",
        "https://" + "a" * 70 + ".com",
        "https://\u2603\u2028.b",
    ],
)
def test_what_no_request_can_go_to(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        BaseURL(url)


def test_messages_show_no_password() -> None:
    for url in ("https://user:hunter2@a b/", "user:hunter2@a.b", "https://user:hunter2@a.b:x/"):
        with pytest.raises(ValueError, match="base_url") as caught:
            BaseURL(url)
        assert "hunter2" not in str(caught.value)


def test_hosts_in_any_script() -> None:
    assert BaseURL("https://b\u00fccher.example/v1").join("/x") == "https://b\u00fccher.example/v1/x"


def test_parts_of_a_url() -> None:
    url = URL("https://a.b:81/c/d?e=1&e=2&f=")
    assert (url.scheme, url.host, url.port, url.path) == ("https", "a.b", 81, "/c/d")
    assert url.query == b"e=1&e=2&f="
    assert url.params == {"e": "2", "f": ""}
    assert url == "https://a.b:81/c/d?e=1&e=2&f="
    assert pickle.loads(pickle.dumps(url)) == url
    assert isinstance(pickle.loads(pickle.dumps(url)), URL)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.b/x", "https://a.b:443/y", True),
        ("http://A.b", "http://a.B:80", True),
        ("https://a.b", "http://a.b", False),
        ("https://a.b", "https://a.b:444", False),
        ("https://a.b", "https://c.a.b", False),
    ],
)
def test_same_origin(one: str, other: str, same: bool) -> None:
    assert same_origin(one, other) is same


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/y", "https://a.b/y"),
        ("y", "https://a.b/v1/y"),
        ("../y", "https://a.b/y"),
        ("?q=1", "https://a.b/v1/x?q=1"),
        ("//c.d/y", "https://c.d/y"),
        ("http://c.d:8/y", "http://c.d:8/y"),
        ("/y#part", "https://a.b/y"),
        (" /y ", "https://a.b/y"),
    ],
)
def test_redirects(location: str, url: str) -> None:
    assert redirect_url("https://a.b/v1/x", location) == url


@pytest.mark.parametrize(
    "location",
    ["ftp://a.b/", "https://a.b:99999/", "https://[::1/", "/" + "a" * 9000, "/a b", "file:///etc/passwd"],
)
def test_unusable_redirects(location: str) -> None:
    with pytest.raises(ValueError, match="the target"):
        redirect_url("https://a.b/x", location)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.b/x?y=1&z", "https://a.b/x?y=1&z"),
        ("https://u:p@a.b/x", "https://a.b/x"),
        ("https://a.b/x?api_key=s&API-KEY=t&key=u&access_token=v&sig=w&q=1", None),
        ("https://a.b/x?a%70i_key=s", None),
        ("https://a.b/x?odd=s", "https://a.b/x?odd=<redacted>"),
        ("/relative?token=s", "/relative?token=<redacted>"),
    ],
)
def test_what_is_shown(url: str, shown: str | None) -> None:
    text = shown_url(url, {"odd"})
    if shown is not None:
        assert text == shown
    else:
        assert not any(f"={secret}" in text for secret in "stuvw")
