"""The base of every resource: a place in the tree whose methods are calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from ..core.request import Call
from ..waiting import AsyncMethod, AsyncPaged, async_sleep
from .stream import AsyncStream

if TYPE_CHECKING:
    from ..binary import BinaryResponse
    from .client import AsyncAPIClient, Mode
    from .pages import AsyncAPIPage

__all__ = ["AsyncAPIResource", "async_raw_view", "async_streaming_view"]

T = TypeVar("T")
PageT = TypeVar("PageT", bound="AsyncAPIPage[Any]")
CallerT = TypeVar("CallerT", bound="AsyncAPIResource | AsyncAPIClient")


class AsyncAPIResource:
    """Makes its calls through the client it belongs to. A view of it is the same resource in another mode."""

    _client: AsyncAPIClient

    def __init__(self, client: AsyncAPIClient, *, mode: Mode = "value") -> None:
        self._client = client
        self._mode: Mode = mode

    def _viewed(self, mode: Mode) -> Self:
        view = type(self)(self._client, mode=mode)
        for name, method in vars(self).items():
            if callable(method) and callable(getattr(type(self), name, None)):  # put there by a tracer, or by a test
                from ..core.low_level import asking

                setattr(view, name, asking(method, mode))
        return view

    async def _request(self, call: Call, into: type[T], *, finish: Callable[[Any], Any] | None = None) -> T:
        return await self._client.request_value(call, into, finish=finish, mode=self._mode)

    async def _stream(self, call: Call, item: type[T]) -> AsyncStream[T]:
        return await self._client.request_stream(call, item, mode=self._mode)

    async def _binary(self, call: Call) -> BinaryResponse:
        return await self._client.request_binary(call, mode=self._mode)

    def _pages(self, call: Call, page: type[PageT]) -> AsyncPaged[PageT]:
        return self._client.request_pages(call, page, mode=self._mode)

    # What programs make calls by that bring resources of their own; tests may replace them.

    @cached_property
    def _get(self) -> AsyncMethod[..., Any]:
        return self._client.get

    @cached_property
    def _post(self) -> AsyncMethod[..., Any]:
        return self._client.post

    @cached_property
    def _put(self) -> AsyncMethod[..., Any]:
        return self._client.put

    @cached_property
    def _patch(self) -> AsyncMethod[..., Any]:
        return self._client.patch

    @cached_property
    def _delete(self) -> AsyncMethod[..., Any]:
        return self._client.delete

    @cached_property
    def _get_api_list(self) -> Callable[..., Any]:
        return self._client.get_api_list

    async def _sleep(self, seconds: float) -> None:
        """What methods that poll wait by between two looks; tests of programs replace it."""
        await async_sleep(seconds)


class _AsyncClientView:
    """Stands in for a client in the methods of its own: their calls are made by the client, in another mode."""

    def __init__(self, client: AsyncAPIClient, mode: Mode) -> None:
        self._client = client
        self._mode: Mode = mode

    def __getattr__(self, name: str) -> Any:
        found = getattr(type(self._client), name)
        return MethodType(found, self) if isinstance(found, FunctionType) else getattr(self._client, name)

    async def request_value(self, call: Call, into: type[T]) -> T:
        return await self._client.request_value(call, into, mode=self._mode)

    async def request_stream(self, call: Call, item: type[T]) -> AsyncStream[T]:
        return await self._client.request_stream(call, item, mode=self._mode)

    async def request_binary(self, call: Call) -> Any:
        return await self._client.request_binary(call, mode=self._mode)

    def request_pages(self, call: Call, page: type[PageT]) -> AsyncPaged[PageT]:
        return self._client.request_pages(call, page, mode=self._mode)


def async_raw_view(caller: CallerT) -> CallerT:
    """The resource, or the client, with every call giving a response that was read."""
    return _async_view(caller, "raw")


def async_streaming_view(caller: CallerT) -> CallerT:
    """The resource, or the client, with every call giving an open response."""
    return _async_view(caller, "streaming")


def _async_view(caller: CallerT, mode: Mode) -> CallerT:
    if isinstance(caller, AsyncAPIResource):
        return caller._viewed(mode)  # pyright: ignore[reportPrivateUsage]  the other half of the class
    return cast(CallerT, _AsyncClientView(caller, mode))
