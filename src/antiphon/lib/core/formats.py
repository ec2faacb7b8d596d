"""What a Python type asks of an answer: a strict JSON schema, and a validator for what comes back.

Both are made once for each type. They are kept on the class and go when it goes; those of types that are no classes
of the user's own are kept in a bounded table.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, cast

from pydantic import PydanticUserError, TypeAdapter

from ...runtime import is_given
from .strict_schema import to_strict_json_schema

__all__ = ["Format", "format_of", "is_type", "response_format_param", "text_format_param"]

T = TypeVar("T")

_KEPT: Final = 128
_ATTRIBUTE: Final = "__antiphon_format__"
_others: OrderedDict[object, Format[Any]] = OrderedDict()


class Format(Generic[T]):
    """The schema that is sent for a type, and the type's values read from JSON text."""

    def __init__(self, of: type[T]) -> None:
        self._type = of
        try:
            self.adapter = TypeAdapter(of)
        except PydanticUserError as error:
            raise TypeError(f"{of!r} cannot be asked for: {error.message}") from error
        self.name = _name(getattr(of, "__name__", None) or str(of))

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The strict schema. Raises TypeError for a type that such a schema cannot describe."""
        return to_strict_json_schema(self._type)

    def parse(self, text: str | bytes) -> T:
        """The value in a JSON text. Raises `pydantic.ValidationError`."""
        return self.adapter.validate_json(text)


def format_of(of: type[T]) -> Format[T]:
    """The format of a type, made on first use. Raises TypeError for what cannot be asked for."""
    if not is_type(of):
        raise TypeError(
            f"{of!r} is no type that an answer can be parsed into: give a pydantic model, a dataclass or a TypedDict"
        )
    known = _known(of)
    if known is not None:
        return known
    made = Format(of)
    try:
        type.__setattr__(of, _ATTRIBUTE, made)
    except TypeError:  # generic types with their arguments are no classes, and built-in types take no attributes
        _others[of] = made
        if len(_others) > _KEPT:
            _others.popitem(last=False)
    return made


def _known(of: Any) -> Format[Any] | None:
    own = vars(of).get(_ATTRIBUTE) if isinstance(of, type) else None
    return _others.get(of) if own is None else own


def is_type(value: object) -> bool:
    """Whether a value is a type, or a generic one with its arguments."""
    return isinstance(value, type) or getattr(value, "__origin__", None) is not None


def response_format_param(response_format: Any) -> Any:
    """`response_format` as it is sent: types become strict schemas, everything else stays."""
    if not is_given(response_format) or response_format is None or isinstance(response_format, dict):
        return cast(Any, response_format)
    asked = format_of(response_format)
    return {"type": "json_schema", "json_schema": {"schema": asked.schema, "name": asked.name, "strict": True}}


def text_format_param(text_format: type[Any]) -> dict[str, Any]:
    """`text.format` as it is sent for a type."""
    asked = format_of(text_format)
    return {"type": "json_schema", "strict": True, "name": asked.name, "schema": asked.schema}


def _name(said: str) -> str:
    """A name that the API takes: 64 letters, digits, `_` and `-` at the most."""
    return re.sub(r"[^0-9A-Za-z_-]+", "_", said).strip("_")[:64] or "answer"
