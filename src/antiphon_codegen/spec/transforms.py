"""Changes of the document that a configuration asks for (`openapi.transforms`), made before anything is read of it.

The commands `update`, `append`, `merge` and `remove` are applied, one after the other. One that cannot be applied as a
whole is reported and left out. The file stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from ..document import JSON, Document
from ..problems import Problems
from .jsonpath import Path, PathError, compiled
from .reader import Node

__all__ = ["transformed"]

_ENTRIES: Final = frozenset({"command", "reason", "args"})


class _Gone:
    """In place of what is to be removed."""


_Change: TypeAlias = Callable[[JSON], "JSON | _Gone"]


class _Unfit(Exception):
    """What a transform wants of a place cannot be done there."""


def transformed(document: Document, config: Document | None, problems: Problems) -> Document:
    """The document as the configuration wants it changed; the same one where it wants nothing."""
    if config is None:
        return document
    settings = Node(config.root, "", config, problems).child("openapi")
    root = document.root
    for key in ("transforms", "transformations"):
        if settings.has(key):
            for each in settings.items(key):
                root = _applied(each, root)
    return document if root is document.root else replace(document, root=root)


def _applied(node: Node, root: JSON) -> JSON:
    """The tree after one transform; as it was where that cannot be applied, which is reported."""
    command = node.text("command") if isinstance(node.value, dict) else None
    args = node.child("args")
    makers = {"update": _update, "append": _append, "merge": _merge, "remove": _remove}
    others = node.value.keys() - _ENTRIES if isinstance(node.value, dict) else ()
    if command not in makers or not isinstance(args.value, dict) or others:
        said = f"with {', '.join(map(repr, sorted(others)))}" if others else f"of the command {command!r}"
        node.report("unsupported", f"a transform {said} is not applied: known are {', '.join(makers)}, with args")
        return root
    try:
        change = makers[command](args.value)
        changed = _rebuilt(root, _Places.of(_targets(args, root)), change)
        return root if isinstance(changed, _Gone) else changed
    except _Unfit as unfit:
        node.report("config", f"the transform is not applied: {unfit}")
        return root


def _targets(args: Node, root: JSON) -> list[Path]:
    target = args.child("target").value
    said = target if isinstance(target, list) else [target]
    found: list[Path] = []
    for each in said:
        if not isinstance(each, str):
            raise _Unfit("a target is a JSONPath")
        try:
            places = compiled(each)(root)
        except PathError as error:
            raise _Unfit(f"{each!r} cannot be read: {error}") from None
        if not places:
            raise _Unfit(f"nothing is at {each!r}")
        found += places
    if not found or () in found:
        raise _Unfit("a target is a part of the document, and not all of it")
    return found


# --- commands ---


def _update(args: dict[str, JSON]) -> _Change:
    _check(args, ["value"], ["template"])
    value = args["value"]
    if args.get("template") is not True:
        return lambda _old: value

    def filled(old: JSON) -> JSON:
        if not isinstance(old, str) or not isinstance(value, str):
            raise _Unfit("a template is a text, and so is what it takes the place of")
        return value.replace("{{value}}", old)

    return filled


def _append(args: dict[str, JSON]) -> _Change:
    _check(args, ["value"])
    value = args["value"]

    def longer(old: JSON) -> JSON:
        if isinstance(old, list):
            return [*old, *(value if isinstance(value, list) else [value])]
        if not isinstance(old, dict) or not isinstance(value, dict):
            raise _Unfit("only lists and objects can be appended to, and to objects only objects")
        there = sorted(old.keys() & value.keys())
        if there:
            raise _Unfit(f"{there[0]!r} is there already")
        return {**old, **value}

    return longer


def _merge(args: dict[str, JSON]) -> _Change:
    name = "value" if "value" in args else "object"
    _check(args, [name])
    return lambda old: _merged(old, args[name])


def _merged(old: JSON, new: JSON) -> JSON:
    if not isinstance(old, dict) or not isinstance(new, dict):
        raise _Unfit("only objects can be merged")
    found = dict(old)
    for key, value in new.items():
        known = old.get(key)
        if isinstance(known, list) and isinstance(value, list) and known != value:
            raise _Unfit(f"both have a list as {key!r}; say append or update")
        found[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return found


def _remove(args: dict[str, JSON]) -> _Change:
    _check(args, optional=["keys"])
    if "keys" not in args:
        return lambda _old: _Gone()
    said = args["keys"]
    keys = said if isinstance(said, list) else [said]

    def shorter(old: JSON) -> JSON:
        if not isinstance(old, dict):
            raise _Unfit("only of objects can keys be removed")
        return {key: value for key, value in old.items() if key not in keys}

    return shorter


def _check(args: dict[str, JSON], needed: Iterable[str] = (), optional: Iterable[str] = ()) -> None:
    """What is missing, and what nobody knows: that is better not passed over."""
    others = sorted(args.keys() - {"target", *needed, *optional})
    if others:
        raise _Unfit(f"{others[0]!r} is no argument that is known here")
    missing = [name for name in needed if name not in args]
    if missing:
        raise _Unfit(f"{missing[0]!r} is missing")


# --- trees ---


@dataclass(slots=True)
class _Places:
    """Places as a tree, so that each part of the document is made anew once."""

    is_meant: bool = False
    inner: dict[str | int, _Places] = field(default_factory=dict["str | int", "_Places"])

    @classmethod
    def of(cls, places: Iterable[Path]) -> _Places:
        top = cls()
        for place in places:
            current = top
            for step in place:
                current = current.inner.setdefault(step, cls())
            current.is_meant = True
        return top


def _rebuilt(node: JSON, places: _Places, change: _Change) -> JSON | _Gone:
    """The tree with its changes. Parts that are shared, as YAML has them, change only where they are meant."""
    kept = node
    if places.inner and isinstance(node, dict):
        entries = ((key, _part(each, places.inner.get(key), change)) for key, each in node.items())
        kept = {key: each for key, each in entries if not isinstance(each, _Gone)}
    elif places.inner and isinstance(node, list):
        items = (_part(each, places.inner.get(index), change) for index, each in enumerate(node))
        kept = [each for each in items if not isinstance(each, _Gone)]
    return change(kept) if places.is_meant else kept


def _part(node: JSON, places: _Places | None, change: _Change) -> JSON | _Gone:
    return node if places is None else _rebuilt(node, places, change)
