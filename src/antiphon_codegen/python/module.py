"""A Python module as a whole: header, docstring, imports, body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import LiteralString

from .source import Code, Import, blocks, code, doc, ident, lines

__all__ = ["Module", "Path", "render"]

Path = tuple[str, ...]
"""A file by its path below the output folder."""


@dataclass(frozen=True, slots=True)
class Module:
    """One file of Python. `place` is the module's path below the package: `("types", "chat")`."""

    place: Path
    docs: str
    body: tuple[Code, ...]
    is_package: bool = False
    type_only: frozenset[Import] = frozenset()
    """Imports that only type checkers need."""
    future: bool = True


def render(module: Module, header: Code, package: str) -> str:
    """The text of the module. `package` is what `~` stands for when the module is no part of it (a test)."""
    body = blocks(module.body)
    marker = {Import("typing", "TYPE_CHECKING")} if module.type_only else set[Import]()
    imports = _imports((body.needs | marker) - module.type_only, module, package)
    checked = _imports(module.type_only, module, package)
    parts = [lines([header, doc(module.docs)])]
    if module.future:
        parts.append(code("from __future__ import annotations"))
    if imports:
        parts.append(imports)
    if checked:
        parts.append(code("if TYPE_CHECKING:\n    {imports}", imports=checked))
    parts.append(body)
    return blocks(parts).text + "\n"


def _imports(needs: Iterable[Import], module: Module, package: str) -> Code:
    found: list[Code] = []
    for each in sorted(needs, key=lambda need: (need.module, need.name or "", need.alias or "")):
        source = _source(each.module, module, package)
        if each.name is None:
            alias = ident(each.alias or each.module)
            if source.text.startswith("."):
                parent, name = _split(each.module, module)
                found.append(code("from {parent} import {name} as {alias}", parent=parent, name=name, alias=alias))
            elif alias.text == source.text:
                found.append(code("import {source}", source=source))
            else:
                found.append(code("import {source} as {alias}", source=source, alias=alias))
        elif each.alias is not None and each.alias != each.name:
            name, alias = ident(each.name), ident(each.alias)
            found.append(code("from {source} import {name} as {alias}", source=source, name=name, alias=alias))
        else:
            found.append(code("from {source} import {name}", source=source, name=ident(each.name)))
    return lines(found)


def _source(module: str, inside: Module, package: str) -> Code:
    if not module.startswith("~"):
        return _dotted(module)
    target = tuple(part for part in module[1:].split(".") if part)
    if inside.place[:1] == ("~outside",):
        return _dotted(".".join((package, *target)))
    return _relative(target, inside)


def _split(module: str, inside: Module) -> tuple[Code, Code]:
    target = tuple(part for part in module[1:].split(".") if part)
    return _relative(target[:-1], inside), ident(target[-1])


def _relative(target: Path, inside: Module) -> Code:
    here = inside.place if inside.is_package else inside.place[:-1]
    shared = 0
    while shared < min(len(here), len(target)) and here[shared] == target[shared]:
        shared += 1
    dots: LiteralString = "." * (len(here) - shared + 1)
    if shared == len(target):
        return Code(dots)
    return code("{dots}{rest}", dots=Code(dots), rest=_dotted(".".join(target[shared:])))


def _dotted(name: str) -> Code:
    return lines([ident(part) for part in name.split(".")], ".")
