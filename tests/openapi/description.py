"""`openapi.yaml` and `sdk.yml` as the tests of their rules look at them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from antiphon.runtime.core.kinds import is_list, is_mapping

__all__ = ["ROOT", "Description", "Place", "official", "schemas_in", "sentences", "strings"]

ROOT = Path(__file__).parent.parent.parent
OFFICIAL = ROOT.parent / "shared" / "reference" / "openai" / "openapi.json"

VERBS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
Place = tuple[str, Any]
"""Where something stands, and what it is."""


@dataclass
class Description:
    """The document, its text, and the configuration beside it."""

    text: str
    document: Any
    config: Any

    @classmethod
    def read(cls) -> Description:
        text = (ROOT / "openapi.yaml").read_text("utf-8")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return cls(text, yaml.load(text, loader), yaml.load((ROOT / "sdk.yml").read_text("utf-8"), loader))

    @cached_property
    def schemas(self) -> dict[str, Any]:
        return self.document["components"]["schemas"]

    def operations(self, section: str = "paths") -> Iterator[tuple[str, str, Any]]:
        """Path or name, verb, operation."""
        for path, item in self.document[section].items():
            for verb in item.keys() & set(VERBS):
                yield path, verb, item[verb]

    # --- what refers to what ---

    def reach(self, start: Any) -> set[str]:
        """The schemas something refers to, and those they refer to."""
        found: set[str] = set()
        waiting = list(references(start))
        while waiting:
            name = waiting.pop()
            if name in self.schemas and name not in found:
                found.add(name)
                waiting += references(self.schemas[name])
        return found

    @cached_property
    def sent(self) -> set[str]:
        """Schemas that occur in requests; webhooks are requests to the user."""
        parts = [[each.get("requestBody"), each.get("parameters")] for _, _, each in self.operations()]
        return self.reach(parts)

    @cached_property
    def received(self) -> set[str]:
        parts = [each["responses"] for _, _, each in self.operations()]
        return self.reach([*parts, self.document["webhooks"]])

    # --- sdk.yml ---

    @cached_property
    def areas(self) -> list[str]:
        return [name for name in self.config["resources"] if name != "$client"]

    @cached_property
    def listed(self) -> dict[str, str]:
        """The area that lists a schema among its models."""
        found: dict[str, str] = {}
        for path, resource in self.resources():
            models: dict[str, str] = resource.get("models") or {}
            for name in models.values():
                found.setdefault(name.rpartition("/")[2], path[0])
        return found

    def resources(self) -> Iterator[tuple[tuple[str, ...], Any]]:
        waiting: list[tuple[tuple[str, ...], Any]] = [((), {"subresources": self.config["resources"]})]
        while waiting:
            path, resource = waiting.pop(0)
            inner: dict[str, Any] = resource.get("subresources") or {}
            waiting = [*(((*path, name), each) for name, each in inner.items()), *waiting]
            if path:
                yield path, resource

    def methods(self) -> dict[str, list[str]]:
        """The dotted names of methods by their endpoint."""
        found: dict[str, list[str]] = {}
        for path, resource in self.resources():
            entries: dict[str, Any] = resource.get("methods") or {}
            for name, said in entries.items():
                endpoint: str = said if isinstance(said, str) else said["endpoint"]
                found.setdefault(endpoint.strip(), []).append(".".join((*path, name)))
        return found

    @cached_property
    def area(self) -> dict[str, str]:
        """Where a schema stands: where sdk.yml lists it, else with the first operation or schema that refers to it."""
        found = dict(self.listed)
        for section in ("paths", "webhooks"):
            for item in self.document[section].values():
                for each in item.values():
                    for name in references(each):
                        found.setdefault(name, each.get("tags", ["webhooks"])[0])
        known = 0
        while known < len(found):
            known = len(found)
            for name in [each for each in self.schemas if each in found]:
                for other in references(self.schemas[name]):
                    found.setdefault(other, found[name])
        return found

    # --- walks ---

    def places(self) -> Iterator[Place]:
        """Every schema, however deep: of operations, of webhooks, of components."""
        for section in ("paths", "webhooks"):
            for path, verb, each in self.operations(section):
                at = f"{verb} {path}"
                for parameter in each.get("parameters", ()):
                    yield from schemas_in(f"{at} {parameter['name']}", parameter["schema"])
                bodies = [each.get("requestBody", {}), *each["responses"].values()]
                for body in bodies:
                    for media in body.get("content", {}).values():
                        yield from schemas_in(at, media["schema"])
        for name, schema in self.schemas.items():
            yield from schemas_in(name, schema)


def references(found: Any) -> Iterator[str]:
    """The names of the schemas that something refers to."""
    if is_mapping(found):
        for key, value in found.items():
            if key == "$ref" and isinstance(value, str):
                if value.startswith("#/components/schemas/"):
                    yield value.rpartition("/")[2]
            elif key == "mapping":
                yield from (str(each).rpartition("/")[2] for each in value.values())
            else:
                yield from references(value)
    elif is_list(found):
        for each in found:
            yield from references(each)


def schemas_in(at: str, schema: Any) -> Iterator[Place]:
    """A schema and those in it."""
    if not is_mapping(schema):
        return
    yield at, schema
    for name, each in schema.get("properties", {}).items():
        yield from schemas_in(f"{at}.{name}", each)
    for key in ("items", "additionalProperties", "propertyNames"):
        yield from schemas_in(f"{at}[]", schema.get(key))
    for key in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(key, ()):
            yield from schemas_in(f"{at}|", each)


def strings(found: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text for readers, with where it stands."""
    if is_mapping(found):
        for key, value in found.items():
            if key in ("description", "summary") and isinstance(value, str):
                yield at, value
            else:
                yield from strings(value, f"{at}/{key}")
    elif is_list(found):
        for number, each in enumerate(found):
            yield from strings(each, f"{at}/{number}")


def sentences(text: str) -> Iterator[tuple[str, ...]]:
    """The sentences of six words and more; what stands in backticks is one word."""
    for sentence in re.split(r"(?<=[.!?:;])\s+|\n+", text):
        words = tuple(re.findall(r"`[^`]*`|[a-z0-9']+", sentence.lower()))
        if len(words) >= 6:
            yield words


def official() -> Any:
    """The official document, where it is at hand."""
    return json.loads(OFFICIAL.read_text("utf-8")) if OFFICIAL.exists() else None
