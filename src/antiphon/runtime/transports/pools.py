"""Which pool a request uses: one per event loop, or one per process. By hand, for that is how the colours differ."""

from __future__ import annotations

import os
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from ..core.errors import APIConnectionError
from .loops import PerLoop, PerProcess

if TYPE_CHECKING:  # each colour is loaded when it is used: a script in one of them pays for one
    import ssl

    from ._async.pool import AsyncConnectionPool
    from ._sync.pool import ConnectionPool

__all__ = ["KEEPALIVE_SECONDS", "MAX_CONNECTIONS", "AsyncPools", "Pools"]

MAX_CONNECTIONS: Final = 1000
KEEPALIVE_SECONDS: Final = 30.0


def trust() -> ssl.SSLContext:
    """The TLS settings of the default clients: made at the first https request, and shared, for it is costly.

    Raises `APIConnectionError` when the files that the environment names cannot be read.
    """
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        return _trust(file, folder)
    except OSError as error:  # ssl.SSLError is one
        named = f"SSL_CERT_FILE={file!r}, SSL_CERT_DIR={folder!r}"
        message = f"The certificates to trust cannot be read ({named}): {error}"
        raise APIConnectionError(message=message, request=None) from error


@lru_cache(maxsize=4)
def _trust(file: str | None, folder: str | None) -> ssl.SSLContext:
    import ssl

    import certifi

    if file:
        context = ssl.create_default_context(cafile=file)
    elif folder:
        context = ssl.create_default_context(capath=folder)
    else:
        context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


class AsyncPools(PerLoop["AsyncConnectionPool"]):
    """One pool for each event loop the client is used in."""

    def __init__(self, *, max_connections: int = MAX_CONNECTIONS, verify: ssl.SSLContext | None = None) -> None:
        super().__init__(partial(_async_pool, max_connections, verify))


class Pools(PerProcess["ConnectionPool"]):
    """The pool of this process; after a fork the child begins with a new one."""

    def __init__(self, *, max_connections: int = MAX_CONNECTIONS, verify: ssl.SSLContext | None = None) -> None:
        super().__init__(partial(_pool, max_connections, verify))


def _async_pool(max_connections: int, verify: ssl.SSLContext | None) -> AsyncConnectionPool:
    from ._async.connection import AsyncConnection
    from ._async.pool import AsyncConnectionPool

    return AsyncConnectionPool(
        partial(AsyncConnection, trust=trust if verify is None else lambda: verify),
        max_connections=max_connections,
        keepalive=KEEPALIVE_SECONDS,
    )


def _pool(max_connections: int, verify: ssl.SSLContext | None) -> ConnectionPool:
    from ._sync.connection import Connection
    from ._sync.pool import ConnectionPool

    return ConnectionPool(
        partial(Connection, trust=trust if verify is None else lambda: verify),
        max_connections=max_connections,
        keepalive=KEEPALIVE_SECONDS,
    )
