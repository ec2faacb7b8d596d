"""API keys that a user keeps between programs: `keys.json` in the folder of `user_dir()`, for nobody else to read."""

from __future__ import annotations

import json
import os
import stat
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from ..runtime import SDKError
from ..runtime.core.kinds import is_mapping
from .core.errors import NeedsKeyException
from .store import changing, user_dir, write_private

__all__ = ["KeyStoreError", "StoredKeys", "get_key", "key_names", "keys_path", "remove_key", "set_key", "stored_keys"]

_NOTE: Final = {"// Note": "This file holds secret API keys. Do not share it."}
_SHARED: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyStoreError(SDKError, ValueError):
    """The file of keys cannot be read, or does not hold keys. The message names the file, never what is in it."""


def get_key(
    explicit_key: str | None = None,
    key_alias: str | None = None,
    env_var: str | None = None,
    *,
    alias: str | None = None,
    env: str | None = None,
    input: str | None = None,
) -> str:
    """An API key: what is given, or the key that is stored under that name; else the one stored as `alias`; else the
    one in the environment variable `env`.

    `input`, `alias` and `env` are other names of the first three parameters.

    Raises `NeedsKeyException` when there is none, and `KeyStoreError` for a file of keys that cannot be read.
    """
    given, name, variable = input or explicit_key, alias or key_alias, env or env_var
    if given and given.strip():
        return stored_keys.explicit(given.strip())
    if name and (found := stored_keys.stored((name,))):
        return found
    if variable and (value := os.environ.get(variable, "").strip()):
        return value
    raise NeedsKeyException.for_alias(name, variable)


def set_key(name: str, value: str) -> None:
    """Keep a key under a name; that of a provider (`openai`) has it used for the provider's models.

    Raises TypeError and ValueError for a name or a key that cannot be one, `KeyStoreError` for a file that holds
    something else, and OSError when it cannot be written.
    """
    for said, given in (("name of a key", name), ("key", value)):
        if not isinstance(given, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"the {said} is text, not {type(given).__name__}")
    value = value.strip()
    if not name.strip() or name != name.strip() or name.startswith("//") or not name.isprintable():
        raise ValueError(f"{name!r} cannot be the name of a key")
    if not value:
        raise ValueError("the key is empty")
    if not value.isprintable() or not value.isascii():
        raise ValueError("the key has characters that no key has: line breaks, controls, letters beyond ASCII")
    with changing():
        _write({**(_read() or _NOTE), name: value})


def remove_key(name: str) -> None:
    """Forget a key. Raises KeyError when there is none of this name."""
    with changing():
        kept = dict(_read())
        if name.startswith("//") or name not in kept:
            raise KeyError(f"No such key: {name}")
        del kept[name]
        _write(kept)


def key_names() -> list[str]:
    """The names under which keys are kept. Raises `KeyStoreError`."""
    return sorted(name for name in _read() if not name.startswith("//"))


def keys_path() -> Path:
    """The file of the keys. It may not exist yet."""
    return user_dir() / "keys.json"


class StoredKeys:
    """The keys of the file, as it is at the moment."""

    def explicit(self, given: str) -> str:
        """The key that is stored under this name; else what was given is the key itself."""
        try:
            return self.stored((given,)) or given
        except KeyStoreError as error:  # whoever passes a key needs no file
            warnings.warn(f"no key is looked up by its name: {error}", UserWarning, stacklevel=2)
            return given

    def stored(self, names: Iterable[str]) -> str | None:
        """The key of the first name that has one. Raises `KeyStoreError`."""
        keys = _read()
        return next((keys[name] for name in names if name in keys and not name.startswith("//")), None) or None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


stored_keys: Final = StoredKeys()


_Seen: TypeAlias = tuple[tuple[object, ...], Mapping[str, str]]
_last: list[_Seen] = []
"""What the file looked like when it was last read, and what it held."""


def _read() -> Mapping[str, str]:
    environment = os.environ
    path = _path(*map(environment.get, ("LLM_USER_PATH", "XDG_CONFIG_HOME", "HOME", "APPDATA")))
    try:
        mark = _mark(path, os.stat(path))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}  # also for somebody who has no home
    try:
        if _last and (seen := _last[-1])[0] == mark:
            return seen[1]
        with open(path, encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            mark = _mark(path, found)
            text = file.read()
    except UnicodeDecodeError:
        raise KeyStoreError(f"{path} is no text in UTF-8") from None
    except OSError as error:
        raise KeyStoreError(f"{path} cannot be read: {error.strerror}") from None
    keys = _keys(path, text)
    if os.name == "posix" and found.st_mode & _SHARED:
        warnings.warn(f"others may read {path}, which holds keys: chmod 600 it", UserWarning, stacklevel=4)
    _last[:] = [(mark, keys)]
    return keys


@lru_cache(maxsize=16)
def _path(*where: str | None) -> str:
    """The path; `where` is what it depends on, for it is looked at in every call that passes a key."""
    return str(keys_path())


def _mark(path: str, found: os.stat_result) -> tuple[object, ...]:
    return path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def _keys(path: str, text: str) -> Mapping[str, str]:
    line = 0
    held: Any = {}
    try:
        held = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError as error:
        line = error.lineno
    if line:  # not where it is caught: that error holds the whole text
        raise KeyStoreError(f"{path} is no JSON (line {line})")
    if not is_mapping(held):
        raise KeyStoreError(f"{path} must hold a JSON object: names and keys")
    wrong = next((name for name, value in held.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise KeyStoreError(f"{path}: the key {wrong!r} must be text")
    return dict(held)


def _write(keys: Mapping[str, str]) -> None:
    write_private(keys_path(), json.dumps(keys, indent=2, ensure_ascii=False))
