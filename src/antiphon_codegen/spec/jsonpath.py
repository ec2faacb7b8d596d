"""JSONPath, as far as it picks out parts of a document by name, index and simple conditions (RFC 9535).

Read as well is what configurations have of the older JSONPath Plus: names of any characters but dots and brackets
after a dot (`$.paths./pets/{id}.get`), `===`, `!==` and `@property`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias, TypeGuard

from ..document import JSON

__all__ = ["Path", "PathError", "compiled"]

Path: TypeAlias = "tuple[str | int, ...]"
"""The place of a node: the keys and indexes that lead to it."""

_Located: TypeAlias = "tuple[Path, JSON]"
_Selector: TypeAlias = Callable[["_Located", JSON], Iterator["_Located"]]
_Operand: TypeAlias = Callable[["_Located", JSON], "list[JSON]"]
_Condition: TypeAlias = Callable[["_Located", JSON], bool]

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<sign>&&|\|\||===|!==|==|!=|<=|>=|[<>!()\[\],*.@$?:])|(?P<name>[^\s'"\[\]()<>=!&|,.*@$?:]+))"""
)
_NAME: Final = re.compile(r"[^.\[]+")
_DEEPEST: Final = 40
_COMPARISONS: Final = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">="})


class PathError(ValueError):
    """The text is no path, or one that says more than can be read here."""


def compiled(text: str) -> Callable[[JSON], list[Path]]:
    """What finds the places a path names in a document. Raises `PathError`."""
    segments = _Reader(text).path()

    def find(root: JSON) -> list[Path]:
        return list(dict.fromkeys(place for place, _ in _followed([((), root)], segments, root)))

    return find


def _followed(found: list[_Located], segments: list[_Selector], root: JSON) -> list[_Located]:
    for segment in segments:
        found = [each for node in found for each in segment(node, root)]
    return found


class _Reader:
    """Reads one path, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def path(self) -> list[_Selector]:
        if not self._text.startswith("$"):
            raise PathError("a path begins with $")
        self._at = 1
        found: list[_Selector] = []
        while self._at < len(self._text):
            found.append(self._segment())
        return found

    def _segment(self) -> _Selector:
        if self._text.startswith("..", self._at):
            self._at += 2
            return _descending(self._bracketed() if self._peek() == "[" else self._named())
        if self._peek() == ".":
            self._at += 1
            return self._named()
        if self._peek() == "[":
            return self._bracketed()
        raise PathError(f"a dot or a bracket belongs before {self._text[self._at :]!r}")

    def _named(self) -> _Selector:
        match = _NAME.match(self._text, self._at)
        if match is None:
            raise PathError("a name is missing after a dot")
        self._at = match.end()
        name = match[0]
        if name == "*":
            return _each
        if name[-1] in "^~" or name.startswith(("`", "@")):
            raise PathError(f"{name!r} is an operator that is not known here")
        return _child(name)

    def _bracketed(self) -> _Selector:
        self._expect("[")
        found: list[_Selector] = []
        while True:
            found.append(self._choice())
            if self._accept("]"):
                return found[0] if len(found) == 1 else _all_of(found)
            self._expect(",")

    def _choice(self) -> _Selector:
        if self._accept("*"):
            return _each
        if self._accept("?"):
            return _filtered(self._condition())
        kind, value = self._token()
        if kind == "text":
            return _child(_unquoted(value))
        if kind == "number" and value.lstrip("-").isdigit():
            return _item(int(value))
        raise PathError(f"{value!r} is not read in brackets")

    # --- conditions ---

    def _condition(self) -> _Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PathError("conditions are nested too deeply")
        sides = [self._both()]
        while self._accept("||"):
            sides.append(self._both())
        self._depth -= 1
        return lambda node, root: any(side(node, root) for side in sides)

    def _both(self) -> _Condition:
        sides = [self._single()]
        while self._accept("&&"):
            sides.append(self._single())
        return lambda node, root: all(side(node, root) for side in sides)

    def _single(self) -> _Condition:
        if self._accept("!"):
            self._depth += 1
            inner = self._single() if self._depth <= _DEEPEST else None
            if inner is None:
                raise PathError("conditions are nested too deeply")
            self._depth -= 1
            return lambda node, root: not inner(node, root)
        if self._accept("("):
            inner = self._condition()
            self._expect(")")
            return inner
        left = self._operand()
        start = self._at
        kind, sign = self._token() if self._at < len(self._text) else ("", "")
        if kind != "sign" or sign not in _COMPARISONS:
            self._at = start
            return lambda node, root: any(map(_is_truth, left(node, root)))
        right = self._operand()
        return lambda node, root: _compared(left(node, root), sign, right(node, root))

    def _operand(self) -> _Operand:
        kind, value = self._token()
        if kind == "text":
            return _constant(_unquoted(value))
        if kind == "number":
            return _constant(float(value) if "." in value else int(value))
        if value in ("true", "false", "null"):
            return _constant({"true": True, "false": False, "null": None}[value])
        if value not in ("@", "$"):
            raise PathError(f"{value!r} is not read in conditions")
        if value == "@" and self._text.startswith("property", self._at):
            self._at += len("property")
            return lambda node, _root: [node[0][-1]] if node[0] else []
        steps: list[_Selector] = []
        while self._peek() in (".", "["):
            steps.append(self._inner_segment())
        if value == "$":
            return lambda _node, root: [each for _, each in _followed([((), root)], steps, root)]
        return lambda node, root: [each for _, each in _followed([node], steps, root)]

    def _inner_segment(self) -> _Selector:
        if self._peek() == "[":
            return self._bracketed()
        self._expect(".")
        kind, value = self._token()
        if kind != "name":
            raise PathError(f"{value!r} is not read in conditions")
        return _child(value)

    # --- signs ---

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _token(self) -> tuple[str, str]:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match.lastgroup is None:
            raise PathError(f"{self._text[self._at :] or 'the end'!r} is not read here")
        self._at = match.end()
        return match.lastgroup, match[match.lastgroup]

    def _accept(self, sign: str) -> bool:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match["sign"] != sign:
            return False
        self._at = match.end()
        return True

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise PathError(f"{sign} is missing before {self._text[self._at :]!r}")


# --- what the parts of a path pick out ---


def _child(name: str) -> _Selector:
    def select(node: _Located, _root: JSON) -> Iterator[_Located]:
        place, value = node
        if isinstance(value, dict) and name in value:
            yield (*place, name), value[name]
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            yield (*place, int(name)), value[int(name)]

    return select


def _item(index: int) -> _Selector:
    def select(node: _Located, _root: JSON) -> Iterator[_Located]:
        place, value = node
        if isinstance(value, list) and -len(value) <= index < len(value):
            found = index % len(value)
            yield (*place, found), value[found]
        elif isinstance(value, dict) and str(index) in value:  # the responses of an operation, by status
            yield (*place, str(index)), value[str(index)]

    return select


def _each(node: _Located, _root: JSON) -> Iterator[_Located]:
    place, value = node
    if isinstance(value, dict):
        yield from (((*place, key), each) for key, each in value.items())
    elif isinstance(value, list):
        yield from (((*place, index), each) for index, each in enumerate(value))


def _all_of(selectors: list[_Selector]) -> _Selector:
    def select(node: _Located, root: JSON) -> Iterator[_Located]:
        for each in selectors:
            yield from each(node, root)

    return select


def _filtered(condition: _Condition) -> _Selector:
    def select(node: _Located, root: JSON) -> Iterator[_Located]:
        yield from (each for each in _each(node, root) if condition(each, root))

    return select


def _descending(selector: _Selector) -> _Selector:
    def select(node: _Located, root: JSON) -> Iterator[_Located]:
        waiting = [node]
        while waiting:
            current = waiting.pop()
            yield from selector(current, root)
            waiting.extend(reversed(list(_each(current, root))))

    return select


# --- values ---


def _constant(value: JSON) -> _Operand:
    return lambda _node, _root: [value]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _is_truth(value: JSON) -> bool:
    return isinstance(value, (dict, list)) or bool(value)


def _compared(left: list[JSON], sign: str, right: list[JSON]) -> bool:
    if sign[0] in "=!":
        same = bool(left) == bool(right) and (not left or _same(left[0], right[0]))
        return same == (sign[0] == "=")
    order = _order(left[0], right[0]) if left and right else None
    if order is None:
        return False
    return "=" in sign if order == 0 else order == (1 if sign[0] == ">" else -1)


def _order(one: JSON, other: JSON) -> int | None:
    """Which of two numbers, or of two texts, comes first."""
    if isinstance(one, str) and isinstance(other, str):
        return (one > other) - (one < other)
    if _is_number(one) and _is_number(other):
        return (one > other) - (one < other)
    return None


def _same(one: JSON, other: JSON) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _is_number(value: JSON) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
