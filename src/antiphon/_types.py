"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import TypeAlias, TypeVar

from .runtime import (
    NOT_GIVEN,
    FileContent,
    FileTypes,
    HTTPResponse,
    NotGiven,
    NotGivenOr,
    Omit,
    SequenceNotStr,
    Timeout,
    not_given,
    omit,
)
from .runtime.core.headers import HeaderTypes as Headers
from .runtime.core.low_level import RequestOptions

__all__ = [
    "NOT_GIVEN",
    "AnyMapping",
    "Body",
    "FileContent",
    "FileTypes",
    "Headers",
    "NoneType",
    "NotGiven",
    "NotGivenOr",
    "Omit",
    "Omittable",
    "Query",
    "RequestFiles",
    "RequestOptions",
    "Response",
    "ResponseT",
    "SequenceNotStr",
    "Timeout",
    "not_given",
    "omit",
]

T = TypeVar("T")
ResponseT = TypeVar("ResponseT")

Response = HTTPResponse

Query: TypeAlias = Mapping[str, object]
Body: TypeAlias = object
AnyMapping: TypeAlias = Mapping[str, object]
Omittable: TypeAlias = T | Omit
RequestFiles: TypeAlias = Mapping[str, FileTypes] | Sequence[tuple[str, FileTypes]]
