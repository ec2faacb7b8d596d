"""One logical request: which attempts it makes, and what the outcome of each means.

The drivers send, read and sleep; every decision is made here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from .auth import Renewable
from .errors import APIConnectionError, APITimeoutError
from .headers import is_secret
from .logs import log_attempt, log_failure, log_request
from .query import with_query
from .request import Call, Request, SentRequest, Settings, build_request
from .response import Head, HTTPResponse
from .retry import checked_max_retries
from .transport import TransportError, TransportTimeout
from .urls import redirect_url, same_origin, shown_url

__all__ = ["RAW_RESPONSE_HEADER", "RETRY_COUNT", "Exchange", "connection_error"]

_REDIRECTS_AT_MOST = 20
RETRY_COUNT = "x-stainless-retry-count"
RAW_RESPONSE_HEADER = "X-Stainless-Raw-Response"
"""By this header, which is not sent, a low-level call asks for the response itself."""


class Exchange:
    """Drive it so: `attempt()`, send, then `failed()` or `answered()`; sleep what that says and begin again."""

    def __init__(
        self,
        call: Call,
        settings: Settings,
        logger: logging.Logger,
        *,
        wants_retry: Callable[[HTTPResponse], bool],
        delay: Callable[[int, Call, Mapping[str, str]], float],
        functions: Iterable[Callable[[], object]] = (),
    ) -> None:
        self.retries = 0
        self.request: Request | None = None
        self._call = call
        self._settings = settings
        self._logger = logger
        self._wants_retry = wants_retry
        self._delay = delay
        self._redirects = 0
        self._renewable = [each for each in functions if isinstance(each, Renewable)] if functions else []
        self._is_renewed = False
        self._max_retries = settings.max_retries if call.max_retries is None else checked_max_retries(call.max_retries)

    def attempt(self, credentials: Mapping[str, str], query: Mapping[str, str]) -> Request:
        """The request of the next attempt. Raises TypeError or ValueError when it cannot be built."""
        request = self.request
        if request is None:
            try:
                request = self.request = build_request(self._call, self._settings, credentials, query)
            except (TypeError, ValueError) as error:
                # Tracebacks may show variables, and those of the frames below are full of credentials.
                del credentials, query
                raise error.with_traceback(None) from error.__cause__
            if self._logger.isEnabledFor(logging.DEBUG):
                log_request(self._logger, request)
        elif self.retries or self._is_renewed:
            given = self._call.given_headers(self._settings)
            if not request.is_foreign:  # credentials may be fresh ones
                request.header_fields.update((k, v) for k, v in credentials.items() if k not in given)
            if query and not self._redirects:
                asked = {**self._settings.default_query, **self._call.query, **(self._call.extra_query or {})}
                request.url = with_query(request.url, [(k, v) for k, v in query.items() if k not in asked])
            if self.retries and RETRY_COUNT not in given:
                request.header_fields[RETRY_COUNT] = str(self.retries)
        return request

    def failed(self, error: TransportError) -> float:
        """Seconds before the next attempt; raises the typed error when there is none."""
        request = self._sent()
        if self.retries < self._max_retries and request.replayable:
            delay = self._delay(self._max_retries - self.retries, self._call, {})
            log_failure(self._logger, request, error, delay)
            self.retries += 1
            return delay
        raise connection_error(error, SentRequest.of(request)) from error.cause or error

    def answered(self, head: Head, response: HTTPResponse) -> float | None:
        """Seconds before the next attempt, or None when this answer is the one that counts."""
        request = self._sent()
        status = head.status
        log_attempt(self._logger, request, head)
        if status < 300:
            return None
        if status < 400:
            return 0.0 if self._redirected(request, head) else None
        if status == 401 and self._renewable and request.replayable and not request.is_foreign:
            # A credential that expired early, or was withdrawn. One further try, besides those for bad luck.
            for each in self._renewable:
                each.refused(request.header_fields)
            self._renewable = []
            self._is_renewed = True
            return 0.0
        if self.retries >= self._max_retries or not request.replayable:
            return None
        if not self._wants_retry(response):
            return None
        delay = self._delay(self._max_retries - self.retries, self._call, head.headers)
        self.retries += 1
        return delay

    def _sent(self) -> Request:
        if self.request is None:
            raise RuntimeError("attempt() comes first")
        return self.request

    def _redirected(self, request: Request, head: Head) -> bool:
        wanted = self._call.follow_redirects
        location = head.headers.get("location")
        follow = self._settings.follow_redirects if wanted is None else wanted
        if head.status not in (301, 302, 303, 307, 308) or location is None or not follow:
            return False
        sent = SentRequest.of(request)
        self._redirects += 1
        if self._redirects > _REDIRECTS_AT_MOST:
            raise APIConnectionError(message=f"More than {_REDIRECTS_AT_MOST} redirects.", request=sent)
        try:
            url = redirect_url(request.url, location)
        except ValueError as error:
            raise APIConnectionError(message=f"Unusable redirect: {error}", request=sent) from error
        if head.status == 303 or (head.status in (301, 302) and request.method == "POST"):
            # RFC 9110, section 15.4: what is asked for now is the result, so the body stays behind.
            request.method = "HEAD" if request.method == "HEAD" else "GET"
            request.body = None
            for name in ("content-length", "content-type", "transfer-encoding"):
                request.header_fields.pop(name, None)
        elif not request.replayable:
            message = f"Redirected to {shown_url(url)}, but the body cannot be sent a second time."
            raise APIConnectionError(message=message, request=sent)
        if not same_origin(request.url, url):
            # Whom the first server trusts, our credentials need not.
            request.is_foreign = True
            fields, secrets = request.header_fields, request.secrets
            request.header_fields = {k: v for k, v in fields.items() if not is_secret(k) and k not in secrets}
        request.url = url
        return True


def connection_error(error: TransportError, request: SentRequest) -> APIConnectionError:
    """The error a caller sees when the transport gives up."""
    if isinstance(error, TransportTimeout):
        return APITimeoutError(request, message=f"Request timed out: {error}")
    return APIConnectionError(message=f"Connection error: {error}", request=request)
