"""JSON that is still being written, read piece by piece: a piece costs the same however many came before it.

What has ended is built once, and shared by all later values; only what is still open is put together anew for each.
What is built of objects, arrays and scalars is up to a `Shape`. Nothing here raises for text that is no JSON: then
there is no value any more.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Protocol

__all__ = ["NOTHING", "PLAIN", "GrowingJson", "Plain", "Shape"]


class _Nothing:
    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final[Any] = _Nothing()
"""In place of a value that cannot be shown, as long as it cannot."""

_DEEPEST: Final = 200
_LONGEST: Final = 1000
"""Of numbers and words: what is longer is none."""
_NO_TEXT: Final = re.compile(r'[^"\\]*')
_BARE: Final = re.compile(r'[^\s,:\]}\["{]*')
_SPACE: Final = re.compile(r"\s*")
_ESCAPE: Final = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_ESCAPE_BEGUN: Final = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?")
_SURROGATES: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_HIGH_SURROGATE: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}")
_NAMED: Final = {"true": True, "false": False, "null": None}


class Shape(Protocol):
    """What is built of a value and of those in it. Each may be `NOTHING`, which its parent leaves out."""

    def entry(self, key: str) -> Shape:
        """The shape of an object's entry."""
        ...

    def item(self, position: int) -> Shape:
        """The shape of an array's item."""
        ...

    def scalar(self, value: Any) -> Any:
        """A text, a number, true, false or null that has ended."""
        ...

    def growing(self, text: str) -> Any:
        """A text that has not ended."""
        ...

    def bare(self, said: str) -> Any:
        """A number or a word that may not have ended."""
        ...

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        """An object; the entries may be kept."""
        ...

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        """An array; the items may be kept."""
        ...


class Plain:
    """Plain data. A text that has not ended is shown as far as it goes."""

    def entry(self, key: str) -> Shape:
        return self

    def item(self, position: int) -> Shape:
        return self

    def scalar(self, value: Any) -> Any:
        return value

    def growing(self, text: str) -> Any:
        return text

    def bare(self, said: str) -> Any:
        return NOTHING

    def object(self, entries: dict[str, Any], *, is_whole: bool) -> Any:
        return entries

    def array(self, items: list[Any], *, is_whole: bool) -> Any:
        return items


PLAIN: Final = Plain()


class _Object:
    __slots__ = ("done", "key", "shape")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.done: dict[str, Any] = {}
        self.key = ""

    def inner(self) -> Shape:
        return self.shape.entry(self.key)

    def add(self, value: Any) -> None:
        if value is not NOTHING:
            self.done[self.key] = value

    def whole(self) -> Any:
        return self.shape.object(self.done, is_whole=True)

    def so_far(self, value: Any) -> Any:
        entries = self.done.copy()
        if value is not NOTHING:
            entries[self.key] = value
        return self.shape.object(entries, is_whole=False)


class _Array:
    __slots__ = ("count", "done", "shape")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.done: list[Any] = []
        self.count = 0

    def inner(self) -> Shape:
        self.count += 1
        return self.shape.item(self.count - 1)

    def add(self, value: Any) -> None:
        if value is not NOTHING:
            self.done.append(value)

    def whole(self) -> Any:
        return self.shape.array(self.done, is_whole=True)

    def so_far(self, value: Any) -> Any:
        return self.shape.array([*self.done] if value is NOTHING else [*self.done, value], is_whole=False)


class GrowingJson:
    """A JSON document whose text arrives in pieces."""

    def __init__(self, shape: Shape = PLAIN) -> None:
        self.is_broken = False
        """Whether the text is no JSON."""
        self.is_whole = False
        """Whether the document has ended; what comes after it is not looked at."""
        self._root = shape
        self._value: Any = NOTHING
        self._open: list[_Object | _Array] = []
        self._expected = "value"  # or: item, key, next key, colon, more
        self._text: list[str] | None = None
        """The pieces of the text that is open; then `_rest` begins with an escape, if with anything."""
        self._is_key = False
        self._shape = shape
        """Of the value that is open."""
        self._rest = ""

    def feed(self, piece: str) -> bool:
        """Take a piece over; whether the value may be another one now."""
        if not piece or self.is_whole or self.is_broken:
            return False
        text, self._rest = self._rest + piece if self._rest else piece, ""
        at, changed = 0, False
        while at < len(text) and not self.is_whole and not self.is_broken:
            if self._text is not None:
                at, shown = self._in_text(text, at, self._text)
                changed = changed or shown
                continue
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            if at == len(text):
                break
            shows = self._expected in ("value", "item") or text[at] in "}]"
            after = self._token(text, at)
            if after < 0:  # a number or a word may go on in the next piece
                self._rest = text[at:]
                self.is_broken = len(self._rest) > _LONGEST
                break
            at, changed = after, changed or shows
        return changed and not self.is_broken

    @property
    def value(self) -> Any:
        """The value as far as it has come; `NOTHING` before there is any, and for what is no JSON."""
        if self.is_broken:
            return NOTHING
        if self.is_whole:
            return self._value
        value = NOTHING
        if self._text is not None and not self._is_key:
            value = self._shape.growing(self._joined(self._text))
        elif self._text is None and self._rest:
            value = self._shape.bare(self._rest)
        for each in reversed(self._open):
            value = each.so_far(value)
        return value

    def _joined(self, pieces: list[str]) -> str:
        if len(pieces) > 1:
            pieces[:] = ["".join(pieces)]
        return pieces[0] if pieces else ""

    def _in_text(self, text: str, at: int, pieces: list[str]) -> tuple[int, bool]:
        """Read on in the text that is open, up to an escape or to its end."""
        end = _NO_TEXT.match(text, at).end()  # type: ignore[union-attr]
        shown = end > at
        if shown:
            pieces.append(text[at:end])
        if end == len(text):
            return end, shown and not self._is_key
        if text[end] == '"':
            self._text = None
            self._ended_text(self._joined(pieces))
            return end + 1, not self._is_key
        found = _SURROGATES.match(text, end) or _ESCAPE.match(text, end)
        if found is None or (len(text) - end < 12 and _HIGH_SURROGATE.match(text, end) and len(found[0]) == 6):
            begun = _ESCAPE_BEGUN.match(text, end)
            if found is None and (begun is None or begun.end() != len(text)):
                self.is_broken = True
            elif found is not None and not _may_be_low(text[end + 6 :]):
                pieces.append("\ufffd")
                return end + 6, True
            self._rest = text[end:]
            return len(text), shown and not self._is_key
        unescaped = json.loads(f'"{found[0]}"')
        pieces.append("\ufffd" if len(unescaped) == 1 and "\ud800" <= unescaped <= "\udfff" else unescaped)
        return found.end(), not self._is_key

    def _ended_text(self, said: str) -> None:
        if self._is_key:
            self._open[-1].key = said  # type: ignore[union-attr]
            self._expected = "colon"
        else:
            self._ended(self._shape.scalar(said))

    def _token(self, text: str, at: int) -> int:
        """Read what begins here, and say where it ends; -1 where that is not known yet."""
        character, expected = text[at], self._expected
        if expected in ("value", "item"):
            if character == "]" and expected == "item":
                self._close(_Array)
                return at + 1
            return self._begin(text, at)
        if expected in ("key", "next key"):
            if character == '"':
                self._text, self._is_key = [], True
                return at + 1
            self._close(_Object) if character == "}" and expected == "key" else self._break()
        elif expected == "colon":
            self._expected = "value"
            if character != ":":
                self._break()
        elif character == ",":
            self._expected = "next key" if isinstance(self._open[-1], _Object) else "value"
        else:
            self._close(_Object if character == "}" else _Array if character == "]" else None)
        return at + 1

    def _begin(self, text: str, at: int) -> int:
        character = text[at]
        shape = self._open[-1].inner() if self._open else self._root
        if character in "{[":
            if len(self._open) == _DEEPEST:
                self._break()
            self._open.append(_Object(shape) if character == "{" else _Array(shape))
            self._expected = "key" if character == "{" else "item"
            return at + 1
        if character == '"':
            self._shape, self._text, self._is_key = shape, [], False
            return at + 1
        end = _BARE.match(text, at).end()  # type: ignore[union-attr]
        if end == len(text):
            self._shape = shape
            if isinstance(self._open[-1] if self._open else None, _Array):
                self._open[-1].count -= 1  # type: ignore[union-attr]  # asked for again
            return -1
        self._ended_bare(text[at:end], shape)
        return end

    def _ended_bare(self, said: str, shape: Shape) -> None:
        if said in _NAMED:
            self._ended(shape.scalar(_NAMED[said]))
            return
        try:
            value: object = json.loads(said)
        except ValueError:
            self._break()
        else:
            self._ended(shape.scalar(value))

    def _ended(self, value: Any) -> None:
        self._expected = "more"
        if self._open:
            self._open[-1].add(value)
        else:
            self._value, self.is_whole = value, True

    def _close(self, kind: type[_Object | _Array] | None) -> None:
        if kind is None or not isinstance(self._open[-1], kind):
            self._break()
        else:
            self._ended(self._open.pop().whole())

    def _break(self) -> None:
        self.is_broken = True
        self._open.clear()


def _may_be_low(begun: str) -> bool:
    """Whether the second half of a pair may begin so."""
    return re.fullmatch(r"(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]{0,2})?)?)?)?", begun) is not None
