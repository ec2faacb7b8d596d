"""The package as a client: options set on it, resources used on it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import antiphon
from antiphon._module_client import MODULE_CLIENT
from antiphon.lib.module_client import AmbiguousModuleClientError
from antiphon.runtime.transports.scripted import Answer, ScriptedTransport

OPTIONS = MODULE_CLIENT.options
ANSWER = Answer(200, {"object": "list", "data": []})


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "OPENAI_API_TYPE"):
        monkeypatch.delenv(name, raising=False)
    MODULE_CLIENT.reset()
    yield
    MODULE_CLIENT.reset()
    for name in OPTIONS:
        antiphon.__dict__.pop(name, None)


def scripted(count: int = 20) -> ScriptedTransport:
    transport = ScriptedTransport([ANSWER] * count)
    antiphon.http_client = transport
    return transport


def test_options_hold_from_the_next_call_on() -> None:
    transport = scripted()
    antiphon.api_key = "one"
    antiphon.models.list()
    antiphon.api_key = "two"
    antiphon.default_headers = {"x-a": "1"}
    antiphon.base_url = "https://other.test/v2"
    antiphon.models.list()
    antiphon.default_headers["x-a"] = "2"  # type: ignore[index]
    antiphon.models.list()
    sent = [(each.url, each.headers["authorization"], each.headers.get("x-a")) for each in transport.requests]
    assert sent == [
        ("https://api.openai.com/v1/models", "Bearer one", None),
        ("https://other.test/v2/models", "Bearer two", "1"),
        ("https://other.test/v2/models", "Bearer two", "2"),
    ]


def test_one_client_as_long_as_nothing_changes() -> None:
    scripted()
    antiphon.api_key = "k"
    assert MODULE_CLIENT.client() is MODULE_CLIENT.client()
    assert isinstance(MODULE_CLIENT.client(), antiphon.Client)
    antiphon.chat.completions  # noqa: B018  nested resources are those of the client
    assert antiphon.files.list is not None
    assert repr(antiphon.files) == "<files of the package's own client>"


def test_defaults_and_taking_back() -> None:
    assert antiphon.api_key is None
    assert antiphon.max_retries == antiphon.DEFAULT_MAX_RETRIES
    assert antiphon.timeout == antiphon.DEFAULT_TIMEOUT
    with pytest.raises(antiphon.CredentialsError, match="OPENAI_API_KEY"):
        antiphon.models.list()
    transport = scripted()
    antiphon.api_key = "k"
    antiphon.organization = "o"
    antiphon.models.list()
    del antiphon.organization
    antiphon.models.list()
    assert [each.headers.get("openai-organization") for each in transport.requests] == ["o", None]
    antiphon.timeout = None
    assert MODULE_CLIENT.client().timeout is None


def test_many_threads_make_one_client() -> None:
    scripted(40)
    antiphon.api_key = "k"
    with ThreadPoolExecutor(8) as pool:
        for call in [pool.submit(antiphon.models.list) for _ in range(40)]:
            call.result()
        clients = [pool.submit(MODULE_CLIENT.client) for _ in range(40)]
        assert len({id(each.result()) for each in clients}) == 1


def test_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = scripted()
    antiphon.api_type = "azure"
    antiphon.azure_endpoint = "https://example.openai.azure.com"
    antiphon.api_version = "v"
    antiphon.api_key = "k"
    antiphon.models.list()
    antiphon.api_key = None
    antiphon.azure_ad_token = "t"
    antiphon.api_type = None  # the token says it
    antiphon.models.list()
    urls = [each.url for each in transport.requests]
    assert urls == ["https://example.openai.azure.com/openai/models?api-version=v"] * 2
    assert transport.requests[0].headers["api-key"] == "k"
    assert transport.requests[1].headers["authorization"] == "Bearer t"
    monkeypatch.setenv("OPENAI_API_KEY", "both")
    antiphon.azure_ad_token = "t2"
    with pytest.raises(AmbiguousModuleClientError, match="api_type"):
        antiphon.models.list()
    antiphon.api_type = "openai"
    antiphon.models.list()
    assert transport.requests[2].headers["authorization"] == "Bearer both"
    nonsense: Any = "bedrock"
    antiphon.api_type = nonsense
    with pytest.raises(ValueError, match="api_type"):
        antiphon.models.list()


def test_every_resource_of_the_client_is_there() -> None:
    scripted()
    antiphon.api_key = "k"
    client = antiphon.Client(api_key="k")
    names = [name for name in vars(antiphon.Client) if not name.startswith(("_", "with_")) and name not in OPTIONS]
    for name in names:
        if isinstance(getattr(client, name), antiphon.runtime.APIResource):
            assert getattr(antiphon, name) is not None
