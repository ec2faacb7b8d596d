"""What a careless caller gives a client: refused where it is given, in words, and without showing a secret."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from antiphon.runtime import not_given, omit
from antiphon.runtime.transports.scripted import Answer

from ..samples import SECRET
from .sdk import AsyncClient, scripted

GOOD = Answer(200, {"role": "user", "id": "ok"})
NO_TEXT: list[Any] = [5, b"text", ["a"], object(), True, omit, not_given]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEMO_API_KEY", "DEMO_ADMIN_KEY", "DEMO_BASE_URL", "DEMO_ORG", "DEMO_HEADERS", "DEMO_LOG"):
        monkeypatch.delenv(name, raising=False)


def made(**arguments: Any) -> AsyncClient:
    given: dict[str, Any] = {"api_key": SECRET, **arguments}
    return AsyncClient(**given)


@pytest.fixture(params=["constructor", "with_options"])
def make(request: pytest.FixtureRequest) -> Any:
    """Makes a client with these arguments, in either of the ways there are."""
    return made if request.param == "constructor" else made().with_options


@pytest.mark.parametrize("name", ["api_key", "admin_key", "organization", "app_id", "version"])
@pytest.mark.parametrize("value", NO_TEXT)
def test_options_are_text(name: str, value: Any, make: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} must be text, not {type(value).__name__}"):
        make(**{name: value})


@pytest.mark.parametrize("name", ["api_key", "admin_key", "organization", "app_id"])
@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_empty_options(name: str, value: str, make: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} is empty"):
        make(**{name: value})


@pytest.mark.parametrize("name", ["api_key", "admin_key", "organization", "app_id"])
@pytest.mark.parametrize("value", [f"{SECRET}\r\nx-evil: 1", f"\u201c{SECRET}\u201d", f"{SECRET}\0", f"{SECRET}\u200b"])
def test_options_that_cannot_be_sent(name: str, value: str, make: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} cannot be sent") as caught:
        make(**{name: value})
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize("value", [*NO_TEXT[:5], {"url": "http://a.b"}, ("http", "a.b")])
def test_base_urls_of_another_kind(value: Any, make: Any) -> None:
    with pytest.raises(TypeError, match=f"base_url must be text or a URL, not {type(value).__name__}"):
        make(base_url=value)


@pytest.mark.parametrize(
    "url", ["http://a\\b", "http://a^b/", "http://<host>/v1", "http://{region}.a.b/", 'http://"a"']
)
def test_hosts_that_are_no_names(url: str, make: Any) -> None:
    with pytest.raises(ValueError, match="base_url has a host"):
        make(base_url=url)


def test_urls_of_libraries_are_taken() -> None:
    assert made(base_url=httpx.URL("http://a.b/v1")).base_url == "http://a.b/v1/"
    client = made()
    client.base_url = httpx.URL("http://c.d")  # type: ignore[assignment]
    assert client.base_url == "http://c.d/"


@pytest.mark.parametrize("name", ["default_headers", "default_query", "set_default_headers", "set_default_query"])
@pytest.mark.parametrize("value", ["abc", 5, [("a", "b")], [], ("a",), True, b"ab"])
def test_headers_and_queries_are_mappings(name: str, value: Any) -> None:
    make = made().with_options if name.startswith("set_") else made
    with pytest.raises(TypeError, match=f"{name} must be a mapping, not {type(value).__name__}"):
        make(**{name: value})
    with pytest.raises(TypeError, match=f"{name} must be a mapping"):
        made().with_options(**{name: value})


@pytest.mark.parametrize("query", [{"a": object()}, {"a": b"x"}, {1: "a"}, {None: "a"}, {"a": [object()]}])
def test_queries_that_cannot_be_sent(query: Any, make: Any) -> None:
    with pytest.raises(TypeError, match="query parameter"):
        make(default_query=query)


@pytest.mark.parametrize("query", [{1: "a"}, {"a": object()}])
async def test_names_in_the_query_of_a_call_are_text(query: Any) -> None:
    client, transport = scripted(GOOD)
    with pytest.raises(TypeError, match="query parameter"):
        await client.things.create(extra_query=query)
    assert transport.requests == []


@pytest.mark.parametrize("headers", ["abc", [("a", "b")], 5])
async def test_headers_and_query_of_a_call_are_mappings(headers: Any) -> None:
    client, transport = scripted()
    with pytest.raises(TypeError, match="extra_headers must be a mapping"):
        await client.things.create(extra_headers=headers)
    with pytest.raises(TypeError, match="extra_query must be a mapping"):
        await client.things.create(extra_query=headers)
    assert transport.requests == []


class Session:
    """As `requests.Session` is."""

    def send(self, request: object, **options: object) -> None:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("kind", [httpx.AsyncClient, Session, dict, 5, "http://a.b", httpx])
def test_what_is_no_http_client(kind: Any, make: Any) -> None:
    with pytest.raises(TypeError, match="http_client"):
        make(http_client=kind)
    with pytest.raises(TypeError, match="http_client"):
        make(http_client=Session())


@pytest.mark.parametrize("seconds", [1e12, 10**400, float("inf")])
async def test_timeouts_longer_than_any_clock_are_none(seconds: Any, make: Any) -> None:
    assert make(timeout=seconds).settings.timeout.read is None
    client, transport = scripted(GOOD)
    await client.with_options(timeout=seconds).things.create()
    assert "x-stainless-read-timeout" not in transport.requests[0].headers


def test_passwords_are_not_shown() -> None:
    client = made(base_url=f"https://user:{SECRET}@a.b/v1?api_key={SECRET}&region=x")
    assert repr(client).endswith(" for https://a.b/v1/>")
    settings = made(default_headers={"Authorization": SECRET}, default_query={"key": SECRET}).settings
    assert SECRET not in repr(settings)
    with pytest.raises(ValueError, match="base_url") as caught:
        made(base_url=f"https://user:{SECRET}@a b/v1")
    assert SECRET not in repr(caught.value)
