"""Names for schemas that references lead to, though the document gives them none: they are called after their place."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from ..document import steps_of

__all__ = ["names_of_place"]

_SAY_NOTHING: Final = frozenset(
    """$defs allOf anyOf application/json components content definitions items oneOf parameters paths
    properties requestBody responses schema schemas""".split()
)
_DULL_FOLDERS: Final = frozenset({"components", "definitions", "models", "responses", "schemas", "types"})


def names_of_place(file: str, pointer: str) -> tuple[str, str]:
    """A name, and a longer one for when that is taken."""
    path = PurePosixPath(file)
    steps = [step for step in steps_of(pointer) if step and step not in _SAY_NOTHING]
    folders = [part for part in path.parts[:-1] if part not in _DULL_FOLDERS]
    name = " ".join(steps) or path.stem or "schema"
    longer = f"{path.stem} {name}" if steps else " ".join([*folders[-1:], name])
    return name, longer
