"""Texts become vectors."""

from __future__ import annotations

import base64
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from antiphon import AuthenticationError, SDKError
from antiphon.llm import MissingKeyError, NeedsKeyException, set_key
from antiphon.llm.embedding_models import AsyncEmbeddingModel
from antiphon.mock import serve

from ..local import Local, failed, whole


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "user"))
    monkeypatch.setenv("OPENAI_API_KEY", "no-secret")


def vectors(*given: Any, **fields: Any) -> bytes:
    data = [{"object": "embedding", "index": number, "embedding": each} for number, each in enumerate(given)]
    return whole({"object": "list", "model": "m", "data": data, **fields})


def model_at(server: Local, **settings: Any) -> AsyncEmbeddingModel:
    return AsyncEmbeddingModel("openai/m", base_url=server.url("/v1"), max_retries=0, **settings)


async def test_against_the_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        model = AsyncEmbeddingModel("mine", model_name="text-embedding-3-small", dimensions=512)
        one = await model.embed("Hello")
        several = [each async for each in model.embed_multi(["Hello", "there", "Hello"], batch_size=2)]
        asked = [request.body for request in server.requests]
    assert len(one) == 512
    assert all(isinstance(number, float) for number in one)
    assert several[0] == several[2] == one
    assert several[1] != one
    assert [(body["model"], body["input"], body["dimensions"]) for body in asked] == [
        ("text-embedding-3-small", ["Hello"], 512),
        ("text-embedding-3-small", ["Hello", "there"], 512),
        ("text-embedding-3-small", ["Hello"], 512),
    ]


async def test_batches_are_read_and_sent_one_at_a_time() -> None:
    read: list[int] = []

    def texts() -> Iterator[str]:
        for number in range(5):
            read.append(number)
            yield str(number)

    with Local(vectors([0.0], [1.0]), vectors([2.0], [3.0]), vectors([4.0])) as server:
        found = model_at(server, batch_size=2).embed_multi(texts())
        assert not server.requests
        assert await anext(found) == [0.0]
        assert (read, len(server.requests)) == ([0, 1], 1)
        assert [each async for each in found] == [[1.0], [2.0], [3.0], [4.0]]
        assert [body["input"] for body in server.bodies] == [["0", "1"], ["2", "3"], ["4"]]


async def test_texts_that_arrive() -> None:
    async def texts() -> AsyncIterator[str]:
        for text in ("a", "b", "c"):
            yield text

    with Local(vectors([0.0], [1.0]), vectors([2.0])) as server:
        assert [each async for each in model_at(server).embed_multi(texts(), 2)] == [[0.0], [1.0], [2.0]]


async def test_no_texts() -> None:
    with Local(vectors()) as server:
        assert [each async for each in model_at(server).embed_multi([])] == []
        assert await model_at(server).embed_batch(()) == []
        assert not server.requests


async def test_vectors_come_in_the_order_of_the_texts() -> None:
    turned = [{"index": 1, "embedding": [1.0]}, {"index": 0, "embedding": [0.0]}]
    bare = [{"embedding": [0.0]}, {"embedding": [1.0]}]
    with Local(whole({"data": turned}), whole({"data": bare})) as server:
        for _ in range(2):
            assert await model_at(server).embed_batch(["a", "b"]) == [[0.0], [1.0]]


async def test_vectors_in_base64() -> None:
    with Local(vectors(base64.b64encode(struct.pack("<2f", 0.5, -1.0)).decode()), vectors("???")) as server:
        model = model_at(server, encoding_format="base64")
        assert await model.embed("a") == [0.5, -1.0]
        with pytest.raises(SDKError, match="openai/m answered with what is no vector, but str"):
            await model.embed("a")
        assert server.bodies[0]["encoding_format"] == "base64"


@pytest.mark.parametrize("given", [[], [[0.0]], [[0.0], [1.0], [2.0]]])
async def test_a_wrong_number_of_vectors(given: list[Any]) -> None:
    with Local(vectors(*given)) as server, pytest.raises(SDKError, match=f"{len(given)} vectors to 2 texts"):
        await model_at(server).embed_batch(["a", "b"])


async def test_what_is_no_text() -> None:
    model = AsyncEmbeddingModel("openai/m")
    wrong: Any = b"bytes"
    with pytest.raises(ValueError, match="does not support binary data"):
        await model.embed(wrong)
    for wrong in (None, 5, ["a"]):
        with pytest.raises(TypeError, match="what is embedded is text"):
            await model.embed(wrong)
    for wrong in ("text", b"bytes", {"a": 1}, 5):
        with pytest.raises(TypeError, match="must be a list"):
            [each async for each in model.embed_multi(wrong)]
        with pytest.raises(TypeError, match="must be a list"):
            await model.embed_batch(wrong)
    for size in (0, -1, True):
        with pytest.raises(ValueError, match="batch_size"):
            [each async for each in model.embed_multi(["a"], size)]
        with pytest.raises(ValueError, match="batch_size"):
            AsyncEmbeddingModel("m", batch_size=size)


async def test_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    set_key("work", "kept")
    with Local(vectors([0.0])) as server:
        await model_at(server).embed("a")
        await model_at(server).embed("a", key="work")
        [each async for each in model_at(server).embed_multi(["a"], key="given")]
        sent = [line for head in server.heads for line in head.splitlines() if line.startswith("authorization")]
        assert sent == [f"authorization: bearer {key}" for key in ("no-secret", "kept", "given")]
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(MissingKeyError):
        await model_at(server).embed("a")
    assert "secret" not in repr(model_at(server, api_key="secret"))


async def test_what_the_server_refuses() -> None:
    with Local(failed("401 Unauthorized")) as server, pytest.raises(AuthenticationError):
        await model_at(server).embed("a")


class Counting(AsyncEmbeddingModel):
    """Answers without a server, and takes no key."""

    model_id = "counting"
    batch_size = 2
    supports_binary = True

    def __init__(self) -> None:  # does not call the one above
        self.batches: list[int] = []

    async def embed_batch(self, texts: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        given = list(texts)
        self.batches.append(len(given))
        return ([float(len(each))] for each in given)


async def test_a_class_of_models() -> None:
    model = Counting()
    assert await model.embed("abc") == [3.0]
    assert await model.embed(b"ab") == [2.0]
    assert [each async for each in model.embed_multi(["a", b"bc", "def"])] == [[1.0], [2.0], [3.0]]  # pyright: ignore[reportArgumentType]
    assert model.batches == [1, 1, 2, 1]
    assert str(model) == f"{Counting.__name__}: counting"
    with pytest.raises(TypeError, match="embed_batch of Counting takes no key"):
        await model.embed("abc", key="k")
    with pytest.raises(ValueError, match="has a model_id"):
        AsyncEmbeddingModel()


async def test_the_key_of_a_class_of_models(monkeypatch: pytest.MonkeyPatch) -> None:
    class Keyed(AsyncEmbeddingModel):
        model_id = "keyed"
        needs_key = "keyed"
        key_env_var = "KEYED_KEY"
        supports_text = False
        supports_binary = True
        batch_size = None

        async def embed_batch(self, texts: Any, *, key: str | None = None) -> Any:
            return [[str(key), len(list(texts))]]

    model: Any = Keyed()
    with pytest.raises(NeedsKeyException, match="KEYED_KEY"):
        await model.embed(b"a")
    monkeypatch.setenv("KEYED_KEY", "of-the-environment")
    assert await model.embed(b"a") == ["of-the-environment", 1]
    model.key = "of-the-model"
    assert await model.embed(b"a") == ["of-the-model", 1]
    assert await model.embed(b"a", key="given") == ["given", 1]
    assert [each async for each in model.embed_multi([b"a", b"b"])] == [["of-the-model", 2]]
    with pytest.raises(ValueError, match="only binary data"):
        await model.embed("a")


async def test_a_class_of_models_that_gives_no_vectors() -> None:
    class Wrong(AsyncEmbeddingModel):
        given: Any = None

        async def embed_batch(self, texts: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
            return self.given

    model = Wrong("wrong")
    with pytest.raises(TypeError, match="embed_batch of Wrong gives vectors, not NoneType"):
        await model.embed("a")
    model.given = []
    with pytest.raises(SDKError, match="wrong answered no vector"):
        await model.embed("a")
