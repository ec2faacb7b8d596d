"""Which conversation an answer belongs to, without holding it.

A conversation holds its answers. Were it held by them, too, both would wait for the garbage collector, and with them
the connections of answers that nobody reads to their end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import ref

__all__ = ["Belonging"]

T = TypeVar("T")


class Belonging(Generic[T]):
    """The conversation of an answer; one that nobody holds any more is made anew when it is asked for."""

    def __init__(self, conversation: T) -> None:
        self._known = ref(conversation)
        self._kind = type(conversation)
        self._facts = {name: value for name, value in vars(conversation).items() if name != "responses"}

    def conversation(self, responses: Callable[[], list[Any]]) -> T:
        """The conversation. When it has to be made anew, it has these answers."""
        found = self._known()
        if found is None:
            found = self._kind.__new__(self._kind)
            vars(found).update(self._facts, responses=responses())
            self._known = ref(found)
        return found
