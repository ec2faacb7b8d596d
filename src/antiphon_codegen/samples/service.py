"""What a document offers: its operations with their parameters, bodies and answers. Each part is read when needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from ..document import JSON, Document, load
from ..problems import Problems, Refused
from ..spec.dialect import dialect_of
from ..spec.model import VERBS
from ..spec.reader import Node
from ..spec.resolve import Library
from ..spec.swagger import as_openapi_3
from .schemas import Schema, Schemas

__all__ = ["Media", "Operation", "Parameter", "Response", "Scheme", "Service", "read_service"]

_LONGEST_CHAIN: Final = 50
_STYLES: Final = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    required: bool
    schema: Schema
    style: str
    explode: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class Media:
    """A body of one content type."""

    type: str
    """Lower case, without parameters."""
    schema: Schema | None
    examples: tuple[JSON, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict[str, str])
    """The content type of single form fields."""


@dataclass(frozen=True, slots=True)
class Response:
    status: str
    content: tuple[Media, ...]

    @property
    def code(self) -> int:
        """The status to send: `2XX` stands for 200, `default` for 200 too."""
        if self.status.isdigit() and 100 <= int(self.status) <= 599:
            return int(self.status)
        return int(self.status[0]) * 100 if self.status[:1] in "12345" and self.status[:1] else 200


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to show credentials."""

    name: str
    kind: str
    scheme: str
    place: str
    parameter: str


class Operation:
    """One method on one path."""

    def __init__(self, service: Service, verb: str, path: str, node: Node, item: Node) -> None:
        self.verb = verb.upper()
        route, _, query = path.partition("#")[0].partition("?")
        self.path = route
        self.fixed_query: tuple[str, ...] = tuple(each for each in query.split("&") if each)
        """`name=value` pairs that the path itself demands; some documents tell operations apart by them."""
        self._service = service
        self._node = node
        self._item = item
        self.id = node.text("operationId") or f"{self.verb} {path}"

    @property
    def key(self) -> str:
        """The place of the operation: file and pointer."""
        return f"{self._node.file}#{self._node.pointer}"

    @property
    def summary(self) -> str:
        return self._node.text("summary") or ""

    def __repr__(self) -> str:
        return f"<Operation {self.id}: {self.verb} {self.path}>"

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for holder in (self._item, self._node):
            for each in holder.items("parameters"):
                parameter = self._service.parameter(each)
                if parameter is not None:
                    found[(parameter.name, parameter.place)] = parameter
        return tuple(found.values())

    @cached_property
    def body(self) -> tuple[Media, ...]:
        """What a request may carry; empty where it carries nothing."""
        return self._service.content(self._service.followed(self._node.child("requestBody")))

    @cached_property
    def body_required(self) -> bool:
        return self._service.followed(self._node.child("requestBody")).flag("required")

    @cached_property
    def responses(self) -> tuple[Response, ...]:
        found: list[Response] = []
        for status, each in self._node.entries("responses"):
            if not status.startswith("x-"):
                found.append(Response(status, self._service.content(self._service.followed(each))))
        return tuple(found)

    @cached_property
    def success(self) -> Response:
        """The answer when all is well: 200 where there is one, else the first 2xx, else the default."""
        by_status = {each.status: each for each in self.responses}
        good = [each for status, each in by_status.items() if status.startswith("2")]
        if "200" in by_status:
            return by_status["200"]
        if good:
            return next((each for each in good if each.content), good[0])
        return by_status.get("default") or Response("200", ())

    @cached_property
    def security(self) -> tuple[tuple[Scheme, ...], ...]:
        """The alternatives of which one has to be met; empty where nothing is asked for."""
        return self._service.security(self._node)

    @cached_property
    def ends_with_done(self) -> bool:
        """Whether the document says that a stream ends with the marker `[DONE]`."""
        return _mentions(self._node.value, "[DONE]") or self._service.ends_with_done

    @cached_property
    def variants(self) -> tuple[str, Mapping[str, Schema]]:
        """The request parameter that decides on the shape of the answer (`x-response-variants`), and the shapes."""
        node = self._node.child("x-response-variants")
        shapes: dict[str, Schema] = {}
        for each in node.items("variants") if node.value else ():
            for value in each.texts("values"):
                shapes[value] = self._service.schemas.of(each.child("schema"))
        return (node.text("parameter") or "" if node.value else ""), shapes

    @cached_property
    def base_paths(self) -> tuple[str, ...]:
        """The paths this operation lives below: the document's, and that of a server of its own."""
        own = next(iter([*_servers(self._node), *_servers(self._item)]), None)
        return tuple(dict.fromkeys((self._service.base_path, own or self._service.base_path)))


class Service:
    """A document as something that can be served."""

    def __init__(self, document: Document) -> None:
        self.problems = Problems()
        self._library = Library(document, self.problems)
        root = Node(document.root, "", document, self.problems)
        if not isinstance(document.root, dict):
            root.report("bad-shape", "an OpenAPI document is an object")
        if not isinstance(document.root, dict) or dialect_of(root) is None:
            raise Refused(self._library.located(list(self.problems)[-1]))
        self.file = document.name
        self.title = root.child("info").text("title") or document.name
        self.version = root.child("info").text("version") or ""
        self.schemas = Schemas(self._library, self.problems)
        self.base_path = next(iter(_servers(root)), "")
        self._root = root
        self.operations = tuple(self._operations())
        self.by_id = {each.id: each for each in self.operations}
        # Our own description does not repeat at every operation how a stream ends.
        self.ends_with_done = "chat.completions.create" in self.by_id

    def _operations(self) -> Iterator[Operation]:
        for path, node in self._root.entries("paths"):
            if path.startswith("x-"):
                continue
            seen: set[str] = set()
            item = node
            for _ in range(_LONGEST_CHAIN):  # entries beside a `$ref` hold, and win over what it leads to
                for verb in VERBS:
                    if verb not in seen and item.has(verb) and isinstance(item.child(verb).value, dict):
                        seen.add(verb)
                        yield Operation(
                            self, verb, path if path.startswith("/") else "/" + path, item.child(verb), item
                        )
                if not item.has("$ref"):
                    break
                item = self._target(item)

    def followed(self, node: Node) -> Node:
        """The node, or what its `$ref` leads to, through further references."""
        for _ in range(_LONGEST_CHAIN):
            if not node.has("$ref"):
                return node
            node = self._target(node)
        return Node(None, node.pointer, node.document, self.problems)

    def _target(self, node: Node) -> Node:
        file, _, pointer = (node.text("$ref") or "").partition("#")
        name = self._library.name_for(file, node.file) if file else node.file
        document = None if name is None else self._library.document(name)
        if document is not None:
            for candidate in (pointer, unquote(pointer)):
                try:
                    return Node(document.at(candidate), candidate, document, self.problems)
                except KeyError:
                    continue
        node.report("bad-reference", f"{node.text('$ref')!r} leads nowhere", "$ref")
        return Node(None, node.pointer, node.document, self.problems)

    def parameter(self, node: Node) -> Parameter | None:
        node = self.followed(node)
        name, place = node.text("name"), node.text("in")
        if not name or place not in _STYLES:
            return None
        content = next((media for _, media in node.entries("content")), None)
        style = node.text("style") or _STYLES[place]
        return Parameter(
            name=name,
            place=place,
            required=node.flag("required") or place == "path",
            schema=self.schemas.of((node if content is None else content).child("schema"))
            if (node if content is None else content).has("schema")
            else True,
            style=style,
            explode=node.flag("explode", style in ("form", "deepObject")),
            as_json=content is not None,
        )

    def content(self, node: Node) -> tuple[Media, ...]:
        found: list[Media] = []
        for kind, each in node.entries("content"):
            each = self.followed(each)
            schema = each.child("schema") if each.has("schema") else each.child("itemSchema")
            examples = [each.child("example").value] if each.has("example") else []
            for _, example in each.entries("examples"):
                example = self.followed(example)
                if example.has("value"):
                    examples.append(example.child("value").value)
            encodings = {name: entry.text("contentType") or "" for name, entry in each.entries("encoding")}
            found.append(
                Media(
                    type=kind.partition(";")[0].strip().lower(),
                    schema=None if schema.value is None else self.schemas.of(schema),
                    examples=tuple(examples),
                    encodings=encodings,
                )
            )
        return tuple(found)

    @cached_property
    def schemes(self) -> Mapping[str, Scheme]:
        found: dict[str, Scheme] = {}
        for name, each in self._root.child("components").entries("securitySchemes"):
            each = self.followed(each)
            found[name] = Scheme(
                name,
                each.text("type") or "",
                (each.text("scheme") or "").lower(),
                each.text("in") or "",
                each.text("name") or "",
            )
        return found

    def security(self, node: Node) -> tuple[tuple[Scheme, ...], ...]:
        holder = node if node.has("security") else self._root
        found: list[tuple[Scheme, ...]] = []
        for each in holder.items("security"):
            names = [name for name, _ in each.entries()]
            if not names or any(name not in self.schemes for name in names):
                return ()  # nothing is asked for, or something that the document does not say how to show
            found.append(tuple(self.schemes[name] for name in names))
        return tuple(found)


def _servers(node: Node) -> Iterator[str]:
    """The paths of a node's servers, with the defaults of their variables."""
    for server in node.items("servers"):
        url = server.text("url") or ""
        for name, variable in server.entries("variables"):
            url = url.replace("{" + name + "}", variable.text("default") or "")
        try:
            path = urlsplit(url).path
        except ValueError:
            continue
        yield "" if "{" in path else "/" + path.strip("/") if path.strip("/") else ""


def _mentions(value: JSON, text: str) -> bool:
    waiting = [value]
    for _ in range(20_000):
        if not waiting:
            return False
        current = waiting.pop()
        if isinstance(current, str) and text in current:
            return True
        if isinstance(current, dict):
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
    return False


def read_service(path: Path) -> Service:
    """The service a document describes. Raises `Refused` when it is none."""
    try:
        stat = path.stat()
    except OSError:
        return Service(load(path, Problems()))  # which says what is the matter
    return Service(_loaded(path.resolve(), path.name, stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=4)
def _loaded(path: Path, name: str, changed: int, size: int) -> Document:
    """Documents are read-only, and reading is most of what a start costs: tests start many servers on one."""
    problems = Problems()
    return as_openapi_3(load(path, problems, name), problems)
