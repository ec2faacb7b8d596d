"""A small SDK as the generator would write it, and clients of it that answer from a script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Generic, Self, TypeVar

from antiphon.runtime import (
    SDK,
    AsyncAPIClient,
    AsyncAPIPage,
    AsyncAPIResource,
    AsyncStream,
    BinaryResponse,
    Call,
    ClientOption,
    HeaderTypes,
    Multipart,
    NotGiven,
    Omit,
    PageRule,
    RetryPolicy,
    Scheme,
    TimeoutTypes,
    async_raw_method,
    async_raw_view,
    async_streamed_method,
    async_streaming_view,
    fill_path,
    not_given,
    omit,
)
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, Drop, Stall
from antiphon.runtime.waiting import AsyncPaged

from ..samples import SECRET, Chunk, Completion, Message

T = TypeVar("T")

DEMO = SDK(
    name="antiphon_demo",
    version="1.2.3",
    title="Demo",
    base_url="https://demo.test/v1",
    base_url_env="DEMO_BASE_URL",
    log_env="DEMO_LOG",
    headers_env="DEMO_HEADERS",
    options=(
        ClientOption("api_key", env="DEMO_API_KEY"),
        ClientOption("admin_key", env="DEMO_ADMIN_KEY"),
        ClientOption("organization", env="DEMO_ORG", header="Demo-Organization"),
        ClientOption("version", query="api-version"),
        ClientOption("app_id", env="DEMO_APP_ID"),
    ),
    schemes={
        "key": Scheme("bearer", ("api_key",)),
        "admin": Scheme("bearer", ("admin_key",)),
        "app": Scheme("query", ("app_id",), name="appid"),
    },
    security=(("key",),),
    retry_policy=RetryPolicy(initial_delay=0.001, max_delay=0.001),
)


class AsyncListPage(AsyncAPIPage[T], Generic[T]):
    rule = PageRule("cursor_id", param="after", has_more="has_more")

    data: list[T]
    has_more: bool | None = None


class AsyncLinkedPage(AsyncAPIPage[T], Generic[T]):
    rule = PageRule("cursor_url", cursor="next")

    data: list[T]
    next: str | None = None


class AsyncThings(AsyncAPIResource):
    async def create(
        self,
        *,
        text: str | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> Completion:
        """Make a thing."""
        call = Call(
            "POST",
            "/things",
            body={"text": text},
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        return await self._request(call, Completion)

    async def retrieve(self, thing_id: str, *, timeout: TimeoutTypes | NotGiven = not_given) -> Message:
        """One thing."""
        return await self._request(Call("GET", fill_path("/things/{id}", id=thing_id), timeout=timeout), Message)

    async def delete(self, thing_id: str) -> None:
        """No thing."""
        return await self._request(Call("DELETE", fill_path("/things/{id}", id=thing_id)), type(None))

    async def admin(self) -> Message:
        """A call that takes another credential."""
        return await self._request(Call("GET", "/admin", security=(("admin",),)), Message)

    async def app(self) -> Message:
        """A call whose credential goes into the query."""
        return await self._request(Call("GET", "/app", security=(("app",),)), Message)

    async def public(self) -> Message:
        """A call that takes no credential."""
        return await self._request(Call("GET", "/public", security=()), Message)

    async def upload(self, *, file: Any, purpose: str | Omit = omit) -> Message:
        """A file."""
        form = Multipart(files=frozenset({"file"}))
        return await self._request(
            Call("POST", "/files", body={"file": file, "purpose": purpose}, encoding=form), Message
        )

    async def send(self, content: Any) -> Message:
        """A body that goes out as it is."""
        return await self._request(Call("POST", "/raw", content=content), Message)

    async def events(self, *, timeout: TimeoutTypes | NotGiven = not_given) -> AsyncStream[Chunk]:
        """A stream."""
        return await self._stream(Call("POST", "/events", body={"stream": True}, timeout=timeout), Chunk)

    async def content(self, thing_id: str) -> BinaryResponse:
        """The bytes of a thing."""
        call = Call("GET", fill_path("/things/{id}/content", id=thing_id), accept="application/binary")
        return await self._binary(call)

    def list(self, *, limit: int | Omit = omit) -> AsyncPaged[AsyncListPage[Message]]:
        """All things."""
        return self._pages(Call("GET", "/things", query={"limit": limit}), AsyncListPage[Message])

    def linked(self) -> AsyncPaged[AsyncLinkedPage[Message]]:
        """All things, page by page through links."""
        return self._pages(Call("GET", "/linked", query={"limit": 1}), AsyncLinkedPage[Message])

    @cached_property
    def with_raw_response(self) -> AsyncThingsWithRawResponse:
        return AsyncThingsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncThingsWithStreamingResponse:
        return AsyncThingsWithStreamingResponse(self)


class AsyncThingsWithRawResponse:
    def __init__(self, things: AsyncThings) -> None:
        raw = async_raw_view(things)
        self.create = async_raw_method(raw.create)
        self.retrieve = async_raw_method(raw.retrieve)
        self.events = async_raw_method(raw.events)
        self.content = async_raw_method(raw.content)
        self.list = async_raw_method(raw.list)


class AsyncThingsWithStreamingResponse:
    def __init__(self, things: AsyncThings) -> None:
        streaming = async_streaming_view(things)
        self.create = async_streamed_method(streaming.create)
        self.retrieve = async_streamed_method(streaming.retrieve)
        self.events = async_streamed_method(streaming.events)
        self.content = async_streamed_method(streaming.content)
        self.list = async_streamed_method(streaming.list)


class AsyncClient(AsyncAPIClient):
    sdk = DEMO

    api_key: Any
    admin_key: Any
    organization: str | None
    version: str | None
    app_id: str | None

    def __init__(
        self,
        *,
        api_key: Any = None,
        admin_key: Any = None,
        organization: str | None = None,
        version: str | None = None,
        app_id: str | None = None,
        base_url: str | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
        max_retries: int = 2,
        default_headers: HeaderTypes | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: Any = None,
        _strict_response_validation: bool = False,
        _enforce_credentials: bool = True,
    ) -> None:
        super().__init__(
            options={
                "api_key": api_key,
                "admin_key": admin_key,
                "organization": organization,
                "version": version,
                "app_id": app_id,
            },
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            http_client=http_client,
            strict=_strict_response_validation,
            enforce_credentials=_enforce_credentials,
        )

    @cached_property
    def things(self) -> AsyncThings:
        return AsyncThings(self)

    def copy(
        self,
        *,
        timeout: TimeoutTypes | NotGiven = not_given,
        default_headers: HeaderTypes | None = None,
        set_default_headers: HeaderTypes | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        **changes: Any,
    ) -> Self:
        return self._copied(
            changes,
            timeout,
            default_headers=default_headers,
            set_default_headers=set_default_headers,
            default_query=default_query,
            set_default_query=set_default_query,
        )

    with_options = copy


def scripted(*steps: Answer | Drop | Stall, **arguments: Any) -> tuple[AsyncClient, AsyncScriptedTransport]:
    """A client that is answered by these steps, and the transport that plays them."""
    transport = AsyncScriptedTransport(steps)
    given: dict[str, Any] = {"api_key": SECRET, "http_client": transport, **arguments}
    return AsyncClient(**given), transport
