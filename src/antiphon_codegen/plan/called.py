"""What an SDK is called where its author says nothing: by the title of the API, else by where that is served."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from ..romanised import romanised
from .names import Identifier, class_name, module_name, snake

__all__ = ["client_called", "package_called", "telling"]

_DULL: Final = frozenset(
    """a an and api apis backend beta collection definition description developer developers doc docs documentation
    endpoint endpoints fastapi for http https interface of official open openapi platform portal public reference rest
    restful rpc server service services spec specification specifications specs swagger the web webservice""".split()
)
"""Words of titles that every API could have."""

_VERSION: Final = re.compile(r"v?[0-9]+(?:[.][0-9]+)*")
_TOKEN: Final = re.compile(r"[A-Za-z0-9]+")
_OWNED: Final = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]s\\b")
_ASIDE: Final = re.compile(r"\([^()]*\)")
_GLUED: Final = re.compile(r"(?<=[a-z0-9])API$")
_PARTS: Final = re.compile(r"[A-Z]*[a-z0-9]+|[A-Z]+")
_DIGITS: Final = "zero one two three four five six seven eight nine".split()
_MOST_WORDS: Final = 4
_LONGEST_ACRONYM: Final = 5
_LONGEST_WORD: Final = 40

_STAGES: Final = frozenset("api apis app dev gateway prod production rest sandbox staging test www web".split())
_SECOND_LEVEL: Final = frozenset("ac co com edu gov net org".split())
_HOSTED: Final = ("herokuapp.com", "azurewebsites.net", "run.app", "vercel.app", "fly.dev", "onrender.com", "github.io")
_NOBODY: Final = frozenset("example localhost local swaggerhub amazonaws test invalid".split())
_OTHERS: Final = frozenset({"anyio", "certifi", "httpx", "pydantic", "sniffio", "pytest", "typing_extensions", "tests"})


def telling(title: str, urls: tuple[str, ...] = ()) -> list[str]:
    """The words that tell this API from others, as they are written."""
    tokens = _TOKEN.findall(romanised(_OWNED.sub("", _ASIDE.sub(" ", title) or title)))
    found = [
        _GLUED.sub("", each) for each in tokens if each.lower() not in _DULL and not _VERSION.fullmatch(each.lower())
    ]
    if not found:
        # Of the words of a title such as "Public API" the place says more.
        found = next(filter(None, (list(_of_place(url)) for url in urls)), found)
    words = [each[:_LONGEST_WORD] for each in found[:_MOST_WORDS]]
    return [_said(each) if index == 0 else each for index, each in enumerate(words)]


def _of_place(url: str) -> Iterator[str]:
    """The name of whoever serves a URL."""
    try:
        labels = (urlsplit(url).hostname or "").split(".")
    except ValueError:  # brackets that are not closed, as they may stand in a document
        return
    if len(labels) < 2 or labels[-1].isdigit():
        return
    if ".".join(labels[-2:]) in _HOSTED:
        name = labels[-3] if len(labels) > 2 else ""
    else:
        is_pair = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
        name = labels[-3 if is_pair else -2]
    if name not in _NOBODY and name not in _STAGES and labels[-1] not in _NOBODY:
        yield from _TOKEN.findall(name)


def _said(word: str) -> str:
    """A word that can stand first in a name: `1Password` is OnePassword."""
    if word[0].isdigit() and word[1:2].isalpha():
        return _DIGITS[int(word[0])].capitalize() + word[1:]
    return word


def package_called(words: list[str]) -> Identifier:
    """The name to import an SDK by. A brand of two parts is one word: `github`, `digitalocean`."""
    parts = [each.lower() if len(_PARTS.findall(each)) <= 2 else snake(each) for each in words]
    name = "_".join(parts) or "api_client"
    if name[0].isdigit():
        name = f"api_{name}"
    # One of the standard library's modules would be found in the SDK's place, or the SDK in its.
    is_taken = name in sys.stdlib_module_names or name in _OTHERS
    return module_name(f"{name}_api" if is_taken else name)


def client_called(words: list[str]) -> str:
    """The name of the client, in the capitals that the title has."""
    are_shouted = len(words) > 1 and all(each.isupper() for each in words)
    parts = [_capitals(each, are_shouted) for each in words]
    name = "".join(parts) or "Client"
    return f"API{name}" if name[0].isdigit() else name


def _capitals(word: str, is_shouted: bool) -> str:
    is_acronym = word.isupper() and len(word) <= _LONGEST_ACRONYM and not is_shouted
    is_brand = not word.isupper() and word[1:] != word[1:].lower()
    return word[0].upper() + word[1:] if is_acronym or is_brand else class_name(word.lower())
