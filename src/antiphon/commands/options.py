"""What the options of several commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

__all__ = ["FILE", "HELP"]

HELP: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"]}
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
