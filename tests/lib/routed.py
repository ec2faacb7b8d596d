"""Transports that answer by what is asked, for requests that come in no certain order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from antiphon.runtime.core.headers import Headers
from antiphon.runtime.core.request import Request, SentRequest
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, ScriptedTransport

__all__ = ["AsyncRoutedTransport", "Route", "RoutedTransport", "said"]

Route: TypeAlias = Callable[[SentRequest], Answer]
"""What answers a request. It may raise what a transport raises."""


class AsyncRoutedTransport(AsyncScriptedTransport):
    def __init__(self, route: Route) -> None:
        super().__init__([])
        self._route = route

    def _next(self, request: Request, body: bytes) -> Answer:
        return _answer(self, self._route, request, body)


class RoutedTransport(ScriptedTransport):
    def __init__(self, route: Route) -> None:
        super().__init__([])
        self._route = route

    def _next(self, request: Request, body: bytes) -> Answer:
        return _answer(self, self._route, request, body)


def _answer(
    transport: AsyncScriptedTransport | ScriptedTransport, route: Route, request: Request, body: bytes
) -> Answer:
    sent = SentRequest(request.method, request.url, Headers(request.header_fields), body)
    transport.requests.append(sent)
    return route(sent)


def said(request: SentRequest) -> str:
    """Method and path of a request, below the base of the API."""
    return f"{request.method} {request.url.path.removeprefix('/v1')}"
