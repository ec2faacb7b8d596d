"""Embedding models by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon import llm
from antiphon.llm import UnknownModelError, set_alias
from antiphon.llm import get_default_embedding_model as default
from antiphon.llm import set_default_embedding_model as set_default
from antiphon.llm.embedding_models import (
    AsyncEmbeddingModel,
    EmbeddingModel,
    get_async_embedding_model,
    get_async_embedding_models,
    get_embedding_model,
    get_embedding_models,
    get_embedding_models_with_aliases,
    register_embedding_model,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "user"))


@pytest.mark.parametrize(
    ("name", "model_id", "model_name", "dimensions"),
    [
        ("text-embedding-3-small", "text-embedding-3-small", "text-embedding-3-small", None),
        ("3-large", "text-embedding-3-large", "text-embedding-3-large", None),
        ("ada", "text-embedding-ada-002", "text-embedding-ada-002", None),
        ("3-large-256", "text-embedding-3-large-256", "text-embedding-3-large", 256),
        ("ollama/nomic-embed-text", "ollama/nomic-embed-text", "ollama/nomic-embed-text", None),
        ("mistral:mistral-embed", "mistral:mistral-embed", "mistral:mistral-embed", None),
        ("together/org/model", "together/org/model", "together/org/model", None),
    ],
)
def test_names(name: str, model_id: str, model_name: str, dimensions: int | None) -> None:
    for found in (get_embedding_model(name), get_async_embedding_model(name)):
        assert (found.model_id, found.model_name, found.dimensions) == (model_id, model_name, dimensions)


@pytest.mark.parametrize("name", ["nope", "nobody/m", "openai/", "groq/m", "gpt-4o", ""])
def test_names_that_no_embedding_model_has(name: str) -> None:
    for find in (get_embedding_model, get_async_embedding_model):
        with pytest.raises(UnknownModelError) as caught:
            find(name)
        assert caught.value.args[0] == f"Unknown model: {name}"


def test_names_like_it_are_told() -> None:
    with pytest.raises(UnknownModelError) as caught:
        get_embedding_model("text-embeding-3-small")
    assert caught.value.near[0] == "text-embedding-3-small"


def test_the_default() -> None:
    assert default() is None
    with pytest.raises(UnknownModelError, match="No default embedding model is set"):
        get_embedding_model()
    set_default("3-small")
    assert default() == "3-small"
    assert get_embedding_model().model_id == "text-embedding-3-small"
    assert get_async_embedding_model().model_id == "text-embedding-3-small"
    set_default(None)
    assert default() is None


def test_listing_and_aliases() -> None:
    set_alias("tiny", "text-embedding-3-small")
    assert get_embedding_model("tiny").model_id == "text-embedding-3-small"
    found = {each.model_id: each for each in get_embedding_models_with_aliases()}
    assert found["text-embedding-3-small"].aliases == {"3-small", "tiny"}
    assert [id for id, each in found.items() if each.matches("TINY")] == ["text-embedding-3-small"]
    assert [model.model_id for model in get_embedding_models()][:6] == [*found][:6]
    assert [model.model_id for model in get_async_embedding_models()][:6] == [*found][:6]


def test_models_of_ones_own() -> None:
    register_embedding_model(
        EmbeddingModel("mine", model_name="vllm/m", batch_size=8), AsyncEmbeddingModel("mine"), aliases=["me"]
    )
    assert get_embedding_model("me").batch_size == 8
    register_embedding_model(EmbeddingModel("only-sync"))
    register_embedding_model(None, AsyncEmbeddingModel("only-async"))
    with pytest.raises(UnknownModelError, match="sync model exists"):
        get_async_embedding_model("only-sync")
    with pytest.raises(UnknownModelError, match="async model exists"):
        get_embedding_model("only-async")
    with pytest.raises(ValueError, match="pass a model"):
        register_embedding_model()


def test_each_name_of_a_model() -> None:
    found = llm.get_embedding_model_aliases()
    assert found["3-small"] is found["text-embedding-3-small"]
    set_alias("tiny", "text-embedding-3-small")
    assert llm.get_embedding_model_aliases()["tiny"] is found["3-small"]


def test_vectors_as_bytes() -> None:
    vector = (0.0, 1.5, -1234.5)
    assert llm.encode(vector) == b"\x00\x00\x00\x00\x00\x00\xc0?\x00P\x9a\xc4"
    assert llm.decode(llm.encode(vector)) == vector
    with pytest.raises(ValueError, match="these are 3"):
        llm.decode(b"abc")


def test_how_near_vectors_are() -> None:
    assert llm.cosine_similarity([1, 2], [2, 4]) == pytest.approx(1)
    assert llm.cosine_similarity([1, 0], [0, 1]) == 0
    assert llm.cosine_similarity([1, 0], [-3, 0]) == -1
    with pytest.raises(ValueError, match="of 1 and of 2 numbers"):
        llm.cosine_similarity([1], [1, 2])
    with pytest.raises(ValueError, match="no direction"):
        llm.cosine_similarity([0, 0], [1, 2])
