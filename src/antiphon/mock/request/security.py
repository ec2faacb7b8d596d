"""Whether a request shows the credentials its operation asks for, and which parts of a request are secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from antiphon_codegen.samples.service import Operation, Scheme

__all__ = ["REDACTED", "missing_credentials", "without_secrets"]

REDACTED: Final = "[redacted]"

_SECRET: Final = re.compile(r"authorization|cookie|token|secret|password|api[-_]?key|^key$|signature", re.IGNORECASE)


def missing_credentials(
    operation: Operation, headers: Mapping[str, str], query: Sequence[tuple[str, str]]
) -> str | None:
    """What the request would have to show, in words; None when it shows enough. Any value will do."""
    alternatives = operation.security
    if not alternatives or any(all(_shown(each, headers, query) for each in schemes) for schemes in alternatives):
        return None
    return ", or ".join(" and ".join(_described(each) for each in schemes) for schemes in alternatives[:4])


def _shown(scheme: Scheme, headers: Mapping[str, str], query: Sequence[tuple[str, str]]) -> bool:
    if scheme.kind == "apiKey":
        if scheme.place == "query":
            return any(name == scheme.parameter and value for name, value in query)
        if scheme.place == "cookie":
            return f"{scheme.parameter}=" in headers.get("cookie", "")
        return bool(headers.get(scheme.parameter.lower()))
    if scheme.kind == "mutualTLS":
        return True
    kind, _, value = headers.get("authorization", "").partition(" ")
    if scheme.kind == "http" and scheme.scheme in ("bearer", "basic"):
        return kind.lower() == scheme.scheme and bool(value.strip())
    return bool(kind)


def _described(scheme: Scheme) -> str:
    if scheme.kind == "apiKey":
        where = {"query": "query parameter", "cookie": "cookie"}.get(scheme.place, "header")
        return f"the {where} {scheme.parameter!r}"
    if scheme.kind == "http" and scheme.scheme in ("bearer", "basic"):
        return f"the header 'Authorization: {scheme.scheme.title()} ...'"
    return "the header 'Authorization'"


def without_secrets(items: Sequence[tuple[str, str]], operation: Operation | None) -> list[tuple[str, str]]:
    """Headers or query parameters, with the values of those that carry credentials left out."""
    named = {each.parameter.lower() for schemes in (operation.security if operation else ()) for each in schemes}
    return [
        (name, REDACTED if value and (name.lower() in named or _SECRET.search(name)) else value)
        for name, value in items
    ]
