"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from collections.abc import Mapping

from .runtime import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    AsyncAPIClient,
    AsyncPaginator,
    BinaryResponse,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    HeaderTypes,
    NotGiven,
    TimeoutTypes,
    is_given,
    not_given,
)
from .runtime import APIClient as SyncAPIClient
from .runtime.core.client import BaseClient
from .runtime.core.low_level import FinalRequestOptions, RequestOptions

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "AsyncAPIClient",
    "AsyncHttpxClientWrapper",
    "AsyncPaginator",
    "BaseClient",
    "DefaultAioHttpClient",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "FinalRequestOptions",
    "HttpxBinaryResponseContent",
    "SyncAPIClient",
    "SyncHttpxClientWrapper",
    "make_request_options",
]

AsyncHttpxClientWrapper = DefaultAsyncHttpxClient
SyncHttpxClientWrapper = DefaultHttpxClient
HttpxBinaryResponseContent = BinaryResponse


def make_request_options(
    *,
    query: Mapping[str, object] | None = None,
    extra_headers: HeaderTypes | None = None,
    extra_query: Mapping[str, object] | None = None,
    extra_body: Mapping[str, object] | None = None,
    idempotency_key: str | None = None,
    timeout: TimeoutTypes | NotGiven = not_given,
    security: object = None,
) -> RequestOptions:
    """The `options` of `client.post` and its like, from the keywords that methods have."""
    options: RequestOptions = {}
    if extra_headers is not None:
        options["headers"] = extra_headers
    if query is not None or extra_query is not None:
        options["params"] = {**(query or {}), **(extra_query or {})}
    if extra_body is not None:
        options["extra_json"] = extra_body
    if idempotency_key is not None:
        options["idempotency_key"] = idempotency_key
    if is_given(timeout):
        options["timeout"] = timeout
    if security is not None:
        options["security"] = security
    return options
