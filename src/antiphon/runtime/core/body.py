"""Request bodies: what callers pass, made ready for the wire, serialised once."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from os import PathLike
from typing import Any, Final, cast
from uuid import UUID

from pydantic_core import PydanticSerializationError, to_json

from .query import QueryStyle, encode_pairs, query_pairs
from .sentinels import NotGiven, Omit

__all__ = ["encode_form", "encode_json", "json_text", "jsonable"]

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


def encode_json(body: object) -> bytes:
    """The body as compact UTF-8 JSON.

    `omit` and not-given entries are left out at any depth, models are written by the API's names without the fields
    that were never set, dates as ISO 8601, generators as arrays. Raises TypeError for what has no JSON form and
    ValueError for numbers that JSON lacks (NaN, infinities) and for text that is not Unicode.
    """
    try:
        ready = jsonable(body)
        data = to_json(ready)
    except RecursionError:
        raise ValueError("the request body is nested too deeply, or contains itself") from None
    except PydanticSerializationError as error:
        kind = ValueError if "UnicodeEncodeError" in str(error) else TypeError
        raise kind(f"the request body has no JSON form: {error}") from None
    except (UnicodeEncodeError, ValueError) as error:
        raise ValueError(f"the request body has no JSON form: {error}") from None
    if b"NaN" in data or b"Infinity" in data:
        _refuse_non_numbers(ready, "body")
    return data


def json_text(value: object) -> str | None:
    """The value as JSON text, for a parameter that is sent so; None for what is not to be sent."""
    if value is None or isinstance(value, (Omit, NotGiven)):
        return None
    return encode_json(value).decode("utf-8")


def encode_form(body: Mapping[str, object], style: QueryStyle) -> bytes:
    """The body as `application/x-www-form-urlencoded`, nested values in the query style."""
    return encode_pairs(query_pairs(body, style)).encode("ascii")


def jsonable(value: object) -> object:
    """The value with everything that is not plain JSON data replaced; the same object when nothing had to be."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        return _mapping(cast("dict[str, object]", value))
    if kind is list:
        return _list(cast("list[object]", value))
    return _special(value)


def _mapping(value: dict[str, object]) -> dict[str, object]:
    if _SCALARS.issuperset(map(type, value.values())):
        return value
    changed: dict[str, object] = {}
    same = True
    for key, item in value.items():
        if isinstance(item, (Omit, NotGiven)):
            same = False
            continue
        ready = jsonable(item)
        same = same and ready is item
        changed[key] = ready
    return value if same else changed


def _list(value: list[object]) -> list[object]:
    # Compiled code looks at the types of the items: a list of a million numbers is neither walked nor copied here.
    if _SCALARS.issuperset(map(type, value)):
        return value
    changed = [jsonable(item) for item in value if not isinstance(item, (Omit, NotGiven))]
    same = len(changed) == len(value) and all(new is old for new, old in zip(changed, value, strict=True))
    return value if same else changed


def _special(value: object) -> object:
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, (str, int, float, datetime.date, datetime.time, datetime.timedelta, UUID)):
        return value
    dump = cast("Callable[..., object] | None", getattr(type(value), "model_dump", None))
    if dump is not None:
        unsent: object = getattr(type(value), "__unsent__", None)  # what was worked out here and no server knows
        return jsonable(dump(value, mode="json", by_alias=True, exclude_unset=True, exclude=unsent))
    if isinstance(value, Mapping):
        return _mapping(dict(cast("Mapping[str, object]", value)))
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("bytes have no JSON form; send them as a file, or as base64 text")
    if isinstance(value, PathLike):
        raise TypeError("a path has no JSON form; open the file, or use a parameter that takes files")
    if isinstance(value, Iterable):
        return _list(list(cast("Iterable[object]", value)))
    if isinstance(value, (Omit, NotGiven)):
        raise TypeError("omit stands for a missing entry and cannot be the body itself")
    to_list = cast("Callable[[], Any] | None", getattr(value, "tolist", None))  # numpy and its like
    if to_list is not None:
        return jsonable(to_list())
    if isinstance(value, type):
        raise TypeError(f"the class {value.__name__} has no JSON form; answers of its kind come from `parse`")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _refuse_non_numbers(value: object, where: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} is {value}, which JSON cannot hold")
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            _refuse_non_numbers(item, f"{where}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            _refuse_non_numbers(item, f"{where}[{index}]")
