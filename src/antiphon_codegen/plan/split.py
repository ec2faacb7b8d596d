"""Modules of types that would be too long for a reader become packages, with a module for each family of names.

A family is what begins with the same words. No two families need each other, so that each can be loaded by itself;
families that would are one, or are taken apart further. What a type is called, and where its users import it from,
does not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..graphs import components
from ..words import singular
from .model import Alias, Model, TypedDictionary, TypeDeclaration, TypesModule
from .names import Identifier, first_free, module_name, name_words
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

_LONGEST: Final = 500
"""Lines of a module, as estimated here: real ones come out within the limit of 600."""

_SMALL: Final = 90
"""Families below this size are put together with others that begin with the same words, as far as that goes."""

_WIDTH: Final = 100
"""Characters of a line that are left for prose and annotations."""

_ENDINGS: Final = frozenset({"params", "param", "types"})
"""Words that the names of the modules to be split end with: those of their parts need not say so again."""


def split(modules: Iterable[TypesModule], owners: Mapping[Symbol, Symbol]) -> tuple[TypesModule, ...]:
    """The modules, those that are too long in parts. `owners` has the type that a nested type belongs to."""
    found: list[TypesModule] = []
    for module in modules:
        if sum(map(_lines, module.declarations)) <= _LONGEST or len(module.declarations) < 2:
            found.append(module)
        else:
            found.extend(_parts(module, owners))
    return tuple(found)


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
class _Family:
    """Declarations that begin with the same words."""

    words: tuple[str, ...]
    members: tuple[_Atom, ...]

    @property
    def size(self) -> int:
        return sum(each.size for each in self.members)


@dataclass(frozen=True, slots=True)
class _Atom:
    """What cannot be taken apart: a declaration, or several that are made of each other."""

    words: tuple[str, ...]
    declarations: tuple[TypeDeclaration, ...]
    size: int
    needs: frozenset[Symbol]


def _parts(module: TypesModule, owners: Mapping[Symbol, Symbol]) -> list[TypesModule]:
    atoms = _atoms(module, owners)
    families = _without_circles(_families(atoms, 0))
    families = _without_circles(_gathered(families))
    if len(families) < 2:
        return [module]
    order = {each.symbol: number for number, each in enumerate(module.declarations)}
    short = [_called(family.words, module.module) for family in families]
    taken: set[str] = set()
    found: list[TypesModule] = []
    for family, own in zip(families, short, strict=True):
        name = first_free([own if short.count(own) == 1 else module_name("_".join(family.words))], taken)
        taken.add(name)
        declarations = [each for atom in family.members for each in atom.declarations]
        declarations.sort(key=lambda each: order[each.symbol])
        found.append(TypesModule((*module.module, name), tuple(declarations), whole=module.module))
    return found


def _called(words: tuple[str, ...], module: Module) -> Identifier:
    """What the module of a family is called: the words that its names begin with and the package's name does not."""
    base = [word for word in name_words(module[-1]) if word not in _ENDINGS]
    known = {tuple(base), (*base[:-1], singular(base[-1]))} if base else set[tuple[str, ...]]()
    rest = list(words)
    while len(rest) > 1 and rest[-1] in _ENDINGS:
        rest.pop()
    for each in known:
        if len(rest) > len(each) and tuple(rest[: len(each)]) == each:
            rest = rest[len(each) :]
            break
    return module_name("_".join(rest) or "all")


# --- families ---


def _atoms(module: TypesModule, owners: Mapping[Symbol, Symbol]) -> list[_Atom]:
    """Nested types stay with their owner, unless that alone would be too long."""
    by_symbol = {each.symbol: each for each in module.declarations}
    graph = {each.symbol: list(mentioned(each)) for each in module.declarations}
    households: dict[Symbol, list[Symbol]] = {}
    for symbol in graph:
        households.setdefault(_owner(symbol, owners, by_symbol), []).append(symbol)
    for owner, members in households.items():
        if sum(_lines(by_symbol[each]) for each in members) <= _LONGEST:
            graph[owner] = [*graph[owner], *(each for each in members if each != owner)]
            for each in members:
                if each != owner:
                    graph[each] = [*graph[each], owner]
    order = {symbol: number for number, symbol in enumerate(graph)}
    found: list[_Atom] = []
    for group in components(graph):
        group.sort(key=lambda symbol: order[symbol])
        shortest = min(group, key=lambda symbol: (len(symbol.name), symbol.name))
        declarations = tuple(by_symbol[symbol] for symbol in group)
        words = tuple(name_words(shortest.name)) or (shortest.name.lower(),)
        needs = frozenset(symbol for each in declarations for symbol in mentioned(each))
        found.append(_Atom(words, declarations, sum(map(_lines, declarations)), needs))
    return sorted(found, key=lambda atom: order[atom.declarations[0].symbol])


def _owner(symbol: Symbol, owners: Mapping[Symbol, Symbol], known: Mapping[Symbol, object]) -> Symbol:
    owner = owners.get(symbol)
    return owner if owner is not None and owner in known else symbol


def _families(atoms: Sequence[_Atom], depth: int) -> list[_Family]:
    """The atoms by as many first words as it takes for each family to be short enough."""
    words = _shared([atom.words for atom in atoms])
    if sum(atom.size for atom in atoms) <= _LONGEST or len(atoms) == 1:
        return [_Family(words, tuple(atoms))]
    depth = max(depth, len(words))
    by_word: dict[str, list[_Atom]] = {}
    for atom in atoms:
        by_word.setdefault(atom.words[depth] if depth < len(atom.words) else "", []).append(atom)
    if len(by_word) == 1:
        return [_Family(atom.words, (atom,)) for atom in atoms]  # one name with several numbers: nothing to go by
    return [family for inner in by_word.values() for family in _families(inner, depth + 1)]


def _shared(names: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The words that all of these begin with."""
    shared = names[0]
    for words in names[1:]:
        same = 0
        while same < min(len(shared), len(words)) and shared[same] == words[same]:
            same += 1
        shared = shared[:same]
    return shared


def _gathered(families: list[_Family]) -> list[_Family]:
    """Small families joined with the only one that needs them, or with small ones that begin with the same words."""
    families = _with_their_users(families)
    for depth in range(max(len(each.words) for each in families), 0, -1):
        small: dict[tuple[str, ...], list[_Family]] = {}
        for each in families:
            if len(each.words) >= depth and each.size < _SMALL:
                small.setdefault(each.words[:depth], []).append(each)
        for words, alike in small.items():
            if len(alike) > 1 and sum(each.size for each in alike) <= _LONGEST:
                joined = _joined(words, alike)
                candidate = [joined if each is alike[0] else each for each in families if each not in alike[1:]]
                if not _circles(candidate):
                    families = candidate
    return families


def _with_their_users(families: list[_Family]) -> list[_Family]:
    """What only one family needs becomes a part of it, the smallest first, as long as there is room."""
    waiting = sorted(families, key=lambda each: (each.size, each.words))
    while waiting:
        family = waiting.pop(0)
        needs = _needs(families)
        own = families.index(family)
        users = [number for number, needed in needs.items() if own in needed]
        if family.size < _SMALL and len(users) == 1 and families[users[0]].size + family.size <= _LONGEST:
            user = families[users[0]]
            joined = _joined(user.words, [user, family])
            families = [joined if each is user else each for each in families if each is not family]
            waiting = [joined if each is user else each for each in waiting]
    return families


def _joined(words: tuple[str, ...], families: Iterable[_Family]) -> _Family:
    return _Family(words, tuple(atom for each in families for atom in each.members))


# --- circles ---


def _without_circles(families: list[_Family]) -> list[_Family]:
    """The families so that no two need each other."""
    while circles := _circles(families):
        for circle in circles:
            joined = [families[number] for number in sorted(circle)]
            if sum(each.size for each in joined) <= _LONGEST or all(len(each.members) == 1 for each in joined):
                words = max(joined, key=lambda each: each.size).words
                merged = [_joined(words, joined)]
            else:
                merged = [part for each in joined for part in _taken_apart(each)]
            families = [
                part
                for number, each in enumerate(families)
                for part in (merged if number == min(circle) else [] if number in circle else [each])
            ]
            break  # the numbers have changed
    return families


def _taken_apart(family: _Family) -> list[_Family]:
    """The family by one word more."""
    depth = len(_shared([atom.words for atom in family.members]))
    by_word: dict[str, list[_Atom]] = {}
    for atom in family.members:
        by_word.setdefault(atom.words[depth] if depth < len(atom.words) else "", []).append(atom)
    if len(by_word) == 1:
        return [_Family(atom.words, (atom,)) for atom in family.members]
    return [_Family(_shared([atom.words for atom in inner]), tuple(inner)) for inner in by_word.values()]


def _circles(families: Sequence[_Family]) -> list[list[int]]:
    return [group for group in components(_needs(families)) if len(group) > 1]


def _needs(families: Sequence[_Family]) -> dict[int, list[int]]:
    """Which families each of them needs, by number."""
    home = {
        each.symbol: number
        for number, family in enumerate(families)
        for atom in family.members
        for each in atom.declarations
    }
    needs: dict[int, list[int]] = {}
    for number, family in enumerate(families):
        needed = (home.get(symbol, number) for atom in family.members for symbol in atom.needs)
        needs[number] = [other for other in dict.fromkeys(needed) if other != number]
    return needs


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
