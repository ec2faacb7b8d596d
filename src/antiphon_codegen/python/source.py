"""Python source that is safe to write to a file.

`Code` is source this program wrote, with the imports it needs. Text of a document never becomes `Code` as it stands:
it enters as a literal (`lit`), a checked name (`ident`) or a docstring (`doc`), and its value survives exactly.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, LiteralString, cast

__all__ = [
    "Code",
    "Import",
    "blocks",
    "code",
    "comma",
    "comment",
    "doc",
    "empty",
    "ident",
    "joined",
    "lines",
    "lit",
    "member",
    "module_as",
    "name_from",
]

_HOLE: Final = re.compile(
    r"(?m)^(?P<indent>[ ]*)\{(?P<block>\w+)\}[ ]*$|\{(?P<name>\w+)(?P<lit>!r)?\}|(?P<open>\{\{)|(?P<close>\}\})"
)


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """`from module import name as alias`, or `import module as alias` where there is no name.

    A module that begins with `~` is one of the package that is being written.
    """

    module: str
    name: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Source text and the imports it needs."""

    text: LiteralString
    needs: frozenset[Import] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.text)


def _trusted(text: str, parts: Iterable[Code] = (), needs: Iterable[Import] = ()) -> Code:
    """The one place where text is taken for source."""
    every = frozenset(needs).union(*(part.needs for part in parts))
    return Code(cast(LiteralString, text), every)


empty: Final = Code("")


def code(template: LiteralString, /, **parts: object) -> Code:
    """Fill `template`: `{x}` takes `Code`, `{x!r}` takes any JSON value and writes it as a literal.

    A hole alone on its line is a block: every line of it gets the hole's indent, and nothing is left of the line when
    the block is empty. Raises TypeError for a hole that is given plain text.
    """
    used: list[Code] = []

    def fill(hole: re.Match[str]) -> str:
        if hole["open"] or hole["close"]:
            return "{" if hole["open"] else "}"
        name = hole["block"] or hole["name"]
        value = parts[name]
        part = lit(value) if hole["lit"] else value
        if not isinstance(part, Code):
            raise TypeError(f"{{{name}}} takes Code, not {type(value).__name__}")
        used.append(part)
        if not hole["block"]:
            return part.text
        return textwrap.indent(part.text, hole["indent"], lambda line: line.strip() != "") or _NOTHING

    text = _HOLE.sub(fill, textwrap.dedent(template).strip("\n"))
    if _NOTHING in text:
        text = text.replace(f"{_NOTHING}\n", "").replace(_NOTHING, "")
    return _trusted(text, used)


_NOTHING: Final = "\0nothing\0"


def lines(parts: Iterable[Code], separator: LiteralString = "\n") -> Code:
    """The parts that are not empty, one below the other."""
    kept = [part for part in parts if part]
    return _trusted(separator.join(part.text for part in kept), kept)


def blocks(parts: Iterable[Code]) -> Code:
    """The parts with an empty line between them."""
    return lines(parts, "\n\n")


def joined(parts: Iterable[Code], separator: LiteralString) -> Code:
    """The parts in one line."""
    return lines(parts, separator)


def comma(parts: Iterable[Code]) -> Code:
    """The parts as a list of arguments."""
    return lines(parts, ", ")


def ident(name: str) -> Code:
    """A name. Raises ValueError for what is none."""
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(f"not a usable Python name: {name!r}")
    return _trusted(name)


def name_from(module: str, name: str, alias: str | None = None) -> Code:
    """A name that has to be imported. Module and names are checked like any other name."""
    for part in module.lstrip("~").split("."):
        if part:
            ident(part)
    ident(name)
    return _trusted(ident(alias or name).text, needs=(Import(module, name, alias),))


def module_as(module: str, alias: str) -> Code:
    """A module that has to be imported under another name."""
    for part in module.lstrip("~").split("."):
        if part:
            ident(part)
    return _trusted(ident(alias).text, needs=(Import(module, None, alias),))


def member(of: Code, *names: str) -> Code:
    """Attributes of something, one after the other."""
    return _trusted(".".join([of.text, *(ident(name).text for name in names)]), (of,))


def lit(value: object) -> Code:
    """A literal of a JSON value. Raises TypeError for what has no literal."""
    match value:
        case None | bool() | int():
            return _trusted(repr(value))
        case str():
            return _trusted(_text(value))
        case float() if abs(value) < float("inf"):
            return _trusted(repr(value))
        case Mapping():
            entries = cast("Mapping[object, object]", value).items()
            return _trusted("{" + ", ".join(f"{lit(key).text}: {lit(each).text}" for key, each in entries) + "}")
        case list():
            return _trusted("[" + ", ".join(lit(each).text for each in cast("list[object]", value)) + "]")
        case tuple():
            items = [lit(each).text for each in cast("tuple[object, ...]", value)]
            return _trusted(f"({', '.join(items)}{',' if len(items) == 1 else ''})")
        case _:
            raise TypeError(f"no literal form for {type(value).__name__}")


def _text(value: str) -> str:
    text = repr(value)
    # What prints may still be read as the end of a line by editors and by str.splitlines.
    return (
        text
        if text.isascii()
        else "".join(c if c.isascii() or (c.isprintable() and not c.isspace()) else _escaped(c) for c in text)
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def doc(text: str) -> Code:
    """A docstring: the text itself, however many quotes and backslashes it has."""
    body = text.replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n")
    body = re.sub(r'"""|"+\Z', lambda quotes: '\\"' * len(quotes[0]), body)
    body = "".join(
        c if c in "\n\t" or (c.isprintable() and (c == " " or not c.isspace())) else _escaped(c) for c in body
    )
    return _trusted(f'"""{body}"""')


def comment(text: str) -> Code:
    """A comment of one line."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return _trusted("# " + " ".join(kept.split()))
