"""The credential of a workload identity: exchanged when it is first needed, and again before it expires."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping
from typing import Any

from ...runtime import SDK, APIStatusError, AsyncAPIClient, ClientClosedError
from ...runtime.waiting import AsyncTurn, async_answered, async_call
from ..core.workload import (
    Token,
    TokenCache,
    checked_identity,
    exchange_body,
    exchange_url,
    oauth_error,
    subject_function,
    token_of,
)

__all__ = ["AsyncWorkloadIdentityAuth"]

_EXCHANGE = SDK(name="antiphon", version="", title="Antiphon", base_url=None, max_retries=2)


class _AsyncExchangeClient(AsyncAPIClient):
    """Speaks to the token endpoint over another client's connections, with none of its headers and credentials."""

    sdk = _EXCHANGE

    def __init__(self, url: str, client: AsyncAPIClient) -> None:
        super().__init__(
            options={},
            base_url=url,
            timeout=10.0,
            max_retries=_EXCHANGE.max_retries,
            default_headers=None,
            default_query=None,
            http_client=client.connections,
            strict=False,
        )
        self._owns_transport = False

    @property
    def user_agent(self) -> str:
        return "Antiphon/Python"


class AsyncWorkloadIdentityAuth:
    """Gives a token of the API for a token of the platform. One exchange serves everybody who waits for it.

    Raises `OAuthError` when the exchange is refused, the usual errors when it cannot be made, and whatever `get_token`
    of the identity raises.
    """

    def __init__(
        self, *, workload_identity: Mapping[str, Any], client: AsyncAPIClient, token_exchange_url: str | None = None
    ) -> None:
        self.workload_identity = checked_identity(workload_identity)
        self.token_exchange_url = token_exchange_url or exchange_url(self.workload_identity)
        self._client = weakref.ref(client)  # which has this as its key: no circle, so that it is closed in time
        self._tokens: TokenCache[AsyncTurn[Exception | None]] = TokenCache()

    def shared_with(self, client: AsyncAPIClient) -> AsyncWorkloadIdentityAuth:
        """The same for a copy of the client: both use one token."""
        copy = type(self)(
            workload_identity=self.workload_identity, client=client, token_exchange_url=self.token_exchange_url
        )
        copy._tokens = self._tokens
        return copy

    async def __call__(self) -> str:
        return await self.get_token()

    async def get_token(self) -> str:
        """The token to send now."""
        while True:
            token = self._tokens.current(time.monotonic())
            if token is not None:
                return token
            turn = AsyncTurn[Exception | None]()
            if self._tokens.enter(turn):
                return await self._refreshed()
            await turn.wait(None)
            if turn.given is not None:
                raise turn.given

    async def _refreshed(self) -> str:
        failure: Exception | None = None
        try:
            token = await self._exchanged()
            self._tokens.keep(token)
            return token.text
        except Exception as error:
            fallback = self._tokens.fallback(time.monotonic())
            if fallback is not None:
                return fallback
            failure = error
            raise
        finally:  # also when the task was cancelled: the next in the queue asks then
            for turn in self._tokens.leave():
                turn.hand_over(failure)

    async def _exchanged(self) -> Token:
        client = self._client()
        if client is None:
            raise ClientClosedError("the client of this credential is gone")
        function = subject_function(self.workload_identity)
        subject: object = None
        if function is not None:
            answer = await async_call(function)
            subject = await async_answered(answer)
        exchange = _AsyncExchangeClient(self.token_exchange_url, client)
        body = exchange_body(self.workload_identity, subject)
        try:
            # A base URL ends in a slash, which the endpoint does not: hence the whole URL.
            answer = await exchange.post(
                self.token_exchange_url, cast_to=object, body=body, options={"follow_redirects": False}
            )
        except APIStatusError as error:
            raise oauth_error(error) from None
        return token_of(answer, self.workload_identity, time.monotonic())

    def refused(self, fields: Mapping[str, str], /) -> None:
        """Forget the token if a request with these header fields was refused for it."""
        self._tokens.drop(fields)

    def invalidate_token(self) -> None:
        """Forget the token; the next call exchanges anew."""
        self._tokens.forget()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self.workload_identity['service_account_id']}>"
