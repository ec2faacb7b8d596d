"""Keys that are kept, in whichever way a model is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon import AuthenticationError
from antiphon.llm import MissingKeyError, acompletion, aembedding, set_key
from antiphon.llm.models import AsyncModel

from ..local import Local, completion_body, failed, whole

ASKED = [{"role": "user", "content": "Hello"}]
VECTORS = {"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "user"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


async def test_a_key_that_is_kept_is_sent() -> None:
    with Local(whole(completion_body())) as server:
        with pytest.raises(MissingKeyError, match="antiphon keys set openai"):
            await acompletion("openai/m", ASKED, base_url=server.url("/v1"))
        set_key("openai", "kept-one")
        set_key("work", "kept-two")
        await acompletion("openai/m", ASKED, base_url=server.url("/v1"))
        await acompletion("openai/m", ASKED, base_url=server.url("/v1"), api_key="work")
        model = AsyncModel("openai/m", base_url=server.url("/v1"))
        await model.prompt("Hello", stream=False).text()
        await model.prompt("Hello", stream=False, key="work").text()
        await model.prompt("Hello", stream=False, key="given").text()
        sent = [line for head in server.heads for line in head.splitlines() if line.startswith("authorization:")]
    wanted = ("kept-one", "kept-two", "kept-one", "kept-two", "given")
    assert sent == [f"authorization: bearer {key}" for key in wanted]


async def test_embeddings_use_them_too() -> None:
    set_key("openai", "kept-one")
    with Local(whole(VECTORS)) as server:
        await aembedding("openai/m", "Hello", base_url=server.url("/v1"))
        assert "authorization: bearer kept-one" in server.heads[0]


async def test_a_new_key_is_used_by_the_next_call() -> None:
    set_key("openai", "old")
    with Local(failed("401 Unauthorized"), whole(completion_body())) as server:
        with pytest.raises(AuthenticationError) as caught:
            await acompletion("openai/m", ASKED, base_url=server.url("/v1"))
        assert "old" not in f"{caught.value!r} {caught.value}"
        set_key("openai", "new")
        await acompletion("openai/m", ASKED, base_url=server.url("/v1"))
        assert ["bearer new" in head for head in server.heads] == [False, True]
