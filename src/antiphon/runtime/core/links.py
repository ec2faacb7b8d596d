"""`Link` headers (RFC 8288), as far as they lead from one page of a list to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["next_link"]

_LINK: Final = re.compile(
    r"""<(?P<target>[^<>]*)>(?P<rest>(?:\s*;\s*[^,;"\s=]*(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^,;"\s]*))?)*)"""
)
_PARAMETER: Final = re.compile(
    r""";\s*(?P<name>[^,;"\s=]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^,;"\s]*))"""
)
_OF_PAGES: Final = frozenset({"next", "prev", "previous", "first", "last"})


def next_link(fields: Iterable[str]) -> str | None:
    """Where the next page is: empty after the last one, None where the fields say nothing about pages."""
    is_paged = False
    for each in fields:
        for link in _LINK.finditer(each):
            said: dict[str, str] = {}
            for part in _PARAMETER.finditer(link["rest"]):
                # Of a parameter that comes twice, the first counts.
                said.setdefault(part["name"].lower(), part["plain"] if part["quoted"] is None else part["quoted"])
            relations = said.get("rel", "").lower().split()
            if "anchor" in said:
                continue  # a link from elsewhere
            if "next" in relations and link["target"].strip():
                return link["target"].strip()
            is_paged = is_paged or not _OF_PAGES.isdisjoint(relations)
    return "" if is_paged else None
