"""Annotations as source."""

from __future__ import annotations

from collections.abc import Container, Mapping
from types import MappingProxyType

from ..plan.symbols import (
    Annotation,
    Anything,
    Builtin,
    Choice,
    DictOf,
    FileInput,
    IterableOf,
    ListOf,
    MappingOf,
    Module,
    Named,
    Nothing,
    OneOf,
    Standard,
    Symbol,
    Tagged,
)
from ..python.source import Code, code, comma, ident, joined, lit, member, module_as, name_from

__all__ = ["Spelling"]


class Spelling:
    """How annotations are written in one module.

    Names of the package are imported one by one, or, where the names `through` its lazy `types` package are given,
    reached by way of that. Names in `hidden` (fields of the class that is being written) must not be used bare, and
    symbols in `renamed` are imported under another name, because the module has their own name for something else.
    `parts` has the modules of those whose own module is a package of several.
    """

    def __init__(
        self,
        runtime: str,
        *,
        through: Container[Symbol] | None = None,
        hidden: Container[str] = (),
        renamed: Mapping[Symbol, str] = MappingProxyType({}),
        parts: Mapping[Symbol, Module] = MappingProxyType({}),
    ) -> None:
        self._runtime = runtime
        self._through = through
        self._hidden = hidden
        self._renamed = renamed
        self._parts = parts

    def symbol(self, symbol: Symbol) -> Code:
        """A name of the package."""
        module = self._parts.get(symbol, symbol.module)
        if self._through is not None and symbol.module[:1] == ("types",):
            # Only the package is imported; the module with the type in it is loaded when the name is used.
            place = symbol.module[1:-1] if symbol in self._through else module[1:]
            return member(module_as("~types", "_types"), *place, symbol.name)
        return name_from("~" + ".".join(module), symbol.name, self._renamed.get(symbol))

    def write(self, annotation: Annotation) -> Code:
        """The annotation, for places where it is not evaluated (`X | None`)."""
        match annotation:
            case Builtin(name):
                return self._builtin(name)
            case Standard(module, name):
                return member(module_as(module, f"_{module}"), name)
            case Choice(values):
                return code(
                    "{literal}[{values}]", literal=name_from("typing", "Literal"), values=comma(map(lit, values))
                )
            case ListOf(item):
                return code("{list}[{item}]", list=self._builtin("list"), item=self.write(item))
            case IterableOf(item, is_text):
                return self._iterable(item, is_text or _may_be_text(item))
            case DictOf(values) | MappingOf(values):
                is_given = isinstance(annotation, MappingOf)
                mapping = name_from("collections.abc", "Mapping") if is_given else self._builtin("dict")
                return code(
                    "{mapping}[{key}, {values}]", mapping=mapping, key=self._builtin("str"), values=self.write(values)
                )
            case OneOf(variants):
                return joined([self.write(each) for each in variants], " | ")
            case Tagged(union, tag):
                annotated, tagged = name_from("typing", "Annotated"), name_from(self._runtime, "Tagged")
                return code("{a}[{union}, {t}({tag!r})]", a=annotated, union=self.write(union), t=tagged, tag=str(tag))
            case Named(symbol):
                return self.symbol(symbol)
            case FileInput():
                return name_from(self._runtime, "FileTypes")
            case Anything():
                return self._builtin("object")
            case Nothing():
                return code("None")

    def _builtin(self, name: str) -> Code:
        if name in self._hidden:
            return member(module_as("builtins", "_builtins"), name)
        return ident(name)

    def _iterable(self, item: Annotation, is_text: bool) -> Code:
        # A text is an iterable of texts, and almost never what is meant by a list of them.
        kind = name_from(self._runtime, "SequenceNotStr") if is_text else name_from("collections.abc", "Iterable")
        return code("{kind}[{item}]", kind=kind, item=self.write(item))


def _may_be_text(annotation: Annotation) -> bool:
    match annotation:
        case Builtin(name):
            return name == "str"
        case OneOf(variants):
            return any(_may_be_text(each) for each in variants)
        case FileInput():
            return True
        case _:
            return False
