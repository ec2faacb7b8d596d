"""The files that types are written to: a module is one, or a package with a file for each family of names.

A family is what begins with the same words. Modules are taken apart into families when they would be too long for a
reader, and when they would need each other: of two files that do, neither could be loaded first. What a type is
called, and where its users import it from, does not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from ..graphs import components
from ..words import singular
from .model import Alias, Model, TypedDictionary, TypeDeclaration, TypesModule
from .names import BUILTINS, Identifier, first_free, module_name, name_words
from .symbols import (
    Annotation,
    Choice,
    DictOf,
    IterableOf,
    ListOf,
    MappingOf,
    Module,
    Named,
    OneOf,
    Symbol,
    Tagged,
    symbols_in,
)

__all__ = ["mentioned", "split"]

_LONGEST: Final = 470
"""Lines of a module, as estimated here: real ones come out within the limit of 600."""

_SMALL: Final = 90
"""Families below this size are put together with others, as far as that goes."""

_WIDTH: Final = 100
"""Characters of a line that are left for prose and annotations."""

_ENDINGS: Final = frozenset({"params", "param", "types"})
"""Words that the names of the modules to be split end with: those of their parts need not say so again."""


def split(modules: Iterable[TypesModule], owners: Mapping[Symbol, Symbol]) -> tuple[TypesModule, ...]:
    """The modules, in parts where they have to be. `owners` has the type that each nested type belongs to."""
    wholes = list(modules)
    families = _Families()
    for module in wholes:
        families.add(module, owners)
    families.break_circles()
    families.gather()
    found: list[TypesModule] = []
    for module in wholes:
        parts = families.of(module.module)
        found += [module] if len(parts) < 2 else _parts(module, parts)
    return tuple(found)


def _parts(module: TypesModule, families: list[_Family]) -> list[TypesModule]:
    order = {each.symbol: number for number, each in enumerate(module.declarations)}
    short = [_called(family.words, module.module) for family in families]
    taken: set[str] = set()
    found: list[TypesModule] = []
    for family, own in zip(families, short, strict=True):
        name = own if short.count(own) == 1 else module_name("_".join(family.words))
        if name in BUILTINS:
            name = module_name(f"{name}_{module.module[-1].rpartition('_')[2]}")
        name = first_free([name], taken)
        taken.add(name)
        declarations = [each for atom in family.atoms for each in atom.declarations]
        declarations.sort(key=lambda each: order[each.symbol])
        found.append(TypesModule((*module.module, name), tuple(declarations), whole=module.module))
    return found


def _called(words: tuple[str, ...], module: Module) -> Identifier:
    """What the file of a family is called: the words that its names begin with and the package's name does not."""
    base = [word for word in name_words(module[-1]) if word not in _ENDINGS]
    known = [base, [*base[:-1], singular(base[-1])]] if base else []
    rest = list(words)
    while len(rest) > 1 and rest[-1] in _ENDINGS:
        rest.pop()
    for each in known:
        if len(rest) > len(each) and rest[: len(each)] == each:
            return module_name("_".join(rest[len(each) :]))
    return module_name("_".join(rest) or "all")


def mentioned(each: TypeDeclaration) -> Iterator[Symbol]:
    """The types a declaration is made of."""
    match each:
        case Model(fields=fields):
            annotations = [field.annotation for field in fields]
        case TypedDictionary(entries=entries, bases=bases):
            yield from bases
            annotations = [entry.annotation for entry in entries]
        case Alias(annotation=annotation):
            annotations = [annotation]
    for annotation in annotations:
        yield from symbols_in(annotation)


@dataclass(frozen=True, slots=True)
class _Atom:
    """What cannot be taken apart: a declaration with those nested in it, or several that are made of each other."""

    words: tuple[str, ...]
    declarations: tuple[TypeDeclaration, ...]
    size: int
    needs: frozenset[Symbol]


@dataclass(slots=True)
class _Family:
    """Declarations of one module that begin with the same words, or are needed by those that do."""

    module: Module
    words: tuple[str, ...]
    atoms: list[_Atom]

    @property
    def size(self) -> int:
        return sum(atom.size for atom in self.atoms)


class _Families:
    """The families of all modules, by number, and which of them need which."""

    def __init__(self) -> None:
        self._families: dict[int, _Family] = {}
        self._home: dict[Symbol, int] = {}
        self._next = 0

    def add(self, module: TypesModule, owners: Mapping[Symbol, Symbol]) -> None:
        """One family for a module, or several when it is too long."""
        atoms = _atoms(module, owners)
        for words, members in _by_words(atoms):
            self._enter(_Family(module.module, words, members))

    def of(self, module: Module) -> list[_Family]:
        return [family for family in self._families.values() if family.module == module]

    def break_circles(self) -> None:
        """Take families apart until no two need each other."""
        while circle := next((group for group in components(self._graph()) if len(group) > 1), None):
            largest = max(circle, key=lambda number: (len(self._families[number].atoms), -number))
            family = self._families.pop(largest)
            # A circle of single atoms cannot be: what is made of each other is one atom, and in one module.
            parts = _taken_apart(family.atoms) if len(family.atoms) > 1 else []
            if not parts:
                self._families[largest] = family
                return
            for words, members in parts:
                self._enter(_Family(family.module, words, members))

    def gather(self) -> None:
        """Join small families of one module with the only one that needs them, or with others that begin like them."""
        self._join_users()
        deepest = max((len(each.words) for each in self._families.values()), default=0)
        for depth in range(deepest, -1, -1):
            alike: dict[tuple[Module, tuple[str, ...]], list[int]] = {}
            for number, each in self._families.items():
                if len(each.words) >= depth and each.size < _SMALL:
                    alike.setdefault((each.module, each.words[:depth]), []).append(number)
            for (_, words), numbers in alike.items():
                fits = sum(self._families[number].size for number in numbers) <= _LONGEST
                if len(numbers) > 1 and fits and (depth or self._is_all(numbers)) and not self._circular(numbers):
                    self._join(numbers, words or self._families[numbers[0]].words)

    def _is_all(self, numbers: list[int]) -> bool:
        return len(self.of(self._families[numbers[0]].module)) == len(numbers)

    def _join_users(self) -> None:
        """The smallest first, as long as there is room."""
        waiting = sorted(self._families, key=lambda number: (self._families[number].size, number))
        users: dict[int, set[int]] = {number: set() for number in self._families}
        for number, needed in self._graph().items():
            for each in needed:
                users[each].add(number)
        into: dict[int, int] = {}
        for number in waiting:
            family = self._families[number]
            found = {_followed(each, into) for each in users[number]} - {number}
            if family.size >= _SMALL or len(found) != 1:
                continue
            user = found.pop()
            if self._families[user].module == family.module and self._families[user].size + family.size <= _LONGEST:
                self._join([user, number], self._families[user].words)
                into[number] = user

    def _enter(self, family: _Family) -> None:
        number = self._next
        self._next += 1
        self._families[number] = family
        self._home.update((each.symbol, number) for atom in family.atoms for each in atom.declarations)

    def _join(self, numbers: list[int], words: tuple[str, ...]) -> None:
        first = numbers[0]
        for number in numbers[1:]:
            joined = self._families.pop(number)
            self._families[first].atoms += joined.atoms
            self._home.update((each.symbol, first) for atom in joined.atoms for each in atom.declarations)
        self._families[first].words = words

    def _needs(self, number: int) -> list[int]:
        needed = (self._home.get(symbol, number) for atom in self._families[number].atoms for symbol in atom.needs)
        return sorted({other for other in needed if other != number})

    def _graph(self) -> dict[int, list[int]]:
        return {number: self._needs(number) for number in self._families}

    def _circular(self, numbers: list[int]) -> bool:
        """Whether these families, as one, would need another that needs them."""
        inside = set(numbers)
        waiting = [other for number in numbers for other in self._needs(number) if other not in inside]
        seen = set(waiting)
        while waiting:
            for other in self._needs(waiting.pop()):
                if other in inside:
                    return True
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return False


def _followed(number: int, into: Mapping[int, int]) -> int:
    while number in into:
        number = into[number]
    return number


# --- words ---


def _atoms(module: TypesModule, owners: Mapping[Symbol, Symbol]) -> list[_Atom]:
    """Nested types stay with their owner, unless that alone would be too long."""
    by_symbol = {each.symbol: each for each in module.declarations}
    graph = {each.symbol: list(mentioned(each)) for each in module.declarations}
    households: dict[Symbol, list[Symbol]] = {}
    for symbol in graph:
        owner = owners.get(symbol, symbol)
        households.setdefault(owner if owner in by_symbol else symbol, []).append(symbol)
    for owner, members in households.items():
        if sum(_lines(by_symbol[each]) for each in members) <= _LONGEST:
            nested = [each for each in members if each != owner]
            graph[owner] += nested
            for each in nested:
                graph[each].append(owner)
    order = {symbol: number for number, symbol in enumerate(by_symbol)}
    found: list[_Atom] = []
    for group in components(graph):
        group.sort(key=lambda symbol: order[symbol])
        shortest = min(group, key=lambda symbol: (len(symbol.name), symbol.name))
        declarations = tuple(by_symbol[symbol] for symbol in group)
        words = tuple(name_words(shortest.name)) or (shortest.name.lower(),)
        needs = frozenset(symbol for each in declarations for symbol in mentioned(each))
        found.append(_Atom(words, declarations, sum(map(_lines, declarations)), needs))
    return sorted(found, key=lambda atom: order[atom.declarations[0].symbol])


_Parts: TypeAlias = "list[tuple[tuple[str, ...], list[_Atom]]]"


def _by_words(atoms: list[_Atom]) -> _Parts:
    """The atoms by as many first words as it takes for each family to be short enough."""
    if sum(atom.size for atom in atoms) <= _LONGEST or len(atoms) == 1:
        return [(_shared(atoms), atoms)]
    return [part for _, inner in _taken_apart(atoms) for part in _by_words(inner)]


def _taken_apart(atoms: list[_Atom]) -> _Parts:
    """The atoms by one word more than they share."""
    depth = len(_shared(atoms))
    by_word: dict[str, list[_Atom]] = {}
    for atom in atoms:
        by_word.setdefault(atom.words[depth] if depth < len(atom.words) else "", []).append(atom)
    if len(by_word) == 1:
        return [(atom.words, [atom]) for atom in atoms]  # one name with several numbers: nothing to go by
    return [(_shared(inner), inner) for inner in by_word.values()]


def _shared(atoms: Sequence[_Atom]) -> tuple[str, ...]:
    """The words that the names of all of these begin with."""
    shared = atoms[0].words
    for atom in atoms[1:]:
        same = 0
        while same < min(len(shared), len(atom.words)) and shared[same] == atom.words[same]:
            same += 1
        shared = shared[:same]
    return shared


# --- sizes ---


def _lines(each: TypeDeclaration) -> int:
    """About how many lines a declaration has."""
    match each:
        case Model(fields=fields):
            parts = [(field.docs, field.annotation) for field in fields]
        case TypedDictionary(entries=entries):
            parts = [(entry.docs, entry.annotation) for entry in entries]
        case Alias(annotation=annotation):
            return 2 + _rows(annotation) + _prose(each.docs)
    return 3 + _prose(each.docs) + sum(_rows(annotation) + _prose(docs) for docs, annotation in parts)


def _prose(docs: str | None) -> int:
    return sum(1 + len(line) // _WIDTH for line in (docs or "").splitlines())


def _rows(annotation: Annotation) -> int:
    """One line, or what does not fit into it with a line for each part, as the formatter does it."""
    return 1 if _width(annotation) < _WIDTH else 2 + _entries(annotation)


def _width(annotation: Annotation) -> int:
    match annotation:
        case Choice(values):
            return 9 + sum(len(repr(value)) + 2 for value in values)
        case Named(symbol):
            return len(symbol.name)
        case ListOf(inner) | IterableOf(inner) | DictOf(inner) | MappingOf(inner):
            return 15 + _width(inner)
        case Tagged(union):
            return 30 + _width(union)
        case OneOf(variants):
            return sum(3 + _width(each) for each in variants)
        case _:
            return 10


def _entries(annotation: Annotation) -> int:
    match annotation:
        case Choice(values):
            return 2 + len(values)
        case ListOf(inner) | IterableOf(inner) | DictOf(inner) | MappingOf(inner):
            return _entries(inner)
        case Tagged(union):
            return 4 + _entries(union)
        case OneOf(variants):
            return sum(_entries(each) for each in variants)
        case _:
            return 1
