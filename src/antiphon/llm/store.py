"""What a user keeps between programs: other names of models, and the default model. Plain files in one folder."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, Final

from ..runtime.core.kinds import is_mapping

__all__ = [
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
    """Keep the name of the default model; None for the one of this package."""
    _keep_line("default_model.txt", name)


def get_default_embedding_model() -> str | None:
    """The name of the embedding model that is meant when none is named; None when none was set."""
    return _first_line("default_embedding_model.txt") or None


def set_default_embedding_model(name: str | None) -> None:
    """Keep the name of the default embedding model; None for none."""
    _keep_line("default_embedding_model.txt", name)


def _first_line(name: str) -> str:
    try:
        return (user_dir() / name).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _keep_line(name: str, line: str | None) -> None:
    if line is None:
        (user_dir() / name).unlink(missing_ok=True)
    else:
        _write(name, line)


def stored_aliases() -> dict[str, str]:
    """Other names of models, and what they stand for. Raises ValueError for a file that holds something else."""
    path = user_dir() / "aliases.json"
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    try:
        found: Any = json.loads(text or "{}")
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if not is_mapping(found):
        raise ValueError(f"{path} must hold a JSON object")
    return {name: str(model) for name, model in found.items()}


def set_alias(alias: str, model_id: str) -> None:
    """Keep another name for a model."""
    aliases = stored_aliases()
    aliases[alias] = aliases.get(model_id, model_id)
    _write("aliases.json", json.dumps(aliases, indent=4, ensure_ascii=False))


def remove_alias(alias: str) -> None:
    """Forget a name. Raises KeyError when it is none."""
    aliases = stored_aliases()
    if alias not in aliases:
        raise KeyError(f"No such alias: {alias}")
    del aliases[alias]
    _write("aliases.json", json.dumps(aliases, indent=4, ensure_ascii=False))


def _write(name: str, text: str) -> None:
    write_private(user_dir() / name, text)


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
