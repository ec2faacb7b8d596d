"""Clients of other servers of this API reach it too: their headers for keys, and their paths."""

from __future__ import annotations

import os
from typing import Any
from unittest.mock import patch

import pytest

from antiphon.lib.azure import AzureOpenAI
from antiphon.llm import completion
from antiphon.mock import serve
from antiphon.mock.behaviours import BEHAVIOURS, SPEAKING
from antiphon.mock.engine import Engine
from antiphon_codegen.samples.service import read_service

from .asking import OWN, ask

CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(read_service(OWN), strict=True)


@pytest.mark.parametrize("header", ["api-key", "x-api-key", "x-goog-api-key"])
def test_keys_in_other_headers(header: str, engine: Engine) -> None:
    assert ask(engine, "GET", "/v1/models", headers={"authorization": "", header: "secret"}).status == 200
    assert "secret" not in str(engine.received[-1].headers)
    assert ask(engine, "GET", "/v1/models", headers={"authorization": ""}).status == 401


def test_signed_requests(engine: Engine) -> None:
    signed = "AWS4-HMAC-SHA256 Credential=A/20250101/r/s/aws4_request, SignedHeaders=host, Signature=0"
    assert ask(engine, "GET", "/v1/models", headers={"authorization": signed}).status == 200
    assert ask(engine, "GET", "/v1/models", headers={"authorization": "Other x"}).status == 401


@pytest.mark.parametrize(
    "prefix",
    [
        "/openai/v1",
        "/openai/deployments/m",
        "/v1beta/openai",
        "/compatibility/v1",
        "/inference/v1",
        "/api/v1",
        "/v1/projects/p/locations/global/endpoints/openapi",
        "/v1beta1/projects/p/locations/l/endpoints/openapi",
    ],
)
def test_other_paths(prefix: str, engine: Engine) -> None:
    got = ask(engine, "POST", f"{prefix}/chat/completions?api-version=2024-10-21", CHAT)
    assert got.value["choices"][0]["message"]["content"] == "You said: Hello"
    assert engine.received[-1].path == f"{prefix}/chat/completions"
    assert ask(engine, "POST", f"{prefix}/nothing", CHAT).status == 404


def test_a_deployment_is_the_model(engine: Engine) -> None:
    got = ask(engine, "POST", "/openai/deployments/my%20model/chat/completions", {"messages": CHAT["messages"]})
    assert got.value["model"] == "my model"
    assert ask(engine, "POST", "/openai/deployments/d/chat/completions", b"{").status == 400


def test_a_path_without_a_version_is_a_mistake(engine: Engine) -> None:
    assert ask(engine, "POST", "/chat/completions", CHAT).status == 404


def test_azure_as_its_users_address_it() -> None:
    with serve() as server:
        for endpoint in (server.origin, f"{server.origin}/openai/v1"):
            with AzureOpenAI(azure_endpoint=endpoint, api_key="any", api_version="2024-10-21") as client:
                made: Any = client.chat.completions.create(model="m", messages=CHAT["messages"])
                assert made.choices[0].message.content == "You said: Hello"
        with patch.dict(os.environ, {"AZURE_OPENAI_ENDPOINT": server.origin, "AZURE_OPENAI_API_KEY": "any"}):
            for version in ("", "2024-10-21"):
                os.environ["OPENAI_API_VERSION"] = version
                made = completion("azure/m", CHAT["messages"])
                assert made.choices[0].message.content == "You said: Hello"
        paths = [request.path for request in server.requests]
    deployment = "/openai/deployments/m/chat/completions"
    assert paths == [deployment, "/openai/v1/chat/completions", "/openai/v1/chat/completions", deployment]


def test_every_behaviour_is_of_an_operation(engine: Engine) -> None:
    assert not {*BEHAVIOURS, *SPEAKING} - set(engine.service.by_id)
