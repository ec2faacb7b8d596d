"""URLs as text that knows its parts, and the joining of a base URL with a request path."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urljoin, urlsplit, urlunsplit

from .headers import REDACTED, is_secret

__all__ = ["URL", "BaseURL", "checked_path", "redirect_url", "same_origin", "secret_entries", "shown_url"]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NOT_IN_NAMES: Final = frozenset('"%<>\\^`{|}')  # RFC 3986, section 3.2.2; nobody escapes names of hosts
_SECRET_ENTRIES: Final = frozenset({"code", "sig"})


class URL(str):
    """A URL: plain text, with its parts as attributes."""

    __slots__ = ()

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self)

    @property
    def scheme(self) -> str:
        return self._parts.scheme

    @property
    def host(self) -> str:
        return self._parts.hostname or ""

    @property
    def port(self) -> int | None:
        return self._parts.port

    @property
    def path(self) -> str:
        return self._parts.path

    @property
    def query(self) -> bytes:
        return self._parts.query.encode("ascii", "replace")

    @property
    def params(self) -> dict[str, str]:
        """The query as a dict; of repeated names the last one."""
        return dict(parse_qsl(self._parts.query, keep_blank_values=True))

    @property
    def _uri_reference(self) -> str:
        """What some libraries log of a URL of httpx."""
        return str(self)


class BaseURL:
    """What every request path is joined to: the URL up to its path, with a slash at the end, and its query."""

    __slots__ = ("prefix", "query", "text")

    def __init__(self, url: str) -> None:
        checked_url(url, "base_url")
        parts = urlsplit(url)
        path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
        self.prefix = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        self.query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        self.text = URL(urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")))

    def join(self, path: str) -> str:
        """The URL of a request path; a path that is a whole URL stays as it is."""
        if path.startswith(("https://", "http://")):
            return checked_url(path, "request URL")
        return self.prefix + (path[1:] if path[:1] == "/" else path)


def checked_path(path: object) -> str:
    """The path if a request can ask for it; TypeError or ValueError with the reason if not."""
    if not isinstance(path, str):
        raise TypeError(f"the path of a request must be text, not {type(path).__name__}")
    if any(character < " " or character == "\x7f" for character in path):
        raise ValueError("the path of the request contains a control character")
    return _checked_text(path, "the path of the request")


def _checked_text(url: str, what: str) -> str:
    try:
        url.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{what} is not Unicode text (it holds half a surrogate pair)") from None
    return url


def checked_url(url: str, what: str) -> str:
    """The URL if requests can go to it; ValueError with the reason if not."""
    # Secrets may sit in the user-information part, so messages show the host at the most.
    if any(character <= " " or character == "\x7f" for character in url):
        raise ValueError(f"{what} contains a space or control character")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(f"{what} is not a URL") from None
    try:
        port = parts.port
    except ValueError:
        raise ValueError(f"{what} has a port that is no number up to 65535") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"{what} must begin with http:// or https://")
    if not parts.hostname:
        raise ValueError(f"{what} has no host")
    if "\\" in parts.netloc or (":" not in parts.hostname and not _is_name(parts.hostname)):
        raise ValueError(f"{what} has a host that is no name (a part of it is empty, too long or not text)")
    if port == 0:
        raise ValueError(f"{what} has port 0")
    return _checked_text(url, what)


def _is_name(host: str) -> bool:
    if not _NOT_IN_NAMES.isdisjoint(host):
        return False
    if host.isascii():
        return all(0 < len(label) < 64 for label in host.removesuffix(".").split("."))
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def shown_url(url: str, secret: AbstractSet[str] = frozenset()) -> str:
    """The URL without user information and without the values of query entries that may be credentials.

    These are the entries in `secret`, and those whose names say so.
    """
    head, _, query = url.partition("?")
    scheme, mark, rest = head.partition("://")
    authority, slash, path = rest.partition("/")
    shown = f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"
    if not query:
        return shown
    entries = [entry.partition("=") for entry in query.split("&")]
    return (
        shown
        + "?"
        + "&".join(
            f"{name}={REDACTED}" if _is_secret_entry(unquote_plus(name), secret) else f"{name}{equals}{value}"
            for name, equals, value in entries
        )
    )


def secret_entries(url: str, secret: AbstractSet[str] = frozenset()) -> list[str]:
    """The values that `shown_url` leaves out of the query."""
    return [value for name, value in parse_qsl(url.partition("?")[2]) if _is_secret_entry(name, secret)]


def _is_secret_entry(name: str, secret: AbstractSet[str]) -> bool:
    return name in secret or name.lower() in _SECRET_ENTRIES or is_secret(name)


def same_origin(one: str, other: str) -> bool:
    """Whether two URLs share scheme, host and port (RFC 6454)."""
    first, second = urlsplit(one), urlsplit(other)
    return _origin(first) == _origin(second)


def redirect_url(url: str, location: str) -> str:
    """Where a reference leads that the server gave (RFC 9110, section 10.2.2). Raises ValueError for no usable URL."""
    if len(location) > 8192:
        raise ValueError(f"the target is {len(location)} characters long")
    try:
        target = urljoin(url, location.strip())
    except ValueError:
        raise ValueError("the target is not a URL") from None
    return checked_url(target, "the target").partition("#")[0]


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
