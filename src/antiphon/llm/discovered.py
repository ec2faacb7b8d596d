"""Which models providers said to have: a file for each provider in the folder of `user_dir()`, to be known offline."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..runtime.core.kinds import is_list
from .core.routing import base_url_of
from .providers.registry import known
from .store import user_dir, write_private

__all__ = ["Discovered", "every_discovered", "keep_discovered", "kept_discovered"]


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a provider said."""

    provider: str
    models: list[str]
    """As `get_model` knows them."""
    asked_at: float

    @property
    def age(self) -> float:
        """How many seconds ago; infinite when that would be in the future."""
        age = time.time() - self.asked_at
        return age if age >= 0 else float("inf")


def kept_discovered(provider: str, base_url: str) -> Discovered | None:
    """What the server at an address said; None when it was not asked, or another one was asked after it."""
    try:
        held: Any = json.loads(_path(provider).read_text("utf-8"))
        models: Any = held["models"]
        if held["server"] != _mark(base_url) or not is_list(models):
            return None
        return Discovered(provider, [str(each) for each in models], float(held["asked_at"]))
    except (OSError, ValueError, KeyError, TypeError):  # it can be asked again
        return None


def keep_discovered(provider: str, base_url: str, models: list[str]) -> None:
    """Keep what the server at an address said; where nothing can be written, nothing is kept."""
    held = {"server": _mark(base_url), "asked_at": time.time(), "models": models}
    with contextlib.suppress(OSError):
        write_private(_path(provider), json.dumps(held, indent=0, ensure_ascii=False))


def every_discovered() -> Iterator[Discovered]:
    """What is kept of the servers that would be asked now."""
    try:
        names = sorted(path.stem for path in (user_dir() / "models").iterdir() if path.suffix == ".json")
    except OSError:
        return
    for name in names:
        provider = known.find(name)
        if provider is None:
            continue
        with contextlib.suppress(ValueError):
            found = kept_discovered(name, base_url_of(provider, os.environ))
            if found is not None:
                yield found


def _path(provider: str) -> Path:
    return user_dir() / "models" / f"{provider}.json"


def _mark(base_url: str) -> str:
    """Which server it is, without what its address may hold of secrets."""
    return hashlib.sha256(base_url.encode()).hexdigest()[:16]
