"""Makes every `$ref` a key into an index. Schemas stay apart, so that cycles stay keys; all else is put in its place.

References lead to places in this document and in files of its own folder. Nothing is fetched over a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TypeVar
from urllib.parse import unquote

from ..document import JSON, Document, load, pointer_to, steps_of
from ..problems import Problem, Problems, Refused
from .model import (
    VERBS,
    MediaType,
    Operation,
    Parameter,
    PathItem,
    Ref,
    RequestBody,
    Response,
    Schema,
    SchemaOrRef,
    Spec,
)
from .parse import parse_operation, parse_parameter, parse_path_item, parse_request_body, parse_response
from .reader import Node
from .schemas import parse_schema, reference

__all__ = ["Library", "ResolvedOperation", "ResolvedSpec", "payload", "resolve"]

T = TypeVar("T")

_LONGEST_CHAIN = 50
_MOST_HINTS = 50


class Library:
    """The document and the files of its folder that it refers to, each read once."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self._folder = document.path.resolve().parent
        self._problems = problems
        self._documents: dict[str, Document | None] = {document.name: document}
        self._marked: dict[str, dict[str, str]] = {}

    def document(self, name: str) -> Document | None:
        """A file by its path below the folder; None when it cannot be read."""
        if name not in self._documents:
            try:
                self._documents[name] = load(self._folder / name, self._problems, name)
            except Refused as refused:
                problem = refused.problem
                self._problems.add(problem.kind, problem.message, problem.origin)
                self._documents[name] = None
        return self._documents[name]

    def marked(self, document: Document) -> Mapping[str, str]:
        """Where the schemas are that a document gives an `$id`, and those with an anchor, as `#name`."""
        if document.name not in self._marked:
            self._marked[document.name] = dict(_marks(document.root))
        return self._marked[document.name]

    def located(self, problem: Problem) -> Problem:
        """The problem with the line and column of its place."""
        document = self._documents.get(problem.origin.file)
        return problem if document is None else replace(problem, origin=document.located(problem.origin))

    def name_for(self, file: str, base: str) -> str | None:
        """The library's name for a relative path written in the file `base`; None when it leads out of the folder."""
        target = unquote(file)
        if "\0" in target or "\\" in target or target.startswith("/") or ":" in target.partition("/")[0]:
            return None
        path = ((self._folder / base).parent / target).resolve()
        if not path.is_relative_to(self._folder):
            return None
        return path.relative_to(self._folder).as_posix()


@dataclass(frozen=True, slots=True)
class ResolvedOperation:
    """An operation whose parameters, body and responses are all here."""

    operation: Operation
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    responses: tuple[tuple[str, Response], ...]


@dataclass(frozen=True, slots=True)
class ResolvedSpec:
    """A document with an index of the schemas that references lead to."""

    spec: Spec
    operations: tuple[ResolvedOperation, ...]
    webhooks: tuple[tuple[str, ResolvedOperation], ...]
    schemas: Mapping[str, Schema]
    """Every component schema, and every schema a reference leads to, by key (`file#pointer`)."""
    keys: Mapping[tuple[str, str], str]
    """The key for a reference, by the file it stands in and its text. A reference without one leads nowhere."""
    names: Mapping[str, str]
    """The component name for each key that has one."""

    def key_of(self, ref: Ref) -> str | None:
        return self.keys.get((ref.file, ref.target))


def resolve(spec: Spec, library: Library, problems: Problems) -> ResolvedSpec:
    """Resolve every reference of a document; those that lead nowhere are reported where they stand."""
    return _Resolver(spec, library, problems).run()


class _Resolver:
    def __init__(self, spec: Spec, library: Library, problems: Problems) -> None:
        self._spec = spec
        self._library = library
        self._problems = problems
        self._schemas: dict[str, Schema] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._tried: set[tuple[str, str]] = set()
        self._waiting: list[SchemaOrRef] = []
        self._hints = 0

    def run(self) -> ResolvedSpec:
        spec = self._spec
        names: dict[str, str] = {}
        for name, schema in spec.components.schemas:
            own = f"{spec.file}#{schema.pointer}"
            if isinstance(schema, Schema):
                self._schemas[own] = schema
                names[own] = name
            else:
                self._keys[(spec.file, f"#{schema.pointer}")] = own
                self._schemas[own] = Schema(schema.pointer, schema.file, ref=schema)
                names[own] = name
            self._waiting.append(schema)
        operations = tuple(self._operations(spec.paths))
        webhooks = tuple((each.operation.path, each) for each in self._operations(spec.webhooks))
        for name, each in webhooks:
            self._name_payload(name, each, names)
        while self._waiting:
            for ref in _references(self._waiting.pop()):
                self._schema(ref)
        self._name_targets(names)
        return ResolvedSpec(spec, operations, webhooks, self._schemas, self._keys, names)

    def _name_payload(self, name: str, found: ResolvedOperation, names: dict[str, str]) -> None:
        """What a webhook sends is called after it, unless it is a component and has a name."""
        schema = payload(found)
        if isinstance(schema, Schema) and schema.ref is None:
            key = f"{schema.file}#{schema.pointer}"
            self._schemas.setdefault(key, schema)
            names.setdefault(key, f"{name} event")

    def _name_targets(self, names: dict[str, str]) -> None:
        """A component that only points to a schema without a name, as in another file, is that schema's name."""
        for key, name in list(names.items()):
            schema = self._schemas[key]
            if schema.ref is None or schema != Schema(schema.pointer, schema.file, ref=schema.ref):
                continue
            target = self._keys.get((schema.ref.file, schema.ref.target))
            if target is None or target in names or target == key:
                continue
            names[target] = name
            del names[key], self._schemas[key]
            self._keys.update({mark: target for mark, known in self._keys.items() if known == key})

    def _operations(self, items: tuple[PathItem, ...]) -> Iterator[ResolvedOperation]:
        for item in items:
            operations = {each.verb: each for each in self._own_operations(item)}
            if item.ref is not None:
                target = self._target(item.ref, lambda node, path=item.path: parse_path_item(node, path))
                if target is not None:
                    found = (_beside(item, each) for each in self._own_operations(target))
                    operations = {each.verb: each for each in found} | operations
            for verb in VERBS:
                if verb in operations:
                    yield self._operation(operations[verb])

    def _own_operations(self, item: PathItem) -> Iterator[Operation]:
        """The operations of a path item, those included that are written elsewhere."""
        yield from item.operations
        for verb, ref in item.elsewhere:

            def build(node: Node, verb: str = verb) -> Operation | None:
                if isinstance(node.value, dict):
                    return parse_operation(node, item.path, verb, item.parameters, item.servers)
                node.report("bad-shape", f"the operation {verb.upper()} {item.path} is left out: it is no object")
                return None

            operation = self._target(ref, build)
            if operation is not None:
                yield operation

    def _operation(self, operation: Operation) -> ResolvedOperation:
        parameters: dict[tuple[str, str], Parameter] = {}
        for each in operation.parameters:
            parameter = self._target(each, parse_parameter) if isinstance(each, Ref) else each
            if parameter is not None:
                parameters[(parameter.name, parameter.place)] = parameter  # an operation's own wins over its path's
                self._waiting.append(parameter.schema)
        body = operation.body
        if isinstance(body, Ref):
            body = self._target(body, parse_request_body)
        responses: list[tuple[str, Response]] = []
        for status, each in operation.responses:
            response = self._target(each, parse_response) if isinstance(each, Ref) else each
            if response is not None:
                responses.append((status, response))
        contents: list[Mapping[str, MediaType]] = [response.content for _, response in responses]
        if body is not None:
            contents.append(body.content)
        for content in contents:
            self._waiting.extend(media.schema for media in content.values() if media.schema is not None)
        return ResolvedOperation(operation, tuple(parameters.values()), body, tuple(responses))

    def _schema(self, ref: Ref) -> None:
        mark = (ref.file, ref.target)
        if mark in self._tried:
            return
        self._tried.add(mark)
        node = self._node(ref)
        if node is None:
            return
        key = f"{node.file}#{node.pointer}"
        self._keys[mark] = key
        if key in self._schemas:
            return
        schema = parse_schema(node)
        self._schemas[key] = schema if isinstance(schema, Schema) else Schema(node.pointer, node.file, ref=schema)
        self._waiting.append(self._schemas[key])

    def _target(self, ref: Ref, build: Callable[[Node], T | None]) -> T | None:
        """What a reference to anything but a schema leads to, through further references."""
        for _ in range(_LONGEST_CHAIN):
            node = self._node(ref)
            if node is None:
                return None
            following = reference(node)
            if following is None:
                return build(node)
            ref = following
        self._report(ref, f"the reference {ref.target!r} leads in a circle")
        return None

    def _node(self, ref: Ref) -> Node | None:
        file, _, fragment = ref.target.partition("#")
        name = ref.file
        own = self._library.document(name)
        known = self._library.marked(own).get(file) if file and own is not None else None
        if known is not None:
            fragment, file = known + fragment, ""
        if file:
            found = self._library.name_for(file, ref.file)
            if found is None:
                self._report(
                    ref, f"{ref.target!r} leads out of the document's folder; such references are not followed"
                )
                return None
            name = found
        document = self._library.document(name)
        if document is None:
            self._report(ref, f"{ref.target!r} cannot be read")
            return None
        pointer = unquote(fragment)
        if pointer and not pointer.startswith("/"):
            anchored = self._library.marked(document).get(f"#{pointer}")
            if anchored is None:
                self._report(ref, f"{ref.target!r} names an anchor that is nowhere")
                return None
            pointer = anchored
        return self._at(document, pointer, ref)

    def _at(self, document: Document, pointer: str, ref: Ref) -> Node | None:
        for candidate in dict.fromkeys(
            (pointer, pointer.rstrip("/"), *_enclosed(document, pointer, ref), *_moved(pointer))
        ):
            try:
                return Node(document.at(candidate), candidate, document, self._problems)
            except KeyError:
                continue
        self._report(ref, f"{ref.target!r} leads nowhere{self._hint(document, pointer)}")
        return None

    def _hint(self, document: Document, pointer: str) -> str:
        """What may have been meant, looked for a few times only: a document may have thousands of such references."""
        self._hints += 1
        found = _nearest(document, pointer) if self._hints <= _MOST_HINTS else None
        return f"; there is {f'#{found}'!r}" if found is not None else ""

    def _report(self, ref: Ref, message: str) -> None:
        document = self._library.document(ref.file)
        if document is not None:
            self._problems.add("bad-reference", message, document.origin(ref.pointer))


def payload(found: ResolvedOperation) -> SchemaOrRef | None:
    """The schema of what an operation is sent as JSON."""
    if found.body is None:
        return None
    content = found.body.content
    return next((media.schema for kind, media in content.items() if "json" in kind or kind == "*/*"), None)


def _beside(item: PathItem, operation: Operation) -> Operation:
    """An operation written elsewhere, with the parameters and servers that stand beside the reference to it."""
    parameters = (*item.parameters, *operation.parameters)
    return replace(operation, parameters=parameters, servers=operation.servers or item.servers)


def _moved(pointer: str) -> Iterator[str]:
    """Where a schema is now that was among the definitions of an OpenAPI 2 document."""
    if pointer.startswith("/definitions/"):
        yield f"/components/schemas/{pointer.removeprefix('/definitions/')}"


def _enclosed(document: Document, pointer: str, ref: Ref) -> Iterator[str]:
    """Where `#/$defs/X` leads if a schema around the reference is its root, as one made by itself was before."""
    if ref.file == document.name and pointer.startswith(("/$defs/", "/definitions/")):
        around = ref.pointer
        while around:
            yield around + pointer
            around = around.rpartition("/")[0]


_MARKS = {"$id": "", "$anchor": "#", "$dynamicAnchor": "#"}


def _marks(root: JSON) -> Iterator[tuple[str, str]]:
    """What schemas are called by themselves (JSON Schema 2020-12, sections 8.2.1 and 8.2.2), with their pointers."""
    waiting: list[tuple[JSON, str]] = [(root, "")]
    seen: set[int] = set()
    while waiting:
        node, pointer = waiting.pop()
        if not isinstance(node, (dict, list)) or id(node) in seen:
            continue
        seen.add(id(node))  # what a YAML alias stands for is the same object each time
        entries = node.items() if isinstance(node, dict) else enumerate(node)
        for key, each in entries:
            mark = _MARKS.get(key) if isinstance(key, str) else None
            if mark is not None and isinstance(each, str) and each:
                yield mark + each, pointer
            waiting.append((each, pointer_to(pointer, key)))


def _nearest(document: Document, pointer: str) -> str | None:
    """A pointer that leads somewhere and is spelled nearly like this one."""
    found = ""
    for step in steps_of(pointer):
        node = document.at(found)
        if not isinstance(node, dict):
            return None
        if step not in node:
            alike = [key for key in node if key.lower() == step.lower()] or get_close_matches(step, node, 1)
            if not alike:
                return None
            step = alike[0]
        found = pointer_to(found, step)
    return found


def _references(schema: SchemaOrRef) -> Iterator[Ref]:
    """Every reference in a schema, at any depth."""
    waiting: list[SchemaOrRef] = [schema]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Ref):
            yield current
            continue
        if current.ref is not None:
            yield current.ref
        waiting.extend(parts_of(current))


def parts_of(schema: Schema) -> list[SchemaOrRef]:
    """The schemas a schema is directly made of."""
    parts: list[SchemaOrRef] = [each for _, each in schema.properties]
    parts += [*schema.prefix_items, *schema.all_of, *schema.any_of, *schema.one_of]
    if schema.items is not None:
        parts.append(schema.items)
    if isinstance(schema.additional, (Schema, Ref)):
        parts.append(schema.additional)
    return parts
