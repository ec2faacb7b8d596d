"""What is wrong with a document or a configuration, said with file, line and column; collected, not raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = ["Kind", "Origin", "Problem", "Problems", "Refused"]

Kind: TypeAlias = Literal[
    "bad-shape",  # a list where an object belongs, a number for a name
    "bad-reference",  # dangling, of the wrong kind, circular, outside of the folder
    "duplicate-key",
    "missing",  # something a document has to have
    "unsupported",  # valid OpenAPI that has no form here
    "conflict",  # two parts of the document, or of it and the configuration, say different things
    "name",  # a name that had to be changed, or that clashes
    "config",  # an entry of the configuration that is wrong or unknown
    "too-large",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in a document: lines and columns count from 1; 0 where they are not known."""

    file: str
    line: int = 0
    column: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return place if self.line or not self.pointer else f"{place}#{self.pointer}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and what became of it."""

    kind: Kind
    message: str
    origin: Origin

    def __str__(self) -> str:
        return f"{self.origin}  {self.message}  ({self.kind})"


class Refused(Exception):
    """The document cannot be used at all: there is one problem that everything hangs on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Problems:
    """The problems found so far, in the order they were met, each once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, kind: Kind, message: str, origin: Origin) -> None:
        self._found[Problem(kind, message, origin)] = None

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def listing(problem: Problem, folder: Path) -> str:
    """The problem, and below it the line of the document it is about with a mark under the place."""
    origin = problem.origin
    text = str(problem)
    if not origin.line:
        return text
    try:
        data = (folder / origin.file).read_bytes()
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        line = data.decode(encoding, "replace").splitlines()[origin.line - 1]
    except (OSError, IndexError):
        return text
    start = max(0, origin.column - 60)
    shown = line[start : start + 120].replace("\t", " ").rstrip()
    if not shown.isprintable():
        shown = "".join(character if character.isprintable() else "?" for character in shown)
    return f"{text}\n    {shown}\n    {' ' * (origin.column - 1 - start)}^"
