"""httpx clients with this SDK's defaults, for users who want to change one thing and keep the rest."""

from __future__ import annotations

import os
import threading
from typing import Any

import httpx

from ..core.errors import ClientClosedError
from ..core.timeouts import DEFAULT_TIMEOUT
from .loops import PerLoop, keep_inherited
from .pools import KEEPALIVE_SECONDS, MAX_CONNECTIONS

__all__ = ["AsyncClients", "Clients", "DefaultAsyncHttpxClient", "DefaultHttpxClient"]


def _with_defaults(arguments: dict[str, Any]) -> dict[str, Any]:
    timeout = httpx.Timeout(DEFAULT_TIMEOUT.read, connect=DEFAULT_TIMEOUT.connect, pool=DEFAULT_TIMEOUT.pool)
    limits = httpx.Limits(
        max_connections=MAX_CONNECTIONS, max_keepalive_connections=100, keepalive_expiry=KEEPALIVE_SECONDS
    )
    return {"timeout": timeout, "limits": limits, "follow_redirects": True, **arguments}


class DefaultHttpxClient(httpx.Client):
    """An `httpx.Client` with the timeouts, limits and redirects this SDK uses; takes all of its keywords."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` with the timeouts, limits and redirects this SDK uses; takes all of its keywords."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))


class AsyncClients(PerLoop[DefaultAsyncHttpxClient]):
    """One httpx client for each event loop."""

    def __init__(self) -> None:
        super().__init__(DefaultAsyncHttpxClient)


class Clients:
    """The httpx client of this process; after a fork the child begins with a new one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._client: DefaultHttpxClient | None = None
        self._is_closed = False

    def get(self) -> DefaultHttpxClient:
        """The client of this process. Raises `ClientClosedError` after `close`."""
        if self._is_closed:
            raise ClientClosedError("this client is closed")
        if self._pid != os.getpid():
            self._lock = threading.Lock()  # the parent's may have been held while it forked
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                keep_inherited(self._client)
                self._client = None
            if self._client is None:
                self._client = DefaultHttpxClient()
            return self._client

    def close(self) -> None:
        """Close the client's connections."""
        self._is_closed = True
        if self._client is not None and self._pid == os.getpid():
            self._client.close()
