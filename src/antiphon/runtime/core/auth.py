"""Credentials: which a request needs, and where they go."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from .errors import SDKError
from .headers import checked_value

__all__ = [
    "CredentialsError",
    "Renewable",
    "Scheme",
    "Security",
    "checked_answer",
    "checked_credential",
    "credential_fields",
    "options_used",
]

Security: TypeAlias = tuple[tuple[str, ...], ...]
"""Alternatives, each the names of the schemes that together satisfy it (OpenAPI 3.1, section 4.8.30)."""


class CredentialsError(SDKError, TypeError):
    """No credentials, or none of the kind that is needed."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of proving who calls: which client options it takes, and where they are sent."""

    kind: Literal["bearer", "header", "query", "cookie", "basic"]
    options: tuple[str, ...]
    """The client options with the credential; two for `basic`, user name and password."""
    name: str = "authorization"
    """The header, query parameter or cookie."""
    prefix: str = ""
    """What stands before the credential in the header."""


def checked_credential(option: str, value: object) -> str:
    """The value if it can be sent; the message of the error shows no part of it."""
    if not isinstance(value, str):
        raise TypeError(f"{option} must be text, not {type(value).__name__}")
    if not value.strip():
        raise ValueError(f"{option} is empty")
    return checked_value(option, value, what=option)


def checked_answer(option: str, value: object) -> str:
    """The credential that a function gave, if it can be sent; the message of the error shows no part of it."""
    if not isinstance(value, str):
        raise TypeError(f"the function given as {option} must give text, not {type(value).__name__}")
    return checked_credential(option, value)


@runtime_checkable
class Renewable(Protocol):
    """A credential function that keeps what it gives for a while, and can be told that a server took it no more."""

    def refused(self, fields: Mapping[str, str], /) -> None:
        """Forget the credential if it is the one in these header fields; the next call of the function gets another."""
        ...


def credential_fields(
    security: Security,
    schemes: Mapping[str, Scheme],
    value_of: Callable[[str], str | None],
    given_headers: Iterable[str],
) -> tuple[dict[str, str], dict[str, str]]:
    """The header and query fields of the first alternative whose credentials are all there.

    A header the caller gave, or removed with `omit`, satisfies every scheme that would set it: `given_headers` are
    the names of those. Raises
    `CredentialsError` naming the options when no alternative can be met.
    """
    given = {name.lower() for name in given_headers}
    for alternative in security:
        fields = _alternative(alternative, schemes, value_of, given)
        if fields is not None:
            return fields
    if not security:
        return {}, {}
    wanted = " or ".join(" and ".join(_options(alternative, schemes)) for alternative in security)
    raise CredentialsError(f"this request needs {wanted}, which the client does not have")


def options_used(
    security: Security, schemes: Mapping[str, Scheme], has: Callable[[str], bool], given_headers: Iterable[str]
) -> tuple[str, ...]:
    """The client options whose values `credential_fields` takes; none when no alternative can be met."""
    given = {name.lower() for name in given_headers}
    for alternative in security:
        asked = [
            option for name in alternative if not _is_given(schemes[name], given) for option in schemes[name].options
        ]
        if all(map(has, asked)):
            return tuple(asked)
    return ()


def _is_given(scheme: Scheme, given: set[str]) -> bool:
    return scheme.kind != "query" and ("cookie" if scheme.kind == "cookie" else scheme.name.lower()) in given


def _alternative(
    names: Sequence[str], schemes: Mapping[str, Scheme], value_of: Callable[[str], str | None], given: set[str]
) -> tuple[dict[str, str], dict[str, str]] | None:
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    for name in names:
        scheme = schemes[name]
        if _is_given(scheme, given):
            continue
        values = [value_of(option) for option in scheme.options]
        if None in values:
            return None
        texts = [checked_credential(option, value) for option, value in zip(scheme.options, values, strict=True)]
        match scheme.kind:
            case "bearer":
                headers["authorization"] = f"Bearer {texts[0]}"
            case "header":
                headers[scheme.name.lower()] = scheme.prefix + texts[0]
            case "cookie":
                if ";" in texts[0]:
                    raise ValueError(f"{scheme.options[0]} holds a semicolon, which no cookie can")
                pair = f"{scheme.name}={texts[0]}"
                headers["cookie"] = f"{headers['cookie']}; {pair}" if "cookie" in headers else pair
            case "query":
                query[scheme.name] = texts[0]
            case "basic":
                encoded = base64.b64encode(":".join(texts).encode("utf-8")).decode("ascii")
                headers["authorization"] = f"Basic {encoded}"
    return headers, query


def _options(names: Sequence[str], schemes: Mapping[str, Scheme]) -> list[str]:
    return [" and ".join(schemes[name].options) for name in names] or ["nothing"]
