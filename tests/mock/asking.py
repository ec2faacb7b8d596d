"""Small documents served by an engine, and questions put to it without a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from antiphon.mock.engine import Engine
from antiphon.mock.request.examining import Incoming
from antiphon_codegen.samples.service import read_service

__all__ = ["OWN", "Got", "ask", "document", "engine_of", "operation", "written"]

OWN = Path(__file__).parent.parent.parent / "openapi.yaml"


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    pieces: tuple[bytes, ...]

    @property
    def value(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.value["error"])

    @property
    def events(self) -> list[tuple[str | None, Any]]:
        """The names of the events of a stream and their data; JSON is read."""
        found: list[tuple[str | None, Any]] = []
        for piece in self.pieces:
            lines = [line.partition(": ") for line in piece.decode().splitlines()]
            text = "\n".join(value for name, _, value in lines if name == "data")
            name = next((value for name, _, value in lines if name == "event"), None)
            found.append((name, text if text == "[DONE]" else json.loads(text)))
        return found


def document(
    paths: Mapping[str, Any], schemas: Mapping[str, Any] | None = None, version: str = "3.1.0", **more: Any
) -> dict[str, Any]:
    """A whole document around some paths."""
    info = {"title": "Small", "version": "1"}
    return {"openapi": version, "info": info, "paths": paths, "components": {"schemas": schemas or {}}, **more}


def operation(
    schema: Any = None, *, body: Any = None, parameters: Sequence[Any] = (), kind: str = "application/json", **more: Any
) -> dict[str, Any]:
    """An operation that answers by a schema, with nothing when there is none; `body` is the schema of its request."""
    found: dict[str, Any] = {"parameters": list(parameters), **more}
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    answer = {"description": "", "content": {kind: {"schema": schema}}} if schema is not None else {"description": ""}
    found.setdefault("responses", {"200" if schema is not None else "204": answer})
    return found


def written(folder: Path, content: Any) -> Path:
    """The document as a file."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(content))
    return path


def engine_of(folder: Path, content: Any, **options: Any) -> Engine:
    return Engine(read_service(written(folder, content)), **options)


def ask(
    engine: Engine,
    method: str,
    target: str,
    body: Any = None,
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Got:
    """The answer to one request. A body that is no bytes is sent as JSON."""
    path, _, query = target.partition("?")
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent = {"authorization": "Bearer any"} | ({"content-type": kind} if data else {}) | dict(headers or {})
    reply = engine.respond(Incoming(method, path, query, tuple((k, v) for k, v in sent.items() if v), data))
    return Got(reply.status, dict(reply.headers), b"".join(reply.pieces), reply.pieces)
