"""From the document and the configuration to the API they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, cast

from ..document import Document, pointer_to
from ..problems import Kind, Origin, Problems
from ..spec.model import MediaType, Parameter, Ref, Response, Schema, SchemaOrRef
from ..spec.resolve import Library, ResolvedOperation, ResolvedSpec, payload
from .chains import bounded
from .config import ChannelConfig, Config, MethodConfig, ResourceConfig
from .media import FORM, contents_of, holds_file, is_json, preferred, text_kind
from .model import (
    API,
    BinaryBody,
    BinaryResult,
    Body,
    BodyField,
    Channel,
    Empty,
    Method,
    NamedType,
    Operation,
    PageResult,
    PageScheme,
    Param,
    Resource,
    Result,
    StreamResult,
    TextResult,
    ValueResult,
    Variant,
)
from .pagination import matching, page_item, schemes_of
from .places import names_of_place
from .schemas import SchemaReader
from .security import auth_schemes, default_security, undeclared
from .servers import Servers, environments
from .tags import Tagger
from .types import (
    Binary,
    Constant,
    Enum,
    Null,
    Object,
    Primitive,
    Reference,
    Type,
    Union,
    Unknown,
    without_null,
)

__all__ = ["lower"]

_TEMPLATE: Final = re.compile(r"\{[^{}]*\}")
_STYLES: Final = {"spaceDelimited": "space", "pipeDelimited": "pipe"}


def lower(
    spec: ResolvedSpec, config: Config, library: Library, config_document: Document | None, problems: Problems
) -> API:
    """The API. Operations and schemas that cannot be used are reported and left out."""
    return _Lowering(spec, config, library, config_document, problems).run()


class _Lowering:
    def __init__(
        self,
        spec: ResolvedSpec,
        config: Config,
        library: Library,
        config_document: Document | None,
        problems: Problems,
    ) -> None:
        self._spec = spec
        self._config = config
        self._library = library
        self._config_document = config_document
        self._problems = problems
        self._reader = SchemaReader(spec, problems, self._origin)
        self._tagger = Tagger(self._reader.content_of)
        self._operations = {_endpoint(each.operation.verb, each.operation.path): each for each in spec.operations}
        self._used: set[str] = set()
        self._pages: tuple[PageScheme, ...] = ()
        self._by_name: dict[str, str] = {}
        self._models_by_path = dict(_models_by_path(config.root, ""))
        self._environments = config.environments or tuple(environments(spec))
        self._servers = Servers(spec, self._environments)

    def run(self) -> API:
        spec, config = self._spec, self._config
        types = {key: self._named(key) for key in spec.schemas}
        self._by_name = {named.name: key for key, named in types.items()}
        self._pages = schemes_of(config, self._problems, self._config_origin)
        root = self._resource("", (), config.root)
        self._report_unused()
        schemes = auth_schemes(spec.spec, config, self._problems, self._origin)
        for pointer, name in undeclared(spec.spec, config):
            said = f"neither the document nor security_schemes has a security scheme {name!r}; it is not used"
            self._problems.add("config", said, self._config_origin(pointer))
        return API(
            title=spec.spec.info.title,
            version=spec.spec.info.version,
            docs=spec.spec.info.description,
            environments=self._environments,
            root=root,
            types=bounded(types, self._problems),
            pages=self._pages,
            schemes=schemes,
            security=default_security(spec, config, schemes),
            config=config,
            webhooks=() if config.is_given else tuple(self._webhooks(types)),
        )

    def _webhooks(self, types: Mapping[str, NamedType]) -> Iterator[tuple[str, str]]:
        """The payloads of webhooks; an author lists those that are wanted."""
        for name, found in self._spec.webhooks:
            schema = payload(found)
            if schema is None:
                continue
            key = self._spec.key_of(schema) if isinstance(schema, Ref) else f"{schema.file}#{schema.pointer}"
            if key is not None and key in types:
                yield name, key

    # --- places ---

    def _origin(self, file: str, pointer: str) -> Origin:
        document = self._library.document(file)
        return Origin(file, pointer=pointer) if document is None else document.origin(pointer)

    def _config_origin(self, pointer: str) -> Origin:
        document = self._config_document
        return Origin("configuration", pointer=pointer) if document is None else document.origin(pointer)

    def _report(self, kind: Kind, message: str, operation: ResolvedOperation) -> None:
        self._problems.add(kind, message, self._origin(operation.operation.file, operation.operation.pointer))

    # --- types ---

    def _type(self, schema: SchemaOrRef | None) -> Type:
        return self._tagger.tagged(self._reader.type_of(schema))

    def _named(self, key: str) -> NamedType:
        schema = self._spec.schemas[key]
        own = self._spec.names.get(key)
        name, longer = (own, None) if own is not None else names_of_place(schema.file, schema.pointer)
        origin = self._origin(schema.file, schema.pointer)
        type = self._reader.content_of(key)
        if type == Reference(key):
            self._problems.add(
                "bad-reference", f"the schema {name!r} refers to itself only; it is read as anything", origin
            )
            type = Unknown()
        return NamedType(key, name, self._tagger.tagged(type), schema.description, schema.deprecated, origin, longer)

    # --- resources ---

    def _resource(self, name: str, path: tuple[str, ...], config: ResourceConfig) -> Resource:
        methods = [method for each in config.methods if (method := self._method(each)) is not None]
        return Resource(
            name=name,
            path=path,
            methods=tuple(methods),
            resources=tuple(self._resource(each, (*path, each), inner) for each, inner in config.resources),
            models=tuple(self._models(config)),
            docs=config.docs,
            mixin=config.mixin,
            channel=None if config.channel is None else self._channel(config.channel),
            types_package=config.types_package,
        )

    def _models(self, config: ResourceConfig) -> Iterator[tuple[str, str]]:
        for name, target in config.models:
            key = self._by_name.get(target.rpartition("/")[2] if target.startswith("#/components/schemas/") else target)
            if key is None:
                place = pointer_to(config.pointer, "models", name)
                self._problems.add("config", f"the document has no schema {target!r}", self._config_origin(place))
            else:
                yield name, key

    def _channel(self, config: ChannelConfig) -> Channel | None:
        wanted = (config.receives, *config.sends)
        missing = [name for name in wanted if name not in self._by_name]
        if missing:
            names = ", ".join(map(repr, missing))
            message = f"the document has no schema {names}; the channel is left out"
            self._problems.add("config", message, self._config_origin(config.pointer))
            return None
        receives, *sends = (self._by_name[name] for name in wanted)
        in_path = [name[1:-1] for name in _TEMPLATE.findall(config.path)]
        text = self._type(Schema("", types=("string",)))
        params = [Param(name, "path", text, required=True) for name in in_path]
        for name, kind, required, docs in config.query:
            type = self._type(Schema("", types=(kind,)))
            params.append(Param(name, "query", type, required=required, docs=docs))
        return Channel(
            path=config.path,
            params=tuple(params),
            sent=tuple(self._sent(sends[0])),
            sends=tuple(sends),
            receives=receives,
            headers=config.headers,
            docs=config.docs,
            queue_size=config.queue_size,
        )

    def _sent(self, key: str) -> Iterator[tuple[str, Type]]:
        """The variants of a union of events, or the one event, that have a `type` of one value."""
        whole = self._deep(Reference(key))
        for each in whole.variants if isinstance(whole, Union) else (Reference(key),):
            event = self._deep(each)
            own = [p.type for p in event.properties if p.name == "type"] if isinstance(event, Object) else []
            if not own and isinstance(event, Union):
                continue
            tag = self._deep(own[0]) if own else Unknown()
            value = tag.value if isinstance(tag, Constant) else tag.values[0] if isinstance(tag, Enum) else None
            if isinstance(value, str) and value:
                yield value, each

    def _method(self, config: MethodConfig) -> Method | None:
        found = self._operations.get(_endpoint(config.verb, config.path))
        if found is None:
            message = f"the document has no operation {config.verb.upper()} {config.path}; the method is left out"
            self._problems.add("config", message, self._config_origin(config.pointer))
            return None
        self._used.add(_endpoint(config.verb, config.path))
        operation = self._operation(found, config)
        in_path = [each.name for each in operation.params if each.place == "path"]
        positional = config.positional if config.positional is not None else tuple(in_path[-1:])
        for name in positional:
            if name not in in_path:
                said = f"the path has no parameter {name!r}; those it has: {', '.join(in_path) or 'none'}"
                self._problems.add("config", said, self._config_origin(pointer_to(config.pointer, "positional_params")))
        return Method(config.name, operation, tuple(name for name in positional if name in in_path))

    def _report_unused(self) -> None:
        left_out: set[str] = set()
        for said, place in self._config.left_out.items():
            verb, _, path = " ".join(said.split()).partition(" ")
            left_out.add(_endpoint(verb, path))
            if place and _endpoint(verb, path) not in self._operations:
                message = f"the document has no operation {said!r} to be left out"
                self._problems.add("config", message, self._config_origin(place))
        for endpoint, each in self._operations.items():
            if endpoint not in self._used:
                operation = each.operation
                if endpoint in left_out:
                    continue
                message = (
                    f"{operation.verb.upper()} {operation.path} has no method in the configuration; it is left out"
                )
                self._report("config", message, each)

    # --- operations ---

    def _operation(self, found: ResolvedOperation, config: MethodConfig) -> Operation:
        operation = found.operation
        params = tuple(self._params(found))
        body = self._body(found, config)
        return Operation(
            verb=operation.verb,
            path=operation.path,
            params=params,
            body=body,
            result=self._result(found, config, params, body),
            security=operation.security,
            summary=operation.summary,
            docs=operation.description,
            deprecated=operation.deprecated or bool(config.deprecated),
            origin=self._origin(operation.file, operation.pointer),
            key=f"{operation.file}#{operation.pointer}",
            server=self._server(found),
        )

    def _server(self, found: ResolvedOperation) -> str | None:
        """Where an operation is that is not where the others are."""
        server, said = self._servers.of(found)
        if said is not None and server is None:
            message = f"the server {said!r} is not used: it is no whole address; the call goes where the others go"
            self._report("unsupported", message, found)
        return server

    def _params(self, found: ResolvedOperation) -> Iterator[Param]:
        in_template = [name[1:-1] for name in _TEMPLATE.findall(found.operation.path)]
        declared = {each.name for each in found.parameters if each.place == "path"}
        for name in in_template:
            if name not in declared:
                self._report("missing", f"the path parameter {name!r} is not declared; it is taken as text", found)
                yield Param(name, "path", self._type(Schema("", types=("string",))), required=True)
        for each in found.parameters:
            if each.place == "path" and each.name not in in_template:
                self._report("conflict", f"the path has no {{{each.name}}}; the parameter is left out", found)
                continue
            if each.place == "header" and each.name.lower() in ("accept", "content-type", "authorization"):
                continue  # OpenAPI 3.1, section 4.8.12.2.1: such parameters are to be ignored
            yield self._param(each)

    def _param(self, each: Parameter) -> Param:
        schema = each.schema
        own = schema if isinstance(schema, Schema) else None
        return Param(
            name=each.name,
            called=_called(each.extensions.get("x-stainless-param")),
            place=each.place,
            type=self._type(schema),
            required=each.required,
            docs=each.description or schema.description,
            deprecated=each.deprecated or (own.deprecated if own else False),
            default=own.default if own else None,
            style=each.style,
            explode=each.explode,
            arrays=_array_style(each),
            nested="brackets" if each.style == "deepObject" else None,
            as_json=each.as_json,
            origin=self._origin(each.file, each.pointer),
        )

    def _body(self, found: ResolvedOperation, config: MethodConfig) -> Body | BinaryBody | None:
        body = found.body
        if body is None or not body.content:
            if config.body_param is not None:
                place = pointer_to(config.pointer, "body_param_name")
                self._problems.add("config", "the operation has no body to name", self._config_origin(place))
            return None
        kind, media = preferred(body.content, self._has_files)
        encoding: Literal["json", "form", "multipart"]
        if kind.startswith("multipart/"):
            encoding = "multipart"
        elif kind == FORM:
            encoding = "form"
        elif is_json(kind):
            encoding = "json"
        else:
            return BinaryBody(kind, body.required, body.description, config.body_param)
        type = self._type(media.schema)
        if encoding == "json" and isinstance(type, Binary):
            return BinaryBody(kind, body.required, body.description, config.body_param)
        content_type = "application/json" if kind == "*/*" else kind
        whole = self._reader.object_of(media.schema) if media.schema is not None else None
        whole = None if whole is None else cast(Object, self._tagger.tagged(whole))
        fields = None if config.body_param is not None else self._fields(whole, type, encoding, media)
        return Body(
            encoding,
            content_type,
            body.required,
            fields,
            None if fields is not None else type,
            body.description,
            config.body_param,
        )

    def _has_files(self, media: MediaType) -> bool:
        whole = None if media.schema is None else self._reader.object_of(media.schema)
        return whole is not None and any(holds_file(self._deep(each.type)) for each in whole.properties)

    def _fields(
        self, found: Object | None, type: Type, encoding: str, media: MediaType
    ) -> tuple[BodyField, ...] | None:
        """The properties of a body that is an object; of alternatives, those of all of them."""
        objects = [found] if found is not None else self._alternatives(type)
        if objects is None or any(each.additional is not None and not each.properties for each in objects):
            return None
        fields: dict[str, BodyField] = {}
        for each in objects:
            for own in each.properties:
                if own.read_only and not own.write_only:
                    continue
                known = fields.get(own.name)
                required = own.required and all(_requires(other, own.name) for other in objects)
                merged = own.type if known is None or known.type == own.type else _either(known.type, own.type)
                content_type = media.encoding[own.name].content_type if own.name in media.encoding else None
                is_file = encoding == "multipart" and holds_file(self._deep(own.type))
                fields[own.name] = BodyField(
                    name=own.name,
                    called=own.called,
                    type=merged,
                    required=required,
                    docs=own.docs,
                    deprecated=own.deprecated,
                    default=own.default,
                    is_file=is_file,
                    as_json=content_type is not None and is_json(content_type) and not is_file,
                    text_kind=None if is_file else text_kind(content_type),
                    origin=own.origin,
                )
        return tuple(fields.values()) if fields else None

    def _alternatives(self, type: Type) -> list[Object] | None:
        plain, _ = without_null(self._deep(type))
        if not isinstance(plain, Union):
            return [plain] if isinstance(plain, Object) else None
        found: list[Object] = []
        for variant in plain.variants:
            content = self._deep(variant)
            if not isinstance(content, Object):
                return None
            found.append(content)
        return found

    def _deep(self, type: Type) -> Type:
        """The type behind references; arrays and alternatives of references are left as they are."""
        for _ in range(20):
            if not isinstance(type, Reference):
                return type
            type = self._tagger.tagged(self._reader.content_of(type.key))
        return Unknown()

    # --- results ---

    def _result(
        self, found: ResolvedOperation, config: MethodConfig, params: tuple[Param, ...], body: Body | BinaryBody | None
    ) -> Result:
        if config.returns is not None:
            return self._said_result(config)
        good = [response for status, response in found.responses if status.startswith("2")]
        if not good:
            good = [response for status, response in found.responses if status == "default"]
        contents = contents_of(good)
        names = {each.name for each in body.fields or ()} if isinstance(body, Body) else set[str]()
        stream = next((media for kind, media in contents if kind == "text/event-stream"), None)
        lines = next((media for kind, media in contents if "jsonl" in kind or "ndjson" in kind), None)
        values = [(kind, media) for kind, media in contents if is_json(kind)]
        plain = self._plain_result(found, config, values, contents, params, names)
        streamed = stream if stream is not None else lines
        if streamed is not None or config.is_stream:
            item = self._event(config, streamed, is_lines=stream is None)
            known = {*names, *(p.name for p in params)}
            parameter = config.stream_parameter
            if parameter is not None and parameter not in known and (values or isinstance(plain, BinaryResult)):
                place = pointer_to(config.pointer, "streaming", "param_discriminator")
                message = f"the operation has no parameter {parameter!r} to ask for a stream"
                self._problems.add("config", message, self._config_origin(place))
                parameter = None
            if parameter is None and "stream" in known:
                parameter = "stream"
            if isinstance(plain, BinaryResult) and parameter is None and not config.is_stream:
                return plain  # no argument says which of them comes; bytes can be read piece by piece too
            if isinstance(plain, (ValueResult, BinaryResult, Empty)):
                has_other = bool(values) or isinstance(plain, BinaryResult)
                return StreamResult(item, parameter if has_other else None, plain if has_other else None)
            return StreamResult(item)
        return plain

    def _said_result(self, config: MethodConfig) -> Result:
        """What the author wants to come back, whatever the document says: a schema, or text."""
        key = self._by_name.get(config.returns or "")
        if key is not None:
            return ValueResult(Reference(key))
        if config.returns != "string":
            message = f"the document has no schema {config.returns!r}; the method gives text"
            self._problems.add("config", message, self._config_origin(config.pointer))
        return TextResult("text/plain")

    def _event(self, config: MethodConfig, media: MediaType | None, *, is_lines: bool) -> Type:
        if config.stream_event is not None:
            said = config.stream_event
            key = self._by_name.get(self._models_by_path.get(said, said).rpartition("/")[2])
            if key is not None:
                return Reference(key)
            message = f"the document has no schema {config.stream_event!r}"
            self._problems.add("config", message, self._config_origin(config.pointer))
        if media is None:
            return Unknown()
        # Data of events are text; that they are JSON, a schema has to say.
        return self._type(media.schema) if media.schema is not None or is_lines else Primitive("string", None)

    def _plain_result(
        self,
        found: ResolvedOperation,
        config: MethodConfig,
        values: list[tuple[str, MediaType]],
        contents: list[tuple[str, MediaType]],
        params: tuple[Param, ...],
        body_names: set[str],
    ) -> Result:
        others = [(k, m) for k, m in contents if not is_json(k) and k != "text/event-stream" and "jsonl" not in k]
        schemas = [media.schema for _, media in values if media.schema is not None]
        if not schemas:
            return self._other_result(others, values)
        type = self._answer(schemas)
        if isinstance(self._deep(type), Binary):
            return BinaryResult(values[0][0])
        deep = self._deep(type)
        scheme = matching(self._pages, config.paginated, params, body_names, deep)
        if scheme is None and isinstance(config.paginated, str) and config.paginated:
            message = f"there is no pagination {config.paginated!r}"
            self._problems.add("config", message, self._config_origin(config.pointer))
        if scheme is not None:
            item = page_item(scheme, deep)
            if item is not None:
                return PageResult(scheme.name, item)
            message = f"the answer has no list at {scheme.items!r}; it is not paged"
            self._report("conflict", message, found)
        parameter, variants = self._variants(found)
        value = self._unwrapped(type, deep, config)
        may_be_empty = any(_is_empty_answer(status, response) for status, response in found.responses)
        return ValueResult(_either(value, Null()) if may_be_empty else value, parameter, variants)

    def _answer(self, schemas: list[SchemaOrRef]) -> Type:
        types = list(dict.fromkeys(self._type(schema) for schema in schemas))
        if len(types) == 1:
            return types[0]
        return Unknown() if any(isinstance(each, Unknown) for each in types) else Union(tuple(types))

    def _unwrapped(self, type: Type, deep: Type, config: MethodConfig) -> Type:
        wanted = self._config.unwrap if config.unwrap is None else config.unwrap
        if not isinstance(wanted, str):
            return type
        inner = [each.type for each in deep.properties if each.name == wanted] if isinstance(deep, Object) else []
        if not inner and isinstance(config.unwrap, str):
            place = pointer_to(config.pointer, "unwrap_response")
            message = f"the answer has no property {wanted!r}; it is given as it is"
            self._problems.add("config", message, self._config_origin(place))
        return inner[0] if inner else type

    def _other_result(self, others: list[tuple[str, MediaType]], values: list[tuple[str, MediaType]]) -> Result:
        if values:
            return ValueResult(Unknown())  # JSON of which nothing is said
        if not others:
            return Empty()
        kind, media = others[0]
        type = self._deep(self._type(media.schema))
        is_text = kind.startswith("text/") or kind in ("application/xml", "application/yaml", "application/x-yaml")
        return TextResult(kind) if is_text and not isinstance(type, Binary) else BinaryResult(kind)

    def _variants(self, found: ResolvedOperation) -> tuple[str | None, tuple[Variant, ...]]:
        """Results that a parameter decides between, from the extension `x-response-variants`."""
        said = found.operation.extensions.get("x-response-variants")
        if not isinstance(said, dict) or not isinstance(said.get("parameter"), str):
            return None, ()
        variants: list[Variant] = []
        for each in cast("list[object]", said.get("variants")) if isinstance(said.get("variants"), list) else []:
            if isinstance(each, dict):
                entry = cast("dict[str, object]", each)
                values = tuple(str(value) for value in cast("list[object]", entry.get("values", [])))
                name = str(cast("dict[str, object]", entry.get("schema", {})).get("$ref", "")).rpartition("/")[2]
                key = self._by_name.get(name)
                variants.append(Variant(values, Reference(key) if key is not None else None))
        return cast(str, said["parameter"]), tuple(variants)


def _is_empty_answer(status: str, response: Response) -> bool:
    """Whether the answer that is expected is documented without a body. Others are often listed for no better reason
    than that a framework knows of them: a 201 beside the 200 that comes."""
    return status.lower() in ("200", "2xx") and not response.content


def _models_by_path(config: ResourceConfig, path: str) -> Iterator[tuple[str, str]]:
    """The models of a configuration as others of its entries name them: `chat.completions.chunk`, and their schemas."""
    for name, target in config.models:
        yield f"{path}{name}", target
    for name, inner in config.resources:
        yield from _models_by_path(inner, f"{path}{name}.")


def _endpoint(verb: str, path: str) -> str:
    return f"{verb.lower()} {_TEMPLATE.sub('{}', path)}"


def _called(name: object) -> str | None:
    return name if isinstance(name, str) and name else None


def _array_style(each: Parameter) -> str | None:
    if each.place != "query":
        return None
    if each.name.endswith("[]"):
        return "repeat"  # the name has the brackets already
    if each.style in _STYLES:
        return "repeat" if each.explode else _STYLES[each.style]
    if each.style == "form":
        return None if each.explode else "comma"
    return None


def _requires(found: Object, name: str) -> bool:
    return any(each.name == name and each.required for each in found.properties)


def _either(one: Type, other: Type) -> Type:
    variants = [
        *(one.variants if isinstance(one, Union) else (one,)),
        *(other.variants if isinstance(other, Union) else (other,)),
    ]
    return Unknown() if any(isinstance(each, Unknown) for each in variants) else Union(tuple(dict.fromkeys(variants)))
