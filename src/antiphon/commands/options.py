"""What the options of several commands have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

__all__ = ["FILE", "HELP", "completed_keys", "completed_models", "completed_providers"]

Completion: TypeAlias = Callable[[click.Context, click.Parameter, str], list[str]]

HELP: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"]}
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def _completed_by(names: Callable[[], Iterable[str]]) -> Completion:
    def completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        try:
            return sorted(name for name in names() if name.startswith(incomplete))
        except (OSError, ValueError):  # files that cannot be read are told of by the command itself
            return []

    return completed


def _models() -> Iterable[str]:
    from ..llm import get_models_with_aliases, providers

    known = [name for each in get_models_with_aliases() for name in (each.model_id, *each.aliases)]
    return {*known, *(f"{each.name}/" for each in providers.every())}


def _providers() -> Iterable[str]:
    from ..llm import providers

    return [name for each in providers.every() for name in each.names]


def _keys() -> Iterable[str]:
    from ..llm import key_names

    return key_names()


completed_models: Final = _completed_by(_models)
completed_providers: Final = _completed_by(_providers)
completed_keys: Final = _completed_by(_keys)
