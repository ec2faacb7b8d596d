"""Python names for things that have names of other kinds. The same name always gives the same result."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Container, Iterable, Mapping
from typing import Final, Self

from ..words import codes, singular, words

__all__ = [
    "Identifier",
    "class_name",
    "first_free",
    "member_name",
    "module_name",
    "name_words",
    "singular_name",
    "snake",
]


class Identifier(str):
    """A name that can stand in Python source as it is: ASCII, no keyword."""

    __slots__ = ()

    def __new__(cls, name: str) -> Self:
        if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
            raise ValueError(f"not a usable Python name: {name!r}")
        return str.__new__(cls, name)


_INITIALISMS: Final = {
    name.lower(): name
    for name in """ID URL API JSON HTTP HTTPS URI HTML XML SQL IP UUID CSV CSS PDF SSO SSH SSL TLS TTL DNS CPU GPU RAM
    VM OS UI AWS GCP MFA OTP QR SKU VAT SMS USB VPC VPN CDN CIDR CORS ACL RPC GRPC SDK CLI PNG SVG JWT
    PKCE SAML SCIM OAuth""".split()
}
_PLURAL_INITIALISMS: Final = {
    f"{name}s": f"{full}s" for name, full in _INITIALISMS.items() if name not in ("os", "dns", "css", "aws")
}
_SIGNS: Final = {
    "+": "plus",
    "-": "minus",
    "<": "less_than",
    ">": "greater_than",
    "=": "equals",
    "*": "star",
    "@": "at",
    "$": "",
}
_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def name_words(name: str) -> list[str]:
    """The words of a name; signs count where there is nothing else, and letters beyond ASCII by their code."""
    found = words(name)
    if name[:1] in ("+", "-", "<", ">") and (not found or found[0].isdigit()):
        found = [*_SIGNS[name[0]].split("_"), *found]
    if name.endswith(("<", ">")) and found:
        found += _SIGNS[name[-1]].split("_")
    if not found:
        found = [word for character in name for word in _SIGNS.get(character, "").split("_") if word]
    if not found:
        found = codes(name)
    return found


def snake(name: str) -> str:
    """The name in snake_case, as it is where it is so already; empty when nothing of it can be written."""
    return name if _SNAKE.fullmatch(name) else "_".join(name_words(name))


def class_name(name: str, casings: Mapping[str, str] | None = None) -> str:
    """The name in PascalCase, initialisms in capitals; empty when nothing of it can be written."""
    given = casings or {}
    parts: list[str] = []
    for word in name_words(name):
        known = given.get(word) or _INITIALISMS.get(word) or _PLURAL_INITIALISMS.get(word)
        parts.append(known or word[:1].upper() + word[1:])
    joined = "".join(parts)
    return f"Type{joined}" if joined[:1].isdigit() else joined


def singular_name(name: str) -> str:
    """A snake_case name with its last word in the singular."""
    head, _, last = name.rpartition("_")
    return f"{head}_{singular(last)}" if head else singular(last)


def member_name(name: str, taken: Container[str], *, prefix: str = "field") -> Identifier:
    """A name for a field or parameter that is free: in snake_case, or as it is, or with something added."""
    plain = snake(name)
    if not plain or plain[0].isdigit():
        plain = f"{prefix}_{plain}".rstrip("_")
    candidates = [plain, f"{plain}_"]
    if name.isascii() and name.isidentifier() and not name.startswith("_"):
        candidates.append(name)
    return first_free(candidates, taken)


def first_free(candidates: Iterable[str], taken: Container[str], separator: str = "_") -> Identifier:
    """The first candidate that is usable and free; when none is, the first one with a number."""
    first = ""
    for candidate in candidates:
        first = first or candidate
        if candidate not in taken and candidate.isidentifier() and not keyword.iskeyword(candidate):
            return Identifier(candidate)
    number = 2
    while f"{first}{separator}{number}" in taken:
        number += 1
    return Identifier(f"{first}{separator}{number}")


def module_name(name: str) -> Identifier:
    """A name for a module: in snake_case, never one that Python or a file system gives a meaning of its own."""
    plain = snake(name)[:80].rstrip("_") or "unnamed"
    if plain[0].isdigit():
        plain = f"m_{plain}"
    if keyword.iskeyword(plain) or keyword.issoftkeyword(plain) or plain in _NO_MODULE:
        plain = f"{plain}_"
    return Identifier(plain)


# Device names of Windows, and names that Python gives a meaning.
_NO_MODULE: Final = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        "test",
        "tests",
        "init",
        "main",
        *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
    }
)

BUILTINS: Final = frozenset(name for name in dir(builtins) if not name.startswith("_"))
