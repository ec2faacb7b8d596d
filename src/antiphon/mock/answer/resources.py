"""What exists on a server: things that were created, and the samples that its lists begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

from antiphon_codegen.samples.formats import EPOCH

__all__ = ["Resources", "Thing", "stem_of"]

Thing: TypeAlias = dict[str, Any]

_MOST_THINGS: Final = 10_000


class Resources:
    """Things by the path of the collection they are in (`/files`) and their id.

    Created things come before samples, the newest first. What was deleted is gone; an id never heard of is not: servers
    that stand in for others answer about any.
    """

    def __init__(self) -> None:
        self._created: dict[str, dict[str, Thing]] = {}
        self._samples: dict[str, dict[str, Any]] = {}
        self._deleted: set[tuple[str, str]] = set()
        self._contents: dict[tuple[str, str], bytes] = {}
        self._number = 0

    def number(self) -> int:
        """A number that was not given out before."""
        self._number += 1
        return self._number

    def time(self) -> int:
        """When something happens now: seconds that go up, and are the same in every run."""
        return EPOCH + self._number

    def add(self, collection: str, thing: Thing, content: bytes | None = None) -> None:
        """Remembers a thing, which has an `id`."""
        things = self._created.setdefault(collection, {})
        name = str(thing["id"])
        things[name] = thing
        self._deleted.discard((collection, name))
        if content is not None:
            self._contents[collection, name] = content
        if len(things) > _MOST_THINGS:  # long runs must not grow without end
            oldest = next(iter(things))
            del things[oldest]
            self._contents.pop((collection, oldest), None)

    def find(self, collection: str, name: str) -> Thing | None:
        """A thing that was created, or is one of the samples."""
        thing: Any = self._created.get(collection, {}).get(name) or self._samples.get(collection, {}).get(name)
        return cast(Thing, thing) if isinstance(thing, dict) else None

    def content(self, collection: str, name: str) -> bytes | None:
        """The bytes that a thing was created with."""
        return self._contents.get((collection, name))

    def change(self, collection: str, name: str, changes: Mapping[str, Any]) -> Thing | None:
        """The thing with some of its properties changed; None when it is not known."""
        thing = self.find(collection, name)
        if thing is not None:
            thing.update(changes)
        return thing

    def delete(self, collection: str, name: str) -> None:
        """Forgets a thing. One that was never known stays unknown."""
        known = self._created.get(collection, {}).pop(name, None) or self._samples.get(collection, {}).pop(name, None)
        self._contents.pop((collection, name), None)
        if known is not None:
            self._deleted.add((collection, name))

    def is_deleted(self, collection: str, name: str) -> bool:
        return (collection, name) in self._deleted

    def listed(self, collection: str, samples: Callable[[], Iterator[tuple[str, Any]]]) -> list[Any]:
        """Everything in a collection, the newest first. Its samples are made when it is first listed."""
        known = self._samples.get(collection)
        if known is None:
            if len(self._samples) > 1000:
                self._samples.clear()
            known = self._samples[collection] = dict(samples())
        return [*reversed(self._created.get(collection, {}).values()), *known.values()]


def stem_of(path: str) -> str:
    """What one thing of the collection at a path is called: `file` for `/files`."""
    word = next((part for part in reversed(path.split("/")) if part and "{" not in part), "item").partition(".")[0]
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
