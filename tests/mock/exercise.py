"""Makes a request for every operation of a document, and judges the answers by the jsonschema package alone.

The judge shares nothing with the server: it rewrites the whole document to 2020-12 in its own, simple way, and lets the
package follow the references itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from antiphon.mock.answer.replies import Reply
from antiphon.mock.engine import Engine
from antiphon.mock.request.examining import Incoming
from antiphon_codegen.document import JSON, load
from antiphon_codegen.problems import Problems
from antiphon_codegen.samples.checking import Checker
from antiphon_codegen.samples.sampler import Sampler
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.service import Media, Operation, Parameter, Service, read_service
from antiphon_codegen.samples.shapes import Shapes

__all__ = ["Judge", "Outcome", "engine_for", "exercise"]


@dataclass(frozen=True)
class Outcome:
    """How one operation did: `fault` is None when it was answered with valid data."""

    operation: str
    fault: str | None


def engine_for(path: Path, **options: Any) -> Engine:
    return Engine(read_service(path), **options)


def exercise(path: Path, engine: Engine | None = None) -> Iterator[Outcome]:
    """One request for every operation."""
    engine = engine or engine_for(path)
    judge = Judge(path)
    maker = _Maker(engine.service)
    for operation in engine.service.operations:
        incoming = maker.request(operation)
        reply = engine.respond(incoming)
        # Some documents tell operations apart by what is not sent (`/files/{id}#copy`): another one may have answered.
        answered = engine.service.by_id[engine.received[-1].operation or operation.id]
        if reply.status >= 400:
            yield Outcome(operation.id, f"{reply.status} {b''.join(reply.pieces).decode()[:300]}")
        else:
            yield Outcome(operation.id, judge.fault(answered, reply))


class _Maker:
    """Makes valid requests."""

    def __init__(self, service: Service) -> None:
        self._service = service
        shapes = Shapes(service.schemas)
        self._shapes = shapes
        self._sampler = Sampler(service.schemas, shapes, Checker(service.schemas, "request"))

    def request(self, operation: Operation) -> Incoming:
        path = operation.path
        query = [(name, value or "1") for name, _, value in (each.partition("=") for each in operation.fixed_query)]
        headers = [("accept", "*/*")]
        for parameter in operation.parameters:
            if not parameter.required:
                continue
            value = self._sampler.value(parameter.schema, operation.id)
            if parameter.place == "path":
                path = path.replace("{" + parameter.name + "}", _in_path(parameter, value))
            elif parameter.place == "query":
                if parameter.as_json:
                    query.append((parameter.name, json.dumps(value)))
                elif isinstance(value, dict):
                    query += [(f"{parameter.name}[{name}]", _text(each)) for name, each in value.items()]
                elif isinstance(value, list) and parameter.explode:
                    query += [(parameter.name, _text(each)) for each in value]
                elif isinstance(value, list):
                    query.append((parameter.name, ",".join(map(_text, value))))
                else:
                    query.append((parameter.name, _text(value)))
            elif parameter.place == "header":
                headers.append((parameter.name.lower(), _text(value)))
            else:
                headers.append(("cookie", f"{parameter.name}={_text(value)}"))
        for scheme in operation.security[0] if operation.security else ():
            if scheme.kind == "apiKey" and scheme.place == "query":
                query.append((scheme.parameter, "secret"))
            elif scheme.kind == "apiKey" and scheme.place == "header":
                headers.append((scheme.parameter.lower(), "secret"))
            else:
                headers.append(("authorization", "Basic c2VjcmV0" if scheme.scheme == "basic" else "Bearer secret"))
        body = b""
        if operation.body:
            media = next((each for each in operation.body if each.type.endswith("json")), operation.body[0])
            kind, body = self._body(media, operation.id)
            headers.append(("content-type", kind))
        base = operation.base_paths[-1]
        return Incoming(operation.verb, base + path, urlencode(query), tuple(headers), body)

    def _body(self, media: Media, seed: str) -> tuple[str, bytes]:
        schema: Schema = True if media.schema is None else media.schema
        value = self._sampler.value(schema, seed)
        if media.type == "application/x-www-form-urlencoded":
            return media.type, urlencode(list(_flat(value))).encode()
        if media.type == "multipart/form-data":
            return f"{media.type}; boundary=XX", self._multipart(value, schema)
        if media.type.endswith("json"):
            return media.type, json.dumps(value).encode()
        return media.type.replace("*/*", "application/octet-stream"), b"content"

    def _multipart(self, value: JSON, schema: Schema) -> bytes:
        files = {name for name, part in self._shapes.properties(schema).items() if "binary" in json.dumps(part)}
        out = b""
        for name, text in _flat(value):
            extra = '; filename="a.txt"' if name.partition("[")[0] in files else ""
            out += f'--XX\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n{text}\r\n'.encode()
        return out + b"--XX--\r\n"


def _in_path(parameter: Parameter, value: JSON) -> str:
    """A value as RFC 6570 expands it in the style of a path parameter."""
    exploded = parameter.explode
    start, separator = {"label": (".", "." if exploded else ","), "matrix": (";", ";" if exploded else ",")}.get(
        parameter.style, ("", ",")
    )
    named = f"{quote(parameter.name, safe='')}=" if parameter.style == "matrix" else ""
    if isinstance(value, dict):
        entries = [(quote(name, safe=""), quote(_text(each), safe="")) for name, each in value.items()]
        if exploded:
            return start + separator.join(f"{name}={text}" for name, text in entries)
        return start + named + ",".join(",".join(entry) for entry in entries)
    if isinstance(value, list):
        texts = [quote(_text(each), safe="") for each in value]
        return start + (separator.join(named + text for text in texts) if exploded else named + ",".join(texts))
    return start + named + (quote(_text(value), safe="") or "x")


def _text(value: JSON) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _flat(value: JSON, prefix: str = "") -> Iterator[tuple[str, str]]:
    if value in ({}, []) and prefix:
        yield prefix, json.dumps(value)  # forms have no other way to write something empty
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _flat(each, f"{prefix}[{name}]" if prefix else name)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _flat(each, f"{prefix}[{index if isinstance(each, (dict, list)) else ''}]")
    else:
        yield prefix, _text(value)


class Judge:
    """Says what is wrong with an answer."""

    def __init__(self, path: Path) -> None:
        self._root = _modern(load(path, Problems()).root)
        resource = Resource.from_contents(self._root, default_specification=DRAFT202012)
        self._registry: Any = cast(Any, Registry)().with_resource("doc:", resource)
        self._validators: dict[str, Any] = {}

    def fault(self, operation: Operation, reply: Reply) -> str | None:
        pointer, responses = self._responses(operation)
        status = str(reply.status)
        key = next((each for each in (status, status[0] + "XX", "default") if each in responses), None)
        if key is None:
            good = any(each.startswith("2") for each in responses)
            return f"the document has no status {status}" if good or reply.status != 200 else None
        pointer, response = self._followed(f"{pointer}/{key}", responses[key])
        content = cast("dict[str, Any]", response.get("content") or {})
        body = b"".join(reply.pieces)
        if not content:
            return f"a body where the document has none: {body[:60]!r}" if body else None
        kind = dict(reply.headers)["content-type"].partition(";")[0]
        named = next((each for each in content if each.partition(";")[0].strip().lower() == kind), None)
        if named is None and list(content) == ["application/octet-stream"]:
            return None  # bytes of any kind, of which an answer may say more
        if named is None:
            return f"the document has no content type {kind}"
        if "schema" not in content[named]:
            return None
        place = f"doc:#{pointer}/content/{_escaped(named)}/schema"
        for forms in _values(kind, body, reply):
            faults = [self.judged(place, value) for value in forms]
            if None not in faults:
                return faults[0]
        return None

    def judged(self, place: str, value: Any) -> str | None:
        """What is wrong with a value by the schema at a place."""
        validator = self._validators.get(place)
        if validator is None:
            validator = cast(Any, Draft202012Validator)({"$ref": place}, registry=self._registry)
            self._validators[place] = validator
        error = next(validator.iter_errors(value), None)
        return None if error is None else f"{error.json_path}: {error.message}"[:300]

    def _responses(self, operation: Operation) -> tuple[str, Mapping[str, Any]]:
        for path, item in cast("dict[str, Any]", self._root["paths"]).items():
            found = cast("dict[str, Any]", item).get(operation.verb.lower())
            if found is not None and operation.id in (found.get("operationId"), f"{operation.verb} {path}"):
                return f"/paths/{_escaped(path)}/{operation.verb.lower()}/responses", found.get("responses") or {}
        raise AssertionError(operation.id)

    def _followed(self, pointer: str, node: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        while "$ref" in node:
            pointer = node["$ref"].removeprefix("#")
            found: Any = self._root
            for step in pointer.split("/")[1:]:
                found = found[step.replace("~1", "/").replace("~0", "~")]
            node = found
        return pointer, node


def _values(kind: str, body: bytes, reply: Reply) -> list[list[Any]]:
    """The values of a body, each in the forms in which a document may describe it."""
    if kind == "text/event-stream":
        return [_event(piece) for piece in reply.pieces if piece != b"data: [DONE]\n\n"]
    if len(reply.pieces) > 1:
        return [[json.loads(line)] for line in body.splitlines()]
    if kind.endswith("json"):
        return [[json.loads(body)]]
    return [[body.decode("latin-1")]]


def _event(piece: bytes) -> list[Any]:
    """The data of an event, and the event with its name: documents describe the one or the other."""
    lines = piece.decode().splitlines()
    text = "\n".join(line.removeprefix("data: ") for line in lines if line.startswith("data: "))
    name = next((line.removeprefix("event: ") for line in lines if line.startswith("event: ")), None)
    try:
        data = json.loads(text)
    except ValueError:
        data = text
    return [data, {"event": name, "data": data}]


def _escaped(step: str) -> str:
    return quote(step.replace("~", "~0").replace("/", "~1"), safe="~")


def _modern(node: Any, named: bool = False) -> Any:
    """The document with schemas as 2020-12 writes them. `named` says that keys are names and not keywords."""
    if isinstance(node, list):
        return [_modern(each) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    held = cast("dict[str, Any]", node)
    if named:
        return {key: _modern(each) for key, each in held.items()}
    found: dict[str, Any] = {}
    for key, each in held.items():
        if key in ("example", "examples", "default", "const") or key.startswith("x-"):
            continue
        found[key] = each if key in ("enum", "required") else _modern(each, key in ("properties", "patternProperties"))
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(found.get(exclusive), bool) and found.pop(exclusive):
            found[exclusive] = found.pop(limit)
    if "const" in held:
        found["const"] = held["const"]
    if not isinstance(found.get("items", {}), (dict, bool)):
        found["prefixItems"] = found.pop("items")
    if isinstance(found.get("required"), bool) and "in" not in found and "content" not in found:
        found.pop("required")
    if held.get("nullable") is True:
        found.pop("nullable")
        found = {"anyOf": [found, {"type": "null"}]}
    return found
