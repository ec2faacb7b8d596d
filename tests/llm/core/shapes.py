"""Types of all kinds, as values that a model is asked for."""

from __future__ import annotations

import dataclasses
import datetime
import enum

import pydantic
from typing_extensions import TypedDict

__all__ = ["Author", "Book", "Frozen", "Genre", "Numbers", "Point", "Tree", "Typed"]


class Genre(enum.Enum):
    FANTASY = "fantasy"
    CRIME = "crime"


class Author(pydantic.BaseModel):
    name: str
    born: datetime.date | None = None


class Book(pydantic.BaseModel):
    """A book as it was printed."""

    title: str
    pages: int = 3


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: int
    names: tuple[str, ...] = ()


class Typed(TypedDict):
    a: int


class Tree(pydantic.BaseModel):
    name: str
    children: list[Tree] = []


class Numbers(pydantic.RootModel[list[int]]):
    pass
