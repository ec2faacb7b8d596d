"""From the names of models to where they are."""

from __future__ import annotations

from typing import Any

import pytest

from antiphon.llm import MissingKeyError, Provider, UnknownProviderError
from antiphon.llm.core.routing import route_to
from antiphon.llm.providers.registry import Registry
from antiphon.llm.providers.table import PROVIDERS

KEYS = {name: "key" for provider in PROVIDERS for name in provider.key_env[:1]}
REGISTRY = Registry(PROVIDERS)


def routed(model: str, environment: dict[str, str] | None = None, **given: Any) -> tuple[str, str, str]:
    route = route_to(model, registry=REGISTRY, environment={**KEYS, **(environment or {})}, **given)
    return route.provider.name, route.model, route.endpoint.base_url


@pytest.mark.parametrize(
    ("model", "given", "expected"),
    [
        ("gpt-x", {}, ("openai", "gpt-x", "https://api.openai.com/v1")),
        ("openai/gpt-x", {}, ("openai", "gpt-x", "https://api.openai.com/v1")),
        ("ft:gpt-x:org::id", {}, ("openai", "ft:gpt-x:org::id", "https://api.openai.com/v1")),
        ("anthropic/c", {}, ("anthropic", "c", "https://api.anthropic.com/v1")),
        ("google/g", {}, ("gemini", "g", "https://generativelanguage.googleapis.com/v1beta/openai")),
        ("groq/openai/gpt-oss", {}, ("groq", "openai/gpt-oss", "https://api.groq.com/openai/v1")),
        ("groq:openai/gpt-oss", {}, ("groq", "openai/gpt-oss", "https://api.groq.com/openai/v1")),
        ("ollama/llama3:8b", {}, ("ollama", "llama3:8b", "http://localhost:11434/v1")),
        ("ollama:llama3:8b", {}, ("ollama", "llama3:8b", "http://localhost:11434/v1")),
        ("llama.cpp/x", {}, ("llamacpp", "x", "http://127.0.0.1:8080/v1")),
        ("fireworks/l", {}, ("fireworks", "accounts/fireworks/models/l", "https://api.fireworks.ai/inference/v1")),
        ("fireworks/accounts/me/l", {}, ("fireworks", "accounts/me/l", "https://api.fireworks.ai/inference/v1")),
        # The host says it, and other names of providers belong to the model there.
        ("openai/gpt-oss", {"base_url": "https://api.groq.com/openai/v1"}, ("groq", "openai/gpt-oss", "https://api.groq.com/openai/v1")),
        ("groq/l", {"base_url": "https://api.groq.com/openai/v1"}, ("groq", "l", "https://api.groq.com/openai/v1")),
        # Nobody knows the host.
        ("openai/m", {"base_url": "http://here:1/v1"}, ("openai", "m", "http://here:1/v1")),
        ("meta-llama/L", {"base_url": "http://here:1/v1"}, ("custom", "meta-llama/L", "http://here:1/v1")),
        ("m", {"base_url": "http://here:1/v1?a=b"}, ("openai", "m", "http://here:1/v1?a=b")),
        ("meta-llama/L", {"provider": "vllm"}, ("vllm", "meta-llama/L", "http://localhost:8000/v1")),
        ("vllm/L", {"provider": "VLLM"}, ("vllm", "L", "http://localhost:8000/v1")),
    ],
)  # fmt: skip
def test_a_model_is_found(model: str, given: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert routed(model, **given) == expected


@pytest.mark.parametrize(
    ("model", "environment", "address"),
    [
        ("openai/m", {"OPENAI_BASE_URL": "http://here/v1/"}, "http://here/v1"),
        ("ollama/m", {"OLLAMA_HOST": "10.0.0.1:11434"}, "http://10.0.0.1:11434/v1"),
        ("ollama/m", {"OLLAMA_HOST": "https://o.example/v1"}, "https://o.example/v1"),
        ("azure/m", {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com"}, "https://r.openai.azure.com/openai/v1"),
        (
            "azure/m",
            {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/", "OPENAI_API_VERSION": "2024-10-21"},
            "https://r.openai.azure.com/openai",
        ),
        ("bedrock/m", {"AWS_REGION": "eu-west-1"}, "https://bedrock-mantle.eu-west-1.api.aws/openai/v1"),
        ("bedrock/m", {"AWS_DEFAULT_REGION": "us-east-1"}, "https://bedrock-mantle.us-east-1.api.aws/openai/v1"),
        ("bedrock/m", {"AWS_BEDROCK_BASE_URL": "https://b.example"}, "https://b.example/openai/v1"),
        (
            "vertex/m",
            {"GOOGLE_CLOUD_PROJECT": "p-1", "GOOGLE_CLOUD_LOCATION": "europe-west1"},
            "https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1/endpoints/openapi",
        ),
        (
            "vertex/m",
            {"VERTEXAI_PROJECT": "p-1", "VERTEXAI_LOCATION": "global"},
            "https://aiplatform.googleapis.com/v1/projects/p-1/locations/global/endpoints/openapi",
        ),
    ],
)
def test_the_environment_says_where(model: str, environment: dict[str, str], address: str) -> None:
    assert routed(model, environment)[2] == address


@pytest.mark.parametrize("provider", [each for each in PROVIDERS if each.needs_key], ids=lambda each: each.name)
def test_a_key_of_the_environment_or_an_error_that_names_it(provider: Provider) -> None:
    where: dict[str, Any] = {"registry": REGISTRY, "base_url": "http://here/v1"}
    for name in provider.key_env:
        endpoint = route_to(f"{provider.name}/m", environment={name: " k "}, **where).endpoint
        assert endpoint.key == "k"
        assert "'k'" not in repr(endpoint)
    assert route_to(f"{provider.name}/m", environment={}, api_key="mine", **where).endpoint.key == "mine"
    with pytest.raises(MissingKeyError) as caught:
        route_to(f"{provider.name}/m", environment={}, **where)
    assert all(name in str(caught.value) for name in provider.key_env)
    assert caught.value.variables == provider.key_env


def test_a_server_nobody_knows_gets_no_key_of_the_environment() -> None:
    route = route_to("org/m", registry=REGISTRY, environment=KEYS, base_url="http://here/v1")
    assert route.endpoint.key is None


def test_a_provider_of_ones_own() -> None:
    registry = Registry(PROVIDERS)
    mine = Provider(name="mine", aliases=("my",), base_url="https://llm.example/v1", key_env=("MY_KEY",))
    registry.register(mine)
    route = route_to("my/m", registry=registry, environment={"MY_KEY": "k"})
    assert (route.provider, route.endpoint.base_url) == (mine, "https://llm.example/v1")
    assert registry.at("https://llm.example/other") is mine
    with pytest.raises(ValueError, match="'mine' is the name of a provider already"):
        registry.register(Provider(name="mine"))
    other = Provider(name="mine", base_url="https://other.example")
    registry.register(other, replace=True)
    assert registry.find("my") is None
    assert registry.get("MINE") is other
    registry.unregister("mine")
    with pytest.raises(UnknownProviderError):
        registry.get("mine")
    assert len(list(registry)) == len(PROVIDERS)


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "a b", "Upper"])
def test_names_that_cannot_stand_before_a_model(name: str) -> None:
    with pytest.raises(ValueError, match="cannot stand before a model"):
        Provider(name=name)


def test_the_profiles_are_facts_that_fit_together() -> None:
    names = [name for provider in PROVIDERS for name in provider.names]
    assert len(names) == len(set(names))
    for provider in PROVIDERS:
        assert not provider.unsupported & provider.own_parameters, provider.name
        assert not provider.unsupported & provider.renamed.keys(), provider.name
        assert provider.base_url or provider.base_url_env, provider.name
        assert provider.key_env or not provider.needs_key, provider.name


@pytest.mark.parametrize(
    ("model", "environment", "said"),
    [
        ("bedrock/m", {}, "Amazon Bedrock needs a region: set AWS_REGION or AWS_DEFAULT_REGION, or pass base_url"),
        ("vertex/m", {"GOOGLE_CLOUD_PROJECT": "p"}, "Google Vertex AI needs a location: set GOOGLE_CLOUD_LOCATION"),
        ("vertex/m", {"GOOGLE_CLOUD_LOCATION": "l"}, "Google Vertex AI needs a project"),
        ("bedrock/m", {"AWS_REGION": "evil.example/"}, "'evil.example/' cannot be the region"),
        ("bedrock/m", {"AWS_REGION": "-"}, "'-' cannot be the region"),
    ],
)
def test_a_place_that_nobody_says(model: str, environment: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        routed(model, environment)


@pytest.mark.parametrize(
    ("base_url", "provider"),
    [
        ("https://bedrock-mantle.us-east-1.api.aws/openai/v1", "bedrock"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1", "bedrock"),
        ("https://aiplatform.googleapis.com/v1/projects/p/locations/global/endpoints/openapi", "vertex"),
        ("https://us-central1-aiplatform.googleapis.com/v1/x", "vertex"),
        ("https://bedrock.example/v1", "openai"),
    ],
)
def test_hosts_that_differ_by_place_are_known(base_url: str, provider: str) -> None:
    assert routed("m", base_url=base_url)[0] == provider


@pytest.mark.parametrize(
    ("model", "base_url", "address"),
    [
        ("azure/m", "https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1"),
        ("ollama/m", "http://here:11434/", "http://here:11434/v1"),
        ("ollama/m", "http://here:11434/api/v1", "http://here:11434/api/v1"),
        ("openai/m", "http://here:1", "http://here:1"),
    ],
)
def test_an_address_without_a_path_gets_that_of_the_provider(model: str, base_url: str, address: str) -> None:
    assert routed(model, base_url=base_url)[2] == address
