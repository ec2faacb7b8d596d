"""Regular expressions of a document: whether a text matches, and texts that do.

A pattern is read into a small tree. What has repetitions within repetitions can take forever on a short text, so it is
never run; a pattern that cannot be read is never run either. Both count as met.
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
_LONGEST_TEXT_IF_SLOW: Final = 256
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
    """A look-ahead, an anchor, a back reference: restricts, and adds nothing of its own."""

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
            return _Characters(_ALPHABET)
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
        if character in "bBAZz" or character.isdigit():
            return _Condition()
        return _Characters(self._escaped(character))

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
        return _Characters("".join(each for each in _ALPHABET if each not in listed) if excluded else listed)


@lru_cache(maxsize=2000)
def _tree(pattern: str) -> _Tree | None:
    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        return _Reader(pattern).read()
    except (_Unreadable, RecursionError):
        return None


def _repetitions(tree: _Tree | None, within: bool) -> int | None:
    """How many unbounded repetitions a pattern has; None when one stands within another."""
    match tree:
        case _Repeat(inner, _, most):
            unbounded = most is None or most > 20
            if unbounded and within:
                return None
            below = _repetitions(inner, within or unbounded)
            return None if below is None else below + unbounded
        case _Sequence(parts) | _Either(parts):
            total = 0
            for part in parts:
                below = _repetitions(part, within)
                if below is None:
                    return None
                total += below
            return total
        case _Condition(inner):
            return _repetitions(inner, within)
        case _:
            return 0


@lru_cache(maxsize=2000)
def _searcher(pattern: str) -> tuple[Callable[[str], object], int] | None:
    """How to search for a pattern, and the longest text to do it in."""
    tree = _tree(pattern)
    repetitions = None if tree is None else _repetitions(tree, within=False)
    if repetitions is None:
        return None
    try:
        search = re.compile(re.sub(r"\(\?<(?=\w)", "(?P<", pattern)).search
    except (re.error, OverflowError, RecursionError):
        return None
    return search, _LONGEST_TEXT if repetitions <= 2 else _LONGEST_TEXT_IF_SLOW


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
