"""What a user keeps between programs: other names of models, and the default model. Plain files in one folder."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ..runtime.core.kinds import is_mapping
from .naming import checked_name

__all__ = [
    "changing",
    "get_default_embedding_model",
    "get_default_model",
    "remove_alias",
    "set_alias",
    "set_default_embedding_model",
    "set_default_model",
    "stored_aliases",
    "user_dir",
    "write_private",
]

_DEFAULT: Final = "gpt-5.6-luna"
_SECONDS: Final = 5.0
"""How long one program waits for another at most; what is changed is changed within milliseconds."""
_in_this_program: Final = threading.Lock()


def user_dir() -> Path:
    """The folder: `LLM_USER_PATH`, else one for this package where the system keeps settings. It may not exist yet."""
    if given := os.environ.get("LLM_USER_PATH"):
        return Path(given).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or "~"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "antiphon"


def get_default_model() -> str:
    """The name of the model that is meant when none is named."""
    return _first_line("default_model.txt") or _DEFAULT


def set_default_model(name: str | None) -> None:
    """Keep the name of the default model; None for the one of this package. Raises TypeError and ValueError."""
    _keep_line("default_model.txt", name)


def get_default_embedding_model() -> str | None:
    """The name of the embedding model that is meant when none is named; None when none was set."""
    return _first_line("default_embedding_model.txt") or None


def set_default_embedding_model(name: str | None) -> None:
    """Keep the name of the default embedding model; None for none. Raises TypeError and ValueError."""
    _keep_line("default_embedding_model.txt", name)


def _first_line(name: str) -> str:
    return _read(user_dir() / name).strip()


def _read(path: Path) -> str:
    """What a file holds; nothing where there is none. Raises ValueError for one that is no text."""
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no text in UTF-8") from None


def _keep_line(name: str, line: str | None) -> None:
    if line is None:
        (user_dir() / name).unlink(missing_ok=True)
    else:
        write_private(user_dir() / name, _named(line))


def _named(name: object) -> str:
    """The name of a model. Raises TypeError for what is no text, ValueError for what no model can be called."""
    said = checked_name(name)
    if not said.strip() or not said.isprintable():
        raise ValueError(f"{said!r} cannot be the name of a model")
    return said


def stored_aliases() -> dict[str, str]:
    """Other names of models, and what they stand for. Raises ValueError for a file that holds something else."""
    path = user_dir() / "aliases.json"
    try:
        found: Any = json.loads(_read(path) or "{}")
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if not is_mapping(found):
        raise ValueError(f"{path} must hold a JSON object")
    return {name: str(model) for name, model in found.items()}


def set_alias(alias: str, model_id: str) -> None:
    """Keep another name for a model. Raises TypeError and ValueError for what cannot be a name."""
    alias, model_id = _named(alias), _named(model_id)
    with changing():
        aliases = stored_aliases()
        _write_aliases({**aliases, alias: aliases.get(model_id, model_id)})


def remove_alias(alias: str) -> None:
    """Forget a name. Raises KeyError when it is none."""
    with changing():
        aliases = stored_aliases()
        if alias not in aliases:
            raise KeyError(f"No such alias: {alias}")
        del aliases[alias]
        _write_aliases(aliases)


def _write_aliases(aliases: dict[str, str]) -> None:
    write_private(user_dir() / "aliases.json", json.dumps(aliases, indent=4, ensure_ascii=False))


@contextmanager
def changing() -> Generator[None]:
    """What is kept is read and written anew: other threads, and other programs of this user, wait for their turn."""
    with _in_this_program:
        try:
            folder = user_dir()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = _opened(folder)
        except OSError:  # then what is to be written cannot be written either, and says so
            yield
            return
        try:
            end = time.monotonic() + _SECONDS
            while not _is_ours(held) and time.monotonic() < end:
                time.sleep(0.01)
            yield
        finally:
            os.close(held)  # and with that it is free


if sys.platform == "win32":
    import msvcrt

    def _opened(folder: Path) -> int:
        return os.open(folder / ".lock", os.O_CREAT | os.O_RDWR)

    def _is_ours(held: int) -> bool:
        """Whether the lock could be taken."""
        try:
            msvcrt.locking(held, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:

    def _opened(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)

    def _is_ours(held: int) -> bool:
        """Whether the lock could be taken; also where folders cannot be locked."""
        import fcntl

        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return not isinstance(error, BlockingIOError)
        return True


def write_private(path: Path, text: str) -> None:
    """Write a file that only the user can read, all of it or nothing; its folder is made if need be."""
    path = Path(os.path.realpath(path))  # a link stays one
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
        new.replace(path)  # nobody reads half a file
    finally:
        new.unlink(missing_ok=True)
