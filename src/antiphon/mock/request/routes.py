"""Which operation a request is for: by path, method, and what the path itself demands of the query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from antiphon_codegen.samples.service import Operation, Service

__all__ = ["Missed", "Routes"]

_PLACEHOLDER: Final = re.compile(r"\{([^{}/]+)\}")
_LONGEST_PATH: Final = 8_000


@dataclass(frozen=True, slots=True)
class Missed:
    """No operation: the methods the path has (none when it is not there), and paths that are near."""

    methods: tuple[str, ...]
    near: tuple[str, ...]


class Routes:
    """The operations of a service by their paths."""

    def __init__(self, service: Service) -> None:
        self._paths = list(dict.fromkeys(each.path for each in service.operations))
        self._bases = tuple(dict.fromkeys(base for each in service.operations for base in each.base_paths))
        self._literal: dict[str, list[Operation]] = {}
        self._templates: dict[int, list[tuple[tuple[int, ...], str]]] = {}
        self._operations: dict[str, list[Operation]] = {}
        for operation in service.operations:
            self._operations.setdefault(operation.path, []).append(operation)
        for path, operations in self._operations.items():
            if _PLACEHOLDER.search(path):
                # Of two paths that fit the one wins whose fixed parts come first (OpenAPI 3.1, section 4.8.8.2).
                rank = tuple(
                    bool(_PLACEHOLDER.search(part)) + bool(_PLACEHOLDER.fullmatch(part)) for part in _parts(path)
                )
                self._templates.setdefault(len(_parts(path)), []).append((rank, path))
            else:
                self._literal[path] = operations
        for templates in self._templates.values():
            templates.sort()

    def find(
        self, method: str, raw_path: str, query: Sequence[tuple[str, str]]
    ) -> tuple[list[tuple[Operation, dict[str, str]]], Missed | None]:
        """The operations a request may be for, with their path parameters still encoded; or why there is none."""
        methods: dict[str, None] = {}
        found: list[tuple[Operation, dict[str, str]]] = []
        for base in self._bases if len(raw_path) <= _LONGEST_PATH else ():
            if not raw_path.startswith(base + "/"):
                continue
            path = raw_path[len(base) :]
            for operations, values in self._at(path):
                for operation in operations:
                    if base not in operation.base_paths:
                        continue
                    methods[operation.verb] = None
                    if operation.verb == method and _demands_met(operation, query):
                        found.append((operation, values))
                if found:  # the more fixed path wins, whatever the others would take
                    found.sort(key=lambda each: -len(each[0].fixed_query))
                    return found, None
        if methods:
            return [], Missed(tuple(methods), ())
        base = self._bases[0] if self._bases else ""
        stripped = raw_path.removeprefix(base)[:200]
        return [], Missed((), tuple(base + each for each in get_close_matches(stripped, self._paths, 3, 0.6)))

    def _at(self, path: str) -> list[tuple[list[Operation], dict[str, str]]]:
        found: list[tuple[list[Operation], dict[str, str]]] = []
        for candidate in dict.fromkeys((path, unquote(path))):
            if candidate in self._literal:
                found.append((self._literal[candidate], {}))
                break
        for _, template in self._templates.get(len(_parts(path)), ()):
            values = _values(template, path)
            if values is not None:
                found.append((self._operations[template], values))
        return found


def _parts(path: str) -> list[str]:
    return path.split("/")[1:]


@lru_cache(maxsize=4000)
def _pieces(segment: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fixed texts of a template's segment, and the parameters between them."""
    pieces = _PLACEHOLDER.split(segment)
    return tuple(pieces[::2]), tuple(pieces[1::2])


def _values(template: str, path: str) -> dict[str, str] | None:
    """The parameters of a path that fits a template of as many segments, as they are written; None when it does not."""
    values: dict[str, str] = {}
    for segment, text in zip(_parts(template), _parts(path), strict=True):
        fixed, names = _pieces(segment)
        if not names:
            if segment not in (text, unquote(text)):
                return None
            continue
        if not text.startswith(fixed[0]) or not text.endswith(fixed[-1]):
            return None
        at = len(fixed[0])
        # A parameter is as short as can be, but not empty; the last one reaches to the end. No way back is tried.
        for place, name in enumerate(names):
            last = place == len(names) - 1
            end = len(text) - len(fixed[-1]) if last else text.find(fixed[place + 1] or "", at + 1)
            if end <= at:
                return None
            values[name] = text[at:end]
            at = end + len(fixed[place + 1])
    return values


def _demands_met(operation: Operation, query: Sequence[tuple[str, str]]) -> bool:
    for each in operation.fixed_query:
        name, equals, value = each.partition("=")
        if not any(key == name and (not equals or value == held) for key, held in query):
            return False
    return True
