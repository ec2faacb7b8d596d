"""Making and copying clients: options, environment, headers, queries, pickling."""

from __future__ import annotations

import copy
import logging
import pickle
from typing import Any

import pytest

from antiphon.runtime import URL, CredentialsError, Headers, Timeout, not_given, omit
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport

from ..samples import SECRET, Message
from .sdk import DEMO, AsyncClient, scripted

GOOD = Answer(200, {"role": "user", "id": "ok"})


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEMO_API_KEY", "DEMO_ADMIN_KEY", "DEMO_BASE_URL", "DEMO_ORG", "DEMO_HEADERS", "DEMO_LOG"):
        monkeypatch.delenv(name, raising=False)


def made(**arguments: Any) -> AsyncClient:
    given: dict[str, Any] = {"api_key": SECRET, **arguments}
    return AsyncClient(**given)


# --- base URL ---


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a.b", "http://a.b/"),
        ("http://a.b/v2", "http://a.b/v2/"),
        ("http://a.b/v2/", "http://a.b/v2/"),
        ("http://a.b/v2?k=1", "http://a.b/v2/?k=1"),
    ],
)
def test_base_urls(url: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(base_url=url).base_url == shown
    client = made()
    assert client.base_url == "https://demo.test/v1/"
    client.base_url = url
    assert client.base_url == shown
    assert isinstance(client.base_url, URL)
    monkeypatch.setenv("DEMO_BASE_URL", f" {url} ")
    assert made().base_url == shown
    assert made(base_url="http://given").base_url == "http://given/"
    monkeypatch.setenv("DEMO_BASE_URL", " ")
    assert made().base_url == "https://demo.test/v1/"


@pytest.mark.parametrize("url", ["", "a.b", "ftp://a.b", "https://", "http://a b", "http://a\n.b", "http://a:0"])
def test_base_urls_that_cannot_be(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        made(base_url=url)
    with pytest.raises(ValueError, match="base_url"):
        made().base_url = url


async def test_where_requests_go() -> None:
    client, transport = scripted(*[GOOD] * 4, base_url="http://a.b/v2?k=1&both=base", default_query={"d": [1, 2]})
    await client.things.create(extra_query={"both": "call"})
    client.base_url = "http://c.d"
    await client.things.create()
    await client.with_options(base_url="http://e.f/x").things.create()
    await client.get("http://g.h/y?z=1", cast_to=Message)
    assert [str(sent.url) for sent in transport.requests] == [
        "http://a.b/v2/things?k=1&d%5B%5D=1&d%5B%5D=2&both=call",
        "http://c.d/things?d%5B%5D=1&d%5B%5D=2",
        "http://e.f/x/things?d%5B%5D=1&d%5B%5D=2",
        "http://g.h/y?z=1&d%5B%5D=1&d%5B%5D=2",
    ]


# --- options ---


def test_options_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert made().organization is None
    monkeypatch.setenv("DEMO_ORG", "org-env\n")
    assert made().organization == "org-env"
    assert made(organization="org-given").organization == "org-given"
    monkeypatch.setenv("DEMO_HEADERS", "X-One: 1\nX-Two: a:b\nnonsense\n")
    client = made(default_headers={"x-two": "given"})
    assert (client.default_headers["x-one"], client.default_headers["X-TWO"]) == ("1", "given")


async def test_options_in_headers_and_queries() -> None:
    client, transport = scripted(GOOD, GOOD, organization="org", version="2024")
    await client.things.create()
    client.organization = "other"
    client.version = None
    await client.things.create()
    first, second = transport.requests
    assert (first.headers["demo-organization"], first.url.params) == ("org", {"api-version": "2024"})
    assert (second.headers["demo-organization"], second.url.params) == ("other", {})


@pytest.mark.parametrize(
    ("value", "kind"), [(None, TypeError), ("2", TypeError), (1.5, TypeError), (True, TypeError), (-1, ValueError)]
)
async def test_numbers_of_retries(value: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="max_retries"):
        made(max_retries=value)
    client, transport = scripted(GOOD)
    client.max_retries = value
    with pytest.raises(kind, match="max_retries"):
        await client.things.create()
    assert transport.requests == []


@pytest.mark.parametrize(("value", "kind"), [("5", TypeError), (-1, ValueError), (True, TypeError), ([1], TypeError)])
def test_timeouts_that_cannot_be(value: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="timeout"):
        made(timeout=value)


@pytest.mark.parametrize(
    ("value", "header", "timeout"),
    [
        (not_given, "600", Timeout(600, connect=5)),
        (7, "7", Timeout(7)),
        (Timeout(9, read=2.5), "2.5", Timeout(9, read=2.5)),
        (None, None, Timeout(None)),
    ],
)
async def test_timeouts(value: Any, header: str | None, timeout: Timeout) -> None:
    client, transport = scripted(GOOD, GOOD, timeout=value)
    assert client.timeout == (timeout if value is not_given else value)
    assert client.settings.timeout == timeout
    await client.things.create()
    assert transport.requests[0].headers.get("x-stainless-read-timeout") == header
    client.timeout = 1
    await client.things.create()
    assert transport.requests[1].headers["x-stainless-read-timeout"] == "1"


@pytest.mark.parametrize("headers", [{"a b": "1"}, {"x": "a\nb"}, {"x": 5}, {"x": "\u201c"}])
def test_headers_that_cannot_be_sent_are_refused_at_once(headers: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="header"):
        made(default_headers=headers)


def test_what_a_client_shows() -> None:
    client = made(default_headers={"X-A": "1"}, default_query={"q": 1})
    assert repr(client) == f"<{type(client).__name__} for https://demo.test/v1/>"
    assert client.user_agent.endswith("Demo/Python 1.2.3")
    headers = client.default_headers
    assert isinstance(headers, Headers)
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["x-stainless-package-version"] == "1.2.3"
    assert headers["x-a"] == "1"
    assert SECRET not in repr(headers)
    assert client.auth_headers == {"authorization": f"Bearer {SECRET}"}
    assert client.auth_headers["Authorization"] == f"Bearer {SECRET}"
    assert SECRET not in repr(client.auth_headers)
    assert client.default_query == {"q": 1}
    assert client.qs is DEMO.query_style
    assert client.qs.stringify({"a": [1, "x y"], "b": None}) == "a%5B%5D=1&a%5B%5D=x+y"
    assert client.max_retries == 2


def test_what_completion_shows() -> None:
    shown = {name for name in dir(made()) if not name.startswith("_")}
    assert {"api_key", "things", "post", "request", "with_options", "is_closed", "timeout", "close"} <= shown
    inner = "check_open connections credential_functions fields_for authorised prepared paginated request_value"
    assert shown.isdisjoint([*inner.split(), "request_pages", "send", "settings", "sdk", "logger"])


def test_platform_headers() -> None:
    headers = made().platform_headers()
    assert headers["x-stainless-lang"] == "python"
    assert {
        "x-stainless-os",
        "x-stainless-arch",
        "x-stainless-runtime",
        "x-stainless-runtime-version",
    } <= headers.keys()
    assert headers["x-stainless-async"] == ("async:asyncio" if "Async" in AsyncClient.__name__ else "false")


def test_logging_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("antiphon_demo")
    before = logger.level
    try:
        monkeypatch.setenv("DEMO_LOG", "debug")
        made()
        assert logger.level == logging.DEBUG
    finally:
        logger.setLevel(before)
        logger.handlers.clear()


# --- copies ---


def test_copies_keep_what_is_not_changed() -> None:
    transport = AsyncScriptedTransport([])
    client = made(
        organization="org",
        base_url="http://a.b/v1?k=1",
        timeout=Timeout(7, pool=3),
        max_retries=5,
        default_headers={"X-A": "1", "x-gone": omit},
        default_query={"q": 1},
        http_client=transport,
        _strict_response_validation=True,
    )
    other = client.copy()
    assert type(other) is type(client)
    assert other is not client
    assert other._arguments() == client._arguments()  # pyright: ignore[reportPrivateUsage]  all of them is the point
    assert other._transport is client._transport  # pyright: ignore[reportPrivateUsage]  shared is the point
    client.timeout = 1
    client.organization = "changed"
    again = client.with_options()
    assert (again.timeout, again.organization) == (1, "changed")
    assert (other.organization, other.base_url) == ("org", "http://a.b/v1/?k=1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", "other"),
        ("organization", "other"),
        ("base_url", "http://c.d/"),
        ("timeout", 3),
        ("timeout", None),
        ("max_retries", 0),
        ("version", "v"),
    ],
)
def test_copies_change_what_is_given(name: str, value: Any) -> None:
    client = made(base_url="http://a.b/", timeout=7, max_retries=5)
    changed = client.with_options(**{name: value})
    assert getattr(changed, name) == value
    assert getattr(client, name) != value


def test_copies_add_or_replace_headers_and_queries() -> None:
    client = made(default_headers={"X-A": "1"}, default_query={"a": 1})
    added = client.with_options(default_headers={"X-B": "2"}, default_query={"b": 2})
    assert (added.default_headers["x-a"], added.default_headers["x-b"]) == ("1", "2")
    assert added.default_query == {"a": 1, "b": 2}
    replaced = client.with_options(set_default_headers={"X-B": "2"}, set_default_query={"b": 2})
    assert "x-a" not in replaced.default_headers
    assert replaced.default_query == {"b": 2}
    emptied = client.with_options(set_default_headers={}, set_default_query={})
    assert "x-a" not in emptied.default_headers
    assert emptied.default_query == {}
    assert client.default_headers["x-a"] == "1"
    with pytest.raises(ValueError, match="mutually exclusive"):
        client.with_options(default_headers={}, set_default_headers={})
    with pytest.raises(ValueError, match="mutually exclusive"):
        client.with_options(default_query={}, set_default_query={})


async def test_headers_of_a_copy_in_another_case_win() -> None:
    client, transport = scripted(GOOD, default_headers={"X-A": "1"})
    await client.with_options(default_headers={"x-a": "2"}).things.create()
    assert transport.requests[0].headers["x-a"] == "2"


async def test_a_copy_uses_the_same_connections() -> None:
    client, transport = scripted(GOOD, GOOD, GOOD)
    await client.with_options(timeout=1).things.create()
    await client.with_options(timeout=1).with_options(max_retries=0).things.create()
    await client.things.create()
    assert len(transport.requests) == 3
    other = AsyncScriptedTransport([GOOD])
    await client.with_options(http_client=other).things.create()
    assert len(other.requests) == 1


def test_clients_without_credentials_are_copied_too() -> None:
    client = AsyncClient(_enforce_credentials=False)
    assert client.with_options(timeout=1).api_key is None
    assert client.with_options(api_key="k").api_key == "k"
    assert pickle.loads(pickle.dumps(client)).api_key is None
    with pytest.raises(CredentialsError):
        AsyncClient()


@pytest.mark.parametrize("how", ["pickle", "copy", "deepcopy"])
async def test_configuration_travels_connections_do_not(how: str) -> None:
    client = made(organization="org", timeout=Timeout(7), default_headers={"X-A": omit, "X-B": "1"}, max_retries=0)
    copies: dict[str, Any] = {
        "pickle": lambda: pickle.loads(pickle.dumps(client)),
        "copy": lambda: copy.copy(client),
        "deepcopy": lambda: copy.deepcopy(client),
    }
    other = copies[how]()
    assert type(other) is type(client)
    assert other._arguments() == client._arguments()  # pyright: ignore[reportPrivateUsage]  all of them is the point
    await other.close()
    assert not client.is_closed()


def test_a_client_with_connections_of_the_users_own_does_not_travel() -> None:
    client, _ = scripted()
    with pytest.raises(TypeError, match="http_client"):
        pickle.dumps(client)


async def test_a_client_that_was_used_travels() -> None:
    client, _ = scripted(GOOD)
    await client.things.create()
    fresh = made()
    assert fresh.things is fresh.things
    assert pickle.loads(pickle.dumps(fresh)).things is not fresh.things
