"""Models that were discovered are known by name, without asking anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon.llm import UnknownModelError, get_async_model, get_model, get_models, set_alias
from antiphon.llm.discovered import keep_discovered

OPENAI = "https://api.openai.com/v1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "user"))
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY", "GROQ_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_they_are_among_the_models() -> None:
    before = [model.model_id for model in get_models()]
    keep_discovered("openai", OPENAI, ["brand-new", "gpt-4o"])
    keep_discovered("groq", "https://api.groq.com/openai/v1", ["groq/openai/gpt-oss"])
    keep_discovered("nobody", "https://x", ["nobody/x"])
    names = [model.model_id for model in get_models()]
    assert sorted(names) == sorted([*before, "brand-new", "groq/openai/gpt-oss"])
    assert get_model("brand-new").model_id == "brand-new"
    assert get_async_model("brand-new").model_id == "brand-new"


def test_those_of_another_server_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_discovered("openai", OPENAI, ["brand-new"])
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere/v1")
    with pytest.raises(UnknownModelError):
        get_model("brand-new")


@pytest.mark.parametrize(
    ("asked", "near"),
    [("gpt4o-mini", "gpt-4o-mini"), ("brand-nwe", "brand-new"), ("tinny", "tiny"), ("grok/llama", "groq/llama")],
)
def test_unknown_models_name_those_like_them(asked: str, near: str) -> None:
    keep_discovered("openai", OPENAI, ["brand-new"])
    set_alias("tiny", "gpt-4o-mini")
    for find in (get_model, get_async_model):
        with pytest.raises(UnknownModelError) as caught:
            find(asked)
        assert caught.value.args[0] == f"Unknown model: {asked}"
        assert near in caught.value.near
        assert repr(near) in caught.value.__notes__[0]
