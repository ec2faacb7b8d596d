"""Webhooks: checking that a message is the server's, and reading the event in it. Nothing here waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...runtime import AsyncAPIResource
from ..core.webhooks import TOLERANCE, WebhookHeaders, check_signature, event_in, keys_of

if TYPE_CHECKING:
    from ... import types as _types

__all__ = ["AsyncWebhookSignatures"]


class AsyncWebhookSignatures(AsyncAPIResource):
    """Reads the messages that the server sends to yours."""

    def unwrap(
        self, payload: str | bytes, headers: WebhookHeaders, *, secret: str | None = None
    ) -> _types.webhooks.UnwrapWebhookEvent:
        """The event in a message, after its signature was checked: see its `type`.

        Raises `InvalidWebhookSignatureError` for a message that is not shown to be the server's, or that is more
        than five minutes off the clock, and `InvalidWebhookPayloadError` for one that holds no event.

        Args:
            payload: The body of the request as it came, before anything parsed it.
            headers: The headers of the request.
            secret: The signing secret of the endpoint, in place of the client's `webhook_secret`.
        """
        self.verify_signature(payload, headers, secret=secret)
        return event_in(payload)

    def verify_signature(
        self, payload: str | bytes, headers: WebhookHeaders, *, secret: str | None = None, tolerance: float = TOLERANCE
    ) -> None:
        """Nothing, when the message is the server's and of this moment.

        Raises `InvalidWebhookSignatureError` when it is not, and `WebhookSecretError` when there is no secret.

        Args:
            payload: The body of the request as it came, before anything parsed it.
            headers: The headers of the request.
            secret: The signing secret of the endpoint, in place of the client's `webhook_secret`.
            tolerance: Seconds that the message's time may differ from ours, to either side.
        """
        keys = keys_of(secret, getattr(self._client, "webhook_secret", None))
        check_signature(payload, headers, keys=keys, tolerance=tolerance, now=time.time())
