"""The client under every function: one for each address and key, which are pooled per event loop below that."""

from __future__ import annotations

from ...runtime import AsyncAPIClient, not_given
from ...runtime.core.retry import DEFAULT_MAX_RETRIES
from ..core.endpoints import Kept, sdk_of
from ..core.routing import Endpoint

__all__ = ["AsyncEndpointClient", "aclose_all", "async_client_of"]


class AsyncEndpointClient(AsyncAPIClient):
    """A client that knows an address and a key, and no resources."""

    api_key: str | None

    def __init__(self, endpoint: Endpoint) -> None:
        # On the object, where other clients have it on the class: no class is made for each endpoint.
        self.sdk = sdk_of(endpoint)  # pyright: ignore[reportAttributeAccessIssue]
        super().__init__(
            options={"api_key": endpoint.key},
            base_url=endpoint.base_url,
            timeout=not_given,
            max_retries=DEFAULT_MAX_RETRIES,
            default_headers=None,
            default_query=None,
            http_client=None,
            strict=False,
        )


_kept = Kept(AsyncEndpointClient)


def async_client_of(endpoint: Endpoint) -> AsyncEndpointClient:
    """The client of an endpoint."""
    return _kept.get(endpoint)


async def aclose_all() -> None:
    """Close every connection; the next call opens new ones.

    Nobody has to call it: what is open goes with its event loop, and with the program.
    """
    for client in _kept.taken():
        await client.close()
