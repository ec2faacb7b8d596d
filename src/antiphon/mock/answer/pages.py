"""Lists that are given out in pages: which operations do so, in which style, and what a page of them is.

Known are ids as cursors (`after`, `starting_after`, `before`), opaque cursors (`cursor`, `page_token`, `marker`),
numbered pages and offsets. An unknown cursor is the end of the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.schemas import Schema
from antiphon_codegen.samples.service import Operation
from antiphon_codegen.samples.shapes import Shapes

from .calls import Call
from .data import Data
from .resources import Thing
from .states import finish

__all__ = ["Listing", "listing_of", "page"]

Style: TypeAlias = Literal["id", "token", "page", "offset", "none"]

_DEFAULT_SIZE: Final = 20
_UNPAGED: Final = 3
_ITEMS: Final = ("data", "items", "results", "entries", "values", "records", "list")
_SIZES: Final = (
    "limit",
    "page_size",
    "per_page",
    "pageSize",
    "perPage",
    "size",
    "max_results",
    "maxResults",
    "PageSize",
)
_FORWARD: Final = ("after", "starting_after", "after_id", "since_id", "since")
_BACKWARD: Final = ("before", "ending_before", "before_id")
_TOKENS: Final = ("cursor", "page_token", "pageToken", "PageToken", "marker", "next_token", "token", "continuation")
_PAGES: Final = ("page", "page_number", "pageNumber", "Page")
_OFFSETS: Final = ("offset", "skip", "start")
_NEXT: Final = (
    *("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_page", "nextPage", "next_marker"),
    *("next_token", "nextToken", "next", "next_page_offset", "next_page_uri"),
)
_PREVIOUS: Final = ("previous_cursor", "prev_cursor", "prev_marker", "previous_page", "prev_page", "previous", "prev")
_TOTALS: Final = ("total", "total_count", "total_entries", "total_results", "total_size", "totalCount", "total_items")
_MORE: Final = ("has_more", "hasMore", "has_next", "has_next_page", "hasNext", "limitExceeded")


@dataclass(frozen=True, slots=True)
class Listing:
    """How an operation lists things."""

    style: Style
    position: str
    """The query parameter that says where a page begins."""
    backward: str | None
    size: str | None
    size_schema: Schema
    holder: str | None
    """The property with the object that holds the items; None where the answer itself does."""
    items: str | None
    """The property with the items; None where the answer is a bare list."""
    item: Schema
    first: int
    """The number of the first page."""


def listing_of(operation: Operation, schema: Schema | None, shapes: Shapes) -> Listing | None:
    """How an operation lists things, if it does."""
    if operation.verb != "GET" or schema is None:
        return None
    query = {each.name: each.schema for each in operation.parameters if each.place == "query"}
    found = _items_of(schema, shapes)
    if found is None:
        return None
    holder, items, item = found
    style, position = _position(query, shapes)
    named = shapes.properties(schema) if holder is None else {}
    if style == "none":
        things = items is None and holder is None and "id" in shapes.properties(item)
        if not things and not (items == "data" and ("object" in named or any(each in named for each in _MORE))):
            return None
    size = next((each for each in _SIZES if each in query), None)
    if style == "page" and "string" in shapes.types(query[position]):
        style = "token"
    facts = shapes.of(query[position]).facts if style == "page" else {}
    return Listing(
        style=style,
        position=position,
        backward=next((each for each in _BACKWARD if each in query), None) if style == "id" else None,
        size=size,
        size_schema=query[size] if size is not None else True,
        holder=holder,
        items=items,
        item=item,
        first=0 if facts.get("minimum") == 0 or facts.get("default") == 0 else 1,
    )


def _position(query: Mapping[str, Schema], shapes: Shapes) -> tuple[Style, str]:
    sized = any(each in query for each in _SIZES)
    for style, names in (("token", _TOKENS), ("id", _FORWARD), ("page", _PAGES), ("offset", _OFFSETS)):
        for name in names:
            if name in query and (sized or style != "offset"):
                dated = shapes.of(query[name]).facts.get("format") in ("date-time", "date")
                kinds = {"integer"} if name == "since" else {"string", "integer"}  # text there is a moment
                if not dated and shapes.types(query[name]) & kinds:
                    return cast(Style, style), name
    return "none", ""


def _items_of(schema: Schema, shapes: Shapes) -> tuple[str | None, str | None, Schema] | None:
    """Where the items are in an answer: the object that holds them, the list, and what an item is."""
    shape = shapes.of(schema)
    if shapes.types(schema) == frozenset({"array"}):
        return None, None, True if shape.items is None else shape.items
    own = _list_in(schema, shapes)
    if own is not None:
        return None, *own
    for name, part in shapes.properties(schema).items():
        if shapes.types(part) <= {"object", "null"} and name in ("data", "result", "response", "page"):
            inner = _list_in(part, shapes)
            if inner is not None:
                return name, *inner
    return None


def _list_in(schema: Schema, shapes: Shapes) -> tuple[str, Schema] | None:
    properties = shapes.properties(schema)
    if "id" in properties or shapes.of(schema).unions:
        return None
    lists = {name: part for name, part in properties.items() if "array" in shapes.types(part)}
    lists = {name: part for name, part in lists.items() if len(shapes.types(part) - {"null"}) == 1}
    name = next((each for each in _ITEMS if each in lists), None)
    if name is None and lists:
        name = next((each for each in lists if "object" in shapes.types(_item(lists[each], shapes))), next(iter(lists)))
    return None if name is None else (name, _item(lists[name], shapes))


def _item(schema: Schema, shapes: Shapes) -> Schema:
    shape = shapes.of(schema)
    if shape.items is None and shape.unions:  # a list or null
        inner = [shapes.of(member).items for union in shape.unions for member in union.members]
        return next((each for each in inner if each is not None), True)
    return True if shape.items is None else shape.items


def page(listing: Listing, call: Call, body: JSON) -> JSON:
    """The answer with the items of the page the call asks for; `body` is a sample that gives all else."""
    data = call.data
    everything = data.things(call, call.target, listing.item)
    if call.query.get("order", _default(call, "order")) == "asc":
        everything = everything[::-1]
    size = _size(listing, call, data)
    if listing.style == "none":
        created = len(everything) - data.items
        everything = everything[: max(created, 0) + min(_UNPAGED, data.items)]
    start, end = _window(listing, call, everything, size)
    shown = everything[start:end]
    for thing in shown:
        if isinstance(thing, dict):
            finish(data, listing.item, cast(Thing, thing))
    if listing.items is None:
        return shown
    answer = dict(cast("dict[str, JSON]", body)) if isinstance(body, dict) else {}
    holder = answer
    if listing.holder is not None:
        inner = answer.get(listing.holder)
        holder = answer[listing.holder] = dict(inner) if isinstance(inner, dict) else {}
    schema = data.json_schema(call.operation)
    properties = data.shapes.properties(True if schema is None else schema)
    if listing.holder is not None:
        properties = data.shapes.properties(properties[listing.holder])
    holder[listing.items] = shown
    more = start > 0 if listing.backward in call.query else end < len(everything)
    following = _following(listing, call, shown, end, size) if more else None
    _describe(holder, properties, data, everything, shown, following, more=more, start=start, size=size, call=call)
    return answer


def _default(call: Call, name: str) -> Any:
    for each in call.operation.parameters:
        if each.place == "query" and each.name == name:
            return call.data.shapes.of(each.schema).facts.get("default")
    return None


def _size(listing: Listing, call: Call, data: Data) -> int:
    asked = call.query.get(listing.size) if listing.size is not None else None
    if listing.style == "none" and not isinstance(asked, int):
        return 10_000
    facts = data.shapes.of(listing.size_schema).facts
    if not isinstance(asked, int) or isinstance(asked, bool):
        asked = data.page_size or facts.get("default") or _DEFAULT_SIZE
    return max(1, min(asked, 10_000)) if isinstance(asked, int) else _DEFAULT_SIZE


def _window(listing: Listing, call: Call, everything: list[Any], size: int) -> tuple[int, int]:
    """Where the page begins and ends."""
    asked = call.query.get(listing.position)
    last = len(everything)
    if listing.style == "id":
        names = [str(_name(each)) for each in everything]
        before = call.query.get(listing.backward) if listing.backward is not None else None
        if before is not None:
            end = names.index(str(before)) if str(before) in names else 0
            return max(0, end - size), end
        start = 0 if asked is None else names.index(str(asked)) + 1 if str(asked) in names else last
    elif listing.style == "page":
        start = (asked - listing.first) * size if isinstance(asked, int) else 0
    elif listing.style == "none" or asked is None:
        start = 0
    else:
        text = str(asked)
        start = int(text) if text.isdigit() and len(text) < 9 else last
    start = min(max(start, 0), last)
    return start, min(start + size, last)


def _name(thing: Any) -> Any:
    return cast("dict[str, Any]", thing).get("id", "") if isinstance(thing, dict) else thing


def _following(listing: Listing, call: Call, shown: list[Any], end: int, size: int) -> JSON:
    """What to send for the next page."""
    if listing.style == "id":
        return _name(shown[-1]) if shown else None
    if listing.style == "page":
        return end // size + listing.first
    return end


def _describe(
    holder: dict[str, JSON],
    properties: Mapping[str, Schema],
    data: Data,
    everything: list[Any],
    shown: list[Any],
    following: JSON,
    *,
    more: bool,
    start: int,
    size: int,
    call: Call,
) -> None:
    """Fills in what a page says of itself, as far as the document knows such properties."""
    said: dict[str, JSON] = {
        **dict.fromkeys(_MORE, more),
        **dict.fromkeys(_TOTALS, len(everything)),
        **dict.fromkeys(_SIZES, size),
        "first_id": _name(shown[0]) if shown else None,
        "last_id": _name(shown[-1]) if shown else None,
        "object": "list",
        "offset": start,
        **dict.fromkeys(_NEXT, following),
        **dict.fromkeys(_PREVIOUS),
    }
    for name, value in said.items():
        if name not in properties:
            continue
        for candidate in (value, None if value is None else str(value), "" if value is None else value):
            if data.fits(candidate, properties[name]) and (candidate is not None or value is None):
                holder[name] = candidate
                break
        else:
            holder.pop(name, None)
