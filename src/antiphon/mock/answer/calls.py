"""What a behaviour is given and what it gives back: a valid request as a call, and the answer to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.service import Operation

from .turns import Turn

if TYPE_CHECKING:
    from .data import Data

__all__ = ["Answer", "Behaviour", "Call", "Event", "error_answer"]


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event. `data` is sent as JSON, a text as it is."""

    data: object
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. `body` is bytes, text, or what JSON can hold; with `events` it is not looked at."""

    status: int = 200
    body: object = None
    events: Sequence[Event] | None = None
    done: bool = False
    """Whether the stream ends with `data: [DONE]`."""
    content_type: str | None = None
    """What it is without one follows from the body: JSON, `text/plain` or `application/octet-stream`."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    empty: bool = False
    """No body at all, where None would be JSON's null."""


@dataclass(frozen=True)
class Call:
    """A valid request to an operation."""

    operation: Operation
    path: Mapping[str, JSON]
    query: Mapping[str, JSON]
    headers: Mapping[str, str]
    body: JSON | bytes
    data: Data
    """What the server knows: samples for schemas, and what was created."""
    target: str = ""
    """The path that was asked for."""
    turn: Turn | None = None
    """What the model is to say, where a test has said so."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body if it is an object, else nothing."""
        return cast("Mapping[str, Any]", self.body) if isinstance(self.body, dict) else {}

    @cached_property
    def seed(self) -> str:
        """A text that is the same for the same request to the same operation, and for no other."""
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body, sort_keys=True).encode()
        asked = json.dumps([self.operation.id, self.path, self.query], sort_keys=True).encode()
        return hashlib.sha256(asked + b"\0" + body).hexdigest()[:24]

    @property
    def streaming(self) -> bool:
        """Whether the request asks for a stream: by `stream`, or by nothing else being accepted."""
        asked = self.fields.get("stream", self.query.get("stream"))
        if isinstance(asked, bool):
            return asked
        accept = self.headers.get("accept", "")
        return "text/event-stream" in accept and "json" not in accept and "*/*" not in accept

    def sample(self, **known: object) -> dict[str, Any]:
        """An answer's object as the document describes it, with these of its properties known."""
        return self.data.sample(self, known)


Behaviour: TypeAlias = Callable[[Call], object]
"""Answers a call. What is no `Answer` is the body of one with the status the document promises."""


_KINDS: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


def error_answer(
    status: int,
    message: str,
    *,
    code: str | None = None,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An error in the shape OpenAI-style APIs give it."""
    kind = "server_error" if status >= 500 else _KINDS.get(status, "invalid_request_error")
    body: JSON = {"error": {"message": message, "type": kind, "param": parameter, "code": code}}
    return Answer(status, body, headers=headers or {})
