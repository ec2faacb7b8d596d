"""Pages of a list, and the walk from one to the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from ..core.models import BaseModel
from ..core.pages import PageInfo, PageRule, Walk, next_info, page_items, repeats
from ..core.request import Call
from ..waiting import AsyncMethod

__all__ = ["AsyncAPIPage", "AsyncPageFetcher"]

T = TypeVar("T")

AsyncPageFetcher = AsyncMethod[[Call, Any], Any]
"""Sends a call and gives the page that answers it: what a client lends its pages."""


class AsyncAPIPage(BaseModel, Generic[T]):
    """One page of a list. Iterating it gives its items and then those of all further pages, fetched as needed."""

    rule: ClassVar[PageRule] = PageRule("single")

    # Slots, not fields: no part of dumps, equality or repr.
    __slots__ = ("_fetch", "_link", "_walk")

    def follow(self, walk: Walk, fetch: AsyncPageFetcher, link: str | None = None) -> None:
        """Tell the page which call it answers, who fetches the next, and what a `Link` header said of that."""
        object.__setattr__(self, "_walk", walk)
        object.__setattr__(self, "_fetch", fetch)
        object.__setattr__(self, "_link", link)

    def _get_page_items(self) -> list[T]:
        return page_items(self.rule, self)

    def next_page_info(self) -> PageInfo | None:
        """Where the next page is. None after the last one, and when the server leads back to a page it gave before."""
        walk = cast("Walk | None", getattr(self, "_walk", None))
        if walk is None or walk.ended:
            return None
        info = next_info(self.rule, self, walk.call, self._link)
        return None if info is None or walk.leads_back(info) else info

    def has_next_page(self) -> bool:
        """Whether there is more. An empty page is the last one, whatever the server says."""
        return self.next_page_info() is not None

    async def get_next_page(self) -> Self:
        """The next page. Raises RuntimeError after the last one: ask `has_next_page()` before."""
        info = self.next_page_info()
        if info is None:
            raise RuntimeError("there is no next page; check has_next_page() before calling get_next_page()")
        walk = cast(Walk, self._walk).onward(info)
        fetch = cast(AsyncPageFetcher, self._fetch)
        page = cast("Self", await fetch(walk.call, type(self)))
        page.follow(walk, fetch, page._link)
        if repeats(self.rule, page, self):
            walk.end()
        return page

    async def iter_pages(self) -> AsyncIterator[Self]:
        """This page and every further one."""
        page = self
        yield page
        while page.has_next_page():
            page = await page.get_next_page()
            if page._walk.ended:
                return
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:  # type: ignore[override]
        async for page in self.iter_pages():
            for item in page._get_page_items():
                yield item
