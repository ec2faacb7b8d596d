"""The exceptions a caller sees, and how a refusing response becomes one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from .kinds import is_mapping

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ConflictError",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "SDKError",
    "UnprocessableEntityError",
    "error_class",
    "error_detail",
    "excerpt",
    "status_error",
]

_SHOWN: Final = 300
_UNSEEN: Final = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
)
"""Characters that do something to a terminal instead of being shown: controls, and turns of the writing direction."""


@runtime_checkable
class RequestLike(Protocol):
    """What an error says of its request: our own record, or `httpx.Request`."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> Any: ...
    @property
    def headers(self) -> Any: ...


class ResponseLike(Protocol):
    """What an error needs of a response: our own record, or `httpx.Response`."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Any: ...
    @property
    def request(self) -> Any: ...


@runtime_checkable
class _Discreet(Protocol):
    """A request that knows what must not be shown."""

    def without_secrets(self, text: str) -> str: ...


class SDKError(Exception):
    """The base of everything this SDK raises on purpose."""

    def __init__(self, *args: object) -> None:
        Exception.__init__(self, *args)  # not the next class's: some errors are also of a kind with other arguments

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with keyword-only arguments cannot be rebuilt from `args`, as pickle and copy would try.
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(cls: type[SDKError], args: tuple[object, ...], state: dict[str, object]) -> SDKError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ClientClosedError(SDKError, RuntimeError):
    """The client was closed before this call."""

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or "this client is closed: create a new one, or keep it open until the last call is done"
        )


class APIError(SDKError):
    """A request that did not bring what it promised.

    `body` is the error object of the answer where there is one, else the answer's data or text; `code`, `param` and
    `type` are read from it.
    """

    message: str
    request: Any
    body: object | None
    code: str | None
    param: str | None
    type: str | None

    def __init__(self, message: str, request: RequestLike | None, *, body: object | None) -> None:
        if isinstance(request, _Discreet):
            message = request.without_secrets(message)
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body
        detail: Mapping[str, Any] = body if is_mapping(body) else {}
        code = detail.get("code")
        self.code = None if code is None else str(code)  # some servers repeat the status, a number
        self.param = detail.get("param")
        self.type = detail.get("type")


class APIConnectionError(APIError):
    """No usable answer arrived; the transport's own error is the `__cause__`."""

    def __init__(self, *, message: str = "Connection error.", request: RequestLike | None) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """A phase of the request took longer than its timeout."""

    def __init__(self, request: RequestLike | None, *, message: str = "Request timed out.") -> None:
        super().__init__(message=message, request=request)


class APIResponseValidationError(APIError):
    """An answer with a good status that is not what was promised: not JSON, empty, an error object, another kind."""

    response: Any
    status_code: int
    request_id: str | None

    def __init__(self, response: ResponseLike, body: object | None, *, message: str | None = None) -> None:
        super().__init__(message or "Data returned by API invalid for expected schema.", response.request, body=body)
        self.response = response
        self.status_code = response.status_code
        self.request_id = response.headers.get("x-request-id")


class APIStatusError(APIError):
    """An answer with a status of 4xx or 5xx (or an unfollowed 3xx)."""

    response: Any
    status_code: int
    request_id: str | None

    def __init__(self, message: str, *, response: ResponseLike, body: object | None) -> None:
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code = response.status_code
        self.request_id = response.headers.get("x-request-id")


class BadRequestError(APIStatusError):
    """400: the request is malformed or asks for something the API does not offer."""

    status: ClassVar[int] = 400


class AuthenticationError(APIStatusError):
    """401: the credentials are missing or wrong."""

    status: ClassVar[int] = 401


class PermissionDeniedError(APIStatusError):
    """403: the credentials do not allow this."""

    status: ClassVar[int] = 403


class NotFoundError(APIStatusError):
    """404: there is no such thing, or not for these credentials."""

    status: ClassVar[int] = 404


class ConflictError(APIStatusError):
    """409: the resource was changed or locked by another request."""

    status: ClassVar[int] = 409


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed, but its contents cannot be used."""

    status: ClassVar[int] = 422


class RateLimitError(APIStatusError):
    """429: too many requests, or the quota is used up."""

    status: ClassVar[int] = 429


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    cls.status: cls
    for cls in (
        BadRequestError,
        AuthenticationError,
        PermissionDeniedError,
        NotFoundError,
        ConflictError,
        UnprocessableEntityError,
        RateLimitError,
    )
}


def status_error(response: ResponseLike, data: object | None, text: str) -> APIStatusError:
    """The error for a refusing response; `data` is its parsed JSON, or None when `text` is something else."""
    status = response.status_code
    body, said = error_detail(data)
    if data is None:
        body, said = text or None, excerpt(text)
    message = f"Error code: {status}" + (f" - {said}" if said else "")
    notes = [f"{key}: {value}" for key in ("code", "type", "param") if (value := _scalar(body, key)) is not None]
    if request_id := response.headers.get("x-request-id"):
        notes.append(f"request id: {request_id}")
    if notes:
        message += f" ({', '.join(notes)})"
    return error_class(status)(message, response=response, body=body)


def error_class(status: int) -> type[APIStatusError]:
    """The class of the errors for a status."""
    return _BY_STATUS.get(status) or (InternalServerError if status >= 500 else APIStatusError)


def error_detail(data: object | None) -> tuple[object | None, str]:
    """The error object inside `{"error": ...}` (or the data itself) and what it says in words."""
    detail: object = (data.get("error") or data) if is_mapping(data) else data
    if is_mapping(detail):
        for key in ("message", "detail", "error_description", "msg", "title"):
            said = detail.get(key)
            if isinstance(said, str) and said:
                return detail, excerpt(said, 2000)
        return detail, excerpt(repr(dict(detail)))
    if isinstance(detail, str):
        return detail, excerpt(detail, 2000)
    return detail, excerpt(repr(detail)) if detail is not None else ""


def _scalar(body: object, key: str) -> object:
    value = body.get(key) if is_mapping(body) else None
    return excerpt(str(value), 100) if isinstance(value, (str, int)) else None


def excerpt(text: str, limit: int = _SHOWN) -> str:
    """The start of a text on one line, fit for an error message and for a terminal."""
    start = text.lstrip()[: limit * 2]
    short = " ".join(start.split()).translate(_UNSEEN)
    return short if len(short) <= limit else f"{short[:limit]}… ({len(text)} characters)"
