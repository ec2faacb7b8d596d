"""From the JSON tree to typed OpenAPI objects. No reference is followed; what has the wrong shape is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from ..document import Document
from ..problems import Problems, Refused
from .dialect import dialect_of
from .model import (
    VERBS,
    Components,
    Encoding,
    Info,
    MediaType,
    Operation,
    Parameter,
    PathItem,
    Ref,
    RequestBody,
    Response,
    SecurityScheme,
    Server,
    Spec,
)
from .reader import Node
from .schemas import parse_schema, reference

__all__ = [
    "parse",
    "parse_media",
    "parse_operation",
    "parse_parameter",
    "parse_path_item",
    "parse_request_body",
    "parse_response",
]

T = TypeVar("T")

_PLACES: Final = ("path", "query", "header", "cookie")
_STYLES: Final = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
_DEFAULT_STYLE: Final = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


def parse(document: Document, problems: Problems) -> Spec:
    """The document's objects. Raises `Refused` when it is no OpenAPI 3 document at all."""
    root = Node(document.root, "", document, problems)
    if not isinstance(document.root, dict):
        root.report("bad-shape", "an OpenAPI document is an object")
        raise Refused(list(problems)[-1])
    dialect = dialect_of(root)
    if dialect is None:
        raise Refused(list(problems)[-1])
    return Spec(
        file=document.name,
        dialect=dialect,
        info=_info(root),
        servers=tuple(_servers(root)),
        paths=tuple(_path_items(root, "paths")),
        webhooks=tuple(_path_items(root, "webhooks")),
        components=_components(root.child("components")),
        security=_security(root) or (),
        tags={name: tag.text("description") for tag in root.items("tags") if (name := tag.text("name"))},
        extensions=root.extensions(),
    )


def _or_reference(node: Node, build: Callable[[Node], T | None]) -> T | Ref | None:
    return reference(node) or build(node)


def _info(root: Node) -> Info:
    info = root.child("info")
    if not isinstance(info.value, dict):
        root.report("missing", "the document has no info", "info")
    return Info(info.text("title") or "API", info.text("version") or "0", info.text("description"))


def _servers(node: Node) -> Iterator[Server]:
    for server in node.items("servers"):
        url = server.text("url")
        if url is None:
            server.report("missing", "a server without a URL is left out")
            continue
        variables = {name: str(each.text("default") or "") for name, each in server.entries("variables")}
        yield Server(url, server.text("description"), variables)


def _path_items(root: Node, key: str) -> Iterator[PathItem]:
    for path, node in root.entries(key):
        if path.startswith("x-"):
            continue
        if key == "paths" and not path.startswith("/"):
            node.report("bad-shape", f"the path {path!r} does not begin with a slash; it is read as if it did")
            path = f"/{path}"
        if not isinstance(node.value, dict):
            node.report("bad-shape", f"the path {path!r} is left out: it is no object")
            continue
        yield parse_path_item(node, path)


def parse_path_item(node: Node, path: str) -> PathItem:
    """A path and its operations."""
    shared = tuple(_parameters(node))
    servers = tuple(_servers(node))
    operations: list[Operation] = []
    elsewhere: list[tuple[str, Ref]] = []
    for verb in VERBS:
        if node.has(verb):
            operation = node.child(verb)
            ref = reference(operation)
            if ref is not None:
                elsewhere.append((verb, ref))
            elif isinstance(operation.value, dict):
                operations.append(parse_operation(operation, path, verb, shared, servers))
            else:
                operation.report("bad-shape", f"the operation {verb.upper()} {path} is left out: it is no object")
    return PathItem(
        node.pointer, path, tuple(operations), node.file, reference(node), tuple(elsewhere), shared, servers
    )


def parse_operation(
    node: Node, path: str, verb: str, shared: tuple[Parameter | Ref, ...], servers: tuple[Server, ...]
) -> Operation:
    """An operation, with the parameters and servers of its path."""
    own = tuple(_parameters(node))
    mine = {(each.name, each.place) for each in own if isinstance(each, Parameter)}
    inherited = (each for each in shared if isinstance(each, Ref) or (each.name, each.place) not in mine)
    body = node.child("requestBody")
    responses: list[tuple[str, Response | Ref]] = []
    for status, each in node.entries("responses"):
        response = None if status.startswith("x-") else _or_reference(each, parse_response)
        if response is not None:
            responses.append((status, response))
    return Operation(
        pointer=node.pointer,
        path=path,
        verb=verb,
        file=node.file,
        operation_id=node.text("operationId"),
        summary=node.text("summary"),
        description=node.text("description"),
        tags=node.texts("tags"),
        parameters=(*inherited, *own),
        body=None if body.value is None else _or_reference(body, parse_request_body),
        responses=tuple(responses),
        deprecated=node.flag("deprecated"),
        security=_security(node),
        servers=tuple(_servers(node)) or servers,
        extensions=node.extensions(),
    )


def _parameters(node: Node) -> Iterator[Parameter | Ref]:
    for each in node.items("parameters"):
        parameter = _or_reference(each, parse_parameter)
        if parameter is not None:
            yield parameter


def parse_parameter(node: Node) -> Parameter | None:
    """A parameter, or None with a report when it has no name or no usable place."""
    if not isinstance(node.value, dict):
        node.report("bad-shape", "a parameter has to be an object; it is left out")
        return None
    name, place = node.text("name"), node.text("in")
    if not name:
        node.report("missing", "a parameter without a name is left out")
        return None
    if place not in _PLACES:
        node.report("bad-shape", f"the parameter {name!r} is left out: it stands in {place!r}, which is no place")
        return None
    content = next((media for _, media in node.entries("content")), None)
    style = node.text("style") or _DEFAULT_STYLE[place]
    if style not in _STYLES[place]:
        node.report("bad-shape", f"{style!r} is no style for a parameter in {place}", "style")
        style = _DEFAULT_STYLE[place]
    schema = content.child("schema") if content is not None else node.child("schema")
    if content is None and not node.has("schema") and node.has("type"):
        schema = node  # as OpenAPI 2 says it: met in files that such documents are put together of, and by mistake
    return Parameter(
        pointer=node.pointer,
        name=name,
        place=place,
        required=node.flag("required", place == "path") or place == "path",
        schema=parse_schema(schema),
        file=node.file,
        description=node.text("description"),
        deprecated=node.flag("deprecated"),
        style=style,
        explode=node.flag("explode", style in ("form", "deepObject")),
        as_json=content is not None,
        extensions=node.extensions(),
    )


def parse_request_body(node: Node) -> RequestBody | None:
    """A request body, or None with a report."""
    if not isinstance(node.value, dict):
        node.report("bad-shape", "a request body has to be an object; it is left out")
        return None
    content = _content(node)
    return RequestBody(node.pointer, content, node.file, node.flag("required"), node.text("description"))


def parse_response(node: Node) -> Response | None:
    """A response, or None with a report."""
    if not isinstance(node.value, dict):
        node.report("bad-shape", "a response has to be an object; it is left out")
        return None
    return Response(node.pointer, _content(node), node.file, node.text("description"))


def _content(node: Node) -> dict[str, MediaType]:
    return {kind: parse_media(media) for kind, media in node.entries("content")}


def parse_media(node: Node) -> MediaType:
    """What a body of one content type is."""
    schema = node.child("schema") if node.has("schema") else node.child("itemSchema")
    encoding = {
        name: Encoding(
            each.text("contentType"), each.text("style"), each.flag("explode") if each.has("explode") else None
        )
        for name, each in node.entries("encoding")
    }
    parsed = None if schema.value is None else parse_schema(schema)
    return MediaType(node.pointer, parsed, node.file, encoding, node.child("example").value)


def _components(node: Node) -> Components:
    schemas = tuple((name, parse_schema(each)) for name, each in node.entries("schemas"))
    schemes: list[SecurityScheme] = []
    for name, each in node.entries("securitySchemes"):
        kind = each.text("type")
        if kind is None:
            each.report("missing", f"the security scheme {name!r} is left out: it has no type")
            continue
        scheme, place, parameter = each.text("scheme"), each.text("in"), each.text("name")
        schemes.append(SecurityScheme(name, kind, scheme, place, parameter, each.text("description"), each.pointer))
    return Components(schemas, tuple(schemes))


def _security(node: Node) -> tuple[tuple[str, ...], ...] | None:
    if not node.has("security"):
        return None
    return tuple(tuple(name for name, _ in each.entries()) for each in node.items("security"))
