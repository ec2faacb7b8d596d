"""`antiphon keys`."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path

import pytest

from antiphon.llm import get_key, keys_path, set_key

from .running import at_terminal, ran, typed

SECRET = "sk-typed-in-unseen"
POSIX = pytest.mark.skipif(os.name == "nt", reason="terminals are other ones there")


def test_a_key_from_a_pipe_is_kept_and_not_shown(folder: Path) -> None:
    done = typed("keys", "set", "openai", piped=f"{SECRET}\n")
    assert (done.exit_code, done.output) == (0, "")
    assert get_key("openai") == SECRET
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600 or os.name == "nt"
    set_key("groq", "another")
    listed = typed("keys", "list")
    assert listed.stdout == "groq\nopenai\n"
    assert SECRET not in listed.output


@POSIX
def test_a_key_is_typed_in_unseen() -> None:
    with at_terminal("keys", "set", "openai") as terminal:
        terminal.until("Key: ")
        terminal.write(f"{SECRET}\n")
        code, shown = terminal.ended()
    assert code == 0
    assert SECRET not in shown
    assert get_key("openai") == SECRET


@POSIX
def test_leaving_where_a_key_is_typed_in() -> None:
    with at_terminal("keys", "set", "openai") as terminal:
        terminal.until("Key: ")
        code, shown = terminal.ended(pressing="\x03")
    assert code == 130
    assert "Traceback" not in shown
    assert not keys_path().exists()


def test_get_path_and_remove(folder: Path) -> None:
    typed("keys", "set", "openai", piped=SECRET)
    assert typed("keys", "get", "openai").stdout == f"{SECRET}\n"
    assert typed("keys", "path").stdout == f"{folder / 'keys.json'}\n"
    assert typed("keys", "remove", "openai").output == ""
    assert typed("keys", "list").output == ""
    for command in ("get", "remove"):
        done = typed("keys", command, "openai")
        assert done.exit_code == 1
        assert done.stderr == "Error: no key is kept under 'openai'\n"


def test_names_that_no_provider_has() -> None:
    done = typed("keys", "set", "opnai", piped=SECRET)
    assert done.exit_code == 0
    assert "No provider is called 'opnai' (did you mean 'openai'?)" in done.stderr
    assert SECRET not in done.output


def test_a_variable_that_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    done = typed("keys", "set", "openai", piped=SECRET)
    assert "OPENAI_API_KEY is set in this environment, and goes before it" in done.stderr
    assert "sk-of" not in done.output


@pytest.mark.parametrize("piped", ["", "\n", "two\nlines"])
def test_what_is_no_key(piped: str) -> None:
    assert typed("keys", "set", "openai", piped=piped).exit_code == 1
    assert not keys_path().exists()


def test_a_broken_file(folder: Path) -> None:
    folder.mkdir()
    keys_path().write_text(f'{{"openai": "{SECRET}"')
    keys_path().chmod(0o600)
    for arguments in (["list"], ["get", "openai"], ["remove", "openai"]):
        done = typed("keys", *arguments)
        assert done.exit_code == 1
        assert done.stderr == f"Error: {keys_path()} is no JSON (line 1)\n"
    assert typed("keys", "set", "openai", piped="new").exit_code == 1
    assert SECRET in keys_path().read_text()


@POSIX
def test_a_file_that_others_can_read(folder: Path) -> None:
    set_key("openai", SECRET)
    keys_path().chmod(0o644)
    told = f"others may read {keys_path()}, which holds keys: chmod 600 it\n"
    assert typed("keys", "list").stderr == f"Error: UserWarning: {told}"  # for warnings are errors here
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        keys_path().chmod(0o640)
        done = typed("keys", "list")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "openai\n", f"Warning: {told}")


def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    folder.write_text("a file")
    done = typed("keys", "set", "openai", piped=SECRET)
    assert done.exit_code == 1
    assert SECRET not in done.output


def test_in_a_process_of_its_own() -> None:
    assert ran("keys", "set", "openai", piped=SECRET.encode()).returncode == 0
    done = ran("keys", "list")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"openai\n", b"")
