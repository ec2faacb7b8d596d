"""What is logged, where, and what never is: values of secret headers and of credentials in queries."""

from __future__ import annotations

import logging
import time
from typing import Final

from .headers import Headers
from .request import Request
from .response import Head
from .transport import TransportError
from .urls import shown_url

__all__ = ["log_attempt", "log_failure", "log_request", "set_up_logging"]

_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}
_BODY_SHOWN: Final = 2000


def set_up_logging(name: str, level: str | None) -> None:
    """Give the logger of this name a level and, when nobody configured logging, a handler that prints to stderr.

    An unknown level changes nothing.
    """
    wanted = _LEVELS.get((level or "").strip().lower())
    if wanted is None:
        return
    logger = logging.getLogger(name)
    logger.setLevel(wanted)
    if not logging.getLogger().handlers and not logger.handlers:
        handler = logging.StreamHandler()
        formatter = logging.Formatter("[%(asctime)s - %(name)s - %(levelname)s] %(message)s", "%Y-%m-%d %H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        logger.addHandler(handler)


def log_request(logger: logging.Logger, request: Request) -> None:
    """At debug: method, URL, headers and the start of a body that is text, secrets redacted."""
    body = request.body
    if isinstance(body, bytes):
        shown = body[:_BODY_SHOWN].decode("utf-8", "replace") + ("…" if len(body) > _BODY_SHOWN else "")
    else:
        shown = "nothing" if body is None else f"{body.length if body.length is not None else 'streamed'} bytes"
    logger.debug(
        "Request: %s %s headers=%s body=%s",
        request.method,
        shown_url(request.url, request.secrets),
        dict(Headers(request.header_fields, secret=request.secrets).redacted()),
        shown,
    )


def log_attempt(logger: logging.Logger, request: Request, head: Head) -> None:
    """At info: one line per response; at debug its headers too."""
    if not logger.isEnabledFor(logging.INFO):
        return
    url = shown_url(request.url, request.secrets)
    logger.info('HTTP Request: %s %s "%s %d"', request.method, url, head.http_version, head.status)
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("Response headers: %s", dict(Headers(head.headers, secret=request.secrets).redacted()))


def log_failure(logger: logging.Logger, request: Request, error: TransportError, delay: float | None) -> None:
    """At info: why an attempt brought no response, and when the next one comes."""
    if logger.isEnabledFor(logging.INFO):
        url = shown_url(request.url, request.secrets)
        logger.info("%s %s failed (%s), retrying in %.2f s", request.method, url, error, delay or 0.0)
