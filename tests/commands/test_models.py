"""`antiphon models`."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from antiphon.cli import main
from antiphon.llm import get_default_model, get_model, set_alias, set_default_model, set_key
from antiphon.mock import MockServer

from .running import at_terminal, typed


@pytest.mark.parametrize("command", [["models"], ["models", "list"]])
def test_the_models_that_are_known(command: list[str]) -> None:
    set_alias("mini", "gpt-4o-mini")
    names = typed(*command).stdout.splitlines()
    assert "gpt-4o-mini" in names
    found = typed(*command, "-q", "GPT-4O-MINI").stdout.splitlines()
    assert "gpt-4o-mini" in found
    assert all("gpt-4o-mini" in name for name in found)
    listed = json.loads(typed(*command, "--json", "-q", "mini").stdout)
    assert {"id": "gpt-4o-mini", "aliases": ["mini"]} in listed


def test_the_models_of_a_provider(server: MockServer, folder: Path) -> None:
    first = typed("models", "--provider", "openai")
    assert first.exit_code == 0
    assert len(first.stdout.splitlines()) > 1
    assert typed("models", "list", "-p", "openai").stdout == first.stdout
    assert len(server.requests) == 1
    typed("models", "-p", "openai", "--refresh")
    assert len(server.requests) == 2
    known = typed("models").stdout.splitlines()
    assert set(first.stdout.splitlines()) <= set(known)
    assert len(server.requests) == 2  # nobody is asked


def test_offline(server: MockServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = typed("models", "--provider", "openai").stdout
    server.close()
    monkeypatch.delenv("OPENAI_API_KEY")
    assert typed("models", "--provider", "openai").stdout == first  # not even the key is needed
    kept = folder / "models" / "openai.json"
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "asked_at": time.time() - 100_000}))
    failed = typed("models", "--provider", "openai")
    assert failed.exit_code == 1
    assert "antiphon keys set openai" in failed.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--provider", "grok"], 1, "Unknown provider: 'grok' (did you mean 'groq'?)"),
        (["--provider", "groq"], 1, "GROQ_API_KEY environment variable not set"),
        (["--provider", "cohere"], 1, "Cohere does not support a list of its models"),
        (["--refresh"], 2, "--refresh needs --provider"),
        (["nothing"], 2, "No such command"),
        (["default", "nope"], 1, "Unknown model: nope"),
        (["default", "gpt4o-mini"], 1, "Unknown model: gpt4o-mini; did you mean 'gpt-4o-mini'"),
        (["default", "gpt-4o", "--reset"], 2, "--reset takes no name"),
        (["aliases", "a", "nope"], 1, "Unknown model: nope"),
        (["aliases", "a"], 2, "an alias and a model, or --remove"),
        (["aliases", "--remove", "a"], 1, "No such alias: a"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], code: int, message: str) -> None:
    done = typed("models", *arguments)
    assert done.exit_code == code
    assert message in done.stderr


def test_the_default_model() -> None:
    assert typed("models", "default").stdout == f"{get_default_model()}\n"
    assert typed("models", "default", "gpt-4o-mini").output == ""
    assert typed("models", "default").stdout == "gpt-4o-mini\n"
    assert get_model().model_id == "gpt-4o-mini"
    typed("models", "default", "--reset")
    assert get_default_model() != "gpt-4o-mini"


def test_aliases() -> None:
    assert typed("models", "aliases").output == ""
    assert typed("models", "aliases", "mini", "gpt-4o-mini").output == ""
    assert typed("models", "aliases").stdout == "mini: gpt-4o-mini\n"
    assert get_model("mini").model_id == "gpt-4o-mini"
    assert typed("models", "aliases", "--remove", "mini").output == ""
    assert typed("models", "aliases").output == ""


def test_embedding_models() -> None:
    assert "text-embedding-3-small" in typed("models", "embeddings").stdout.splitlines()


@pytest.mark.skipif(os.name == "nt", reason="terminals are other ones there")
def test_at_a_terminal_more_is_said() -> None:
    set_alias("mini", "gpt-4o-mini")
    set_default_model("gpt-4o-mini")
    with at_terminal("models", "-q", "mini") as terminal:
        code, shown = terminal.ended()
    assert code == 0
    assert "gpt-4o-mini\x1b[2m  (default; aliases: mini)\x1b[0m\n" in shown


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        ("antiphon chat -m gpt-4o-mini-2024", ["gpt-4o-mini-2024-07-18"]),
        ("antiphon chat -m sma", ["small"]),
        ("antiphon chat -m gro", ["groq/"]),
        ("antiphon chat --key wo", ["work"]),
        ("antiphon models default smal", ["small"]),
        ("antiphon models -p vertex_", ["vertex_ai"]),
        ("antiphon keys set gro", ["groq"]),
        ("antiphon keys get wo", ["work"]),
    ],
)
def test_names_are_completed(words: str, completions: list[str], folder: Path) -> None:
    set_alias("small", "gpt-4o-mini")
    set_key("work", "a key")
    given = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1), "_ANTIPHON_COMPLETE": "bash_complete"}
    for broken in (False, True):
        if broken:
            for name in ("keys.json", "aliases.json"):
                (folder / name).write_text("[")
        done = CliRunner().invoke(main, env=given, prog_name="antiphon")
        found = [line.partition(",")[2] for line in done.stdout.splitlines()]
        assert found == completions or (broken and "Traceback" not in done.output)
