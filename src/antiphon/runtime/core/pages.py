"""Lists that come in pages: which items a page holds, where the next page is, and when there is none."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .kinds import is_list, is_mapping
from .request import Call

__all__ = ["PageInfo", "PageRule", "Walk", "next_call", "next_info", "page_items", "page_of"]

_logger: Final = logging.getLogger(__name__)

_MAX_PAGES_AHEAD: Final = 10**9


@dataclass(frozen=True, slots=True)
class PageRule:
    """How an API pages. Fields of the response are given as dotted paths, parameters by their name on the wire.

    `cursor`: the response names the next cursor. `cursor_id`: the cursor is the id of the last item. `cursor_url`:
    the response has the whole URL of the next page. `offset` and `page_number` count items and pages. `single`:
    there is never a next page.
    """

    kind: Literal["cursor", "cursor_id", "cursor_url", "offset", "page_number", "single"]
    items: str = "data"
    param: str = ""
    """The request parameter that says where the next page begins."""
    in_body: bool = False
    cursor: str = ""
    """Where the response has the next cursor or URL."""
    item_id: str = "id"
    """For `cursor_id`: which field of the last item is the cursor."""
    has_more: str | None = None
    total: str | None = None
    """Where the response has the number of items (`offset`) or pages (`page_number`)."""
    current: str | None = None
    """Where the response has its own offset or page number."""
    first: int = 0
    """The offset or number of the first page."""


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What differs between the request of this page and that of the next: query or body entries, or the whole URL."""

    params: Mapping[str, object] | None = None
    json: Mapping[str, object] | None = None
    url: str | None = None


def page_items(rule: PageRule, page: object) -> list[Any]:
    """The items of a page; none when the server sent anything but a list."""
    items = _at(page, rule.items)
    return items if is_list(items) else []


def page_of(page: Any, model: Any) -> Any:
    """The page class for items of this type; `page` itself where it names its items already."""
    generic: Mapping[str, Any] = getattr(page, "__pydantic_generic_metadata__", {})
    return page[model] if generic.get("parameters") else page


def next_info(rule: PageRule, page: object, call: Call) -> PageInfo | None:
    """Where the next page is; None when this was the last one, or when the server's answer leads nowhere."""
    items = page_items(rule, page)
    if not items or rule.kind == "single":
        return None
    if rule.has_more is not None and _at(page, rule.has_more) is False:
        return None
    match rule.kind:
        case "cursor":
            return _place(rule, _cursor(_at(page, rule.cursor)))
        case "cursor_id":
            return _place(rule, _cursor(_at(items[-1], rule.item_id)))
        case "cursor_url":
            url = _at(page, rule.cursor)
            return PageInfo(url=url) if isinstance(url, str) and url else None
        case _:
            return _counted(rule, page, call, len(items))


def next_call(call: Call, info: PageInfo) -> Call:
    """The call for the next page."""
    if info.url is not None:
        return call.replaced(next_url=info.url, query={}, extra_query=None)
    if info.json is not None:
        body: Mapping[str, object] = call.body if is_mapping(call.body) else {}
        return call.replaced(body={**body, **info.json})
    params = info.params or {}
    extra = {name: value for name, value in (call.extra_query or {}).items() if name not in params}
    return call.replaced(query={**call.query, **params}, extra_query=extra)


class Walk:
    """Where a page stands in its list: the call it answers, and the places the pages before it led to.

    A server that names one of those places again is leading in a circle, and would be asked for ever.
    """

    __slots__ = ("_depth", "_places", "call")

    def __init__(self, call: Call, places: dict[str, int] | None = None, depth: int = 0) -> None:
        self.call = call
        # Shared along one list: the n-th page led to the place with number n. Walking it again changes nothing.
        self._places: dict[str, int] = {} if places is None else places
        self._depth = depth

    def leads_back(self, info: PageInfo) -> bool:
        """Whether an earlier page of this list led to the same place."""
        back = self._places.get(_place_key(info), self._depth) < self._depth
        if back:
            _logger.warning("The list leads back to a page it already gave; stopping there.")
        return back

    def onward(self, info: PageInfo) -> Walk:
        """The walk as the next page has it."""
        self._places.setdefault(_place_key(info), self._depth)
        return Walk(next_call(self.call, info), self._places, self._depth + 1)


def _place_key(info: PageInfo) -> str:
    return repr((info.url, sorted((info.params or {}).items()), sorted((info.json or {}).items())))


def _place(rule: PageRule, value: str | int | None) -> PageInfo | None:
    if value is None:
        return None
    return PageInfo(json={rule.param: value}) if rule.in_body else PageInfo(params={rule.param: value})


def _cursor(value: object) -> str | int | None:
    if isinstance(value, str) and value:
        return value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _counted(rule: PageRule, page: object, call: Call, count: int) -> PageInfo | None:
    here = _whole(_at(page, rule.current) if rule.current else None)
    if here is None:
        asked = call.body if rule.in_body else {**call.query, **(call.extra_query or {})}
        here = _whole(asked.get(rule.param) if is_mapping(asked) else None)
    if here is None:
        here = rule.first
    following = here + (count if rule.kind == "offset" else 1)
    total = _whole(_at(page, rule.total) if rule.total else None)
    end = total if total is not None else _MAX_PAGES_AHEAD
    if rule.kind == "page_number" and total is not None:
        end += rule.first
    return _place(rule, following) if following < end else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else None


def _at(value: object, path: str | None) -> object:
    """What is at a dotted path of models and mappings; None where the path ends early."""
    if not path:
        return value
    for name in path.split("."):
        value = value.get(name) if is_mapping(value) else getattr(value, name, None)
    return value
