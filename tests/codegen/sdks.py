"""Documents made in tests, what each stage makes of them, and the SDKs that come of them, imported and callable."""

from __future__ import annotations

import importlib
import itertools
import json
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from antiphon.runtime.core.request import SentRequest
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, ScriptedTransport
from antiphon_codegen.generate import Generation, Stages, generate, run_stages
from antiphon_codegen.ir import types as ir
from antiphon_codegen.plan.plan import Wishes
from antiphon_codegen.problems import Problem

__all__ = [
    "SDK",
    "build",
    "document",
    "json_answer",
    "json_body",
    "kinds",
    "operation",
    "sent_json",
    "spelled",
    "stages",
    "type_of",
    "written",
]

_numbers = itertools.count(1)


# --- documents ---


def document(
    paths: Mapping[str, Any] | None = None,
    schemas: Mapping[str, Any] | None = None,
    *,
    version: str = "3.1.0",
    **rest: Any,
) -> dict[str, Any]:
    """A whole document around some paths and schemas."""
    components = {**rest.pop("components", {}), **({"schemas": dict(schemas)} if schemas is not None else {})}
    return {
        "openapi": version,
        "info": {"title": "Made Up", "version": "1.0"},
        "servers": [{"url": "https://api.example.test/v1"}],
        "paths": dict(paths or {}),
        **({"components": components} if components else {}),
        **rest,
    }


def operation(
    *,
    parameters: Sequence[Any] = (),
    body: Any = None,
    answer: Any = None,
    **rest: Any,
) -> dict[str, Any]:
    """An operation; `body` and `answer` are what a request body and the response 200 are."""
    return {
        **({"parameters": list(parameters)} if parameters else {}),
        **({"requestBody": body} if body is not None else {}),
        "responses": {"200": answer if answer is not None else json_answer({"type": "object"})},
        **rest,
    }


def json_answer(schema: Any) -> dict[str, Any]:
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


def json_body(schema: Any, **rest: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True, **rest}


def sent_json(request: SentRequest) -> Any:
    """The JSON that was sent."""
    assert request.headers["content-type"] == "application/json"
    return json.loads(request.content)


def written(folder: Path, text: str | Mapping[str, Any], name: str = "openapi.json") -> Path:
    """A file with a document."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
    return path


# --- stages ---


def stages(
    folder: Path, made: Mapping[str, Any] | str, config: Mapping[str, Any] | None = None
) -> tuple[Stages, tuple[Problem, ...]]:
    """What every stage makes of a document."""
    path = written(folder, made)
    found, problems, _ = run_stages(path, _config(folder, config), Wishes())
    return found, problems


def _config(folder: Path, config: Mapping[str, Any] | None) -> Path | None:
    return None if config is None else written(folder, config, "stainless.json")


def kinds(problems: Sequence[Problem]) -> list[str]:
    return [problem.kind for problem in problems]


def type_of(folder: Path, schema: Any, schemas: Mapping[str, Any] | None = None, version: str = "3.1.0") -> str:
    """A schema's type in short: `str | null`, `[int]`, `{str: T}`, `(a: str, b?: int)`."""
    made = document({}, {"X": schema, **(schemas or {})}, version=version)
    found, _ = stages(folder, made)
    named = {named.name: named for named in found.api.types.values()}
    return spelled(named["X"].type, {key: named.name for key, named in found.api.types.items()})


def spelled(type: ir.Type, names: Mapping[str, str]) -> str:
    """A type in short."""

    def short(each: ir.Type) -> str:
        return spelled(each, names)

    match type:
        case ir.Primitive(kind, format):
            plain = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[kind]
            return plain if format is None else f"{plain}:{format}"
        case ir.Constant(value):
            return f"={json.dumps(value)}"
        case ir.Enum(values):
            return f"enum{json.dumps(list(values))}"
        case ir.Array(items):
            return f"[{short(items)}]"
        case ir.Map(values):
            return f"{{{short(values)}}}"
        case ir.Union(variants):
            said = " | ".join(map(short, variants))
            return said if type.discriminator is None else f"{said} by {type.discriminator.property}"
        case ir.Reference(key):
            return names[key]
        case ir.Object():
            entries = [f"{each.name}{'' if each.required else '?'}: {short(each.type)}" for each in type.properties]
            if type.additional is not None:
                entries.append(f"...: {short(type.additional)}")
            return f"({', '.join(entries)})"
        case ir.Null():
            return "null"
        case ir.Binary():
            return "bytes"
        case ir.Unknown():
            return "?"


# --- SDKs ---


@dataclass
class SDK:
    """A generated SDK that was imported."""

    module: ModuleType
    generation: Generation
    folder: Path

    @property
    def name(self) -> str:
        return self.module.__name__

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.generation.problems

    def text(self, path: str) -> str:
        """A generated file, by its path below the package."""
        return self.generation.owned[f"src/{self.name}/{path}"]

    def get(self, path: str) -> Any:
        """A module of the package."""
        return importlib.import_module(f"{self.name}.{path}")

    def client(self, *answers: Answer, **options: Any) -> Any:
        """A client that gets these answers; what was sent is in `client.sent`."""
        transport = ScriptedTransport(answers or [Answer(200, {})] * 5)
        client = self.module.Client(http_client=transport, **{**self._credentials(), **options})
        client.sent = transport.requests
        return client

    def async_client(self, *answers: Answer, **options: Any) -> Any:
        transport = AsyncScriptedTransport(answers or [Answer(200, {})] * 5)
        client = self.module.AsyncClient(http_client=transport, **{**self._credentials(), **options})
        client.sent = transport.requests
        return client

    def _credentials(self) -> dict[str, str]:
        return {str(each.name): "secret" for each in self.generation.plan.client.options if each.is_credential}

    def import_all(self) -> list[str]:
        """Import every module and look at every name it says it has."""
        names: list[str] = []
        for info in pkgutil.walk_packages(self.module.__path__, f"{self.name}."):
            module = importlib.import_module(info.name)
            for name in getattr(module, "__all__", ()):
                getattr(module, name)
            names.append(info.name)
        return names


def build(folder: Path, made: Mapping[str, Any] | str, config: Mapping[str, Any] | None = None) -> SDK:
    """Generate an SDK for a document into a folder, and import it under a name that no other has."""
    name = f"made_{next(_numbers)}"
    path = written(folder, made)
    generation = generate(path, _config(folder, config), Wishes(package=name))
    for file, text in {**generation.owned, **generation.scaffold}.items():
        target = folder / "out" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    sys.path.insert(0, str(folder / "out" / "src"))
    try:
        module = importlib.import_module(name)
    finally:
        sys.path.pop(0)
    return SDK(module, generation, folder / "out")
