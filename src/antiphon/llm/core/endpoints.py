"""The clients that are kept: one for each address and key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from ..._version import __version__
from ...runtime.core.auth import Scheme
from ...runtime.core.client import SDK, ClientOption
from ...runtime.transports.locks import ProcessLock
from .credentials import Signer
from .routing import Endpoint

__all__ = ["KEPT", "Kept", "sdk_of"]

T = TypeVar("T")

KEPT: Final = 64
"""How many clients are kept; a program that serves many keys lets go of those used longest ago."""


def sdk_of(endpoint: Endpoint) -> SDK:
    """What a client of this endpoint has to know."""
    name = endpoint.auth_header
    scheme = Scheme("bearer", ("api_key",)) if name == "authorization" else Scheme("header", ("api_key",), name=name)
    own = (
        (
            ClientOption("organization", env="OPENAI_ORG_ID", header="OpenAI-Organization"),
            ClientOption("project", env="OPENAI_PROJECT_ID", header="OpenAI-Project"),
        )
        if endpoint.is_openai
        else ()
    )
    return SDK(
        name="antiphon",
        version=__version__,
        title="Antiphon",
        base_url=None,
        log_env="OPENAI_LOG",
        headers_env="OPENAI_CUSTOM_HEADERS" if endpoint.is_openai else None,
        options=(ClientOption("api_key"), *own),
        schemes={"Key": scheme},
        security=() if endpoint.key is None or isinstance(endpoint.key, Signer) else (("Key",),),
    )


class Kept(Generic[T]):
    """Makes a client when its endpoint is first asked for, and keeps it. Safe to share among threads."""

    def __init__(self, make: Callable[[Endpoint], T]) -> None:
        self._make = make
        self._lock = ProcessLock()
        self._clients: OrderedDict[Endpoint, T] = OrderedDict()

    def get(self, endpoint: Endpoint) -> T:
        """The client of an endpoint."""
        with self._lock.lock:
            client = self._clients.get(endpoint)
            if client is None:
                client = self._clients[endpoint] = self._make(endpoint)
                if len(self._clients) > KEPT:
                    self._clients.popitem(last=False)  # its connections go when nobody uses them any more
            else:
                self._clients.move_to_end(endpoint)
            return client

    def taken(self) -> list[T]:
        """All clients, which are not kept any longer."""
        with self._lock.lock:
            clients = list(self._clients.values())
            self._clients.clear()
            return clients
