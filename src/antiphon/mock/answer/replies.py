"""Answers as they go over the wire: status, headers, and the body in the pieces it is sent in."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from antiphon_codegen.document import JSON

from .calls import Answer, Event, error_answer
from .faults import Ending, Fault

__all__ = ["Reply", "reply_to", "with_fault"]

_HTML: Final = (
    "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
)
_LINES: Final = ("application/jsonl", "application/x-ndjson", "application/stream+json", "application/x-jsonl")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sends."""

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[bytes, ...]
    streamed: bool = False
    """Whether the length is not told beforehand."""
    ending: Ending = "whole"
    delay: float = 0.0
    after: int | None = None


def reply_to(answer: Answer) -> Reply:
    """An answer in its bytes."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.events is not None:
        pieces = [_event_bytes(event) for event in answer.events]
        if answer.done:
            pieces.append(b"data: [DONE]\n\n")
        kind = answer.content_type or "text/event-stream"
        headers.setdefault("content-type", f"{kind}; charset=utf-8")
        headers.setdefault("cache-control", "no-cache")
        return Reply(answer.status, tuple(headers.items()), tuple(pieces), streamed=True)
    if answer.empty or answer.status in (204, 205, 304):
        return Reply(answer.status, tuple(headers.items()), ())
    listed = answer.body
    if answer.content_type in _LINES and isinstance(listed, list):
        headers.setdefault("content-type", cast(str, answer.content_type))
        lines = tuple(_json_bytes(line) + b"\n" for line in cast("list[object]", listed))
        return Reply(answer.status, tuple(headers.items()), lines, streamed=True)
    kind, data = _body_bytes(answer)
    headers.setdefault("content-type", kind)
    return Reply(answer.status, tuple(headers.items()), (data,))


def _body_bytes(answer: Answer) -> tuple[str, bytes]:
    body = answer.body
    kind = answer.content_type
    if isinstance(body, bytes):
        return kind or "application/octet-stream", bytes(body)
    if isinstance(body, str) and kind is not None and not kind.endswith("json"):
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        return kind + charset, body.encode("utf-8", "replace")
    return kind or "application/json", _json_bytes(body)


def _json_bytes(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can only hold escaped
        return json.dumps(value, separators=(",", ":")).encode()


def _event_bytes(event: Event) -> bytes:
    name = b"" if event.name is None else b"event: " + _line(event.name).encode("utf-8", "replace") + b"\n"
    text = event.data.encode("utf-8", "replace") if isinstance(event.data, str) else _json_bytes(event.data)
    lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return name + b"".join(b"data: " + line + b"\n" for line in lines) + b"\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def with_fault(answer: Answer, fault: Fault) -> Reply:
    """The reply to an answer that a fault befalls."""
    status = fault.status
    if fault.page == "html":
        answer = Answer(status or 200, _HTML, content_type="text/html")
    elif fault.page == "empty":
        reply = reply_to(Answer(status or answer.status, b"", content_type="application/json"))
        return _befallen(reply, fault)
    elif fault.page == "error-in-200":
        answer = _with_error_inside(answer)
    elif status is not None and status != answer.status:
        answer = _asked_for(status, answer)
    return _befallen(reply_to(answer), fault)


def _befallen(reply: Reply, fault: Fault) -> Reply:
    headers = (*reply.headers, *fault.headers.items())
    return replace(reply, headers=headers, ending=fault.ending, delay=fault.delay, after=fault.after)


_BROKEN: Final = "The server had an error while processing your request."


def _with_error_inside(answer: Answer) -> Answer:
    """An error under a status that says all is well, in a stream in the middle of it."""
    error: JSON = {"error": {"message": _BROKEN, "type": "server_error", "param": None, "code": "server_error"}}
    if answer.events is None:
        return Answer(200, error)
    half = answer.events[: len(answer.events) // 2]
    return replace(answer, events=(*half, Event(error)), done=False)


def _asked_for(status: int, answer: Answer) -> Answer:
    if status < 400:
        return replace(answer, status=status, empty=status in (204, 205, 304))
    message = _MESSAGES.get(status, f"Status {status}, as the fault asked for.")
    return error_answer(status, message, code=_CODES.get(status))


_MESSAGES: Final = {
    401: "Incorrect API key provided.",
    403: "You are not allowed to do this.",
    404: "There is no such thing.",
    409: "Another request is changing the same thing.",
    422: "The request makes no sense.",
    429: "Rate limit reached; try again later.",
    500: _BROKEN,
    503: "The server is overloaded; try again later.",
}
_CODES: Final = {401: "invalid_api_key", 404: "not_found", 429: "rate_limit_exceeded", 503: "overloaded"}
