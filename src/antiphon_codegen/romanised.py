"""Names in other alphabets in Latin letters, as far as letters of theirs have a usual Latin spelling."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["romanised"]

_LETTERS: Final[dict[str, str]] = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
    "ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu",  # noqa: RUF001
    "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ђ": "dj", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",  # noqa: RUF001
    **dict(zip("αβγδεζηικλμνξοπρσςτυω", "avgdeziiklmnxoprsstyo", strict=True)),
    "θ": "th", "φ": "f", "χ": "ch", "ψ": "ps",
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "þ": "th", "ð": "d", "ı": "i", "ŋ": "ng",  # noqa: RUF001
}  # fmt: skip
_SPELLED: Final = ("HANGUL SYLLABLE", "HIRAGANA LETTER", "KATAKANA LETTER")
"""Letters whose Unicode name ends in how they sound."""


def romanised(name: str) -> str:
    """The name with what can be spelled in Latin letters spelled so; ideographs and signs stay as they are."""
    return name if name.isascii() else "".join(map(_spelled, unicodedata.normalize("NFC", name)))


def _spelled(character: str) -> str:
    lower = character.lower()
    found = _LETTERS.get(lower)
    if found is None and not character.isascii():
        base = "".join(each for each in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(each))
        found = base if base.isascii() and base.isalnum() else _LETTERS.get(base)
        called = unicodedata.name(character, "")
        if found is None and called.startswith(_SPELLED):
            found = called.rpartition(" ")[2].lower()
    if found is None:
        return character
    return found if character == lower else found.capitalize()
