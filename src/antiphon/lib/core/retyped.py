"""An object of a model's subclass, made from one of the model: what was read is taken over, not read again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ...runtime import BaseModel
from ...runtime.core.models import set_request_id

__all__ = ["assembled", "retyped"]

ModelT = TypeVar("ModelT", bound=BaseModel)


def retyped(cls: type[ModelT], model: BaseModel, **changes: object) -> ModelT:
    """`model` as a `cls`, with some fields changed. Nothing is validated, and `model` stays as it is."""
    made = cls.__new__(cls)
    object.__setattr__(made, "__dict__", {**model.__dict__, **changes})
    extra = model.__pydantic_extra__
    object.__setattr__(made, "__pydantic_extra__", None if extra is None else dict(extra))
    object.__setattr__(made, "__pydantic_fields_set__", {*model.model_fields_set, *changes})
    object.__setattr__(made, "__pydantic_private__", None)
    set_request_id(made, model._request_id)  # pyright: ignore[reportPrivateUsage]  its name is what users know
    return made


def assembled(cls: type[ModelT], values: Mapping[str, object], extra: Mapping[str, object] | None = None) -> ModelT:
    """An object of a model from values of the right types; fields that are not among them read as None."""
    made = cls.__new__(cls)
    object.__setattr__(made, "__dict__", {**dict.fromkeys(cls.__pydantic_fields__), **values})
    object.__setattr__(made, "__pydantic_extra__", dict(extra or {}))
    object.__setattr__(made, "__pydantic_fields_set__", {*values, *(extra or ())})
    object.__setattr__(made, "__pydantic_private__", None)
    return made
