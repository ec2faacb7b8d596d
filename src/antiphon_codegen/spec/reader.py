"""Typed look-ups in a JSON tree: a value of the wrong shape is reported where it stands, and left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..document import JSON, Document, pointer_to, steps_of
from ..problems import Kind, Origin, Problems

__all__ = ["Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document and what is there."""

    value: JSON
    pointer: str
    document: Document
    problems: Problems

    @property
    def file(self) -> str:
        return self.document.name

    @property
    def origin(self) -> Origin:
        return self.document.origin(self.pointer)

    def report(self, kind: Kind, message: str, *steps: str | int) -> None:
        """A problem at this place, or the one these steps below."""
        self.problems.add(kind, message, self.document.origin(pointer_to(self.pointer, *steps)))

    def child(self, key: str | int) -> Node:
        """What is at a key or index; None where nothing is."""
        value: JSON = None
        if isinstance(self.value, dict) and isinstance(key, str):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            value = self.value[key]
        return Node(value, pointer_to(self.pointer, key), self.document, self.problems)

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def text(self, key: str) -> str | None:
        """The text at a key. Numbers are taken as text, for titles and versions are written so."""
        value = self.child(key).value
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        self.report("bad-shape", f"{key} has to be text", key)
        return None

    def flag(self, key: str, default: bool = False) -> bool:
        """The boolean at a key; the words true and false in quotes are taken as what they mean."""
        value = self.child(key).value
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        self.report("bad-shape", f"{key} has to be true or false", key)
        return default

    def entries(self, key: str | None = None) -> Iterator[tuple[str, Node]]:
        """The entries of the object at a key, or of this one; nothing and a report where it is no object."""
        node = self if key is None else self.child(key)
        if isinstance(node.value, dict):
            for name in node.value:
                yield name, node.child(name)
        elif node.value is not None:
            node.report("bad-shape", f"{key or _last(node.pointer)} has to be an object")

    def items(self, key: str | None = None) -> Iterator[Node]:
        """The items of the list at a key, or of this one; nothing and a report where it is no list."""
        node = self if key is None else self.child(key)
        if isinstance(node.value, list):
            for index in range(len(node.value)):
                yield node.child(index)
        elif node.value is not None:
            node.report("bad-shape", f"{key or _last(node.pointer)} has to be a list")

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the list at a key."""
        found: list[str] = []
        for item in self.items(key):
            if isinstance(item.value, str):
                found.append(item.value)
            else:
                item.report("bad-shape", f"an item of {key} has to be text")
        return tuple(found)

    def extensions(self) -> dict[str, JSON]:
        """The `x-...` entries."""
        return {k: v for k, v in self.value.items() if k.startswith("x-")} if isinstance(self.value, dict) else {}


def _last(pointer: str) -> str:
    steps = steps_of(pointer)
    return repr(steps[-1]) if steps else "this"
