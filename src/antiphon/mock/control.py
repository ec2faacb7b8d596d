"""What a test in another process, or another language, can ask the server itself: `/_mock/...`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from .answer.calls import Answer, error_answer
from .answer.faults import parse_fault
from .answer.turns import BadTurn, Turn, check_headers, turn_of
from .request.examining import Incoming

__all__ = ["Control", "Scripted", "scripted_of"]

PREFIX: Final = "/_mock/"
_FIELDS: Final = ("status", "body", "headers", "fault")


@dataclass(frozen=True, slots=True)
class Scripted:
    """An answer that was put in the queue for the next request."""

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    fault: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be sent."""
        if not isinstance(self.status, int) or not 200 <= self.status <= 599:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("the status of an answer is a number from 200 to 599")
        check_headers(self.headers)
        parse_fault(self.fault)

    def answer(self) -> Answer:
        kind = next((value for name, value in self.headers.items() if name.lower() == "content-type"), None)
        rest = {name: value for name, value in self.headers.items() if name.lower() != "content-type"}
        return Answer(self.status, self.body, content_type=kind, headers=rest)


def scripted_of(entry: object) -> Scripted:
    """The answer that a status, or a mapping with the fields of a `Scripted`, stands for. Raises ValueError."""
    if isinstance(entry, int):
        return Scripted(entry)
    if not isinstance(entry, Mapping):
        raise ValueError("an answer is a status, or an object with status, body, headers and fault")
    given = cast("Mapping[str, Any]", entry)
    unknown = sorted(str(name) for name in given if name not in _FIELDS)
    status, headers, fault = given.get("status", 200), given.get("headers", {}), given.get("fault", "")
    if unknown:
        raise ValueError(f"an answer has no {unknown[0]!r}; it has {', '.join(_FIELDS)}")
    if not isinstance(headers, Mapping) or not isinstance(fault, str):
        raise ValueError("the headers of an answer are an object, its fault is a text")
    texts = {str(name): str(value) for name, value in cast("Mapping[object, object]", headers).items()}
    return Scripted(status, given.get("body", b""), texts, fault)


@dataclass(frozen=True, slots=True)
class Control:
    """Answers what is asked of the server itself, and not of the API it serves."""

    enqueue: Callable[[Iterable[Scripted]], None]
    say: Callable[[Iterable[Turn]], None]
    forget: Callable[[], None]
    received: Callable[[], Iterable[Any]]

    def answer(self, incoming: Incoming) -> Answer | None:
        """The answer; None for requests to the API."""
        if not incoming.path.startswith(PREFIX):
            return None
        match incoming.method, incoming.path.removeprefix(PREFIX):
            case "POST", "turns":
                return _queued(incoming, turn_of, self.say)
            case "POST", "answers":
                return _queued(incoming, scripted_of, self.enqueue)
            case "DELETE", "turns" | "answers":
                self.forget()
                return Answer(204, empty=True)
            case "GET", "requests":
                return Answer(200, [_shown(each) for each in self.received()])
            case _:
                there = "POST and DELETE /_mock/turns and /_mock/answers, GET /_mock/requests"
                return error_answer(404, f"the mock server has {there}", code="unknown_path")


def _queued(incoming: Incoming, read: Callable[[object], Any], keep: Callable[[Iterable[Any]], None]) -> Answer:
    try:
        given: Any = json.loads(incoming.body)
        entries = [read(each) for each in (cast("list[Any]", given) if isinstance(given, list) else [given])]
    except (BadTurn, ValueError, RecursionError) as error:
        return error_answer(400, str(error), code="invalid_script")
    keep(entries)
    return Answer(200, {"queued": len(entries)})


def _shown(received: Any) -> dict[str, Any]:
    shown = {each.name: getattr(received, each.name) for each in dataclasses.fields(received)}
    return json.loads(json.dumps(shown, default=repr))
