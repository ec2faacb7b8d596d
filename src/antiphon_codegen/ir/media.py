"""Content types: which of them is sent or read, and what each of them can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from ..spec.model import MediaType, Response
from .types import Array, Binary, Map, Type, Union, without_null

__all__ = ["FORM", "contents_of", "holds_file", "is_json", "preferred", "text_kind"]

FORM: Final = "application/x-www-form-urlencoded"


def text_kind(content_type: str | None) -> str | None:
    """The content type that text in a form is to have, where it is not the one that all have."""
    if content_type is None or is_json(content_type) or not re.fullmatch(r"[\w.+-]+/[\w.+-]+", content_type):
        return None
    return None if content_type == "text/plain" else content_type


def is_json(kind: str) -> bool:
    base = kind.partition(";")[0].strip().lower()
    return base in ("application/json", "*/*", "text/json", "application/*") or base.endswith("+json")


def preferred(content: Mapping[str, MediaType], has_files: Callable[[MediaType], bool]) -> tuple[str, MediaType]:
    """The content type to send: forms that take files, then JSON, other forms, the first. Files do not fit in JSON."""
    entries = [(kind.partition(";")[0].strip(), media) for kind, media in content.items()]
    if len(entries) > 1:
        forms = [entry for entry in entries if entry[0].startswith("multipart/") and has_files(entry[1])]
        entries = forms or entries
    return min(entries, key=lambda entry: _rank(entry[0]))


def _rank(kind: str) -> int:
    if kind == "application/json":
        return 0
    if is_json(kind):
        return 1
    return 2 if kind.startswith("multipart/") else 3 if kind == FORM else 4


def contents_of(responses: list[Response]) -> list[tuple[str, MediaType]]:
    found: list[tuple[str, MediaType]] = []
    for response in responses:
        found += [(kind.partition(";")[0].strip().lower(), media) for kind, media in response.content.items()]
    return found


def holds_file(type: Type) -> bool:
    plain, _ = without_null(type)
    match plain:
        case Binary():
            return True
        case Array(items):
            return holds_file(items)
        case Union(variants):
            return any(holds_file(each) for each in variants)
        case Map() | _:
            return False
