"""The client under every function: one for each address and key, which are pooled per event loop below that."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import NoneType
from typing import cast

from ...runtime import AsyncAPIClient, not_given
from ...runtime.core.auth import Renewable
from ...runtime.core.request import Call, Request
from ...runtime.core.retry import DEFAULT_MAX_RETRIES
from ...runtime.core.transport import AsyncReply
from ..core.credentials import Key, KeyFunction, Signer, is_quick, signable_url
from ..core.endpoints import Kept, sdk_of
from ..core.routing import Endpoint
from ..pairs.running import async_run

__all__ = ["AsyncEndpointClient", "aclose_all", "async_client_of"]


class AsyncEndpointClient(AsyncAPIClient):
    """A client that knows an address and a key, and no resources."""

    api_key: str | AsyncAskedKey | None

    def __init__(self, endpoint: Endpoint) -> None:
        # On the object, where other clients have it on the class: no class is made for each endpoint.
        self.sdk = sdk_of(endpoint)  # pyright: ignore[reportAttributeAccessIssue]
        key = endpoint.key
        super().__init__(
            options={"api_key": key if isinstance(key, str) or key is None else async_key_function(key)},
            base_url=endpoint.base_url,
            timeout=not_given,
            max_retries=DEFAULT_MAX_RETRIES,
            default_headers=None,
            default_query=None,
            http_client=None,
            strict=False,
        )


class AsyncSigningClient(AsyncEndpointClient):
    """A client whose requests are signed one by one."""

    def __init__(self, endpoint: Endpoint, signer: Signer) -> None:
        super().__init__(endpoint)
        self._signer = signer

    def _prepare(self, call: Call) -> Call:
        # What is signed is signed for one server: it says where its things are, and nobody else.
        return call.replaced(follow_redirects=False)

    async def _send(self, request: Request) -> AsyncReply:
        signer, body = self._signer, request.body
        if not isinstance(body, (bytes, NoneType)):
            raise TypeError("a request that is signed must have its body in memory")
        request.url = signable_url(request.url)
        sign = partial(signer.signed, request.method, request.url, request.header_fields, body or b"")
        request.header_fields.update(await async_run(sign, blocking=not signer.is_ready()))
        return await super()._send(request)


def async_key_function(key: Key) -> AsyncAskedKey | None:
    """What a client asks for the key before each attempt; None where there is nothing to be asked."""
    if isinstance(key, (str, Signer)):
        return None
    return (AsyncRenewedKey if isinstance(cast(object, key), Renewable) else AsyncAskedKey)(key)


class AsyncAskedKey:
    """Asks a function of the user's, which may block, or be of the other colour."""

    def __init__(self, function: KeyFunction) -> None:
        self._function = function

    async def __call__(self) -> str:
        return await async_run(self._function, blocking=not is_quick(self._function))


class AsyncRenewedKey(AsyncAskedKey):
    """The same for a function that keeps what it gives until a server refuses it."""

    def refused(self, fields: Mapping[str, str], /) -> None:
        cast(Renewable, self._function).refused(fields)


def _made(endpoint: Endpoint) -> AsyncEndpointClient:
    key = endpoint.key
    return AsyncSigningClient(endpoint, key) if isinstance(key, Signer) else AsyncEndpointClient(endpoint)


_kept = Kept(_made)


def async_client_of(endpoint: Endpoint) -> AsyncEndpointClient:
    """The client of an endpoint."""
    return _kept.get(endpoint)


async def aclose_all() -> None:
    """Close every connection; the next call opens new ones.

    Nobody has to call it: what is open goes with its event loop, and with the program.
    """
    for client in _kept.taken():
        await client.close()
