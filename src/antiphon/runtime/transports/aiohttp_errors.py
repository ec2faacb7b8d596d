"""What aiohttp's errors mean to the core. Their texts and attributes hold URLs, headers and bodies, so few get out."""

from __future__ import annotations

import os
import ssl
from typing import Final

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from ..core.errors import excerpt
from ..core.transport import TransportError, TransportTimeout
from .errors import TIMEOUT_WORDS

__all__ = ["ERRORS", "BodyMismatch", "Fault", "PoolTimeout", "TimeoutFault", "WriteTimeout", "fault_of"]

ERRORS: Final = (aiohttp.ClientError, HttpProcessingError, ssl.SSLError, OSError, RuntimeError)
"""What may come out of aiohttp when an exchange fails: its own errors, and those of sockets and loops."""


class WriteTimeout(TimeoutError):
    """The other side takes no more of the request."""


class PoolTimeout(TimeoutError):
    """No other request ended in time."""


class BodyMismatch(OSError):
    """The body is longer or shorter than announced."""


class Fault(TransportError):
    """A failed exchange; `kind` is what httpx calls it."""

    def __init__(self, kind: str, message: str, cause: BaseException | None) -> None:
        super().__init__(message, cause)
        self.kind = kind


class TimeoutFault(TransportTimeout):
    """A phase that took too long; `kind` is what httpx calls it."""

    def __init__(self, kind: str, cause: BaseException | None) -> None:
        super().__init__(TIMEOUT_WORDS[kind], cause)
        self.kind = kind


def fault_of(error: Exception) -> Fault | TimeoutFault:
    """The core's error for one of `ERRORS`. An error that is none of the transport's is raised as it is."""
    if isinstance(error, TimeoutError) and (not error.errno or isinstance(error, aiohttp.ServerTimeoutError)):
        return _timed_out(error)
    match error:
        case (
            aiohttp.ClientConnectorCertificateError(certificate_error=root)
            | aiohttp.ClientConnectorError(os_error=root)
        ):
            return _broken("ConnectError", root)
        case aiohttp.ClientHttpProxyError():
            return _fault("ProxyError", f"the proxy answered {error.status} to CONNECT", aiohttp.ClientError)
        case aiohttp.ClientResponseError():
            return _fault("RemoteProtocolError", f"no valid HTTP answer: {_said(error)}", aiohttp.ClientPayloadError)
        case HttpProcessingError() | aiohttp.ClientPayloadError():
            return _fault("RemoteProtocolError", f"no complete answer: {_said(error)}", aiohttp.ClientPayloadError)
        case aiohttp.ServerDisconnectedError():
            message = "the server closed the connection without a complete answer"
            return _fault("RemoteProtocolError", message, aiohttp.ServerDisconnectedError)
        case aiohttp.InvalidURL():
            return _fault("UnsupportedProtocol", "the URL of the request cannot be used", aiohttp.ClientError)
        case BodyMismatch():
            return _fault("LocalProtocolError", "the request could not be written to the connection", BodyMismatch)
        case aiohttp.ClientOSError():
            return _broken("ReadError", _system_error(error))
        case aiohttp.ClientConnectionError():
            return _fault("ReadError", "the connection was closed", aiohttp.ClientConnectionError)
        case aiohttp.ClientError():
            return _fault("ReadError", type(error).__name__, aiohttp.ClientError)
        case RuntimeError() if type(error) is not RuntimeError:
            raise error  # RecursionError, NotImplementedError and their like are nobody's connection fault
        case _:
            return _broken("ReadError", error)


def _timed_out(error: Exception) -> TimeoutFault:
    match error:
        case aiohttp.ConnectionTimeoutError():
            kind = "ConnectTimeout"
        case WriteTimeout():
            kind = "WriteTimeout"
        case PoolTimeout():
            kind = "PoolTimeout"
        case _:
            kind = "ReadTimeout"
    return TimeoutFault(kind, type(error)(TIMEOUT_WORDS[kind]))


def _broken(kind: str, root: BaseException) -> Fault | TimeoutFault:
    """A fault of the system below: its error is the cause, without the frames and errors that led to it."""
    root = root.with_traceback(None)
    root.__cause__ = root.__context__ = None
    if isinstance(root, TimeoutError):
        return TimeoutFault("ConnectTimeout" if kind == "ConnectError" else "ReadTimeout", root)
    said = excerpt(str(root))
    return Fault(kind, f"{type(root).__name__}: {said}" if said else type(root).__name__, root)


def _fault(kind: str, message: str, cause: type[Exception]) -> Fault:
    return Fault(kind, message, cause(message))


def _system_error(error: aiohttp.ClientOSError) -> OSError:
    """The error of the socket: aiohttp's own may show the URL."""
    for link in (error.__cause__, error.__context__):
        if isinstance(link, OSError) and not isinstance(link, aiohttp.ClientError):
            return link
    return OSError(error.errno, os.strerror(error.errno)) if error.errno else ConnectionError("the connection broke")


def _said(error: Exception) -> str:
    """What a server did wrong, without what it sent."""
    if isinstance(error, aiohttp.ClientPayloadError) and isinstance(error.__cause__, HttpProcessingError):
        error = error.__cause__
    message = (getattr(error, "message", "") or str(error)).strip().partition("\n")[0]
    return excerpt(message.partition(" when reading: ")[0].rstrip(":."), 160) or type(error).__name__
