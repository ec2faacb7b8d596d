"""One call, and the HTTP request it turns into."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Generator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, cast
from uuid import uuid4

from .auth import Scheme, Security
from .body import encode_form, encode_json
from .encoding import ACCEPTED
from .errors import APIConnectionError
from .headers import REDACTED, Headers, HeaderTypes, header_names, header_texts, merge_headers
from .kinds import checked_mapping, is_bytes, is_mapping
from .multipart import Multipart, encode_multipart
from .query import QueryStyle, query_pairs, with_query
from .retry import RetryPolicy
from .sentinels import NotGiven, Omit, not_given
from .sources import Segments, source_of
from .timeouts import DEFAULT_TIMEOUT, Timeout, TimeoutTypes, timeout_from
from .urls import URL, BaseURL, redirect_url, same_origin, secret_entries, shown_url

__all__ = ["FORM", "AtHand", "Call", "Request", "SentRequest", "Settings", "build_request"]

T_co = TypeVar("T_co", covariant=True)

FORM: Final = "form"
"""`Call.encoding` of a body sent as `application/x-www-form-urlencoded`."""

_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}")

_SHORTEST_SECRET: Final = 12

NO_QUERY: Final[Mapping[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is the same for every request of a client."""

    name: str
    """The SDK's name: of its logger and in `user-agent`."""
    version: str
    base_url: BaseURL
    headers: Mapping[str, str] = field(repr=False)
    """Platform and default headers, in lower case; without credentials."""
    default_headers: Mapping[str, str | Omit] = field(repr=False)
    """What the user added to those, kept apart because it may replace or remove credentials."""
    default_query: Mapping[str, object] = field(repr=False)
    timeout: Timeout = DEFAULT_TIMEOUT
    max_retries: int = 2
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    query_style: QueryStyle = field(default_factory=QueryStyle)
    form_style: QueryStyle = field(default_factory=QueryStyle)
    schemes: Mapping[str, Scheme] = field(default_factory=dict[str, Scheme])
    security: Security = ()
    strict: bool = False
    idempotency_header: str | None = None
    follow_redirects: bool = True
    secrets: AbstractSet[str] = frozenset()
    """Names of header fields and query entries, in lower case, that hold credentials."""


class Call:
    """What one method call asks for, before any client setting is applied.

    Values that are `omit` are left out. `body` is JSON unless `encoding` says otherwise; `content` is a body that
    goes out as it is. `headers` are the call's own header parameters: scalars, or lists of them.
    """

    __slots__ = (
        "accept",
        "body",
        "content",
        "content_type",
        "encoding",
        "extra_body",
        "extra_headers",
        "extra_query",
        "follow_redirects",
        "headers",
        "idempotency_key",
        "max_retries",
        "method",
        "next_url",
        "path",
        "query",
        "query_styles",
        "security",
        "streamed",
        "timeout",
    )

    def __init__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] = NO_QUERY,
        body: object = None,
        content: object = None,
        content_type: str | None = None,
        encoding: Multipart | str | None = None,
        headers: Mapping[str, object] | None = None,
        accept: str | None = None,
        streamed: bool = False,
        security: Security | None = None,
        query_styles: Mapping[str, QueryStyle] | None = None,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
        max_retries: int | None = None,
        idempotency_key: str | None = None,
        follow_redirects: bool | None = None,
        next_url: str | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.content = content
        self.content_type = content_type
        self.encoding = encoding
        self.headers = headers
        self.accept = accept
        self.streamed = streamed
        self.security = security
        self.query_styles = query_styles
        self.extra_headers = extra_headers
        self.extra_query = extra_query
        self.extra_body = extra_body
        self.timeout = timeout
        self.max_retries = max_retries
        self.idempotency_key = idempotency_key
        self.follow_redirects = follow_redirects
        self.next_url = next_url
        """The URL that the server gave for the next page, to be used instead of the path."""

    def given_headers(self, settings: Settings) -> frozenset[str]:
        """The names, in lower case, of the headers somebody set, or removed with `omit`."""
        given = header_names(settings.default_headers)
        return (
            given | header_names(checked_mapping("extra_headers", self.extra_headers)) if self.extra_headers else given
        )

    def replaced(self, **changes: object) -> Call:
        """A copy with some attributes changed."""
        copy = Call.__new__(Call)
        for name in Call.__slots__:
            setattr(copy, name, changes[name] if name in changes else getattr(self, name))
        return copy


class Request:
    """One HTTP request, ready for a transport. `repr` shows no secrets."""

    __slots__ = ("body", "header_fields", "is_foreign", "method", "secrets", "timeout", "url")

    def __init__(
        self,
        method: str,
        url: str,
        header_fields: dict[str, str],
        body: bytes | Segments | None,
        timeout: Timeout,
        secrets: AbstractSet[str] = frozenset(),
    ) -> None:
        self.method = method
        self.url = url
        self.header_fields = header_fields
        self.body = body
        self.timeout = timeout
        self.secrets = secrets
        self.is_foreign = False
        """Whether a redirect led to another origin, where nobody's credentials belong."""

    @property
    def replayable(self) -> bool:
        return not isinstance(self.body, Segments) or self.body.replayable

    def __repr__(self) -> str:
        return f"<Request {self.method} {shown_url(self.url, self.secrets)}>"


class AtHand(Generic[T_co]):
    """Something that is there, for code that awaits it."""

    def __init__(self, thing: T_co) -> None:
        self._thing = thing

    def __await__(self) -> Generator[Any, Any, T_co]:
        yield from ()
        return self._thing


class SentRequest:
    """What is remembered of a request on responses and errors: method, URL, headers, and a body that was in memory.

    Pickling leaves out the values of secret headers and query entries.
    """

    __slots__ = ("_content", "_headers", "_secrets", "_url", "method")

    def __init__(
        self,
        method: str,
        url: str,
        headers: Headers | Mapping[str, str],
        content: bytes | Sequence[bytes],
        secrets: AbstractSet[str] = frozenset(),
    ) -> None:
        self.method = method
        self._url = url
        self._headers = headers  # hardly anybody asks for them, so they are made into `Headers` when somebody does
        self._content = content
        self._secrets = secrets

    @classmethod
    def of(cls, request: Request) -> SentRequest:
        content = request.body
        if isinstance(content, Segments):
            content = content.at_hand
        fields = request.header_fields.copy()  # they change with the next attempt
        return cls(request.method, request.url, fields, content or b"", request.secrets)

    @property
    def content(self) -> bytes:
        """The body that was sent, where it was in memory."""
        content = self._content
        if not isinstance(content, bytes):
            content = self._content = b"".join(content)
        return content

    @property
    def headers(self) -> Headers:
        headers = self._headers
        if not isinstance(headers, Headers):
            headers = self._headers = Headers(headers, secret=self._secrets)
        return headers

    @property
    def url(self) -> URL:
        return URL(self._url)

    def read(self) -> bytes:
        return self.content

    def aread(self) -> Awaitable[bytes]:
        """The same, for code that awaits it."""
        return AtHand(self.content)

    def without_secrets(self, text: str) -> str:
        """A text of the server's, in which it may have repeated what proves who called, fit to be shown.

        Short keys stay: they are placeholders for servers that want none, such as `ollama`.
        """
        for secret in sorted(self.headers.secrets() + secret_entries(self._url, self._secrets), key=len, reverse=True):
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, REDACTED)
        return text

    def __reduce__(self) -> tuple[object, ...]:
        url = shown_url(self._url, self._secrets)
        return SentRequest, (self.method, url, self.headers.redacted(), self.content, self._secrets)

    def __repr__(self) -> str:
        return f"<Request {self.method} {shown_url(self._url, self._secrets)}>"


def build_request(call: Call, settings: Settings, credentials: Mapping[str, str], query: Mapping[str, str]) -> Request:
    """The request for a call; `credentials` and `query` are the fields that authorise it.

    Raises TypeError and ValueError for what cannot be sent; nothing was sent then.
    """
    timeout = timeout_from(call.timeout, settings.timeout)
    content_type, body = _body(call, settings)
    headers = _headers(call, settings, credentials, content_type, body, timeout)
    return Request(call.method.upper(), _url(call, settings, query), headers, body, timeout, settings.secrets)


def _url(call: Call, settings: Settings, credentials: Mapping[str, str]) -> str:
    url = settings.base_url.join(call.path)
    if call.next_url is not None:
        url = _next_url(url, call.next_url)
    if not (call.query or call.extra_query or settings.default_query or settings.base_url.query or credentials):
        return url
    params = {**credentials, **settings.default_query, **call.query, **checked_mapping("extra_query", call.extra_query)}
    pairs = [(name, text) for name, text in settings.base_url.query if name not in params]
    return with_query(url, pairs + query_pairs(params, settings.query_style, call.query_styles))


def _next_url(url: str, following: str) -> str:
    try:
        target = redirect_url(url, following)
    except ValueError as error:
        raise APIConnectionError(message=f"The URL of the next page is not usable: {error}", request=None) from None
    if not same_origin(url, target):
        # Our credentials go to the server they are for, and to nobody it names.
        message = f"The next page is said to be at another server, {shown_url(target)}, which is not asked."
        raise APIConnectionError(message=message, request=None)
    return target


def _headers(
    call: Call,
    settings: Settings,
    credentials: Mapping[str, str],
    content_type: str | None,
    body: bytes | Segments | None,
    timeout: Timeout,
) -> dict[str, str]:
    headers = {**settings.headers, **credentials}
    if call.streamed:
        headers["accept"] = "text/event-stream"
    if content_type is not None:
        headers["content-type"] = content_type
    headers["x-stainless-retry-count"] = "0"
    if timeout.read is not None:
        seconds = timeout.read
        headers["x-stainless-read-timeout"] = str(int(seconds) if seconds.is_integer() else seconds)
    if settings.idempotency_header is not None and call.method not in ("get", "GET"):
        headers[settings.idempotency_header] = call.idempotency_key or f"{settings.name}-{uuid4()}"
    if settings.default_headers:
        headers = merge_headers(headers, settings.default_headers)
    if call.accept is not None:
        headers["accept"] = call.accept
    if call.headers:
        given = header_texts(call.headers)
        if "cookie" in given and "cookie" in headers:  # RFC 6265, section 5.4: one field holds them all
            given["cookie"] = f"{headers['cookie']}; {given['cookie']}"
        headers = merge_headers(headers, given)
    if call.extra_headers:
        headers = merge_headers(headers, call.extra_headers)
    if isinstance(call.encoding, Multipart) and content_type is not None:
        headers["content-type"] = content_type  # the boundary is part of it
    # How the body ends is for nobody else to say: two answers to that question are how requests are smuggled.
    headers.pop("content-length", None)
    headers.pop("transfer-encoding", None)
    if isinstance(body, Segments) and body.length is None:
        headers["transfer-encoding"] = "chunked"
    elif body is not None:
        headers["content-length"] = str(len(body) if isinstance(body, bytes) else body.length)
    elif call.method not in ("get", "GET", "head", "HEAD", "delete", "DELETE", "options", "OPTIONS"):
        headers["content-length"] = "0"
    headers.setdefault("accept-encoding", ACCEPTED)
    return headers


def _body(call: Call, settings: Settings) -> tuple[str | None, bytes | Segments | None]:
    if call.content is not None:
        if call.body is not None:
            raise TypeError("pass body (sent as JSON) or content (sent as it is), not both")
        source = source_of(_joined(call.content), start=None)
        body = source if isinstance(source, bytes) else Segments([source])
        return call.content_type or "application/octet-stream", body
    body = _merged(call.body, call.extra_body)
    if isinstance(call.encoding, Multipart):
        return encode_multipart(_fields(body), call.encoding, settings.form_style, _boundary(call))
    if body is None:
        return None, None
    if call.encoding == FORM:
        return "application/x-www-form-urlencoded", encode_form(_fields(body), settings.form_style)
    return call.content_type or "application/json", encode_json(body)


def _joined(content: object) -> object:
    """Bytes in place of a list of them, which can be sent again as well; anything else as it is."""
    if not isinstance(content, (list, tuple)):
        return content
    pieces = cast("list[bytes]", content)
    return b"".join(pieces) if all(map(is_bytes, pieces)) else pieces


def _merged(body: object, extra: object) -> object:
    """`extra_body` over the body: a shallow merge of two mappings, else it takes the body's place."""
    if extra is None:
        return body
    return {**body, **extra} if is_mapping(body) and is_mapping(extra) else extra


def _fields(body: object) -> Mapping[str, object]:
    if body is None:
        return {}
    if not is_mapping(body):
        raise TypeError(f"a form body is a mapping of fields, not {type(body).__name__}")
    return body


def _boundary(call: Call) -> str:
    """A new boundary, or the one the caller named in a content-type header of their own."""
    for name, value in (call.extra_headers or {}).items():
        if name.lower() == "content-type" and isinstance(value, str) and "boundary=" in value:
            boundary = value.partition("boundary=")[2].partition(";")[0].strip(' "')
            if _BOUNDARY.fullmatch(boundary):
                return boundary
            raise ValueError("the boundary in the content-type header is not usable (RFC 2046, section 5.1.1)")
    return uuid4().hex
