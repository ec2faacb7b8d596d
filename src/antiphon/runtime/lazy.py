"""Packages whose names are loaded when they are first used."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["attach"]

_TOOLS = {"TYPE_CHECKING", "annotations", "attach"}
"""What such a package is written with: nothing that its users look for."""


def attach(
    package: str, names: Mapping[str, str], *, modules: str = "", inner: str = ""
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` for a package.

    `names` are the public names, in one text, by the module they live in, which begins with dots when it is near, as in
    an import (`.chat`); `name=other` makes `name` of the module's `other`. `modules` are public submodules, `inner`
    those that can be reached all the same.
    """
    where: dict[str, tuple[str, str]] = {}
    for module, listed in names.items():
        for entry in listed.split():
            name, _, other = entry.partition("=")
            where[name] = (module, other or name)
    submodules = {*modules.split(), *inner.split()}
    public = sorted([*where, *modules.split()])

    def load(name: str) -> Any:
        place = where.get(name)
        if place is not None:
            value = getattr(_module(package, place[0]), place[1])
        elif name in submodules or _is_module(package, name):
            value = _module(package, f".{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(sys.modules[package], name, value)  # the next access finds it without coming here
        return value

    def listing() -> list[str]:
        return sorted({*public, *(vars(sys.modules[package]).keys() - _TOOLS)})

    return load, listing, public


def _is_module(package: str, name: str) -> bool:
    """Whether there is a module of this name: those of packages that load everything need no import of their own."""
    if name.startswith("__") or not name.isidentifier() or not hasattr(sys.modules[package], "__path__"):
        return False
    from importlib.util import find_spec

    return find_spec(f"{package}.{name}") is not None


def _module(package: str, module: str) -> Any:
    name = package + module if module.startswith(".") else module
    found = sys.modules.get(name)
    if found is not None and not getattr(getattr(found, "__spec__", None), "_initializing", False):
        return found
    from importlib import import_module

    return import_module(module, package)
