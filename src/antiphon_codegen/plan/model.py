"""The plan: every declaration with its final name and place. What it is to look like is up to the emitters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..document import JSON
from ..ir.config import Mixin
from ..ir.model import API, AuthScheme, Channel, Operation, PageScheme
from .names import Identifier
from .symbols import Annotation, Module, Symbol

__all__ = [
    "Alias",
    "Argument",
    "ChannelPlan",
    "ClientPlan",
    "Entry",
    "Field",
    "MethodPlan",
    "Model",
    "OptionPlan",
    "PagePlan",
    "Plan",
    "ResourcePlan",
    "SendPlan",
    "SenderPlan",
    "Style",
    "TypeDeclaration",
    "TypedDictionary",
    "TypesModule",
]


@dataclass(frozen=True, slots=True)
class Style:
    """Names of the SDK as a whole."""

    package: Identifier
    """The import name."""
    project: str
    client: Identifier
    version: str
    runtime: str
    """The import path of the runtime."""
    in_place: bool = False
    """Whether the package holds hand-written parts too, among them the runtime."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model."""

    name: Identifier
    wire: str
    annotation: Annotation
    required: bool
    docs: str | None
    deprecated: bool


@dataclass(frozen=True, slots=True)
class Model:
    symbol: Symbol
    fields: tuple[Field, ...]
    docs: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a TypedDict; its key is as on the wire."""

    key: str
    annotation: Annotation
    required: bool
    docs: str | None


@dataclass(frozen=True, slots=True)
class TypedDictionary:
    symbol: Symbol
    entries: tuple[Entry, ...]
    docs: str | None
    bases: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    symbol: Symbol
    annotation: Annotation
    docs: str | None
    is_recursive: bool = False
    """Whether it is made of itself, with nothing but other aliases in between."""


TypeDeclaration: TypeAlias = Model | TypedDictionary | Alias


@dataclass(frozen=True, slots=True)
class TypesModule:
    module: Module
    declarations: tuple[TypeDeclaration, ...]
    whole: Module | None = None
    """For a part of a module that would be too long: that module, which is a package with the same names."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a method."""

    name: Identifier
    wire: str
    place: str
    """`path`, `query`, `header`, `cookie`, `body`, or `whole` for a body that is one value, `content` for raw bytes."""
    annotation: Annotation
    required: bool
    positional: bool
    docs: str | None
    deprecated: bool
    array_style: tuple[str, str] | None = None
    """For a query parameter: its own list and nesting format."""
    text: tuple[str, bool] | None = None
    """Style and explode of a value that is to become one text: in a path, header or cookie, or joined in a query."""
    spread: bool = False
    """The properties of the value are query parameters of their own."""
    is_file: bool = False
    as_json: bool = False
    text_kind: str | None = None
    default: JSON = None


@dataclass(frozen=True, slots=True)
class ResultPlan:
    """What a call gives: `kind` is `value`, `page`, `stream`, `binary`, `text` or `none`."""

    kind: str
    annotation: Annotation | None = None
    accept: str | None = None
    page: Identifier | None = None


@dataclass(frozen=True, slots=True)
class MethodPlan:
    name: Identifier
    operation: Operation
    arguments: tuple[Argument, ...]
    result: ResultPlan
    stream: Identifier | None = None
    """The argument that, when true, makes the result a stream of `stream_item`."""
    stream_item: Annotation | None = None
    variant: Identifier | None = None
    """The argument whose value decides between `variants`."""
    variants: tuple[tuple[tuple[str, ...], Annotation], ...] = ()
    docs: str | None = None
    security: tuple[tuple[str, ...], ...] | None = None
    params: Symbol | None = None
    """The TypedDict of the arguments that are not in the path."""
    fixed_headers: tuple[tuple[str, str], ...] = ()
    """Headers every call sends, with their values."""


@dataclass(frozen=True, slots=True)
class SendPlan:
    """A method that sends one kind of event."""

    name: Identifier
    tag: str
    event: Symbol
    """The TypedDict of the event."""


@dataclass(frozen=True, slots=True)
class SenderPlan:
    """What sends the events whose types begin alike."""

    cls: Identifier
    attribute: Identifier
    path: tuple[str, ...]
    sends: tuple[SendPlan, ...]
    senders: tuple[SenderPlan, ...]


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """A connection that carries events both ways."""

    channel: Channel
    module: Module
    """The package of its classes."""
    stem: Identifier
    arguments: tuple[Argument, ...]
    receives: Annotation
    sends: Annotation
    senders: tuple[SenderPlan, ...]


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    path: tuple[str, ...]
    module: Module
    """The package of the resource."""
    attribute: Identifier
    """Its name in its parent."""
    cls: Identifier
    methods: tuple[MethodPlan, ...]
    resources: tuple[ResourcePlan, ...]
    docs: str | None
    mixin: tuple[Mixin, ...] = ()
    channel: ChannelPlan | None = None


@dataclass(frozen=True, slots=True)
class PagePlan:
    scheme: PageScheme
    cls: Identifier
    """Without `Async` or `Sync`: `CursorPage`."""
    pager: Identifier
    fields: tuple[Field, ...]
    """The fields beside the items."""
    items: tuple[Identifier, ...]
    """The path to the items, as attributes."""


@dataclass(frozen=True, slots=True)
class OptionPlan:
    """A constructor keyword of the client."""

    name: Identifier
    annotation: Annotation
    is_credential: bool
    docs: str | None
    env: str | None
    header: str | None
    query: str | None
    default: str | None
    python_type: str | None = None


@dataclass(frozen=True, slots=True)
class ClientPlan:
    cls: Identifier
    resources: tuple[ResourcePlan, ...]
    methods: tuple[MethodPlan, ...]
    options: tuple[OptionPlan, ...]
    schemes: tuple[AuthScheme, ...]
    security: tuple[tuple[str, ...], ...]
    environments: tuple[tuple[str, str], ...]
    mixin: tuple[Mixin, ...]
    env_prefix: str


@dataclass(frozen=True, slots=True)
class Plan:
    style: Style
    api: API
    client: ClientPlan
    types: tuple[TypesModule, ...]
    pages: tuple[PagePlan, ...]
    exports: Mapping[Module, tuple[Symbol, ...]] = field(default_factory=dict[Module, tuple[Symbol, ...]])
    """What each types package makes public."""
    parts: Mapping[Symbol, Module] = field(default_factory=dict[Symbol, Module])
    """For the types of modules that would be too long: the part of that module they are in."""
    spelled: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the configuration calls types, in snake_case and by package (`chat.chat_completion`), and their names."""
    payloads: Mapping[str, Symbol] = field(default_factory=dict[str, Symbol])
    """The type of what each webhook sends."""
