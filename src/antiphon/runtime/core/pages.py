"""Lists that come in pages: which items a page holds, where the next page is, and when there is none."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .kinds import is_list, is_mapping
from .links import next_link
from .models import set_request_id
from .reading import reader_for
from .request import Call
from .response import HTTPResponse, parsed
from .urls import redirect_url, same_origin

__all__ = [
    "PageInfo",
    "PageRule",
    "Walk",
    "link_on",
    "next_call",
    "next_info",
    "page_items",
    "page_of",
    "read_page",
    "repeats",
]

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
    bare: bool = False
    """The answer is the list itself; `items` is what the page calls it. A `Link` header says whether there is more."""
    size: str = ""
    """For a bare list: the request parameter that says how many items are wanted. A page of fewer is the last one."""
    headers: tuple[tuple[str, str], ...] = ()
    """For a bare list: the fields of the page that headers of the answer have, and which."""


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


def read_page(page: Any, response: HTTPResponse, *, strict: bool) -> Any:
    """The body of a response as a page, or as what else is wanted. Raises `APIResponseValidationError`."""
    rule: object = getattr(page, "rule", None)
    if not isinstance(rule, PageRule) or not rule.bare:
        return parsed(page, response, strict=strict)
    items: object = parsed(page.model_fields[rule.items].annotation, response, strict=strict)
    values: dict[str, object] = {rule.items: [] if items is None else items}
    values.update({field: response.headers[name] for field, name in rule.headers if name in response.headers})
    made: object = reader_for(page).build(values)
    set_request_id(made, response.headers.get("x-request-id"))
    return made


def page_of(page: Any, model: Any) -> Any:
    """The page class for items of this type; `page` itself where it names its items already."""
    generic: Mapping[str, Any] = getattr(page, "__pydantic_generic_metadata__", {})
    return page[model] if generic.get("parameters") else page


def next_info(rule: PageRule, page: object, call: Call, link: str | None = None) -> PageInfo | None:
    """Where the next page is; None when this was the last one, or when the server's answer leads nowhere.

    `link` is what a `Link` header said of it: see `next_link`.
    """
    items = page_items(rule, page)
    if not items or rule.kind == "single":
        return None
    if rule.has_more is not None and _at(page, rule.has_more) is False:
        return None
    if link is not None or (rule.bare and call.next_url is not None):  # one came by a link, and there is none further
        return PageInfo(url=link) if link else None
    if rule.size and _is_short(len(items), _whole(_asked(rule, call).get(rule.size))):
        return None
    match rule.kind:
        case "cursor":
            return _place(rule, _cursor(_at(page, rule.cursor)))
        case "cursor_id":
            last = _cursor(_at(items[-1], rule.item_id))
            if rule.bare and len(items) > 1 and last == _cursor(_at(items[0], rule.item_id)):
                return None  # what all items have alike tells none of them apart
            return _place(rule, last)
        case "cursor_url":
            url = _at(page, rule.cursor)
            return PageInfo(url=url) if isinstance(url, str) and url else None
        case _:
            return _counted(rule, page, call, len(items))


def link_on(rule: PageRule, response: HTTPResponse) -> str | None:
    """What the `Link` header of a bare list says of the next page, as `next_link` has it.

    Where pages can be counted as well, a link to another server (often one whose own name is not known outside) is
    as good as none.
    """
    link = next_link(response.headers.get_list("link")) if rule.bare else None
    if link and rule.kind != "cursor_url":
        here = str(response.request.url)
        try:
            return link if same_origin(here, redirect_url(here, link)) else None
        except ValueError:
            return None
    return link


def repeats(rule: PageRule, page: object, before: object) -> bool:
    """Whether a page of a list without a known end is the one before it once more: the server does not page."""
    counted = rule.kind in ("offset", "page_number") and _whole(_at(page, rule.total) if rule.total else None) is None
    items = page_items(rule, page)
    return (counted or rule.bare) and bool(items) and items == page_items(rule, before)


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

    __slots__ = ("_depth", "_places", "call", "ended")

    def __init__(self, call: Call, places: dict[str, int] | None = None, depth: int = 0) -> None:
        self.call = call
        # Shared along one list: the n-th page led to the place with number n. Walking it again changes nothing.
        self._places: dict[str, int] = {} if places is None else places
        self._depth = depth
        self.ended = False
        """Whether the page is the one before it once more."""

    def end(self) -> None:
        """Note that the server gave the page before this one again."""
        _logger.warning("The server gave the same page again; stopping there.")
        self.ended = True

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
        here = _whole(_asked(rule, call).get(rule.param))
    if here is None:
        here = rule.first
    following = here + (count if rule.kind == "offset" else 1)
    total = _whole(_at(page, rule.total) if rule.total else None)
    end = total if total is not None else _MAX_PAGES_AHEAD
    if rule.kind == "page_number" and total is not None:
        end += rule.first
    return _place(rule, following) if following < end else None


def _asked(rule: PageRule, call: Call) -> Mapping[str, object]:
    asked = call.body if rule.in_body else {**call.query, **(call.extra_query or {})}
    return asked if is_mapping(asked) else {}


def _is_short(count: int, asked: int | None) -> bool:
    """Whether there were fewer items left than were asked for.

    A round number of them may as well be all that the server gives at once.
    """
    return asked is not None and count < asked and (count < 10 or bool(count % 5 and count % 8))


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
