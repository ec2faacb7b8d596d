"""The configuration: what OpenAPI cannot say, in the format of `stainless.yml`. Unknown entries are reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from ..document import JSON, Document
from ..problems import Problems
from ..spec.reader import Node
from .entries import check, check_method, check_resource, hand_written, headers, is_header, one_of

__all__ = [
    "ChannelConfig",
    "ClientOpt",
    "Config",
    "MethodConfig",
    "PaginationConfig",
    "ResourceConfig",
    "Style",
    "read_config",
]


@dataclass(frozen=True, slots=True)
class MethodConfig:
    name: str
    verb: str
    path: str
    paginated: bool | str | None = None
    """The name of a scheme, or whether to look for one that fits; None leaves it to the shapes."""
    stream_event: str | None = None
    stream_parameter: str | None = None
    is_stream: bool = False
    unwrap: str | Literal[False] | None = None
    body_param: str | None = None
    positional: tuple[str, ...] | None = None
    deprecated: str | bool | None = None
    returns: str | None = None
    """What comes back, whatever the document says: the name of a schema, or `string` for text."""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Mixin:
    """A hand-written class that a generated one inherits."""

    path: str
    """Module and name: `lib.embeddings:Vectors`."""
    calls: tuple[str, ...] = ()
    """Those of its methods that make one call each: they have raw and streaming views."""


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A WebSocket: where it is opened, and the events that go each way."""

    path: str
    sends: tuple[str, ...]
    """Schemas of what is sent; the senders are made of the first one, a union by the property `type`."""
    receives: str
    query: tuple[tuple[str, str, bool, str | None], ...] = ()
    """Query parameters: name, JSON type, whether required, description."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    docs: str | None = None
    queue_size: int = 1_048_576
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class ResourceConfig:
    methods: tuple[MethodConfig, ...] = ()
    models: tuple[tuple[str, str], ...] = ()
    """Model name to the schema it is made from."""
    resources: tuple[tuple[str, ResourceConfig], ...] = ()
    docs: str | None = None
    mixin: tuple[Mixin, ...] = ()
    channel: ChannelConfig | None = None
    types_package: tuple[str, ...] | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class PaginationConfig:
    name: str
    kind: str
    request: JSON
    response: JSON
    in_body: bool = False
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class ClientOpt:
    """One constructor keyword that the API defines."""

    name: str
    type: str = "string"
    docs: str | None = None
    env: str | None = None
    default: str | None = None
    scheme: str | None = None
    """The security scheme this option has a credential of."""
    role: str = "value"
    header: str | None = None
    query: str | None = None
    python_type: str | None = None
    """For a value that is no text: the hand-written type, as `lib.core.auth:Identity`."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the Python of this SDK is to look, where there is a choice."""

    package: str | None = None
    project: str | None = None
    client: str | None = None
    """The name of the sync client class; `Async` goes in front of it for the other."""
    resource_suffix: str = "Resource"
    casings: Mapping[str, str] = field(default_factory=dict[str, str])
    exports: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Further public names of the package, by the hand-written module they come from; by none, modules themselves."""
    type_exports: Mapping[str, Mapping[str, tuple[str, ...]]] = field(
        default_factory=dict[str, Mapping[str, tuple[str, ...]]]
    )
    """Further public names of packages of types, by the package (`chat`) and the hand-written module."""
    model_mixins: Mapping[str, str] = field(default_factory=dict[str, str])
    """Hand-written classes that models inherit: `responses.Response` to `lib.core.responses:Text`."""
    model_bases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Models that are a kind of another one as well: class to class, each with its package (`responses.Response`), or
    without one by a name that no other has."""
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Second names: alias to name."""
    module_client: str | None = None
    """Whether the package can be used as a client; a text names the hand-written function that makes that client."""
    module_options: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further options of the package as a client: `string`, or `any`."""
    addresses: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in the modules of types that do not follow from the types: `chat.chat_completion.Choice` to a name there,
    or to `package:Name` below `types`. A module (`chat.chats`) is that of a type whose name does not say so."""


@dataclass(frozen=True, slots=True)
class Config:
    root: ResourceConfig = field(default_factory=ResourceConfig)
    organization: str | None = None
    environments: tuple[tuple[str, str], ...] = ()
    pagination: tuple[PaginationConfig, ...] = ()
    opts: tuple[ClientOpt, ...] | None = None
    security: tuple[tuple[str, ...], ...] | None = None
    security_schemes: JSON = None
    query_arrays: str | None = None
    query_nested: str | None = None
    form_arrays: str | None = None
    form_nested: str | None = None
    idempotency_header: str | None = None
    default_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    max_retries: int | None = None
    timeout_seconds: float | None = None
    license: str | None = None
    unwrap: str | None = None
    env_prefix: str | None = None
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    """Endpoints the author wants no methods for, `post /things`, and where that is said; or without a place, where a
    method is skipped."""
    style: Style = field(default_factory=Style)
    is_given: bool = False
    """Whether the author wrote it; a configuration that was inferred may place things more freely."""


_ARRAYS: Final = ("comma", "repeat", "indices", "brackets")
_NESTED: Final = ("brackets", "dots")


def read_config(document: Document, problems: Problems) -> Config:
    """The configuration in a document."""
    root = Node(document.root, "", document, problems)
    if root.value is None:
        return Config()
    if not isinstance(root.value, dict):
        root.report("config", "a configuration is an object")
        return Config()
    check(root)
    settings = root.child("client_settings")
    resources = root.child("resources")
    return Config(
        root=_resource_tree(resources),
        organization=root.child("organization").text("name"),
        environments=tuple(_environments(root)),
        pagination=tuple(_paginations(root)),
        opts=_opts(settings) if settings.has("opts") else None,
        security=_security(root) if root.has("security") else None,
        security_schemes=root.child("security_schemes").value,
        query_arrays=one_of(root.child("query_settings"), "array_format", _ARRAYS),
        query_nested=one_of(root.child("query_settings"), "nested_format", _NESTED),
        form_arrays=one_of(root.child("multipart_settings"), "array_format", _ARRAYS),
        form_nested=one_of(root.child("multipart_settings"), "nested_format", _NESTED),
        idempotency_header=_idempotency_header(settings.child("idempotency")),
        default_headers=headers(settings, "default_headers"),
        max_retries=_retries(settings.child("default_retries").child("max_retries")),
        timeout_seconds=_timeout(settings.child("default_timeout")),
        license=root.child("settings").text("license"),
        unwrap=_unwrap(root.child("settings").child("unwrap_response_fields")),
        env_prefix=settings.text("default_env_prefix"),
        left_out={
            **dict.fromkeys(_skipped_endpoints(root.child("resources")), ""),
            **{each.value: each.pointer for each in root.items("unspecified_endpoints") if isinstance(each.value, str)},
        },
        style=_style(root),
        is_given=True,
    )


def _style(root: Node) -> Style:
    python = root.child("targets").child("python")
    own = python.child("x-antiphon")
    casings: dict[str, str] = {}
    for name, each in root.entries("custom_casings"):
        value = each.value
        casings[name.lower()] = value if isinstance(value, str) else str(each.child("pascal").value or name)
    style = Style(
        package=python.text("package_name"),
        project=python.text("project_name"),
        client=own.text("client_name"),
        casings=casings,
        exports={name: _names(each) for name, each in own.entries("exports")},
        type_exports={
            package: {name: _names(listed) for name, listed in each.entries()}
            for package, each in own.entries("type_exports")
        },
        model_mixins={name: str(each.value) for name, each in own.entries("model_mixins")},
        model_bases={name: str(each.value) for name, each in own.entries("model_bases")},
        aliases={name: str(each.value) for name, each in own.entries("aliases")},
        module_client=_module_client(own.child("module_client")),
        module_options={name: str(each.value) for name, each in own.child("module_client").entries("options")},
        addresses={name: str(each.value) for name, each in own.entries("addresses")},
    )
    suffix = own.text("resource_suffix")
    return style if suffix is None else replace(style, resource_suffix=suffix)


def _module_client(node: Node) -> str | None:
    """`true`, or an object with `make`, a function by module and name."""
    if isinstance(node.value, dict):
        return node.text("make") or ""
    return "" if node.value is True else None


def _names(node: Node) -> tuple[str, ...]:
    return tuple(item.value for item in node.items() if isinstance(item.value, str))


def _resource_tree(node: Node) -> ResourceConfig:
    """The root: `$client` has its methods, `$shared` its models."""
    resources: list[tuple[str, ResourceConfig]] = []
    root = ResourceConfig(pointer=node.pointer)
    for name, each in node.entries():
        if name == "$client":
            client = _resource(each)
            for key in ("models", "subresources"):
                if each.child(key).value:
                    each.report("config", f"$client has methods only; {key} belong to a resource, or to $shared", key)
            root = replace(root, methods=client.methods, mixin=client.mixin)
        else:
            resources.append((name, _resource(each)))
    return replace(root, resources=tuple(resources))


def _resource(node: Node) -> ResourceConfig:
    check_resource(node)
    if not isinstance(node.value, dict) and node.value is not None:
        node.report("bad-shape", "a resource has to be an object; it is left out")
    if _skipped(node):
        return ResourceConfig(pointer=node.pointer)
    methods = [method for name, each in node.entries("methods") if (method := _method(name, each)) is not None]
    models: list[tuple[str, str]] = []
    for name, each in node.entries("models"):
        target = each.value if isinstance(each.value, str) else each.text("openapi_uri") if each.value else None
        if target is None:
            each.report("config", f"the model {name!r} names no schema; it is left out")
        elif not _skipped(each):
            models.append((name, target))
    package = node.text("x-types")
    return ResourceConfig(
        methods=tuple(methods),
        models=tuple(models),
        resources=tuple((name, _resource(each)) for name, each in node.entries("subresources")),
        docs=node.text("description"),
        mixin=tuple(_mixins(node.child("x-mixin"))),
        channel=_channel(node.child("x-channel")) if node.has("x-channel") else None,
        types_package=tuple(package.split(".")) if package else None,
        pointer=node.pointer,
    )


def _channel(node: Node) -> ChannelConfig | None:
    path, receives = node.text("endpoint"), node.text("receives")
    sends = _names(node.child("sends")) if isinstance(node.child("sends").value, list) else (node.text("sends") or "",)
    if path is None or receives is None or not all(sends):
        node.report("config", "a channel names an endpoint, and the schemas it sends and receives; it is left out")
        return None
    size = node.child("queue_size").value
    return ChannelConfig(
        path=path,
        sends=sends,
        receives=receives,
        query=tuple(
            (name, each.text("type") or "string", each.flag("required"), each.text("description"))
            for name, each in node.entries("query")
        ),
        headers={name: str(each.value) for name, each in node.entries("headers")},
        docs=node.text("description"),
        queue_size=size if isinstance(size, int) and not isinstance(size, bool) else 1_048_576,
        pointer=node.pointer,
    )


def _mixins(node: Node) -> Iterator[Mixin]:
    """A path, or a list of paths and of objects with `class` and `calls`."""
    for each in node.items() if isinstance(node.value, list) else [node]:
        if isinstance(each.value, dict):
            path = hand_written(each.child("class"))
            calls = _names(each.child("calls"))
        else:
            path, calls = hand_written(each), ()
        if path is not None:
            yield Mixin(path, calls)


def _skipped(node: Node) -> bool:
    for key, wanted in (("skip", True), ("only", False)):
        value = node.child(key).value
        if isinstance(value, bool):
            return value if wanted else False
        if isinstance(value, (list, str)):
            return ("python" in (value if isinstance(value, list) else [value])) is wanted
    return False


def _skipped_endpoints(resources: Node, within: bool = False) -> Iterator[str]:
    """The endpoints of methods that are not wanted in Python, each by itself or with its resource."""
    for _, resource in resources.entries() if isinstance(resources.value, dict) else ():
        skipped = within or _skipped(resource)
        methods = resource.child("methods")
        for _, method in methods.entries() if isinstance(methods.value, dict) else ():
            if skipped or _skipped(method):
                endpoint = method.value if isinstance(method.value, str) else method.child("endpoint").value
                if isinstance(endpoint, str):
                    yield endpoint
        yield from _skipped_endpoints(resource.child("subresources"), skipped)


def _method(name: str, node: Node) -> MethodConfig | None:
    endpoint = node.value if isinstance(node.value, str) else node.text("endpoint")
    if isinstance(node.value, dict):
        if _skipped(node):
            return None
        check_method(node)
        if node.child("type").value in ("alias", "webhook_unwrap", "webhook_verify"):
            return None
    verb, _, path = re.sub(r"\s+", " ", endpoint or "").strip().partition(" ")
    if not path:
        node.report("config", f"the method {name!r} names no endpoint such as `get /things`; it is left out")
        return None
    method = MethodConfig(name, verb.lower(), path, pointer=node.pointer)
    if isinstance(node.value, str):
        return method
    paginated = node.child("paginated").value
    streaming = node.child("streaming")
    unwrap = node.child("unwrap_response").value
    deprecated = node.child("deprecated").value
    return replace(
        method,
        paginated=paginated if isinstance(paginated, (bool, str)) else None,
        is_stream=isinstance(streaming.value, dict),
        stream_event=streaming.text("stream_event_model") if isinstance(streaming.value, dict) else None,
        stream_parameter=streaming.text("param_discriminator") if isinstance(streaming.value, dict) else None,
        unwrap=unwrap if isinstance(unwrap, str) else False if unwrap is False else None,
        body_param=node.text("body_param_name"),
        positional=node.texts("positional_params") if node.has("positional_params") else None,
        deprecated=deprecated if isinstance(deprecated, (str, bool)) else None,
        returns=node.text("x-returns"),
    )


def _paginations(root: Node) -> Iterator[PaginationConfig]:
    names: set[str] = set()
    for each in root.items("pagination"):
        if not isinstance(each.value, dict):
            continue
        found = _pagination(each)
        if found.name in names:
            each.report("config", f"there are two paginations {found.name!r}; this one is left out")
        else:
            names.add(found.name)
            yield found


def _pagination(node: Node) -> PaginationConfig:
    return PaginationConfig(
        name=node.text("name") or "page",
        kind=node.text("type") or "cursor",
        request=node.child("request").value,
        response=node.child("response").value,
        in_body=node.text("param_location") == "body",
        pointer=node.pointer,
    )


def _opts(settings: Node) -> tuple[ClientOpt, ...]:
    found: list[ClientOpt] = []
    for name, node in settings.entries("opts"):
        auth = node.child("auth")
        default = node.child("default").value
        found.append(
            ClientOpt(
                name=name,
                type=node.text("type") or "string",
                docs=node.text("description"),
                env=node.text("read_env"),
                default=None if default is None else _plain_text(default),
                scheme=auth.text("security_scheme") if isinstance(auth.value, dict) else None,
                role=(auth.text("role") or "value") if isinstance(auth.value, dict) else "value",
                header=node.text("send_in_header"),
                query=node.text("send_as_query_param"),
                python_type=hand_written(node.child("x-type")),
            )
        )
    return tuple(found)


def _plain_text(value: JSON) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _security(root: Node) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name for name, _ in each.entries()) for each in root.items("security"))


def _unwrap(node: Node) -> str | None:
    value = node.value
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and isinstance(value[0], str):
        return cast(str, cast("list[Any]", value)[0])
    return None


def _seconds(value: JSON) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or not value:
        return None
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    for unit, factor in units.items():
        number = value.removesuffix(unit)
        if number != value and number.replace(".", "", 1).isdigit():
            return float(number) * factor
    return float(value) if value.replace(".", "", 1).isdigit() else None


def _environments(root: Node) -> Iterator[tuple[str, str]]:
    """Names and addresses; variables of an address have the defaults of the options that name them."""
    defaults: dict[str, str] = {}
    for _, opt in root.child("client_settings").entries("opts"):
        variable, default = opt.child("server_variable").value, opt.child("default").value
        if isinstance(variable, str) and isinstance(default, (str, int)):
            defaults[variable] = str(default)
    for name, node in root.entries("environments"):
        url = node.value
        if not isinstance(url, str) or not url.startswith(("http://", "https://")) or not url.isprintable():
            node.report("config", f"the environment {name!r} has to be an address with http:// or https://; left out")
            continue
        for variable, default in defaults.items():
            url = url.replace(f"{{{variable}}}", default)
        if "{" in url:
            node.report("config", f"nothing fills in the variables of {url!r}; give base_url to the client")
        yield name, url


def _idempotency_header(node: Node) -> str | None:
    name = node.text("header")
    if name is None or is_header(name):
        return name
    node.report("config", f"{name!r} cannot be the name of a header; it is not used", "header")
    return None


def _retries(node: Node) -> int | None:
    if isinstance(node.value, int) and not isinstance(node.value, bool) and node.value >= 0:
        return node.value
    if node.value is not None:
        node.report("config", "max_retries has to be a whole number, 0 or more; it is not used")
    return None


def _timeout(node: Node) -> float | None:
    seconds = _seconds(node.value)
    if seconds is not None and seconds > 0:
        return seconds
    if node.value is not None:
        node.report("config", "default_timeout has to be seconds, or a text such as `90s` or `2m`; it is not used")
    return None
