"""The parameters of a request, taken out of its path, query, headers and cookies as their style writes them there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Final, cast
from urllib.parse import unquote

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.service import Operation, Parameter
from antiphon_codegen.samples.shapes import Shapes

from .forms import Fields, Tree, tree_of
from .reading import TextReader

__all__ = ["Found", "read_parameters"]

_SEPARATORS: Final = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_EXPLODED: Final = {"label": ".", "matrix": ";"}
# OpenAPI 3.1, section 4.8.12.2: definitions of these have no meaning as parameters.
_NOT_PARAMETERS: Final = frozenset({"accept", "content-type", "authorization"})


class Found:
    """The parameters of one request by place and name, and what of the query belongs to none of them."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], JSON] = {}
        self.schemas: dict[tuple[str, str], Schema] = {}
        self.missing: list[Parameter] = []
        self.unknown: list[str] = []

    def of(self, place: str) -> dict[str, JSON]:
        """The values that stand in one place."""
        return {name: value for (where, name), value in self.values.items() if where == place}


def read_parameters(
    operation: Operation,
    path: Mapping[str, str],
    query: Fields,
    headers: Sequence[tuple[str, str]],
    reader: TextReader,
    shapes: Shapes,
) -> Found:
    """What the operation's parameters are in a request."""
    found = Found()
    pairs = _pairs(operation, query)
    unread = {name.partition("[")[0]: name for name, _ in pairs}
    query_tree = tree_of(pairs)
    cookies = _cookies(headers)
    for parameter in operation.parameters:
        schema = parameter.schema
        tree: Tree | None = None
        match parameter.place:
            case "path":
                tree = path.get(parameter.name)
            case "query":
                tree = _from_query(parameter, query_tree, query, unread, shapes)
            case "header" if parameter.name.lower() not in _NOT_PARAMETERS:
                values = [value for name, value in headers if name == parameter.name.lower()]
                tree = ", ".join(values) if values else None
            case "cookie":
                tree = cookies.get(parameter.name)
            case _:
                continue
        if tree is None:
            if parameter.required:
                found.missing.append(parameter)
            continue
        found.values[parameter.place, parameter.name] = _valued(parameter, tree, reader, shapes)
        found.schemas[parameter.place, parameter.name] = schema
    found.unknown = list(unread.values())
    return found


def _pairs(operation: Operation, query: Fields) -> list[tuple[str, str]]:
    """The query without what the path of the operation itself demands (`?beta=true`)."""
    fixed = {each.partition("=")[0] for each in operation.fixed_query}
    return [(name, value) for name, value in query if name not in fixed]


def _from_query(
    parameter: Parameter, tree: Mapping[str, Tree], query: Fields, unread: dict[str, str], shapes: Shapes
) -> Tree | None:
    literal = [value for name, value in query if name == parameter.name]
    stem = parameter.name.partition("[")[0]
    if literal:
        unread.pop(stem, None)
        return literal[0] if len(literal) == 1 else list(literal)
    if stem in tree:
        unread.pop(stem, None)
        return tree[stem]
    if parameter.style == "form" and parameter.explode and "object" in shapes.types(parameter.schema):
        # Exploded, an object's properties are the parameters.
        properties = shapes.properties(parameter.schema)
        own: dict[str, Tree] = {name: tree[name] for name in properties if name in tree}
        for name in own:
            unread.pop(name, None)
        return own or None
    return None


def _valued(parameter: Parameter, tree: Tree, reader: TextReader, shapes: Shapes) -> JSON:
    if parameter.as_json and isinstance(tree, str):
        try:
            return cast(JSON, json.loads(unquote(tree) if parameter.place == "path" else tree))
        except (ValueError, RecursionError):
            return tree
    types = shapes.types(parameter.schema)
    if isinstance(tree, str):
        tree = _bare(parameter, tree)
        if types & {"array", "object"}:
            tree = _split(parameter, tree, types)
        elif parameter.place == "path":
            tree = unquote(tree)
    return reader.read(tree, parameter.schema)


def _bare(parameter: Parameter, text: str) -> str:
    """The text without what its style puts before it: `.a`, `;name=a`; `;name=a;name=b` becomes `a;b`."""
    match parameter.style:
        case "label":
            return text.removeprefix(".")
        case "matrix":
            named = f"{parameter.name}="
            return ";".join(part.removeprefix(named) for part in text.removeprefix(";").split(";"))
        case _:
            return text


def _split(parameter: Parameter, text: str, types: frozenset[str]) -> Tree:
    """Lists and objects that are written as one text: `a,b`, `a|b`, `k,v`, `k=v`, `a.b`, `a;b`."""
    separator = _SEPARATORS.get(parameter.style, ",")
    if parameter.explode:
        separator = _EXPLODED.get(parameter.style, separator)
    in_path = parameter.place == "path"
    whole = "string" in types and separator not in text
    if (parameter.place == "query" and parameter.explode and parameter.style == "form") or whole:
        return unquote(text) if in_path else text
    parts = text.split(separator) if text else []
    if parameter.place == "header":
        parts = [part.strip() for part in parts]
    if "array" in types:
        return [unquote(part) if in_path else part for part in parts]
    found: dict[str, Tree] = {}
    for name, value in _entries(parts, explode=parameter.explode):
        found[unquote(name) if in_path else name] = unquote(value) if in_path else value
    return found or text


def _entries(parts: Sequence[str], *, explode: bool) -> Iterator[tuple[str, str]]:
    if explode:
        for part in parts:
            name, _, value = part.partition("=")
            yield name, value
    else:
        yield from zip(parts[::2], parts[1::2], strict=False)


def _cookies(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        if name == "cookie":
            try:
                found.update({key: morsel.value for key, morsel in SimpleCookie(value).items()})
            except CookieError:
                continue
    return found
