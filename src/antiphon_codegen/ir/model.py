"""An API: its resources, what can be asked of each, and the types that go back and forth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..document import JSON
from ..problems import Origin
from .config import Config, Mixin
from .types import Type

__all__ = [
    "API",
    "AuthScheme",
    "BinaryBody",
    "BinaryResult",
    "Body",
    "BodyField",
    "Channel",
    "Empty",
    "Method",
    "NamedType",
    "Operation",
    "PageResult",
    "PageScheme",
    "Param",
    "Resource",
    "Result",
    "StreamResult",
    "TextResult",
    "ValueResult",
    "Variant",
]


@dataclass(frozen=True, slots=True)
class NamedType:
    """A type with a name of its own in the document."""

    key: str
    name: str
    type: Type
    docs: str | None
    deprecated: bool
    origin: Origin
    longer: str | None = None
    """For a type that the document gives no name, and that is called after its place: more of that place."""


@dataclass(frozen=True, slots=True)
class Param:
    """A path, query, header or cookie parameter."""

    name: str
    place: Literal["path", "query", "header", "cookie"]
    type: Type
    required: bool
    docs: str | None = None
    deprecated: bool = False
    default: JSON = None
    style: str = "simple"
    explode: bool = False
    arrays: str | None = None
    """How a list is spelled in a query, where the document says: `repeat`, `comma`, `space`, `pipe`, `brackets`."""
    nested: str | None = None
    as_json: bool = False
    called: str | None = None
    """The name the author wants, where it is not to follow from that on the wire."""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class BodyField:
    """A property of an object that is sent as the body."""

    name: str
    type: Type
    required: bool
    docs: str | None = None
    deprecated: bool = False
    default: JSON = None
    is_file: bool = False
    as_json: bool = False
    """In a form: sent as one JSON part."""
    text_kind: str | None = None
    """In a form: the content type of text that has one of its own."""
    called: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: an object by its fields, or one value of another kind."""

    encoding: Literal["json", "form", "multipart"]
    content_type: str
    required: bool
    fields: tuple[BodyField, ...] | None
    whole: Type | None
    """The type of a body that is no object, or that has keys of any name."""
    docs: str | None = None
    called: str | None = None
    """The name the author gives to a body that is one argument."""


@dataclass(frozen=True, slots=True)
class BinaryBody:
    content_type: str
    required: bool
    docs: str | None = None
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing comes back."""


@dataclass(frozen=True, slots=True)
class TextResult:
    content_type: str


@dataclass(frozen=True, slots=True)
class BinaryResult:
    content_type: str


@dataclass(frozen=True, slots=True)
class Variant:
    """What comes back when a parameter has one of these values; text where the type is None."""

    values: tuple[str, ...]
    type: Type | None


@dataclass(frozen=True, slots=True)
class ValueResult:
    type: Type
    parameter: str | None = None
    """The request parameter that decides between `variants`."""
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class PageResult:
    scheme: str
    item: Type


@dataclass(frozen=True, slots=True)
class StreamResult:
    """Items one by one: always, or when `parameter` is true; `otherwise` what comes else."""

    item: Type
    parameter: str | None = None
    otherwise: ValueResult | BinaryResult | Empty | None = None


Result: TypeAlias = ValueResult | PageResult | StreamResult | BinaryResult | TextResult | Empty


@dataclass(frozen=True, slots=True)
class Operation:
    verb: str
    path: str
    params: tuple[Param, ...]
    body: Body | BinaryBody | None
    result: Result
    security: tuple[tuple[str, ...], ...] | None
    summary: str | None
    docs: str | None
    deprecated: bool
    origin: Origin
    key: str
    server: str | None = None
    """Where this operation is, if elsewhere than the API as a whole."""


@dataclass(frozen=True, slots=True)
class Method:
    """A name for an operation in a resource."""

    name: str
    operation: Operation
    positional: tuple[str, ...] = ()
    """Path parameters that may be given by position."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A WebSocket that carries events both ways."""

    path: str
    params: tuple[Param, ...]
    sent: tuple[tuple[str, Type], ...]
    """The events that can be sent, by the value of their property `type`."""
    sends: tuple[str, ...]
    """The named types of what is sent as a whole."""
    receives: str
    headers: Mapping[str, str]
    docs: str | None
    queue_size: int


@dataclass(frozen=True, slots=True)
class Resource:
    name: str
    """Empty for the root, whose methods are the client's own."""
    path: tuple[str, ...]
    methods: tuple[Method, ...]
    resources: tuple[Resource, ...]
    models: tuple[tuple[str, str], ...] = ()
    """The named types that belong here: the name the author wants, and the key."""
    docs: str | None = None
    mixin: tuple[Mixin, ...] = ()
    channel: Channel | None = None
    types_package: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PageScheme:
    """One way in which lists are paged; property paths as on the wire."""

    name: str
    kind: Literal["cursor", "cursor_id", "cursor_url", "offset", "page_number", "single"]
    items: str
    param: str = ""
    in_body: bool = False
    cursor: str = ""
    item_id: str = "id"
    has_more: str | None = None
    total: str | None = None
    current: str | None = None
    first: int = 0
    bare: bool = False
    """The answer is the list itself; `items` is what a page calls it."""
    size: str = ""
    """For a bare list: the parameter with the number of items that are wanted."""
    headers: tuple[tuple[str, str], ...] = ()
    """For a bare list: properties of a page that come in headers, and which."""
    fields: tuple[tuple[str, Type], ...] = ()
    """The other properties of a page."""


@dataclass(frozen=True, slots=True)
class AuthScheme:
    """A way of proving who calls, and the client options it takes."""

    name: str
    kind: Literal["bearer", "header", "query", "cookie", "basic"]
    options: tuple[str, ...]
    parameter: str = "authorization"
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class API:
    title: str
    version: str
    docs: str | None
    environments: tuple[tuple[str, str], ...]
    root: Resource
    types: Mapping[str, NamedType]
    pages: tuple[PageScheme, ...]
    schemes: tuple[AuthScheme, ...]
    security: tuple[tuple[str, ...], ...]
    config: Config
    webhooks: tuple[tuple[str, str], ...] = ()
    """What the API sends by itself: the name of each, and the key of its payload."""
