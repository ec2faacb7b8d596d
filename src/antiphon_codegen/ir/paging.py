"""How lists are paged, where no configuration says it: found in the parameters of an operation and in its answer.

A parameter alone proves nothing: the answer has to hold a list, and to say how to go on or the caller how much to get.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..document import JSON
from ..spec.model import Parameter, Schema, SchemaOrRef
from ..spec.resolve import ResolvedOperation, ResolvedSpec
from ..words import words
from .answers import answer_of, array_in, properties_of, resolved
from .config import PaginationConfig
from .pagination import SIZES

__all__ = ["Paging"]

_NEXT: Final = (
    "next_cursor", "next_page_token", "next_token", "next_page_cursor", "next_page", "next_marker", "end_cursor",
    "continuation_token", "pagination_token", "cursor", "after", "next",
)  # fmt: skip
"""What answers call the place where the next page begins, in words."""

_CURSORS: Final = (
    "cursor", "page_token", "next_token", "next_cursor", "page_cursor", "pagination_token", "continuation_token",
    "next_page_token", "start_cursor", "starting_after", "after", "marker", "page",
)  # fmt: skip
_AFTER: Final = ("after", "starting_after", "after_id")
_PAGES: Final = ("page", "page_number", "page_num")
_OFFSETS: Final = ("offset", "skip")
_TOTALS: Final = ("total", "total_count", "total_entries", "total_results", "total_items")
_PAGE_TOTALS: Final = ("total_pages", "page_count", "pages", "last_page")
_MORE: Final = ("has_more", "has_next", "has_next_page", "more")
_HOLDERS: Final = frozenset({"meta", "metadata", "pagination", "paging", "page_info", "response_metadata"})
"""Objects in answers that hold what there is to say about pages."""


_LIST_ITSELF: Final[JSON] = {"purpose": "items", "is_top_level_array": True}


@dataclass(frozen=True, slots=True)
class _Scheme:
    kind: str
    items: str
    param: str
    cursor: str | None = None
    more: str | None = None
    total: str | None = None
    first: int = 1
    size: str | None = None
    """For an answer that is the list itself: how many items are wanted."""


class Paging:
    """The schemes found so far, each under a name of its own."""

    def __init__(self, spec: ResolvedSpec) -> None:
        self._spec = spec
        self._found: dict[_Scheme, str] = {}

    def of(self, each: ResolvedOperation, last: str) -> str | None:
        """The name of the scheme an operation follows; `last` is the last word of its path."""
        scheme = self._scheme(each, last) if each.operation.verb == "get" else None
        if scheme is None:
            return None
        known = self._found.get(scheme)
        if known is None:
            kind = "cursor" if scheme.kind.startswith("cursor") else scheme.kind.removesuffix("_number")
            plain = f"{kind}_page" if kind != "page" else "page"
            stem = "list" if scheme.size else _said(scheme.items)
            lead = "" if stem in ("data", "items", "results") else f"{stem}_"
            longer = f"{stem}_{_said(scheme.param)}"
            candidates = [f"{lead}{plain}", f"{longer}_{plain}"]
            candidates += [f"{longer}_{number}_{plain}" for number in range(2, 1000)]
            known = self._found[scheme] = next(name for name in candidates if name not in self._found.values())
        return known

    def configs(self) -> tuple[PaginationConfig, ...]:
        """The schemes as a configuration describes them."""
        return tuple(_config(name, scheme) for scheme, name in self._found.items())

    def _scheme(self, each: ResolvedOperation, last: str) -> _Scheme | None:
        asked = {_said(param.name): param for param in each.parameters if _is_usable(param)}
        answer = resolved(answer_of(each), self._spec)
        if answer is not None and answer.types == ("array",):
            return self._bare(asked, answer)
        properties = properties_of(answer, self._spec)
        items = array_in(properties, last, self._spec)
        if items is None:
            return None
        told = {_said(path): (path, schema) for path, schema in self._told(properties, items)}
        more = next((told[name][0] for name in _MORE if name in told), None)
        return (
            self._by_cursor(asked, told, items)
            or self._by_last_item(asked, properties, items, more)
            or self._by_number(asked, told, items)
        )

    def _told(self, properties: Mapping[str, SchemaOrRef], items: str) -> Iterator[tuple[str, SchemaOrRef]]:
        """What an answer says beside its items, by path; that of objects about pages as if it stood beside them."""
        for name, schema in properties.items():
            if name != items:
                yield name, schema
        for name in properties:
            if _said(name) in _HOLDERS:
                for inner, schema in properties_of(properties[name], self._spec).items():
                    yield f"{name}.{inner}", schema

    def _bare(self, asked: Mapping[str, Parameter], answer: Schema) -> _Scheme | None:
        """How a list goes on that is an answer of its own: by what its caller counts, or by its last item."""
        size = next((param.name for name, param in asked.items() if name in SIZES), None)
        if size is None:
            return None
        counted = self._by_number(asked, {}, "items")
        if counted is not None:
            return replace(counted, size=size)
        identity = properties_of(answer.items, self._spec).get("id")
        param = next((asked[name] for name in (*_AFTER, "since_id", "since") if name in asked), None)
        if identity is None or param is None:
            return None
        asked_for = resolved(param.schema, self._spec)
        kinds = self._kinds(param.schema) & self._kinds(identity)
        is_moment = asked_for is None or asked_for.format in ("date", "date-time") or _said(param.name) == "since"
        fits = "integer" in kinds or ("string" in kinds and not is_moment)
        return _Scheme("cursor_id", "items", param.name, size=size) if fits else None

    def _by_cursor(
        self, asked: Mapping[str, Parameter], told: Mapping[str, tuple[str, SchemaOrRef]], items: str
    ) -> _Scheme | None:
        for said in _NEXT:
            path, schema = told.get(said, ("", None))
            if not path or "string" not in self._kinds(schema):
                continue
            own = said.removeprefix("next_")
            for name in (own, said, *_CURSORS):
                if name in asked and "string" in self._kinds(asked[name].schema):
                    return _Scheme("cursor", items, asked[name].name, cursor=path)
        return None

    def _by_last_item(
        self, asked: Mapping[str, Parameter], properties: Mapping[str, SchemaOrRef], items: str, more: str | None
    ) -> _Scheme | None:
        param = next((asked[name] for name in _AFTER if name in asked), None)
        if param is None or more is None:
            return None
        found = resolved(properties[items], self._spec)
        item = properties_of(found.items, self._spec) if found is not None else {}
        return _Scheme("cursor_id", items, param.name, more=more) if "id" in item else None

    def _by_number(
        self, asked: Mapping[str, Parameter], told: Mapping[str, tuple[str, SchemaOrRef]], items: str
    ) -> _Scheme | None:
        for kind, names, totals in (("page_number", _PAGES, _PAGE_TOTALS), ("offset", _OFFSETS, _TOTALS)):
            param = next((asked[name] for name in names if name in asked), None)
            if param is None or "string" in self._kinds(param.schema) - {"integer", "number"}:
                continue
            total = next((told[name][0] for name in totals if name in told), None)
            if total is not None or not SIZES.isdisjoint(asked):
                said = resolved(param.schema, self._spec)
                lowest = None if said is None else said.default if said.has_default else said.minimum
                first = 0 if kind == "page_number" and lowest == 0 else 1
                return _Scheme(kind, items, param.name, total=total, first=first)
        return None

    def _kinds(self, schema: SchemaOrRef | None, depth: int = 0) -> set[str]:
        found = resolved(schema, self._spec)
        if found is None or depth > 3:
            return set()
        parts = [self._kinds(part, depth + 1) for part in (*found.any_of, *found.one_of, *found.all_of)]
        return set(found.types).union(*parts)


def _is_usable(param: Parameter) -> bool:
    return param.place == "query" and "." not in param.name


def _said(name: str) -> str:
    """The words of a name or of the last step of a path: `nextPageToken` and `page[next_page_token]` alike."""
    return "_".join(words(name.rpartition(".")[2]))


def _config(name: str, scheme: _Scheme) -> PaginationConfig:
    purposes = {
        "cursor": ("next_cursor_param", "next_cursor_field"),
        "cursor_id": ("next_cursor_id_param", ""),
        "page_number": ("page_number_param", "total_page_count_field"),
        "offset": ("offset_count_param", "offset_total_count_field"),
    }
    asks, says = purposes[scheme.kind]
    told = {scheme.items: ("array", "items"), scheme.cursor: ("string", says), scheme.total: ("integer", says)}
    told[scheme.more] = ("boolean", "has_next_page")
    response: dict[str, JSON] = {}
    for path, (type, purpose) in told.items():
        if path is not None:
            head, _, rest = path.partition(".")
            entry: JSON = {"type": type, "x-stainless-pagination-property": {"purpose": purpose}}
            if rest:
                known = response.get(head)
                inner = known.get("properties") if isinstance(known, dict) else None
                entry = {"type": "object", "properties": {**(inner if isinstance(inner, dict) else {}), rest: entry}}
            response[head] = entry
    if scheme.size is not None:
        response = {"items": {"type": "array", "x-stainless-pagination-property": _LIST_ITSELF}}
    asked: dict[str, JSON] = {"type": "string", "x-stainless-pagination-property": {"purpose": asks}}
    request: dict[str, JSON] = {scheme.param: asked if scheme.first else {**asked, "default": 0}}
    if scheme.size is not None:
        request[scheme.size] = {"type": "integer"}
    return PaginationConfig(name, scheme.kind, request, response)
