"""Asking providers for their models, and what is kept of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from antiphon import APIConnectionError, APIResponseValidationError, AuthenticationError
from antiphon.llm import MissingKeyError, UnknownProviderError, UnsupportedParameterError, async_discover_models
from antiphon.llm.models import get_models
from antiphon.mock import serve

from ..local import Local, failed, whole

NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "user"))
    monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    return tmp_path / "user"


def listed(*ids: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": each, "object": "model"} for each in ids]}


def put(path: Path, text: str) -> None:
    path.write_text(text)


async def test_the_models_of_a_provider() -> None:
    with Local(whole(listed("b", "a", "org/c", "ft:m:org::1", "", "a"))) as server:
        names = await async_discover_models(base_url=server.url("/v1"))
        assert names == ["a", "b", "ft:m:org::1", "openai/org/c"]
        assert await async_discover_models("vllm", base_url=server.url("/v1")) == [
            f"vllm/{each}" for each in ("a", "b", "ft:m:org::1", "org/c")
        ]
        assert [head.splitlines()[0] for head in server.heads] == ["get /v1/models http/1.1"] * 2
        assert "authorization: bearer no-secret" in server.heads[0]
        assert "authorization" not in server.heads[1]


async def test_the_embedded_server_has_models(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        names = await async_discover_models()
    assert names
    assert set(names) <= {model.model_id for model in get_models()}


async def test_an_answer_is_kept_for_a_day(folder: Path) -> None:
    with Local(whole(listed("one")), whole(listed("two"))) as server:
        where = server.url("/v1")
        assert await async_discover_models(base_url=where) == ["one"]
        assert await async_discover_models(base_url=where) == ["one"]
        assert len(server.requests) == 1
        assert await async_discover_models(base_url=where, max_age=0) == ["two"]
        assert len(server.requests) == 2
        path = folder / "models" / "openai.json"
        held = json.loads(path.read_text())
        path.write_text(json.dumps({**held, "asked_at": time.time() - 90_000, "models": ["old"]}))
        assert await async_discover_models(base_url=where, max_age=100_000) == ["old"]
        assert await async_discover_models(base_url=where) == ["two"]
        assert len(server.requests) == 3
        path.write_text(json.dumps({**held, "asked_at": time.time() + 90_000}))  # a clock that went wrong
        await async_discover_models(base_url=where)
        assert len(server.requests) == 4


async def test_another_server_is_another_matter(folder: Path) -> None:
    with Local(whole(listed("one"))) as one, Local(whole(listed("two"))) as two:
        assert await async_discover_models(base_url=one.url("/v1").replace("http://", "http://user:pass@")) == ["one"]
        assert await async_discover_models(base_url=two.url("/v1")) == ["two"]
    text = (folder / "models" / "openai.json").read_text()
    assert "pass" not in text
    assert "no-secret" not in text


async def test_offline_an_older_list_is_better_than_none(folder: Path) -> None:
    with Local(whole(listed("one"))) as server:
        where = server.url("/v1")
        await async_discover_models(base_url=where)
    path = folder / "models" / "openai.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "asked_at": 1.0}))
    with pytest.warns(UserWarning, match="OpenAI cannot be reached") as heard:
        assert await async_discover_models(base_url=where, max_retries=0) == ["one"]
    assert heard[0].filename == __file__
    with pytest.raises(APIConnectionError):
        await async_discover_models(base_url=where, max_retries=0, max_age=0)
    with pytest.raises(APIConnectionError):
        await async_discover_models(base_url=NOWHERE, max_retries=0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"models": ["a"]}', '{"server": 1, "models": 2, "asked_at": "x"}'])
async def test_what_is_kept_may_be_broken(text: str, folder: Path) -> None:
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "openai.json").write_text(text)
    (folder / "models" / "nobody.json").write_text(text)
    with Local(whole(listed("one"))) as server:
        assert await async_discover_models(base_url=server.url("/v1")) == ["one"]


async def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    put(folder, "a file")
    with Local(whole(listed("one"))) as server:
        assert await async_discover_models(base_url=server.url("/v1")) == ["one"]
        assert await async_discover_models(base_url=server.url("/v1")) == ["one"]
        assert len(server.requests) == 2


async def test_a_list_without_the_usual_frame() -> None:
    with Local(whole([{"id": "org/a"}, {"no": "id"}, "x", {"id": 1}])) as server:
        assert await async_discover_models("together", base_url=server.url("/v1"), api_key="k") == ["together/org/a"]


@pytest.mark.parametrize("body", [{"object": "list"}, {"data": "x"}, "text", None])
async def test_what_is_no_list(body: object) -> None:
    with Local(whole(body)) as server, pytest.raises(APIResponseValidationError):
        await async_discover_models(base_url=server.url("/v1"))


async def test_errors() -> None:
    with pytest.raises(UnknownProviderError, match="did you mean 'groq'"):
        await async_discover_models("grok1")
    with pytest.raises(UnsupportedParameterError, match="Cohere does not support a list of its models"):
        await async_discover_models("cohere", api_key="k")
    with pytest.raises(MissingKeyError, match="antiphon keys set groq"):
        await async_discover_models("groq", base_url=NOWHERE)
    with pytest.raises(ValueError, match="AZURE_OPENAI_ENDPOINT"):
        await async_discover_models("azure", api_key="k")
    with Local(failed("401 Unauthorized")) as server, pytest.raises(AuthenticationError):
        await async_discover_models(base_url=server.url("/v1"), max_retries=0)


async def test_azure_has_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    with Local(whole(listed("one"))) as server:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.url(""))
        assert await async_discover_models("azure", api_key="k") == ["azure/one"]
        assert server.heads[0].startswith("get /openai/models?api-version=2024-10-21 http")
        assert "api-key: k" in server.heads[0]
