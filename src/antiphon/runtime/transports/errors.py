"""What the errors of HTTP libraries mean to the core; their texts are passed on only where they hold no secrets."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from ..core.errors import APIConnectionError
from ..core.transport import TransportError, TransportTimeout

__all__ = ["TIMEOUT_WORDS", "library_errors", "transport_error", "unusable_proxy"]


def library_errors(library: ModuleType) -> tuple[type[Exception], ...]:
    """What may come out of httpx or httpx2 when an exchange fails: its own errors, and those of sockets and loops."""
    import ssl  # it is loaded with those libraries

    return (library.HTTPError, library.InvalidURL, library.StreamError, ssl.SSLError, OSError, RuntimeError)


def transport_error(error: Exception) -> TransportError:
    """The core's error for one of the library's. An error that is none of the transport's is raised as it is."""
    if isinstance(error, RuntimeError) and type(error) is not RuntimeError and not _is_library(error):
        raise error  # RecursionError, NotImplementedError and their like are nobody's connection fault
    name = type(error).__name__
    if name == "LocalProtocolError":
        # Its text shows the header that could not be written, and with it perhaps a key.
        return TransportError("the request could not be written to the connection")
    if isinstance(error, TimeoutError) or name in TIMEOUT_WORDS:
        return TransportTimeout(TIMEOUT_WORDS.get(name, "no answer in time"), error)
    said = str(error)
    return TransportError(f"{name}: {said}" if said else name, error)


def unusable_proxy(why: str) -> APIConnectionError:
    """The error for proxies of the environment that no request can go through, however often it is tried."""
    return APIConnectionError(message=f"The environment names a proxy that cannot be used: {why}", request=None)


TIMEOUT_WORDS: Final = {
    "ConnectTimeout": "no connection within the connect timeout",
    "ReadTimeout": "nothing was received within the read timeout",
    "WriteTimeout": "nothing could be sent within the write timeout",
    "PoolTimeout": "no connection became free within the pool timeout",
    "TimeoutException": "no answer in time",
}


def _is_library(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2", "anyio", "h11")
