"""What generated code is made of: clients, resources, models, pages, errors. It knows no API.

Names are loaded when they are used, so that importing a generated package costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async.channel import AsyncEventConnection as AsyncEventConnection
    from ._async.channel import AsyncEventConnectionManager as AsyncEventConnectionManager
    from ._async.channel import AsyncEventSender as AsyncEventSender
    from ._async.channel import AsyncOpening as AsyncOpening
    from ._async.client import AsyncAPIClient as AsyncAPIClient
    from ._async.pages import AsyncAPIPage as AsyncAPIPage
    from ._async.resource import AsyncAPIResource as AsyncAPIResource
    from ._async.resource import async_raw_view as async_raw_view
    from ._async.resource import async_streaming_view as async_streaming_view
    from ._async.response import AsyncAPIResponse as AsyncAPIResponse
    from ._async.response import AsyncRawResponse as AsyncRawResponse
    from ._async.response import AsyncResponseContextManager as AsyncResponseContextManager
    from ._async.response import async_raw_method as async_raw_method
    from ._async.response import async_streamed_method as async_streamed_method
    from ._async.stream import AsyncStream as AsyncStream
    from ._sync.channel import EventConnection as EventConnection
    from ._sync.channel import EventConnectionManager as EventConnectionManager
    from ._sync.channel import EventSender as EventSender
    from ._sync.channel import Opening as Opening
    from ._sync.client import APIClient as APIClient
    from ._sync.pages import SyncAPIPage as SyncAPIPage
    from ._sync.resource import APIResource as APIResource
    from ._sync.resource import raw_view as raw_view
    from ._sync.resource import streaming_view as streaming_view
    from ._sync.response import APIResponse as APIResponse
    from ._sync.response import RawResponse as RawResponse
    from ._sync.response import ResponseContextManager as ResponseContextManager
    from ._sync.response import raw_method as raw_method
    from ._sync.response import streamed_method as streamed_method
    from ._sync.stream import Stream as Stream
    from .arguments import AsyncCredential as AsyncCredential
    from .arguments import AsyncHTTPClient as AsyncHTTPClient
    from .arguments import AsyncReconnectingHandler as AsyncReconnectingHandler
    from .arguments import Credential as Credential
    from .arguments import HTTPClient as HTTPClient
    from .arguments import ReconnectingHandler as ReconnectingHandler
    from .binary import BinaryResponse as BinaryResponse
    from .core.addresses import Addresses as Addresses
    from .core.annotations import Aliased as Aliased
    from .core.annotations import SequenceNotStr as SequenceNotStr
    from .core.annotations import Tagged as Tagged
    from .core.auth import CredentialsError as CredentialsError
    from .core.auth import Scheme as Scheme
    from .core.body import json_text as json_text
    from .core.channel import ReconnectingEvent as ReconnectingEvent
    from .core.channel import ReconnectingOverrides as ReconnectingOverrides
    from .core.channel import SyncWebSocketConnectionOptions as SyncWebSocketConnectionOptions
    from .core.channel import WebSocketConnectionClosedError as WebSocketConnectionClosedError
    from .core.channel import WebSocketConnectionOptions as WebSocketConnectionOptions
    from .core.channel import WebsocketConnectionOptions as WebsocketConnectionOptions
    from .core.channel import WebSocketQueueFullError as WebSocketQueueFullError
    from .core.client import SDK as SDK
    from .core.client import ClientOption as ClientOption
    from .core.errors import APIConnectionError as APIConnectionError
    from .core.errors import APIError as APIError
    from .core.errors import APIResponseValidationError as APIResponseValidationError
    from .core.errors import APIStatusError as APIStatusError
    from .core.errors import APITimeoutError as APITimeoutError
    from .core.errors import AuthenticationError as AuthenticationError
    from .core.errors import BadRequestError as BadRequestError
    from .core.errors import ClientClosedError as ClientClosedError
    from .core.errors import ConflictError as ConflictError
    from .core.errors import InternalServerError as InternalServerError
    from .core.errors import NotFoundError as NotFoundError
    from .core.errors import PermissionDeniedError as PermissionDeniedError
    from .core.errors import RateLimitError as RateLimitError
    from .core.errors import SDKError as SDKError
    from .core.errors import UnprocessableEntityError as UnprocessableEntityError
    from .core.headers import Headers as Headers
    from .core.headers import HeaderTypes as HeaderTypes
    from .core.models import BaseModel as BaseModel
    from .core.multipart import FileContent as FileContent
    from .core.multipart import FileTypes as FileTypes
    from .core.multipart import Multipart as Multipart
    from .core.pages import PageInfo as PageInfo
    from .core.pages import PageRule as PageRule
    from .core.paths import fill_path as fill_path
    from .core.query import QueryStyle as QueryStyle
    from .core.request import Call as Call
    from .core.response import HTTPResponse as HTTPResponse
    from .core.response import ResponseNotRead as ResponseNotRead
    from .core.response import TextInJSON as TextInJSON
    from .core.retry import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
    from .core.retry import RetryPolicy as RetryPolicy
    from .core.sentinels import NOT_GIVEN as NOT_GIVEN
    from .core.sentinels import NotGiven as NotGiven
    from .core.sentinels import NotGivenOr as NotGivenOr
    from .core.sentinels import Omit as Omit
    from .core.sentinels import is_given as is_given
    from .core.sentinels import not_given as not_given
    from .core.sentinels import omit as omit
    from .core.timeouts import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
    from .core.timeouts import Timeout as Timeout
    from .core.timeouts import TimeoutTypes as TimeoutTypes
    from .core.urls import URL as URL
    from .transports.aiohttp import AioHTTPTransport as AioHTTPTransport
    from .transports.aiohttp_client import DefaultAioHttpClient as DefaultAioHttpClient
    from .transports.clients import DefaultAsyncHttpxClient as DefaultAsyncHttpxClient
    from .transports.clients import DefaultHttpxClient as DefaultHttpxClient
    from .waiting import AsyncPaginator as AsyncPaginator
else:
    from .lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._async.channel": "AsyncEventConnection AsyncEventConnectionManager AsyncEventSender AsyncOpening",
            "._async.client": "AsyncAPIClient",
            "._async.pages": "AsyncAPIPage",
            "._async.resource": "AsyncAPIResource async_raw_view async_streaming_view",
            "._async.response": (
                "AsyncAPIResponse AsyncRawResponse AsyncResponseContextManager async_raw_method async_streamed_method "
            ),
            "._async.stream": "AsyncStream",
            "._sync.channel": "EventConnection EventConnectionManager EventSender Opening",
            "._sync.client": "APIClient",
            "._sync.pages": "SyncAPIPage",
            "._sync.resource": "APIResource raw_view streaming_view",
            "._sync.response": "APIResponse RawResponse ResponseContextManager raw_method streamed_method",
            "._sync.stream": "Stream",
            ".arguments": (
                "AsyncCredential AsyncHTTPClient AsyncReconnectingHandler Credential HTTPClient ReconnectingHandler "
            ),
            ".binary": "BinaryResponse",
            ".core.addresses": "Addresses",
            ".core.annotations": "Aliased SequenceNotStr Tagged",
            ".core.auth": "CredentialsError Scheme",
            ".core.body": "json_text",
            ".core.channel": (
                "ReconnectingEvent ReconnectingOverrides SyncWebSocketConnectionOptions "
                "WebSocketConnectionClosedError WebSocketConnectionOptions WebSocketQueueFullError "
                "WebsocketConnectionOptions "
            ),
            ".core.client": "SDK ClientOption",
            ".core.errors": (
                "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError "
                "AuthenticationError BadRequestError ClientClosedError ConflictError InternalServerError "
                "NotFoundError PermissionDeniedError RateLimitError SDKError UnprocessableEntityError "
            ),
            ".core.headers": "Headers HeaderTypes",
            ".core.models": "BaseModel",
            ".core.multipart": "FileContent FileTypes Multipart",
            ".core.pages": "PageInfo PageRule",
            ".core.paths": "fill_path",
            ".core.query": "QueryStyle",
            ".core.request": "Call",
            ".core.response": "HTTPResponse ResponseNotRead TextInJSON",
            ".core.retry": "DEFAULT_MAX_RETRIES RetryPolicy",
            ".core.sentinels": "NOT_GIVEN NotGiven NotGivenOr Omit is_given not_given omit",
            ".core.timeouts": "DEFAULT_TIMEOUT Timeout TimeoutTypes",
            ".core.urls": "URL",
            ".transports.aiohttp": "AioHTTPTransport",
            ".transports.aiohttp_client": "DefaultAioHttpClient",
            ".transports.clients": "DefaultAsyncHttpxClient DefaultHttpxClient",
            ".waiting": "AsyncPaginator",
        },
    )
