"""OpenAPI objects as the document has them, 3.0 rewritten to what 3.1 means by it. References stay references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ..document import JSON

__all__ = [
    "Components",
    "Encoding",
    "Info",
    "MediaType",
    "Operation",
    "Parameter",
    "PathItem",
    "Ref",
    "RequestBody",
    "Response",
    "Schema",
    "SchemaOrRef",
    "SecurityScheme",
    "Server",
    "Spec",
]

Extensions: TypeAlias = Mapping[str, JSON]
"""The `x-...` entries of an object."""

VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Ref:
    """A `$ref`, as written. `summary` and `description` may stand beside it (OpenAPI 3.1, section 4.8.23)."""

    target: str
    pointer: str
    file: str = ""
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema object. `types` is empty where the document names none; null is a type like the others."""

    pointer: str
    file: str = ""
    types: tuple[str, ...] = ()
    title: str | None = None
    description: str | None = None
    format: str | None = None
    has_const: bool = False
    const: JSON = None
    enum: tuple[JSON, ...] | None = None
    has_default: bool = False
    default: JSON = None
    minimum: JSON = None
    properties: tuple[tuple[str, SchemaOrRef], ...] = ()
    required: frozenset[str] = frozenset()
    additional: SchemaOrRef | bool | None = None
    items: SchemaOrRef | None = None
    prefix_items: tuple[SchemaOrRef, ...] = ()
    all_of: tuple[SchemaOrRef, ...] = ()
    any_of: tuple[SchemaOrRef, ...] = ()
    one_of: tuple[SchemaOrRef, ...] = ()
    ref: Ref | None = None
    """A `$ref` with other keywords beside it, which all hold (JSON Schema 2020-12, section 8.2.3)."""
    discriminator: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    content_media_type: str | None = None
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    nullable_only: bool = False
    """`nullable: true` is all that is said of the value."""
    never: bool = False
    """The schema `false`, which nothing satisfies."""
    extensions: Extensions = field(default_factory=dict[str, Any])


SchemaOrRef: TypeAlias = Schema | Ref


@dataclass(frozen=True, slots=True)
class Parameter:
    pointer: str
    name: str
    place: Literal["path", "query", "header", "cookie"]
    required: bool
    schema: SchemaOrRef
    file: str = ""
    description: str | None = None
    deprecated: bool = False
    style: str = "form"
    explode: bool = True
    as_json: bool = False
    """The value is one JSON text (`content: application/json`)."""
    extensions: Extensions = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Encoding:
    content_type: str | None = None
    style: str | None = None
    explode: bool | None = None


@dataclass(frozen=True, slots=True)
class MediaType:
    pointer: str
    schema: SchemaOrRef | None
    file: str = ""
    encoding: Mapping[str, Encoding] = field(default_factory=dict[str, Encoding])
    example: JSON = None


@dataclass(frozen=True, slots=True)
class RequestBody:
    pointer: str
    content: Mapping[str, MediaType]
    file: str = ""
    required: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    pointer: str
    content: Mapping[str, MediaType]
    file: str = ""
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    description: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """The default of each variable in the URL."""


@dataclass(frozen=True, slots=True)
class Operation:
    pointer: str
    path: str
    verb: str
    file: str = ""
    operation_id: str | None = None
    summary: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter | Ref, ...] = ()
    body: RequestBody | Ref | None = None
    responses: tuple[tuple[str, Response | Ref], ...] = ()
    deprecated: bool = False
    security: tuple[tuple[str, ...], ...] | None = None
    servers: tuple[Server, ...] = ()
    extensions: Extensions = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class PathItem:
    pointer: str
    path: str
    operations: tuple[Operation, ...]
    file: str = ""
    ref: Ref | None = None
    elsewhere: tuple[tuple[str, Ref], ...] = ()
    """Verbs whose operation is a reference: not OpenAPI, but what documents of many files are made of."""
    parameters: tuple[Parameter | Ref, ...] = ()
    servers: tuple[Server, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    name: str
    kind: str
    """`http`, `apiKey`, `oauth2`, `openIdConnect`, `mutualTLS`."""
    scheme: str | None = None
    place: str | None = None
    parameter: str | None = None
    description: str | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Info:
    title: str
    version: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Components:
    schemas: tuple[tuple[str, SchemaOrRef], ...] = ()
    security_schemes: tuple[SecurityScheme, ...] = ()


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole document."""

    file: str
    dialect: Literal["3.0", "3.1"]
    info: Info
    servers: tuple[Server, ...]
    paths: tuple[PathItem, ...]
    webhooks: tuple[PathItem, ...]
    components: Components
    security: tuple[tuple[str, ...], ...]
    tags: Mapping[str, str | None]
    """Tag names and what they say of themselves."""
    extensions: Extensions = field(default_factory=dict[str, Any])
