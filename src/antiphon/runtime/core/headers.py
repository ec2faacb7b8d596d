"""Header fields: case-insensitive look-up, merging with removal, refusal of what cannot be sent, redaction.

Names are kept in lower case, as HTTP/2 sends them; HTTP/1.1 servers must not care (RFC 9110, section 5.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from sys import intern
from typing import Final, TypeAlias, TypeVar, overload

from .kinds import is_bytes, is_iterable, is_mapping
from .scalars import scalar_text
from .sentinels import NotGiven, Omit

__all__ = [
    "HeaderTypes",
    "Headers",
    "checked_value",
    "field_text",
    "header_names",
    "header_texts",
    "is_secret",
    "merge_headers",
]

T = TypeVar("T")

HeaderTypes: TypeAlias = Mapping[str, str | Omit] | Mapping[str, str] | Mapping[str, bytes]
"""What `extra_headers=` and `default_headers=` take; `omit` as a value removes a header."""

_TOKEN: Final = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
_SECRET_NAMES: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "key", "x-amz-security-token"}
)
_SECRET_PARTS: Final = ("auth", "apikey", "token", "secret", "password", "credential", "signature", "session")
_NOT_SECRET: Final = frozenset({"idempotency-key", "x-idempotency-key"})

REDACTED: Final = "<redacted>"


class Headers(Mapping[str, str]):
    """The header fields of a response or a sent request; names in any case, in the order they came.

    A field that came several times reads as one value joined by ", " (RFC 9110, section 5.3); `get_list` has the
    single values. `repr` shows no secrets: neither fields whose names say so, nor those named in `secret`.
    """

    __slots__ = ("_pairs", "_secret")

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]] | Mapping[str, str] = (),
        *,
        secret: AbstractSet[str] = frozenset(),
    ) -> None:
        if isinstance(pairs, Headers):
            self._pairs: list[tuple[str, str]] = pairs._pairs  # never changed, so it can be shared
        else:
            items: Iterable[tuple[str, str]] = pairs.items() if is_mapping(pairs) else pairs  # type: ignore[assignment]
            # All responses of a server have the same names: they share them.
            self._pairs = [(intern(name.lower()), value) for name, value in items]
        self._secret = secret

    @classmethod
    def of_lower(cls, pairs: list[tuple[str, str]]) -> Headers:
        """Of fields whose names are in lower case and interned; the list is kept and never changed."""
        made = cls()
        made._pairs = pairs
        return made

    def multi_items(self) -> list[tuple[str, str]]:
        """Every field as it came, repeated ones included."""
        return list(self._pairs)

    def get_list(self, name: str) -> list[str]:
        """The values of every field of this name."""
        wanted = name.lower()
        return [value for key, value in self._pairs if key == wanted]

    def redacted(self) -> Headers:
        """A copy without the values of secret fields, fit to be shown or stored."""
        secret = self._secret
        pairs = [(name, REDACTED if is_secret(name) or name in secret else value) for name, value in self._pairs]
        return Headers(pairs, secret=secret)

    def secrets(self) -> list[str]:
        """The values of secret fields; of those with a scheme (`Bearer ...`), what follows it."""
        secret = self._secret
        return [value.rpartition(" ")[2] for name, value in self._pairs if is_secret(name) or name in secret]

    def _view(self) -> dict[str, str]:
        joined: dict[str, str] = {}
        for name, value in self._pairs:
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
        return joined

    def _found(self, name: str) -> str | None:
        # A few looks through twenty fields cost no more than a table of them, which would stay with every response.
        wanted = name.lower()
        found: str | None = None
        for key, value in self._pairs:
            if key == wanted:
                found = value if found is None else f"{found}, {value}"
        return found

    def __getitem__(self, name: str) -> str:
        found = self._found(name)
        if found is None:
            raise KeyError(name)
        return found

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, /, default: str) -> str: ...
    @overload
    def get(self, name: str, /, default: T) -> str | T: ...
    def get(self, name: str, /, default: object = None) -> object:
        """The value of a field, or the default."""
        found = self._found(name)
        return default if found is None else found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._found(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._view())

    def __len__(self) -> int:
        return len(self._view())

    def __eq__(self, other: object) -> bool:
        if not is_mapping(other):
            return NotImplemented
        return self._view() == Headers(other)._view()

    def __hash__(self) -> int:
        return hash(frozenset(self._view().items()))

    def __repr__(self) -> str:
        return f"Headers({self.redacted()._view()!r})"


def checked_value(name: str, value: object, *, what: str | None = None) -> str:
    """The value as text that can be sent.

    Raises TypeError for anything but text, and ValueError for characters no header can hold (RFC 9110, section
    5.5). The message never shows the value: it may be a secret. It speaks of `what`, else of the header.
    """
    if not isinstance(value, str):
        raise TypeError(f"{what or f'header {name!r}'} must be text, not {type(value).__name__}")
    if value.isascii() and value.isprintable():
        return value.strip()
    stripped = value.strip(" \t")
    for position, character in enumerate(stripped):
        code = ord(character)
        if character == "\t" or 0x20 <= code < 0x7F:
            continue
        if code < 0x20 or 0x7F <= code < 0xA0:
            kind = "a line break or control character"
        elif code < 0x100:
            continue  # ISO 8859-1 text, obsolete but allowed
        else:
            kind = "a character outside Latin-1 (a smart quote or an invisible space, perhaps)"
        raise ValueError(f"{what or f'header {name!r}'} cannot be sent: {kind} at position {position}")
    return stripped


def field_text(value: bytes) -> str:
    """The value of a field that was received: UTF-8, else ISO 8859-1, in which every byte is a character."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def checked_name(name: object) -> str:
    """The header name in lower case, or ValueError when it is no RFC 9110 token."""
    if not isinstance(name, str):
        raise TypeError(f"a header name must be text, not {type(name).__name__}")
    lowered = name.lower()
    # Lower case turns a Kelvin sign into a plain k, so that the name as given is looked at too.
    if not lowered or not name.isascii() or not _TOKEN.issuperset(lowered):
        raise ValueError(f"{name!r} is not a usable header name")
    return lowered


def merge_headers(base: Mapping[str, str], extra: Mapping[str, str | bytes | Omit]) -> dict[str, str]:
    """`base` (lower-case names) with `extra` over it; `omit` removes; None and not-given entries change nothing."""
    merged = dict(base)
    for name, value in extra.items():
        key = checked_name(name)
        if isinstance(value, Omit):
            merged.pop(key, None)
        elif value is None or isinstance(value, NotGiven):  # pyright: ignore[reportUnnecessaryComparison, reportUnnecessaryIsInstance]
            continue
        else:
            merged[key] = checked_value(key, value.decode("latin-1") if isinstance(value, bytes) else value)
    return merged


def header_names(headers: Mapping[str, object]) -> frozenset[str]:
    """The names, in lower case, of the headers that are set or removed here; None and not-given ones are neither."""
    return frozenset(
        str(name).lower() for name, value in headers.items() if value is not None and not isinstance(value, NotGiven)
    )


def header_texts(values: Mapping[str, object]) -> dict[str, str]:
    """Header parameters as text: scalars by themselves, lists joined by commas (OpenAPI 3.1, style `simple`).

    None, `omit`, not-given and empty lists are left out. Raises TypeError, naming the header, for other kinds.
    """
    texts: dict[str, str] = {}
    for name, value in values.items():
        items = [item for item in _listed(value) if not _is_nothing(item)]
        if items:
            texts[checked_name(name)] = ",".join([_scalar(name, item) for item in items])
    return texts


def _listed(value: object) -> list[object]:
    if is_iterable(value) and not isinstance(value, (str, Mapping)) and not is_bytes(value):
        return list(value)
    return [value]


def _is_nothing(value: object) -> bool:
    return value is None or isinstance(value, (Omit, NotGiven))


def _scalar(name: str, value: object) -> str:
    text = scalar_text(value)
    if text is None:
        raise TypeError(f"header {name.lower()!r} cannot hold {type(value).__name__}")
    return text


def is_secret(name: str) -> bool:
    """Whether a header of this name may hold a credential, so that its value is never shown."""
    lowered = name.lower()
    if lowered in _SECRET_NAMES:
        return True
    if lowered in _NOT_SECRET or lowered.startswith("x-ratelimit-") or lowered.endswith(("-tokens", "_tokens")):
        return False
    return lowered.endswith(("-key", "_key")) or any(part in lowered for part in _SECRET_PARTS)
