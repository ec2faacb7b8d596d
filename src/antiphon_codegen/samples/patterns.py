"""Regular expressions of a document: whether a text matches, and texts that do.

A pattern is read into a small tree, which tells how much work the `re` module may have with it. It is run only on texts
that are short enough for that; what could take forever, and what cannot be read, is never run and counts as met.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

__all__ = ["matches", "text_for"]

_LONGEST_PATTERN: Final = 2000
_LONGEST_TEXT: Final = 4096
_MOST_WORK: Final = 10_000_000
_MOST_CHOICES: Final = 20
_DEEPEST: Final = 40
_MOST: Final = 1000  # a repetition that no text of sensible size has
_ALPHABET: Final = "".join(chr(code) for code in range(32, 127))
_SHORT: Final = {
    "d": "0123456789",
    "w": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
    "s": " ",
}
_PLAIN: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


@dataclass(frozen=True, slots=True)
class _Characters:
    allowed: str
    others: bool = False
    """Whether it stands for characters beyond ASCII too."""


@dataclass(frozen=True, slots=True)
class _Repeat:
    inner: _Tree
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Tree, ...]


@dataclass(frozen=True, slots=True)
class _Either:
    ways: tuple[_Tree, ...]


@dataclass(frozen=True, slots=True)
class _Condition:
    """A look-ahead or an anchor: restricts, and adds nothing of its own."""

    inner: _Tree | None = None


_Tree: TypeAlias = "_Characters | _Repeat | _Sequence | _Either | _Condition"


class _Unreadable(Exception):
    pass


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def read(self) -> _Tree:
        tree = self._either(0)
        if self._at != len(self._pattern):
            raise _Unreadable
        return tree

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._next()
        if not character:
            raise _Unreadable
        self._at += 1
        return character

    def _skip(self, text: str) -> bool:
        if not self._pattern.startswith(text, self._at):
            return False
        self._at += len(text)
        return True

    def _either(self, depth: int) -> _Tree:
        if depth > _DEEPEST:
            raise _Unreadable
        ways = [self._sequence(depth)]
        while self._skip("|"):
            ways.append(self._sequence(depth))
        return ways[0] if len(ways) == 1 else _Either(tuple(ways))

    def _sequence(self, depth: int) -> _Tree:
        parts: list[_Tree] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom(depth)))
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def _repeated(self, atom: _Tree) -> _Tree:
        least, most = 1, 1
        if self._skip("*"):
            least, most = 0, None
        elif self._skip("+"):
            least, most = 1, None
        elif self._skip("?"):
            least, most = 0, 1
        else:
            counted = re.compile(r"\{(\d{1,6})(?:(,)(\d{0,6}))?\}").match(self._pattern, self._at)
            if counted is None:
                return atom
            self._at = counted.end()
            least = int(counted[1])
            most = least if counted[2] is None else int(counted[3]) if counted[3] else None
        if not self._skip("?"):
            self._skip("+")
        return _Repeat(atom, least, most)

    def _atom(self, depth: int) -> _Tree:
        character = self._take()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return self._class()
        if character == ".":
            return _Characters(_ALPHABET, others=True)
        if character in "^$":
            return _Condition()
        if character == "\\":
            return self._escape()
        if character in "*+?":
            raise _Unreadable
        return _Characters(character)

    def _group(self, depth: int) -> _Tree:
        condition = False
        if self._skip("?"):
            if self._skip("=") or self._skip("!") or self._skip("<=") or self._skip("<!"):
                condition = True
            elif not self._skip(":"):
                named = re.compile(r"P?<\w+>").match(self._pattern, self._at)
                if named is None:
                    raise _Unreadable
                self._at = named.end()
        inner = self._either(depth + 1)
        if not self._skip(")"):
            raise _Unreadable
        return _Condition(inner) if condition else inner

    def _escape(self) -> _Tree:
        character = self._take()
        if character in "bBAZz":
            return _Condition()
        if character in "123456789":
            raise _Unreadable  # what was matched before once more: nothing can be told of it
        return _Characters(self._escaped(character), others=character in "DSWw")

    def _escaped(self, character: str) -> str:
        if character in _SHORT:
            return _SHORT[character]
        if character.lower() in _SHORT:
            return "".join(each for each in _ALPHABET if each not in _SHORT[character.lower()])
        if character in _PLAIN:
            return _PLAIN[character]
        if character in "xu":
            digits = re.compile(r"[0-9a-fA-F]{2}" if character == "x" else r"[0-9a-fA-F]{4}").match(
                self._pattern, self._at
            )
            if digits is None:
                raise _Unreadable
            self._at = digits.end()
            return chr(int(digits[0], 16))
        if character in "pPkcN":
            raise _Unreadable
        return character

    def _class(self) -> _Tree:
        excluded = self._skip("^")
        found: list[str] = []
        first = True
        while first or self._next() != "]":
            first = False
            character = self._take()
            if character == "]" and not found:
                break  # the empty class of ECMAScript
            held = self._escaped(self._take()) if character == "\\" else character
            if len(held) == 1 and self._next() == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
                self._take()
                end = self._take()
                last = self._escaped(self._take()) if end == "\\" else end
                if len(last) != 1 or ord(last) < ord(held):
                    raise _Unreadable
                held = "".join(chr(code) for code in range(ord(held), min(ord(last), ord(held) + 300) + 1))
            found.append(held)
        else:
            self._take()
        listed = "".join(found)
        others = excluded or any(ord(each) > 126 for each in listed) or "W" in found
        return _Characters("".join(each for each in _ALPHABET if each not in listed) if excluded else listed, others)


@lru_cache(maxsize=2000)
def _tree(pattern: str) -> _Tree | None:
    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        return _Reader(pattern).read()
    except (_Unreadable, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class _Work:
    """How much there can be to try: the length of the text to the power of `repeats`, and each of the choices twice."""

    repeats: int = 0
    choices: int = 0


def _work(tree: _Tree) -> _Work | None:
    """The work with a pattern; None where it may double with each character of the text."""
    match tree:
        case _Repeat(inner, least, most):
            below = _work(inner)
            if below is None:
                return None
            if least == most:
                return _Work(below.repeats * least, below.choices * least)
            if most == 1:
                return _Work(below.repeats, below.choices + 1)
            return None if below.repeats or below.choices else _Work(1, 0)
        case _Sequence(parts) | _Either(parts):
            total = _Work()
            for part in parts:
                below = _work(part)
                if below is None:
                    return None
                total = _Work(total.repeats + below.repeats, total.choices + below.choices)
            if isinstance(tree, _Either) and not _are_apart(parts):
                return _Work(total.repeats, total.choices + len(parts) - 1)
            return total
        case _Condition(inner):
            return _Work() if inner is None else _work(inner)
        case _:
            return _Work()


def _are_apart(ways: tuple[_Tree, ...]) -> bool:
    """Whether the next character tells which of some ways it is."""
    seen: set[str] = set()
    for way in ways:
        first = _first(way)
        if first is None or seen & first:
            return False
        seen |= first
    return True


_OTHERS: Final = "\uffff"
"""Stands for all characters beyond ASCII in sets of characters."""


def _first(tree: _Tree) -> set[str] | None:
    """The characters a match can begin with; None where it can be empty, or that is not told."""
    match tree:
        case _Characters(allowed, others):
            return {*allowed, _OTHERS} if others else set(allowed)
        case _Sequence(parts):
            return _first(parts[0]) if parts else None
        case _Either(ways):
            found = [_first(way) for way in ways]
            return None if None in found else set[str]().union(*(each for each in found if each is not None))
        case _Repeat(inner, least, _):
            return _first(inner) if least else None
        case _Condition():
            return None


@lru_cache(maxsize=2000)
def _searcher(pattern: str) -> tuple[Callable[[str], object], int] | None:
    """How to search for a pattern, and the longest text to do it in."""
    tree = _tree(pattern)
    work = None if tree is None else _work(tree)
    if work is None or work.choices > _MOST_CHOICES:
        return None
    # Without an anchor a match is looked for from every character on.
    repeats = work.repeats + (not pattern.startswith("^"))
    longest = int((_MOST_WORK / 2**work.choices) ** (1 / max(repeats, 1)))
    try:
        search = re.compile(re.sub(r"\(\?<(?=\w)", "(?P<", pattern)).search
    except (re.error, OverflowError, RecursionError):
        return None
    return search, min(longest, _LONGEST_TEXT)


def matches(pattern: str, text: str) -> bool:
    """Whether a text has a match; what cannot be told within bounds counts as one."""
    known = _searcher(pattern)
    if known is None or len(text) > known[1]:
        return True
    return known[0](text) is not None


def text_for(pattern: str, chance: random.Random, *, shortest: int = 0, longest: int | None = None) -> str | None:
    """A text with a match of the pattern; None when none is found after a few tries."""
    tree = _tree(pattern)
    if tree is None or _searcher(pattern) is None:
        return None
    for extra in (6, 2, 1, 0, min(shortest, _MOST), 16, 40):  # of a sensible length first
        pieces: list[str] = []
        _write(tree, chance, extra, pieces)
        text = "".join(pieces)
        if len(text) < shortest and not pattern.endswith("$"):
            text += "a" * min(shortest - len(text), _MOST)
        if shortest <= len(text) and (longest is None or len(text) <= longest) and matches(pattern, text):
            return text
    return None


def _write(tree: _Tree, chance: random.Random, extra: int, out: list[str]) -> None:
    match tree:
        case _Characters(allowed):
            out.append(_pleasant(allowed, chance))
        case _Sequence(parts):
            for part in parts:
                _write(part, chance, extra, out)
        case _Either(ways):
            _write(ways[0] if extra < 2 else chance.choice(ways), chance, extra, out)
        case _Repeat(inner, least, most):
            times = least + extra if most is None else min(most, least + extra)
            for _ in range(min(times, _MOST)):
                if len(out) > _LONGEST_TEXT:
                    return
                _write(inner, chance, extra, out)
        case _Condition():
            pass


def _pleasant(allowed: str, chance: random.Random) -> str:
    """One of the characters, a letter or digit where there is one: it reads well and needs no quoting."""
    if len(allowed) == 1:
        return allowed
    plain = [each for each in allowed if each.isascii() and each.isalnum()]
    return chance.choice(plain or list(allowed or "?"))
