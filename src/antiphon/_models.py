"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from .runtime import BaseModel
from .runtime.core.low_level import FinalRequestOptions
from .runtime.core.models import set_request_id
from .runtime.core.reading import Drift, reader_for

__all__ = [
    "BaseModel",
    "FinalRequestOptions",
    "add_request_id",
    "construct_type",
    "construct_type_unchecked",
    "validate_type",
]

T = TypeVar("T")


def construct_type(*, value: object, type_: Any, metadata: object = None) -> Any:
    """What an answer with this value, from JSON, would be read as; the value itself where it is of another kind."""
    try:
        return reader_for(type_).build(value)
    except Drift:
        return value


def construct_type_unchecked(*, value: object, type_: type[T]) -> T:
    """The same, under the type it then has."""
    return cast("T", construct_type(value=value, type_=type_))


def validate_type(*, type_: type[T], value: object) -> T:
    """The value in its type. Raises `pydantic.ValidationError` where it departs from it."""
    return reader_for(type_).exact(value)


def add_request_id(obj: object, request_id: str | None) -> None:
    """Note on a result which request it answered."""
    set_request_id(obj, request_id)
