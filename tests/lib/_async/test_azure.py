"""The client for Azure: where calls go, by which credential, and what is refused."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from antiphon import CredentialsError
from antiphon.lib.azure import AsyncAzureOpenAI, MutuallyExclusiveAuthError
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport

ENDPOINT = "https://example.openai.azure.com"
V1 = f"{ENDPOINT}/openai/v1"
PATHS = {
    "chat": "/chat/completions",
    "completions": "/completions",
    "embeddings": "/embeddings",
    "transcriptions": "/audio/transcriptions",
    "speech": "/audio/speech",
    "images": "/images/generations",
    "edits": "/images/edits",
    "models": "/models",
    "responses": "/responses",
}
OF_DEPLOYMENTS = set(PATHS) - {"models", "responses"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://not.this")
    monkeypatch.setenv("OPENAI_API_KEY", "not-this")


def client_for(**options: Any) -> tuple[AsyncAzureOpenAI, AsyncScriptedTransport]:
    transport = AsyncScriptedTransport([Answer(200, {"data": []})] * 20)
    options.setdefault("api_version", "2026-01-01")
    return AsyncAzureOpenAI(http_client=transport, **options), transport


async def call(client: AsyncAzureOpenAI, what: str) -> None:
    match what:
        case "chat":
            await client.chat.completions.create(model="m 1", messages=[])
        case "completions":
            await client.completions.create(model="m 1", prompt="p")
        case "embeddings":
            await client.embeddings.create(model="m 1", input="i")
        case "transcriptions":
            await client.audio.transcriptions.create(model="m 1", file=("a.mp3", b"x"))
        case "speech":
            await client.audio.speech.create(model="m 1", input="i", voice="alloy")
        case "images":
            await client.images.generate(model="m 1", prompt="p")
        case "edits":
            await client.images.edit(model="m 1", prompt="p", image=b"x")
        case "models":
            await client.models.list()
        case _:
            await client.responses.create(model="m 1", input="i")


@pytest.mark.parametrize("what", PATHS)
@pytest.mark.parametrize(
    ("options", "of_deployments", "others"),
    [
        ({"azure_endpoint": ENDPOINT}, f"{ENDPOINT}/openai/deployments/m%201", f"{ENDPOINT}/openai"),
        (
            {"azure_endpoint": f"{ENDPOINT}/", "azure_deployment": "d/1"},
            f"{ENDPOINT}/openai/deployments/d%2F1",
            f"{ENDPOINT}/openai",
        ),
        ({"base_url": "https://a.b/x"}, "https://a.b/x/deployments/m%201", "https://a.b/x"),
        ({"base_url": f"{ENDPOINT}/openai/deployments/y/"},) + (f"{ENDPOINT}/openai/deployments/y",) * 2,
        ({"azure_endpoint": V1}, V1, V1),
        ({"base_url": f"{V1}/"}, V1, V1),
    ],
)
async def test_where_calls_go(what: str, options: dict[str, Any], of_deployments: str, others: str) -> None:
    client, transport = client_for(api_key="k", **options)
    for each in (client, client.with_options(timeout=5)):
        await call(each, what)
        prefix = of_deployments if what in OF_DEPLOYMENTS else others
        assert transport.requests[-1].url == f"{prefix}{PATHS[what]}?api-version=2026-01-01"
        assert transport.requests[-1].headers["api-key"] == "k"
        assert "authorization" not in transport.requests[-1].headers


async def test_the_model_stays_in_the_body_and_raw_calls_are_located_too() -> None:
    client, transport = client_for(api_key="k", azure_endpoint=ENDPOINT)
    await client.post("/chat/completions", cast_to=object, body={"model": "z"})
    assert transport.requests[-1].url.startswith(f"{ENDPOINT}/openai/deployments/z/chat/completions?")
    assert json.loads(transport.requests[-1].content) == {"model": "z"}
    await client.admin.organization.projects.list()
    assert transport.requests[-1].headers["api-key"] == "k"


async def test_an_endpoint_of_the_newer_interface_needs_no_version() -> None:
    client, transport = client_for(api_key="k", azure_endpoint=V1, api_version=None)
    await call(client, "responses")
    assert transport.requests[-1].url == f"{V1}/responses"


async def test_tokens() -> None:
    asked: list[str] = []

    async def provider() -> str:
        asked.append(f"t{len(asked)}")
        return asked[-1]

    client, transport = client_for(azure_ad_token_provider=provider, azure_endpoint=ENDPOINT)
    fixed, other = client_for(azure_ad_token="fixed", azure_endpoint=ENDPOINT)
    for each in (client, client.copy(max_retries=0), fixed):
        await call(each, "models")
    sent = [*transport.requests, *other.requests]
    assert [each.headers.get("authorization") for each in sent] == ["Bearer t0", "Bearer t1", "Bearer fixed"]
    assert all("api-key" not in each.headers for each in sent)


async def test_the_address_can_be_set() -> None:
    client, transport = client_for(api_key="k", azure_endpoint=ENDPOINT, azure_deployment="d")
    client.base_url = f"{ENDPOINT}/openai/deployments/e/"
    await call(client, "chat")
    client.base_url = f"{ENDPOINT}/openai/"
    await call(client, "chat")
    await call(client, "models")
    assert [str(each.url).partition("?")[0] for each in transport.requests] == [
        f"{ENDPOINT}/openai/deployments/e/chat/completions",
        f"{ENDPOINT}/openai/deployments/m%201/chat/completions",
        f"{ENDPOINT}/openai/models",
    ]


async def test_a_credential_takes_the_place_of_another_in_a_copy() -> None:
    client, transport = client_for(api_key="k", azure_endpoint=ENDPOINT, azure_deployment="d")
    await call(client.with_options(azure_ad_token="t", api_version="v2"), "chat")
    await call(client.with_options(azure_ad_token="t").with_options(api_key="k2"), "chat")
    await call(client.with_options(base_url="https://else.where/o"), "chat")
    await call(client.with_options(azure_deployment="e"), "chat")
    assert [(each.headers.get("api-key"), each.headers.get("authorization")) for each in transport.requests[:2]] == [
        (None, "Bearer t"),
        ("k2", None),
    ]
    assert [each.url for each in transport.requests] == [
        f"{ENDPOINT}/openai/deployments/d/chat/completions?api-version=v2",
        f"{ENDPOINT}/openai/deployments/d/chat/completions?api-version=2026-01-01",
        "https://else.where/o/deployments/m%201/chat/completions?api-version=2026-01-01",
        f"{ENDPOINT}/openai/deployments/e/chat/completions?api-version=2026-01-01",
    ]


async def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", ENDPOINT)
    monkeypatch.setenv("OPENAI_API_VERSION", "from-env")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "key")
    client, transport = client_for(api_version=None)
    await call(client, "models")
    assert transport.requests[0].url == f"{ENDPOINT}/openai/models?api-version=from-env"
    assert transport.requests[0].headers["api-key"] == "key"
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "token")
    for options, key, token in (({}, None, "Bearer token"), ({"api_key": "mine"}, "mine", None)):
        client, transport = client_for(**options)
        await call(client, "models")
        headers = transport.requests[0].headers
        assert (headers.get("api-key"), headers.get("authorization")) == (key, token)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"azure_endpoint": ENDPOINT}, CredentialsError, "AZURE_OPENAI_API_KEY"),
        ({"api_key": "k"}, ValueError, "AZURE_OPENAI_ENDPOINT"),
        ({"api_key": "k", "azure_endpoint": ENDPOINT, "base_url": ENDPOINT}, ValueError, "mutually exclusive"),
        ({"api_key": "k", "azure_endpoint": ENDPOINT, "api_version": None}, ValueError, "OPENAI_API_VERSION"),
        ({"api_key": "k", "azure_ad_token": "t", "azure_endpoint": ENDPOINT}, MutuallyExclusiveAuthError, "one of"),
        ({"azure_ad_token_provider": "t", "azure_endpoint": ENDPOINT}, TypeError, "function"),
        ({"api_key": "k\n", "azure_endpoint": ENDPOINT}, ValueError, "api_key"),
        ({"api_key": "k", "azure_endpoint": "example.com"}, ValueError, "http"),
        ({"api_key": "k", "azure_endpoint": ENDPOINT, "azure_deployment": ".."}, ValueError, "deployment"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        client_for(**options)


def test_headers_of_ones_own_are_enough_and_clients_travel() -> None:
    client_for(azure_endpoint=ENDPOINT, default_headers={"api-key": "own"})
    client = AsyncAzureOpenAI(api_key="k", azure_endpoint=ENDPOINT, azure_deployment="d", api_version="v")
    copy = pickle.loads(pickle.dumps(client))
    assert (copy.base_url, copy.api_key, copy.api_version) == (client.base_url, "k", "v")
