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
        self._known: Callable[[], T | None] = ref(conversation)
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

    def __getstate__(self) -> dict[str, Any]:
        return {"conversation": self._known(), "kind": self._kind, "facts": self._facts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        found = state["conversation"]
        self._known = _nobody if found is None else ref(found)
        self._kind, self._facts = state["kind"], state["facts"]


def _nobody() -> None:
    """What the reference to something gone gives."""
