"""A request held against the document: the operation it is for and its values, or the refusal it gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.checking import Checker, Violation
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.service import Operation, Service
from antiphon_codegen.samples.shapes import Shapes

from .bodies import BadBody, choose_media, read_body
from .forms import BadForm, Fields, urlencoded_fields
from .parameters import Found, read_parameters
from .reading import TextReader
from .routes import Routes
from .security import missing_credentials

__all__ = ["Examiner", "Incoming", "Problem", "Refusal", "Seen"]

_MOST_UNKNOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came."""

    method: str
    path: str
    """Still percent-encoded, without the query."""
    query: str = ""
    headers: Sequence[tuple[str, str]] = ()
    """Names in lower case."""
    body: bytes = b""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Problem:
    """A violation, with the place of the request it is in."""

    place: str
    """`body.messages[0].role`, `query.limit`, `path.file_id`, `header.x-version`."""
    message: str
    code: str

    def __str__(self) -> str:
        return f"{self.place} {self.message}" if self.place else self.message

    @property
    def parameter(self) -> str | None:
        """The place as errors name it, without `body` and `query`."""
        _, _, rest = self.place.partition(".")
        return rest or None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    problems: tuple[Problem, ...]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Seen:
    """What a request turned out to be. Without a refusal it is valid."""

    operation: Operation | None = None
    path: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    query: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    headers: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    body: JSON | bytes = None
    refusal: Refusal | None = None
    remarks: tuple[Problem, ...] = ()
    """What is not in the document but not forbidden either."""


class Examiner:
    """Examines requests to one service; not for several threads at a time."""

    def __init__(self, service: Service, shapes: Shapes, *, strict: bool) -> None:
        self._routes = Routes(service)
        self._shapes = shapes
        self._strict = strict
        self._checker = Checker(service.schemas, "request")
        self._reader = TextReader(shapes, self._checker)

    def examine(self, incoming: Incoming) -> Seen:
        """What a request is. Where several operations share path and method, the first one it is valid for."""
        self._checker.renew()
        try:
            query = urlencoded_fields(incoming.query)
        except BadForm as error:
            return Seen(refusal=Refusal(400, (Problem("query", str(error), "invalid_query"),)))
        candidates, missed = self._routes.find(incoming.method, incoming.path, query)
        if missed is not None:
            return Seen(refusal=_not_there(incoming, missed.methods, missed.near))
        first: Seen | None = None
        for operation, values in candidates[:20]:
            seen = self._examined(operation, values, query, incoming)
            if seen.refusal is None:
                return seen
            first = first or seen
        return first or Seen(refusal=_not_there(incoming, (), ()))

    def _examined(self, operation: Operation, path: Mapping[str, str], query: Fields, incoming: Incoming) -> Seen:
        seen = Seen(operation)
        wanted = missing_credentials(operation, dict(incoming.headers), query)
        if wanted is not None:
            message = f"no credentials were sent: {incoming.method} {operation.path} needs {wanted}"
            seen.refusal = Refusal(401, (Problem("", message, "missing_credentials"),), {"www-authenticate": "Bearer"})
        found = read_parameters(operation, path, query, incoming.headers, self._reader, self._shapes)
        seen.path, seen.query, seen.headers = found.of("path"), found.of("query"), found.of("header")
        problems = list(self._parameter_problems(found))
        keys = {each.parameter for schemes in operation.security for each in schemes if each.place == "query"}
        remarks = [
            Problem(f"query.{name}", "is an unknown query parameter", "unknown_parameter")
            for name in found.unknown[:_MOST_UNKNOWN]
            if name not in keys
        ]
        refusal = self._read(operation, incoming, seen, problems, remarks)
        if self._strict:
            problems.extend(remarks)
        seen.remarks = tuple(remarks)
        if seen.refusal is None:
            seen.refusal = refusal or (Refusal(400, tuple(problems)) if problems else None)
        return seen

    def _parameter_problems(self, found: Found) -> Iterator[Problem]:
        for parameter in found.missing:
            yield Problem(f"{parameter.place}.{parameter.name}", "is required", "missing_required_parameter")
        for (place, name), value in found.values.items():
            for violation in self._checker.violations(value, found.schemas[place, name]):
                yield _problem(f"{place}.{name}", violation)

    def _read(
        self, operation: Operation, incoming: Incoming, seen: Seen, problems: list[Problem], remarks: list[Problem]
    ) -> Refusal | None:
        """Reads and checks the body."""
        offered = operation.body
        if not offered:
            return None
        if not incoming.body:
            if operation.body_required:
                problems.append(Problem("body", "is required", "missing_required_parameter"))
            return None
        content_type = incoming.header("content-type")
        kind = content_type.partition(";")[0].strip().lower()
        media = choose_media(offered, kind or offered[0].type)
        if media is None:
            allowed = ", ".join(each.type for each in offered)
            said = f"has the content type {kind[:100]!r}" if kind else "has no content type"
            problem = Problem("body", f"{said}; {operation.id} takes {allowed}", "unsupported_media_type")
            return Refusal(415, (problem,), {"accept-post": allowed})
        try:
            body = read_body(incoming.body, kind or media.type, content_type, media, self._reader)
        except BadBody as error:
            return Refusal(400, (Problem("", str(error), error.code),))
        seen.body = body.value
        if media.schema is not None and body.checked:
            problems.extend(_problem("body", each) for each in self._checker.violations(body.value, media.schema))
            if self._strict and not problems:
                remarks.extend(self._unknown(cast(JSON, body.value), media.schema, "body", 0))
        return None

    def _unknown(self, value: JSON, schema: Schema, place: str, depth: int) -> Iterator[Problem]:
        """Properties that the document does not know, where it does not forbid them either."""
        shape = self._shapes.of(schema)
        if depth > 12:
            return
        if isinstance(value, list) and shape.items is not None:
            for index, each in enumerate(value[:50]):
                yield from self._unknown(each, shape.items, f"{place}[{index}]", depth + 1)
        elif isinstance(value, dict):
            known = self._shapes.properties(schema)
            free = not known or shape.additional not in (None, False) or "patternProperties" in shape.facts
            for name, each in value.items():
                if name in known:
                    yield from self._unknown(each, known[name], f"{place}.{name}", depth + 1)
                elif not free:
                    yield Problem(f"{place}.{name}", "is an unknown property", "unknown_parameter")


def _not_there(incoming: Incoming, methods: Sequence[str], near: Sequence[str]) -> Refusal:
    path = incoming.path[:200]
    if methods:
        allowed = ", ".join(sorted(methods))
        message = f"{path} has no method {incoming.method[:30]}; it has {allowed}"
        return Refusal(405, (Problem("", message, "method_not_allowed"),), {"allow": allowed})
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return Refusal(404, (Problem("", f"the document has no path {path}{hint}", "unknown_path"),))


_CODES: Final[Mapping[str, str]] = {
    "required": "missing_required_parameter",
    "additionalProperties": "unknown_parameter",
    "type": "invalid_type",
}


def _problem(start: str, violation: Violation) -> Problem:
    place = start + "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in violation.path)
    return Problem(place, violation.message, _CODES.get(violation.rule, "invalid_value"))
