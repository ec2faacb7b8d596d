"""The keys that a user keeps, and where a key comes from."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from antiphon import llm
from antiphon.llm import (
    AsyncModel,
    KeyStoreError,
    MissingKeyError,
    Model,
    ModelError,
    NeedsKeyException,
    get_key,
    key_names,
    keys_path,
    remove_key,
    set_alias,
    set_key,
)
from antiphon.llm.core.routing import route_to
from antiphon.llm.keys import stored_keys
from antiphon.llm.providers.profile import Provider
from antiphon.llm.providers.registry import Registry
from antiphon.llm.providers.table import PROVIDERS
from antiphon.llm.store import stored_aliases

SECRET = "sk-very-secret"
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "home" / "user"))
    for name in ("SOME_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home" / "user"


def put(text: str | bytes, mode: int = 0o600) -> Path:
    path = keys_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- the file ---


def test_keys_are_set_listed_and_removed(folder: Path) -> None:
    assert key_names() == []
    set_key("openai", f" {SECRET}\n")
    set_key("b", "two")
    assert key_names() == ["b", "openai"]
    assert get_key(alias="openai") == SECRET
    assert sorted(path.name for path in folder.iterdir()) == ["keys.json"]
    set_key("b", "three")
    assert get_key("b") == "three"
    remove_key("b")
    assert key_names() == ["openai"]
    with pytest.raises(KeyError, match="No such key: b"):
        remove_key("b")
    with pytest.raises(KeyError):
        remove_key("// Note")


@POSIX
def test_nobody_else_can_read_the_file() -> None:
    before = os.umask(0)
    try:
        set_key("openai", SECRET)
    finally:
        os.umask(before)
    assert (mode_of(keys_path()), mode_of(keys_path().parent)) == (0o600, 0o700)
    keys_path().chmod(0o644)
    with pytest.warns(UserWarning, match="others may read"):
        set_key("b", "two")
    assert mode_of(keys_path()) == 0o600
    set_alias("mini", "gpt-4o-mini")
    assert mode_of(keys_path().parent / "aliases.json") == 0o600


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_told_of_once(mode: int) -> None:
    path = put(json.dumps({"openai": SECRET}), mode)
    with pytest.warns(UserWarning, match="chmod 600") as heard:
        assert get_key(alias="openai") == SECRET
    assert str(path) in str(heard[0].message)
    assert heard[0].filename == __file__
    assert get_key(alias="openai") == SECRET  # the file is as it was: nothing new to tell


def test_the_file_of_the_other_program_is_understood() -> None:
    put('{"// Note": "Do not share", "openai": "one"}')
    assert key_names() == ["openai"]
    set_key("b", "two")
    assert json.loads(keys_path().read_text())["// Note"] == "Do not share"
    with pytest.raises(NeedsKeyException):
        get_key(alias="// Note")


def test_a_change_of_the_file_is_seen_at_once() -> None:
    set_key("openai", "one")
    assert get_key(alias="openai") == "one"
    put('{"openai": "two"}')
    assert get_key(alias="openai") == "two"
    keys_path().unlink()
    assert key_names() == []


@POSIX
def test_a_link_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.json"
    real.write_text("{}")
    real.chmod(0o600)
    keys_path().parent.mkdir(parents=True)
    keys_path().symlink_to(real)
    set_key("openai", SECRET)
    assert keys_path().is_symlink()
    assert json.loads(real.read_text())["openai"] == SECRET


def test_keys_that_are_set_at_the_same_time() -> None:
    names = [f"key{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(set_key, names, names))
    assert key_names() == sorted(names)


_SETTER = """\
import sys
from antiphon.llm import set_alias, set_key
for number in range(20):
    set_key(f"{sys.argv[1]}{number}", "a key")
    set_alias(f"{sys.argv[1]}{number}", "openai/some")
"""


def test_programs_that_set_keys_at_the_same_time() -> None:
    programs = [subprocess.Popen([sys.executable, "-c", _SETTER, name]) for name in "abc"]
    assert [program.wait(60) for program in programs] == [0, 0, 0]
    names = sorted(f"{name}{number}" for name in "abc" for number in range(20))
    assert key_names() == names
    assert sorted(stored_aliases()) == names


@POSIX
def test_nobody_is_waited_for_without_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr("antiphon.llm.store._SECONDS", 0.05)
    set_key("openai", SECRET)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        set_key("other", SECRET)
    finally:
        os.close(held)
    assert key_names() == ["openai", "other"]


@pytest.mark.parametrize("name", ["", " ", " a", "//a", "a\nb"])
def test_names_that_no_key_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a key"):
        set_key(name, SECRET)


@pytest.mark.parametrize("value", ["", " \n", "a\nb", "schlüssel", "a\x00b"])
def test_what_cannot_be_a_key(value: str) -> None:
    with pytest.raises(ValueError, match=r"the key (is empty|has characters)"):
        set_key("openai", value)
    assert not keys_path().exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'{{"openai": "{SECRET}",', "is no JSON (line 1)"),
        (f'["{SECRET}"]', "must hold a JSON object"),
        (f'{{"openai": ["{SECRET}"]}}', "the key 'openai' must be text"),
        (b'{"openai": "\xff"}', "is no text in UTF-8"),
    ],
)
def test_a_broken_file_is_named_and_not_shown(text: str | bytes, message: str) -> None:
    path = put(text)
    for broken in (key_names, lambda: get_key(alias="openai"), lambda: set_key("b", "two"), lambda: remove_key("b")):
        with pytest.raises(KeyStoreError) as caught:
            broken()
        assert str(caught.value).startswith(f"{path}")
        assert message in str(caught.value)
        assert SECRET not in "".join(traceback.format_exception(caught.value))
        assert caught.value.__context__ is None or SECRET not in repr(vars(caught.value.__context__))
    assert path.read_bytes() == (text if isinstance(text, bytes) else text.encode())
    with pytest.warns(UserWarning, match="no key is looked up by its name"):
        assert get_key("given") == "given"  # nobody who passes a key needs the file


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read() -> None:
    put("{}", 0)
    with pytest.raises(KeyStoreError, match="cannot be read: Permission denied"):
        key_names()


def test_a_folder_in_place_of_the_file() -> None:
    keys_path().mkdir(parents=True)
    with pytest.raises(KeyStoreError, match="cannot be read"):
        key_names()


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    folder.parent.parent.mkdir(exist_ok=True)
    folder.parent.write_text("a file")
    assert key_names() == []
    with pytest.raises(NotADirectoryError):
        set_key("openai", SECRET)


# --- where a key comes from ---


def test_the_order_of_get_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NeedsKeyException) as caught:
        get_key(None, "some", "SOME_KEY")
    assert str(caught.value) == (
        "No key found - add one using 'antiphon keys set some' or set the SOME_KEY environment variable"
    )
    assert isinstance(caught.value, ModelError)
    monkeypatch.setenv("SOME_KEY", "from the environment")
    assert get_key(None, "some", "SOME_KEY") == "from the environment"
    set_key("some", "stored")
    assert get_key(None, "some", "SOME_KEY") == "stored"
    assert get_key("given", "some", "SOME_KEY") == "given"
    set_key("other", "the other")
    assert get_key("other", "some", "SOME_KEY") == "the other"
    assert get_key(input="other", alias="some", env="SOME_KEY") == "the other"
    assert get_key(alias="some", env="SOME_KEY") == "stored"
    assert get_key(alias="nobody", env="SOME_KEY") == "from the environment"
    assert get_key(" ", "some") == "stored"
    with pytest.raises(NeedsKeyException, match=r"No key found - pass one$"):
        get_key()


def test_models_say_which_key_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    set_key("openai", SECRET)
    set_key("other", "the other")
    for model in (Model("openai/m"), Model("m"), AsyncModel("openai:m")):
        assert model.get_key() == SECRET
        with monkeypatch.context() as patch:
            patch.setenv("OPENAI_API_KEY", "from the environment")
            assert model.get_key() == "from the environment"
            assert model.get_key("other") == "the other"
    assert Model("openai/m", api_key=lambda: "later").get_key() is None
    assert Model("nobody/m").get_key() is None
    assert Model("nobody/m", base_url="http://localhost/v1").get_key("other") == "the other"


REGISTRY = Registry(PROVIDERS)


def key_for(model: str, environment: dict[str, str] | None = None, **given: str) -> str | None:
    route = route_to(model, registry=REGISTRY, environment=environment or {}, keys=stored_keys, **given)  # pyright: ignore[reportArgumentType]
    assert SECRET not in repr(route)
    key = route.endpoint.key
    assert key is None or isinstance(key, str)
    return key


def test_the_order_of_routing() -> None:
    set_key("openai", SECRET)
    set_key("work", "for work")
    assert key_for("openai/m") == SECRET
    assert key_for("m") == SECRET
    assert key_for("openai/m", {"OPENAI_API_KEY": "set"}) == "set"  # one process knows better than one file
    assert key_for("openai/m", {"OPENAI_API_KEY": "set"}, api_key="openai") == SECRET
    assert key_for("openai/m", api_key="work") == "for work"
    assert key_for("groq/m", api_key="given") == "given"


def test_other_names_of_a_provider_and_providers_without_keys() -> None:
    set_key("google", SECRET)
    assert key_for("gemini/m") == SECRET
    assert key_for("ollama/m") is None
    set_key("ollama", "for the cloud")
    assert key_for("ollama/m") == "for the cloud"
    REGISTRY.register(Provider(name="mine", base_url="http://here/v1"))
    with pytest.raises(MissingKeyError, match="antiphon keys set mine"):
        key_for("mine/m")
    set_key("mine", "my own")
    assert key_for("mine/m") == "my own"


def test_a_key_goes_to_nobody_it_is_not_meant_for() -> None:
    set_key("openai", SECRET)
    set_key("custom", SECRET)
    assert key_for("org/m", base_url="http://nobody-knows/v1") is None


def test_a_missing_key_says_how_to_add_one() -> None:
    with pytest.raises(MissingKeyError) as caught:
        key_for("groq/m")
    assert isinstance(caught.value, NeedsKeyException)
    assert isinstance(caught.value, RuntimeError)
    assert str(caught.value) == (
        "GROQ_API_KEY environment variable not set: Groq needs a key; "
        "set it, or add one using 'antiphon keys set groq', or pass api_key=..."
    )


def test_a_broken_file_matters_only_where_it_is_needed() -> None:
    put("{")
    assert key_for("openai/m", {"OPENAI_API_KEY": "set"}) == "set"
    with pytest.raises(KeyStoreError):
        key_for("openai/m")
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        assert key_for("openai/m", api_key="given") == "given"


def test_no_object_shows_a_key() -> None:
    set_key("openai", SECRET)
    assert SECRET not in repr(stored_keys)
    prompt = llm.Model("openai/m").prompt("x", key="openai")
    assert SECRET not in repr(prompt)
    assert SECRET not in repr(prompt.prompt)
