"""Responses: what a transport reports of one, what a caller sees of it, and how its body becomes the promised value."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar, cast, get_args
from weakref import ref

import pydantic

from .errors import APIResponseValidationError, APIStatusError, SDKError, error_detail, excerpt, status_error
from .headers import Headers
from .models import set_request_id
from .reading import Drift, Malformed, json_kind, parse_json, reader_for
from .request import AtHand, SentRequest
from .text import LineDecoder, Resizer
from .urls import URL

__all__ = [
    "BODILESS",
    "HTTPResponse",
    "Head",
    "ResponseNotJSON",
    "ResponseNotRead",
    "TextInJSON",
    "has_body",
    "parsed",
    "refusal",
    "refusal_data",
]

T = TypeVar("T")

TextInJSON: Final = cast("type[str]", Annotated[str, "in JSON"])
"""To be read as: a body that is a string in JSON. `str` itself is the text of the body, whatever that is."""

_BOM: Final = b"\xef\xbb\xbf"
_MAY_BE_EMPTY: Final = frozenset({202, 204, 205})

BODILESS: Final = frozenset({204, 304})
"""No body follows these, whatever the fields say of one (RFC 9110, section 6.4.1)."""


class ResponseNotRead(SDKError, RuntimeError):
    """The body was asked for before it was read."""


class ResponseNotJSON(APIResponseValidationError, json.JSONDecodeError):
    """The body was asked for as JSON and is none."""

    def __init__(self, response: HTTPResponse, error: Exception) -> None:
        text = response.text
        found = error if isinstance(error, json.JSONDecodeError) else json.JSONDecodeError(str(error), text, 0)
        what = f"{_what_answered(response)} a body that is not JSON ({found.msg}): {excerpt(text)}"
        APIResponseValidationError.__init__(self, response, text[:2000], message=what)
        self.msg, self.doc, self.pos = found.msg, text, found.pos
        self.lineno, self.colno = found.lineno, found.colno


class Head:
    """Status line and header fields of a response; `headers` looks names up in any case."""

    __slots__ = ("headers", "http_version", "status")

    def __init__(self, status: int, headers: Mapping[str, str], http_version: str = "HTTP/1.1") -> None:
        self.status = status
        self.headers = headers
        self.http_version = http_version


def has_body(method: str, head: Head) -> bool:
    """Whether something may follow the head of the answer to such a request."""
    return method != "HEAD" and head.status not in BODILESS and head.headers.get("content-length") != "0"


class HTTPResponse:
    """An HTTP response as it came, with the attributes users know from HTTP libraries.

    `content` is there once the body was read. It can be pickled; values of secret request headers are left out then.
    """

    __slots__ = ("_content", "_head", "_headers", "_opened", "elapsed", "is_closed", "request", "retries_taken")

    def __init__(
        self,
        head: Head,
        request: SentRequest,
        content: bytes | None,
        *,
        elapsed: timedelta = timedelta(0),
        retries_taken: int = 0,
    ) -> None:
        self._head = head
        self._headers: Headers | None = None
        self.request = request
        self.elapsed = elapsed
        self.retries_taken = retries_taken
        self._content = content
        self._opened: Callable[[], Any] | None = None
        self.is_closed = content is not None
        """Whether the connection was given back."""

    @property
    def status_code(self) -> int:
        return self._head.status

    @property
    def http_version(self) -> str:
        return self._head.http_version

    @property
    def headers(self) -> Headers:
        if self._headers is None:
            found = self._head.headers
            self._headers = found if isinstance(found, Headers) else Headers(found)
        return self._headers

    @property
    def content(self) -> bytes:
        """The body, decoded from its content coding. Raises `ResponseNotRead` while it was not read."""
        if self._content is None:
            raise ResponseNotRead("the body of this response was not read; call read() on the response first")
        return self._content

    @content.setter
    def content(self, content: bytes) -> None:
        self._content = content

    @property
    def is_read(self) -> bool:
        return self._content is not None

    @property
    def url(self) -> URL:
        return self.request.url

    @property
    def reason_phrase(self) -> str:
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def charset_encoding(self) -> str | None:
        """The charset that the content type names."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip(" \t\"'").lower()
        return None

    @property
    def encoding(self) -> str:
        """The charset of the content type, UTF-8 without a usable one."""
        charset = self.charset_encoding
        return charset if charset is not None and _can_decode(charset) else "utf-8"

    @property
    def text(self) -> str:
        """The body as text, with U+FFFD for what cannot be decoded."""
        return self.content.decode(self.encoding, "replace")

    def json(self) -> Any:
        """The body parsed as JSON, whatever its content type says.

        Raises `ResponseNotJSON`, which is an `APIError` and a `json.JSONDecodeError`.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise ResponseNotJSON(self, error) from None

    def read(self) -> bytes:
        return self.content

    def aread(self) -> Awaitable[bytes]:
        """The same, for code that awaits it."""
        return AtHand(self.content)

    def comes_from(self, opened: object) -> None:
        """What closes the connection of a body that is still to be read. It is not held: dropped, it closes itself."""
        self._opened = ref(opened)

    def close(self) -> None:
        """Close the connection of a body that was not read to its end, as `close()` of its stream does.

        Raises TypeError for a response of an async client, which is closed by `await response.aclose()`.
        """
        closing = self._closing()
        if isinstance(closing, Coroutine):
            cast("Coroutine[Any, Any, None]", closing).close()
            raise TypeError("this response is one of an async client; close it with `await response.aclose()`")

    def aclose(self) -> Awaitable[None]:
        """Close the connection of a body that was not read to its end, when it is awaited."""
        closing = self._closing()
        return cast("Coroutine[Any, Any, None]", closing) if isinstance(closing, Coroutine) else AtHand(None)

    def _closing(self) -> object:
        opened = self._opened() if self._opened is not None else None
        return None if opened is None else opened.close()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body that was read, in one piece or in pieces of `chunk_size` bytes."""
        content = self.content
        if chunk_size is None:
            return iter([content] if content else [])
        resizer = Resizer(chunk_size)
        return filter(None, (*resizer.feed(content), resizer.finish()))

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body that was read as text, in one piece or in pieces of `chunk_size` characters."""
        text = self.text
        size = chunk_size or len(text) or 1
        return (text[start : start + size] for start in range(0, len(text), size))

    def iter_lines(self) -> Iterator[str]:
        """The lines of the body that was read, without their ends."""
        decoder = LineDecoder()
        return iter([*decoder.feed(self.text), *decoder.finish()])

    def raise_for_status(self) -> HTTPResponse:
        """This response, or the `APIStatusError` for a status that is no success."""
        if not self.is_success:
            raise refusal(self)
        return self

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that the response sets, without their attributes."""
        pairs = [field.partition(";")[0].partition("=") for field in self.headers.get_list("set-cookie")]
        return {name.strip(): value.strip() for name, mark, value in pairs if mark and name.strip()}

    @property
    def history(self) -> list[HTTPResponse]:
        """Always empty: of a redirect nothing is kept but where it led, which is `url`."""
        return []

    @property
    def is_informational(self) -> bool:
        return self.status_code < 200

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status_code < 400

    @property
    def has_redirect_location(self) -> bool:
        return self.status_code in (301, 302, 303, 307, 308) and "location" in self.headers

    @property
    def is_client_error(self) -> bool:
        return 400 <= self.status_code < 500

    @property
    def is_server_error(self) -> bool:
        return self.status_code >= 500

    @property
    def is_error(self) -> bool:
        return self.status_code >= 400

    def __reduce__(self) -> tuple[Any, ...]:
        times = (self.elapsed, self.retries_taken)
        return _restored, (self.status_code, self.headers, self.http_version, self.request, self._content, *times)

    def __repr__(self) -> str:
        return f"<Response [{self.status_code} {self.reason_phrase}]>"


def _restored(
    status: int,
    headers: Headers,
    http_version: str,
    request: SentRequest,
    content: bytes | None,
    elapsed: timedelta,
    retries_taken: int,
) -> HTTPResponse:
    head = Head(status, headers, http_version)
    return HTTPResponse(head, request, content, elapsed=elapsed, retries_taken=retries_taken)


def _can_decode(charset: str) -> bool:
    """Whether text in this charset can be decoded with replacement, in one go and piece by piece."""
    try:
        codecs.getincrementaldecoder(charset)("replace")
        # Some codecs are no charsets (`hex`), others know no replacement (`idna`) or are Python's own
        # (`unicode_escape`).
        return "escape" not in charset and bool(b"a".decode(charset, "replace"))
    except (LookupError, ValueError, TypeError):
        return False


def refusal(response: HTTPResponse) -> APIStatusError:
    """The error for a response whose status says that the request failed; its body was read as far as possible."""
    data = refusal_data(response)
    return status_error(response, data, response.text if data is None and response.is_read else "")


def refusal_data(response: HTTPResponse) -> object | None:
    """What such a response says, where it is JSON."""
    try:
        return parse_json(response.content) if response.is_read and response.content else None
    except Malformed:
        return None


def parsed(target: type[T], response: HTTPResponse, *, strict: bool = False) -> T:
    """The body of a successful response as a `target`.

    A model, or any type pydantic knows; `str` and `bytes` give the body itself, `HTTPResponse` the response. None
    for a 202, 204 or 205 without a body, and for any answer without one where the target is a union with None.
    Raises `APIResponseValidationError` for a body that is not what was promised; with `strict` also for one that
    departs from its declared type in any way.
    """
    content = response.content
    cast_to: Any = target
    if cast_to is None or cast_to is type(None):
        return cast(T, None)
    if cast_to is str:
        return cast(T, response.text)
    if cast_to is bytes:
        return cast(T, content)
    if cast_to is HTTPResponse:
        return cast(T, response)
    if _is_library_response(cast_to):
        return _library_response(cast_to, response)
    if not content.strip():
        if response.status_code in _MAY_BE_EMPTY or _may_be_none(cast_to):
            return cast(T, None)
        raise _invalid(response, None, "an empty body")
    if cast_to is bool or cast_to is int or cast_to is float:
        return _scalar(cast_to, response)
    value = _read(target, response, content, strict)
    if b'"error"' in content and isinstance(value, pydantic.BaseModel) and _is_error(value):
        raise _error_in(response, content)
    set_request_id(value, response.headers.get("x-request-id"))
    return value


def _may_be_none(target: Any) -> bool:
    """Whether None is one of the alternatives of a union, also of one that has a name (`TypeAliasType`)."""
    return type(None) in get_args(target) or (hasattr(target, "__value__") and reader_for(target).takes_none)


def _read(target: type[T], response: HTTPResponse, content: bytes, strict: bool) -> T:
    reader = reader_for(target)
    content = content.removeprefix(_BOM)
    try:
        if not strict:
            return reader.read(content)
        try:
            return reader.read_exact(content)
        except ValueError as error:  # pydantic.ValidationError is one
            loose: object = reader.read(content)
            if isinstance(loose, pydantic.BaseModel) and _is_error(loose):
                raise _error_in(response, content) from None
            message = (
                f"{_what_answered(response)} JSON that does not fit its declared type: {excerpt(str(error), 2000)}"
            )
            raise APIResponseValidationError(response, parse_json(content), message=message) from error
    except Malformed as error:
        kind = response.headers.get("content-type", "no content type")
        raise _invalid(response, response.text[:2000], f"a body that is not JSON ({error}; {kind})") from None
    except Drift:
        data = parse_json(content)
        body, _said = error_detail(data)
        raise _invalid(response, body, f"a JSON {json_kind(data)} where another kind was promised") from None


def _is_error(value: pydantic.BaseModel) -> bool:
    """Whether the body was an error object in place of the promised one.

    Where a type declares an `error` of its own (a failed job, say), one required field besides it is enough to take
    the body for what was promised; where it does not, all of them must be there.
    """
    fields = type(value).__pydantic_fields__  # `model_fields` builds the class, and only names are wanted
    required = {name for name, field in fields.items() if field.is_required() and name != "error"}
    if "error" in fields:
        return bool(getattr(value, "error", None)) and required.isdisjoint(value.model_fields_set)
    if not (value.model_extra or {}).get("error"):
        return False
    return not required or not required <= value.model_fields_set


def _error_in(response: HTTPResponse, content: bytes) -> APIResponseValidationError:
    body, said = error_detail(parse_json(content.removeprefix(_BOM)))
    return APIResponseValidationError(response, body, message=f"{_what_answered(response)} an error: {said}")


def _is_library_response(target: Any) -> bool:
    return getattr(target, "__name__", "") == "Response" and _library(target).startswith("httpx")


def _library(target: Any) -> str:
    return str(getattr(target, "__module__", "")).partition(".")[0]


def _library_response(target: Any, response: HTTPResponse) -> Any:
    """The response as the class of the HTTP library that the caller named, which is therefore imported."""
    library = sys.modules[_library(target)]
    sent = response.request
    request: Any = library.Request(sent.method, str(sent.url), headers=dict(sent.headers), content=sent.content)
    headers = [pair for pair in response.headers.multi_items() if pair[0] not in ("content-encoding", "content-length")]
    return target(response.status_code, headers=headers, content=response.content, request=request)


def _scalar(target: Any, response: HTTPResponse) -> Any:
    text = response.text.strip()
    if target is bool:
        return text.lower() == "true"
    try:
        return target(text)
    except ValueError:
        raise _invalid(response, text[:2000], f"a body that is no {target.__name__}") from None


def _invalid(response: HTTPResponse, body: object, what: str) -> APIResponseValidationError:
    message = f"{_what_answered(response)} {what}"
    shown = excerpt(response.text)
    if shown:
        message += f": {shown}"
    return APIResponseValidationError(response, body, message=message)


def _what_answered(response: HTTPResponse) -> str:
    request_id = response.headers.get("x-request-id")
    source = f"{response.request.method} {response.url.path}"
    if request_id:
        source += f" (request id: {request_id})"
    return f"{source} answered {response.status_code} with"
