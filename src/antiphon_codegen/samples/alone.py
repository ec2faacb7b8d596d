"""Values for a schema that stands alone, such as one that came with a request. It may refer to its own parts only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..document import JSON, Document
from ..problems import Problems
from ..spec.reader import Node
from ..spec.resolve import Library
from .checking import Checker
from .sampler import Sampler
from .schemas import Schemas
from .shapes import Shapes

__all__ = ["sample_of"]

_NAME: Final = "schema"


class _Alone(Library):
    """Knows no files: who sends a schema must not be able to name one."""

    def name_for(self, file: str, base: str) -> str | None:
        return None


def sample_of(schema: JSON, seed: str) -> JSON:
    """A value that fits a schema, the same for the same seed. Of an object with no properties an empty one."""
    problems = Problems()
    document = Document(_NAME, Path(_NAME), schema, _nowhere)
    schemas = Schemas(_Alone(document, problems), problems)
    root = schemas.of(Node(schema, "", document, problems))
    shapes = Shapes(schemas)
    checker = Checker(schemas, "answer")
    if shapes.types(root) == frozenset({"object"}) and not shapes.properties(root) and checker.fits({}, root):
        return {}
    return Sampler(schemas, shapes, checker).value(root, seed)


def _nowhere(steps: tuple[str, ...]) -> tuple[int, int]:
    return 0, 0
