"""The driver: sends what the core decides, reads, sleeps, and sends again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypeVar, cast

from ..core.auth import Renewable, checked_answer
from ..core.client import BaseClient
from ..core.exchange import RAW_RESPONSE_HEADER, RETRY_COUNT, Exchange
from ..core.kinds import checked_mapping
from ..core.request import Call, Request, SentRequest, Settings, build_request
from ..core.response import Head, HTTPResponse
from ..core.sources import Segments
from ..core.transport import AsyncReply, AsyncTransport, TransportError
from ..waiting import (
    AsyncColour,
    AsyncPaged,
    async_answered,
    async_closed,
    async_request_body,
    async_resolved,
    async_sleep,
    async_transport,
    httpx_request,
    prepared_request,
)
from .bodies import body_pieces
from .opened import AsyncOpened
from .response import AsyncAPIResponse, AsyncRawResponse
from .results import AsyncBinaryResult, AsyncPageResult, AsyncResult, AsyncStreamResult, AsyncValueResult
from .stream import AsyncStream, stream_item

if TYPE_CHECKING:
    from ..core.low_level import FinalRequestOptions, RequestOptions
    from .pages import AsyncAPIPage

__all__ = ["AsyncAPIClient", "Mode"]

T = TypeVar("T")
PageT = TypeVar("PageT", bound="AsyncAPIPage[Any]")

Mode: TypeAlias = Literal["value", "raw", "streaming"]
"""What a call gives: the promised value, a response that was read, or an open one."""

_ERROR_BODY_READ = 1024 * 1024
_RAW_RESPONSE = RAW_RESPONSE_HEADER.lower()


def _call_to(method: str, path: str, options: RequestOptions | Mapping[str, Any], **what: Any) -> Call:
    from ..core.low_level import low_level_call  # most programs have no use for it

    return low_level_call(method, path, options, **what)


def _asked_mode(call: Call) -> tuple[Call, Mode]:
    """The call without the header by which low-level calls ask for the response itself, and what it asks for."""
    headers: Mapping[Any, Any] = checked_mapping("extra_headers", call.extra_headers)
    wanted = next((name for name in headers if str(name).lower() == _RAW_RESPONSE), None)
    if wanted is None:
        return call, "value"
    left = {name: value for name, value in headers.items() if name != wanted}
    return call.replaced(extra_headers=left), "streaming" if headers[wanted] == "stream" else "raw"


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a call is about that passes through a `request` which is not ours."""

    call: Call
    result: AsyncResult
    mode: Mode

    def as_described(self, options: FinalRequestOptions, stream_class: Any) -> tuple[Call, AsyncResult, Mode]:
        """The same with what was changed in the description, and with another class for the stream."""
        from ..core.low_level import changed_call

        result = self.result
        if isinstance(result, AsyncStreamResult) and stream_class is not None:
            result = result.of_class(stream_class)
        return changed_call(self.call, options), result, self.mode


class AsyncAPIClient(AsyncColour, BaseClient):
    """The async half of a client: what a generated client adds to is this.

    It belongs to no event loop: one client works in several loops, one after the other.
    """

    def __init__(self, *, http_client: object | None = None, **arguments: Any) -> None:
        cls, base = type(self), AsyncAPIClient
        if cls._prepare_options is not base._prepare_options or cls._prepare_request is not base._prepare_request:
            # It may say by itself who calls. An empty key is how such classes tell.
            options = {name: None if value == "" else value for name, value in arguments["options"].items()}
            arguments = {**arguments, "options": options, "enforce_credentials": False}
        super().__init__(http_client=http_client, **arguments)
        self._transport: AsyncTransport = async_transport(http_client)

    @property
    def connections(self) -> AsyncTransport:
        """What sends the requests: can be another client's `http_client`, which then must not close it."""
        return self._transport

    @property
    def _client(self) -> Any:
        """The HTTP client that was given, else what stands in for one. Tests of programs look here, and replace it."""
        return self.connections if self._given_http_client is None else self._given_http_client

    @_client.setter
    def _client(self, http_client: Any) -> None:
        self._given_http_client = http_client
        self._transport = async_transport(http_client)
        self._owns_transport = True

    # --- calls, as resources make them ---

    async def send(self, call: Call, result: AsyncResult, mode: Mode = "value") -> Any:
        """Make one call and give what `result` makes of the response, or the response itself by `mode`.

        Raises `APIStatusError` for a refusal, `APIConnectionError` or `APITimeoutError` when no answer came,
        `APIResponseValidationError` for one that is not what was promised, and `ClientClosedError`.
        """
        if call.extra_headers and mode == "value":
            call, mode = _asked_mode(call)
        if getattr(self.request, "__func__", None) is not _REQUEST:
            return await self._sent_through(call, result, mode)
        return await self._sent(call, result, mode)

    async def _sent(self, call: Call, result: AsyncResult, mode: Mode = "value") -> Any:
        opened = await self._open(call, read=result.needs_body and mode != "streaming")
        if mode == "streaming":
            return AsyncAPIResponse[Any](opened, result)
        if mode == "raw":
            return AsyncRawResponse[Any](opened, result)
        return result.make(opened)

    async def request_value(
        self, call: Call, into: type[T], *, finish: Callable[[Any], Any] | None = None, mode: Mode = "value"
    ) -> T:
        """Make a call that is answered with one `into`."""
        strict = self._strict_response_validation
        return await self.send(call, AsyncValueResult(into, strict=strict, finish=finish), mode)

    async def request_stream(self, call: Call, item: type[T], *, mode: Mode = "value") -> AsyncStream[T]:
        """Make a call that is answered with a stream of `item`."""
        result = AsyncStreamResult(item, strict=self._strict_response_validation)
        return await self.send(call.replaced(streamed=True), result, mode)

    async def request_binary(self, call: Call, *, mode: Mode = "value") -> Any:
        """Make a call that is answered with bytes."""
        return await self.send(call, AsyncBinaryResult(), mode)

    def request_pages(self, call: Call, page: type[PageT], *, mode: Mode = "value") -> AsyncPaged[PageT]:
        """Make a call that is answered with the first page of a list."""
        if call.extra_headers and mode == "value":
            call, mode = _asked_mode(call)
        return self.paginated(lambda: self._page(call, page, mode))

    async def _page(self, call: Call, page: type[PageT], mode: Mode) -> PageT:
        fetch = self._fetch_page
        return await self.send(call, AsyncPageResult(page, call, fetch, strict=self._strict_response_validation), mode)

    async def _fetch_page(self, call: Call, page: Any) -> Any:
        return await self._page(call, page, "value")

    # --- calls to endpoints that have no method ---

    async def request(
        self,
        cast_to: type[T],
        options: FinalRequestOptions | Mapping[str, Any],
        *,
        stream: bool = False,
        stream_cls: type[AsyncStream[Any]] | None = None,
    ) -> T:
        """Make any request: `options` hold its `method`, `url`, body (`json_data`, `content`, `files`), and the rest.

        See `post` for what else they can be.
        """
        from ..core.low_level import FinalRequestOptions, described_call

        if isinstance(options, FinalRequestOptions) and isinstance(meant := options.meant, _Meant):
            return await self._sent(*meant.as_described(options, stream_cls))
        call, mode = _asked_mode(described_call(options))
        return await self._sent(*self._low_level(call, cast_to, stream, stream_cls), mode)

    async def get(
        self,
        path: str,
        *,
        cast_to: type[T],
        options: RequestOptions | Mapping[str, Any] = {},
        stream: bool = False,
        stream_cls: type[AsyncStream[Any]] | None = None,
    ) -> T:
        """GET any path of the API. `cast_to` is what the answer is read as; see `post` for the options."""
        return await self.send(*self._low_level(_call_to("GET", path, options), cast_to, stream, stream_cls))

    async def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object | None = None,
        content: object | None = None,
        files: Any = None,
        options: RequestOptions | Mapping[str, Any] = {},
        stream: bool = False,
        stream_cls: type[AsyncStream[Any]] | None = None,
    ) -> T:
        """POST to any path of the API.

        Args:
            cast_to: what the answer is read as: a model, any type pydantic knows, `str`, `bytes`, `httpx.Response`.
            body: sent as JSON; with `files` as form fields beside them.
            content: bytes, text, a file or an iterator, sent as it is; as JSON, unless a header says otherwise.
            files: file fields, as a mapping or pairs.
            options: `headers`, `params`, `timeout`, `max_retries`, `extra_json`, `idempotency_key`,
                `follow_redirects`.
            stream: whether the answer is an event stream of `cast_to`; `stream_cls` is then the stream's class.
        """
        call = _call_to("POST", path, options, body=body, content=content, files=files)
        return await self.send(*self._low_level(call, cast_to, stream, stream_cls))

    async def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object | None = None,
        content: object | None = None,
        files: Any = None,
        options: RequestOptions | Mapping[str, Any] = {},
    ) -> T:
        """PUT to any path of the API; see `post`."""
        call = _call_to("PUT", path, options, body=body, content=content, files=files)
        return await self.send(*self._low_level(call, cast_to, False, None))

    async def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object | None = None,
        content: object | None = None,
        files: Any = None,
        options: RequestOptions | Mapping[str, Any] = {},
    ) -> T:
        """PATCH any path of the API; see `post`."""
        call = _call_to("PATCH", path, options, body=body, content=content, files=files)
        return await self.send(*self._low_level(call, cast_to, False, None))

    async def delete(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object | None = None,
        content: object | None = None,
        options: RequestOptions | Mapping[str, Any] = {},
    ) -> T:
        """DELETE any path of the API; see `post`."""
        call = _call_to("DELETE", path, options, body=body, content=content)
        return await self.send(*self._low_level(call, cast_to, False, None))

    def get_api_list(
        self,
        path: str,
        *,
        model: type[T],
        page: type[PageT],
        body: object | None = None,
        options: RequestOptions | Mapping[str, Any] = {},
        method: str = "get",
    ) -> AsyncPaged[PageT]:
        """List what any path of the API has, in pages of class `page`, such as `AsyncCursorPage[Model]`.

        `model` is what a page holds where its class does not say so itself.
        """
        from ..core.pages import page_of

        of_model = cast("type[PageT]", page_of(page, model))
        return self.request_pages(_call_to(method.upper(), path, options, body=body), of_model)

    def _low_level(
        self, call: Call, cast_to: Any, stream: bool, stream_cls: type[AsyncStream[Any]] | None
    ) -> tuple[Call, AsyncResult]:
        call, strict = self._known(call), self._strict_response_validation
        if stream:
            stream_class = stream_cls or AsyncStream[Any]
            item = cast_to if stream_cls is None or (named := stream_item(stream_cls)) is object else named
            return call.replaced(streamed=True), AsyncStreamResult(item, strict=strict, stream_class=stream_class)
        return call, AsyncValueResult(cast_to, strict=strict)

    def _known(self, call: Call) -> Call:
        if call.security is None:
            return call
        from ..core.low_level import known_security

        return call.replaced(security=known_security(call.security, self.sdk.schemes))

    # --- what programs replace ---

    async def _prepare_options(self, options: FinalRequestOptions) -> FinalRequestOptions | None:
        """What a call asks for, before anything is made of it: a subclass may change it."""
        return options

    async def _prepare_request(self, request: Any) -> None:
        """An `httpx.Request` with what is about to be sent, before each attempt: a subclass may change it."""

    def _build_request(self, options: FinalRequestOptions, *, retries_taken: int = 0) -> Any:
        """The `httpx.Request` that `client.request` would send; without what a function would have to be asked for.

        Bodies that are read while they are sent are left out of it.
        """
        from ..core.low_level import described_call

        meant = getattr(options, "meant", None)  # of a call that passes through a `request` which is not ours
        told = meant.as_described(options, None)[0] if isinstance(meant, _Meant) else described_call(options)
        call, settings = self._prepare(self._known(told)), self.settings
        names = call.given_headers(settings)
        given = names & settings.secrets
        functions = self.credential_functions(call, given)
        nothing: dict[str, str] = {}
        fields = (nothing, nothing) if functions else self.fields_for(call, given)
        request = build_request(call, settings, *fields)
        if RETRY_COUNT not in names:
            request.header_fields[RETRY_COUNT] = str(retries_taken)
        return httpx_request(request)

    async def _sent_through(self, call: Call, result: AsyncResult, mode: Mode) -> Any:
        """A call that passes through the `request` which a subclass, a tracer or a test put in place of ours."""
        from ..core.low_level import options_of

        options = options_of(call)
        options.meant = _Meant(call, result, mode)
        if not isinstance(result, AsyncStreamResult):
            return await self.request(result.cast_to, options)
        stream_class = AsyncStream[result.cast_to]
        return await self.request(result.cast_to, options, stream=True, stream_cls=stream_class)

    # --- the exchange ---

    async def _open(self, call: Call, *, read: bool) -> AsyncOpened:
        """The successful response to a call after as many attempts as it took; with `read` its body is there."""
        call = await self.prepared(call)
        settings = self.settings
        given = call.given_headers(settings) & settings.secrets  # names only: tracebacks may show variables
        functions = self.credential_functions(call, given)
        exchange = Exchange(
            call,
            settings,
            self._logger,
            wants_retry=self._should_retry,
            delay=self._calculate_retry_timeout,
            functions=functions.values(),
        )
        while True:
            request = exchange.attempt(*self.fields_for(call, given, await self._asked(functions)))
            if getattr(self._prepare_request, "__func__", None) is not AsyncAPIClient._prepare_request:
                with prepared_request(request) as built:
                    await async_answered(self._prepare_request(built))
            started = time.perf_counter()
            try:
                reply = await self._send(request)
            except TransportError as error:
                delay = exchange.failed(error)
            else:
                try:
                    elapsed = timedelta(seconds=time.perf_counter() - started)
                    sent = SentRequest.of(request)
                    response = HTTPResponse(reply.head, sent, None, elapsed=elapsed, retries_taken=exchange.retries)
                    opened = AsyncOpened(reply, response)
                except BaseException:  # Ctrl-C
                    await reply.aclose()
                    raise
                delay = await self._outcome(exchange, opened, reply.head, read)
                if delay is None:
                    return opened
            if delay:
                await async_sleep(delay)

    async def prepared(self, call: Call) -> Call:
        """The call as it is to be sent, by this client or by other means."""
        self.check_open()
        if getattr(self._prepare_options, "__func__", None) is not AsyncAPIClient._prepare_options:
            from ..core.low_level import changed_call, options_of

            options = options_of(call)
            call = changed_call(call, await async_answered(self._prepare_options(options)) or options)
        return self._prepare(call)

    async def authorised(self, call: Call) -> tuple[Settings, dict[str, str], dict[str, str], list[Renewable]]:
        """What holds for a call that is sent by other means: settings, the header and query fields that authorise it,

        and the credential functions that can be told when those are refused.
        """
        settings = self.settings
        given = call.given_headers(settings) & settings.secrets
        functions = self.credential_functions(call, given)
        headers, query = self.fields_for(call, given, await self._asked(functions))
        return settings, headers, query, [each for each in functions.values() if isinstance(each, Renewable)]

    async def _asked(self, functions: Mapping[str, Callable[[], Any]]) -> dict[str, str]:
        answers = {name: checked_answer(name, await async_resolved(function)) for name, function in functions.items()}
        if answers:
            self._answers = answers
        return answers

    async def _send(self, request: Request) -> AsyncReply:
        body = request.body
        if not isinstance(body, Segments):
            return await self._transport.send(request, body)
        async_request_body(body)
        faults: list[Exception] = []
        pieces = body_pieces(body, faults)
        try:
            return await self._transport.send(request, pieces)
        except BaseException as error:
            await async_closed(pieces)
            if faults and isinstance(error, TransportError):
                raise faults[0] from None  # the connection failed because what feeds it did
            raise

    async def _outcome(self, exchange: Exchange, opened: AsyncOpened, head: Head, read: bool) -> float | None:
        """Seconds before the next attempt, or None when this is the answer. Raises the error for a refusal."""
        try:
            response = opened.response
            if head.status >= 400 and self._retries_by_itself:
                response.content = await opened.read_start(_ERROR_BODY_READ)
            delay = exchange.answered(head, response)
            if delay is not None:
                await opened.finish()
            elif head.status >= 300:
                if not response.is_read:  # a body that cannot be read does not hide the status
                    response.content = await opened.read_start(_ERROR_BODY_READ)
                raise self.refused(response)
            elif read:
                await opened.fill()
        except TransportError as error:
            return exchange.failed(error)
        except BaseException:
            await opened.close()
            raise
        return delay

    # --- life ---

    async def close(self) -> None:
        """Close the connections; calls made after this raise `ClientClosedError`. Closing twice does nothing.

        Copies made by `with_options` use the same connections: closing a copy leaves them open.
        """
        self._closed = True
        if self._owns_transport:
            await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


_REQUEST = AsyncAPIClient.request
