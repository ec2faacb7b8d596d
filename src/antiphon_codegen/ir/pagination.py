"""Paging schemes: as a configuration describes them, and which of them an operation follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, cast

from ..document import JSON
from ..problems import Origin, Problems
from ..words import words
from .config import Config, PaginationConfig
from .model import PageScheme, Param
from .types import Array, Object, Primitive, Type, Union, Unknown

__all__ = ["SIZES", "matching", "page_item", "schemes_of"]

SIZES: Final = frozenset({"limit", "per_page", "page_size", "size", "count", "max_results", "take", "page_limit"})
"""What parameters are called that say how many items a page is to have, in words."""

_KINDS: Final[dict[str, Literal["cursor", "cursor_id", "cursor_url", "offset", "page_number", "single"]]] = {
    "cursor": "cursor",
    "cursor_id": "cursor_id",
    "cursor_url": "cursor_url",
    "offset": "offset",
    "page_number": "page_number",
    "fake_page": "single",
}


def schemes_of(config: Config, problems: Problems, origin: Callable[[str], Origin]) -> tuple[PageScheme, ...]:
    """The schemes a configuration describes; one that cannot be understood is reported and left out."""
    found: list[PageScheme] = []
    for each in config.pagination:
        kind = _KINDS.get(each.kind)
        if kind is None:
            problems.add("config", f"the pagination type {each.kind!r} is not known", origin(each.pointer))
            continue
        scheme = _scheme(each, kind)
        if kind != "single" and not scheme.param and kind != "cursor_url":
            problems.add(
                "config", f"the pagination {each.name!r} names no parameter for the next page", origin(each.pointer)
            )
            continue
        found.append(scheme)
    return tuple(found)


def _scheme(config: PaginationConfig, kind: Any) -> PageScheme:
    asked = dict(_purposes(config.request))
    told = dict(_purposes(config.response))
    params = ("next_cursor_param", "next_cursor_id_param", "page_number_param", "offset_count_param")
    param = next((asked[purpose] for purpose in params if purpose in asked), "")
    cursor = told.get("next_cursor_field") or told.get("cursor_url_field") or ""
    items = told.get("items") or told.get("is_top_level_array") or ("data" if _has(config.response, "data") else "")
    bare = not items or _is_top_level(config.response)
    items = (items.rpartition(".")[2] if bare else items) or "items"
    item_id = told.get("cursor_item_id", f"{items}.id").removeprefix(f"{items}.").removeprefix("[].") or "id"
    return PageScheme(
        name=config.name,
        kind=kind,
        items=items,
        param=param.rpartition(".")[2],
        in_body=config.in_body,
        cursor=cursor,
        item_id=item_id,
        has_more=told.get("has_next_page"),
        total=told.get("total_page_count_field") or told.get("offset_total_count_field"),
        current=told.get("current_page_number_field") or told.get("offset_count_start_field"),
        first=_first(config.request, param) if kind == "page_number" else 0,
        bare=bare,
        size=next((name for name, _ in _properties(config.request) if "_".join(words(name)) in SIZES), "")
        if bare
        else "",
        headers=tuple(_from_headers(config.response)) if bare else (),
        fields=tuple(_fields(config.response, items)),
    )


def _is_top_level(schema: JSON) -> bool:
    """Whether the answer is described as a list, or one of its properties as the answer itself."""
    if isinstance(schema, dict) and schema.get("type") == "array":
        return True
    marks = [each.get("x-stainless-pagination-property") for _, each in _properties(schema)]
    return any(
        isinstance(mark, dict)
        and (mark.get("is_top_level_array") is True or mark.get("purpose") == "is_top_level_array")
        for mark in marks
    )


def _first(request: JSON, param: str) -> int:
    """The number of the first page: 1, unless the parameter begins at 0 by itself."""
    return 0 if any(name == param and each.get("default") == 0 for name, each in _properties(request)) else 1


def _from_headers(schema: JSON) -> Iterator[tuple[str, str]]:
    for name, each in _properties(schema):
        mark = each.get("x-stainless-pagination-property")
        header = mark.get("from_header") if isinstance(mark, dict) else None
        if isinstance(header, str):
            yield name, header.lower()


def _properties(schema: JSON) -> Iterator[tuple[str, dict[str, JSON]]]:
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", schema if "type" not in schema else None)
    for name, each in properties.items() if isinstance(properties, dict) else ():
        if isinstance(each, dict):
            yield name, each


def _has(schema: JSON, name: str) -> bool:
    return any(each == name for each, _ in _properties(schema))


def _purposes(schema: JSON, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Purpose and place of every property that has one."""
    for name, each in _properties(schema):
        place = f"{prefix}{name}"
        mark = each.get("x-stainless-pagination-property")
        if isinstance(mark, dict) and isinstance(mark.get("purpose"), str):
            yield cast(str, mark["purpose"]), place
        inner = each.get("items") if each.get("type") == "array" else each
        if isinstance(inner, dict) and "properties" in inner:
            yield from _purposes(inner, f"{place}.")


def _fields(schema: JSON, items: str) -> Iterator[tuple[str, Type]]:
    head = items.partition(".")[0]
    for name, each in _properties(schema):
        if name != head:
            yield name, _simple(each)
        elif "." in items:
            yield name, Unknown()


def _simple(schema: dict[str, JSON]) -> Type:
    kind = schema.get("type")
    if kind in ("string", "integer", "number", "boolean"):
        return Primitive(cast(Any, kind))
    return Unknown()


def matching(
    schemes: tuple[PageScheme, ...],
    wanted: bool | str | None,
    params: tuple[Param, ...],
    body_names: set[str],
    answer: Type,
) -> PageScheme | None:
    """The scheme an operation follows: the one named, or the first whose parameter and properties it has."""
    if wanted is False:
        return None
    if isinstance(wanted, str):
        return next((scheme for scheme in schemes if scheme.name == wanted), None)
    names = {each.name for each in params if each.place == "query"}
    for scheme in schemes:
        if wanted is None and (scheme.kind == "single" or (scheme.bare and not scheme.param)):
            continue  # every list would do
        asked = scheme.param in (body_names if scheme.in_body else names) or not scheme.param
        if asked and page_item(scheme, answer) is not None and _told(scheme, answer):
            return scheme
    return None


def _told(scheme: PageScheme, answer: Type) -> bool:
    places = [place for place in (scheme.cursor, scheme.has_more) if place]
    if scheme.bare:
        return {*places}.issubset(name for name, _ in scheme.headers)
    return all(_at(answer, place) is not None for place in places)


def page_item(scheme: PageScheme, answer: Type) -> Type | None:
    """The type of the items on a page of this scheme; None when the answer has no such list."""
    found = answer if scheme.bare else _at(answer, scheme.items)
    if isinstance(found, Union):
        found = next((each for each in found.variants if isinstance(each, Array)), None)
    return found.items if isinstance(found, Array) else None


def _at(type: Type | None, place: str) -> Type | None:
    for name in place.split("."):
        if not isinstance(type, Object):
            return None
        type = next((each.type for each in type.properties if each.name == name), None)
    return type
