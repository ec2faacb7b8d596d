"""Webhooks of a client: which secret, which clock, which error."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import traceback
from typing import Any

import pytest

from antiphon import AsyncClient, InvalidWebhookPayloadError, InvalidWebhookSignatureError, WebhookSecretError
from antiphon.runtime.transports.scripted import AsyncScriptedTransport
from antiphon.types.webhooks import ResponseCompletedWebhookEvent

KEY = b"a key of the endpoint"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
BODY = json.dumps({"id": "evt_1", "created_at": 1, "type": "response.completed", "data": {"id": "resp_1"}})


def client_for(**options: Any) -> AsyncClient:
    return AsyncClient(api_key="key", http_client=AsyncScriptedTransport([]), **options)


def headers(body: str = BODY, *, age: int = 0) -> dict[str, str]:
    moment = str(int(time.time()) - age)
    digest = hmac.new(KEY, f"msg_1.{moment}.{body}".encode(), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"Webhook-Id": "msg_1", "Webhook-Timestamp": moment, "Webhook-Signature": signature}


def test_the_clients_secret_is_used() -> None:
    event = client_for(webhook_secret=SECRET).webhooks.unwrap(BODY, headers())
    assert isinstance(event, ResponseCompletedWebhookEvent)
    assert event.data.id == "resp_1"


def test_the_secret_of_the_call_goes_first() -> None:
    client = client_for(webhook_secret="whsec_YWJj")
    assert client.webhooks.unwrap(BODY.encode(), headers(), secret=SECRET).type == "response.completed"
    with pytest.raises(InvalidWebhookSignatureError):
        client.webhooks.unwrap(BODY, headers())


def test_the_secret_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_WEBHOOK_SECRET", SECRET)
    client_for().webhooks.verify_signature(BODY, headers())


def test_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_WEBHOOK_SECRET", raising=False)
    with pytest.raises(WebhookSecretError, match="OPENAI_WEBHOOK_SECRET"):
        client_for().webhooks.unwrap(BODY, headers())


def test_old_messages_are_refused_but_for_a_tolerance() -> None:
    client = client_for(webhook_secret=SECRET)
    old = headers(age=1000)
    with pytest.raises(InvalidWebhookSignatureError, match="too old"):
        client.webhooks.unwrap(BODY, old)
    client.webhooks.verify_signature(BODY, old, tolerance=2000)


def test_a_signed_message_that_is_no_event() -> None:
    with pytest.raises(InvalidWebhookPayloadError):
        client_for(webhook_secret=SECRET).webhooks.unwrap("[]", headers("[]"))


def test_a_forged_message_is_not_even_parsed() -> None:
    with pytest.raises(InvalidWebhookSignatureError):
        client_for(webhook_secret=SECRET).webhooks.unwrap("{", headers(BODY))


def test_the_secret_is_never_shown() -> None:
    client = client_for(webhook_secret=SECRET)
    with pytest.raises(InvalidWebhookSignatureError) as caught:
        client.webhooks.unwrap(BODY + " ", headers())
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__) if frame.f_globals is not globals()]
    shown = [repr(value) for frame in frames for value in frame.f_locals.values()]
    assert len(shown) > 5
    for text in (repr(client), repr(client.webhooks), str(caught.value), repr(caught.value), *shown):
        assert SECRET not in text
        assert SECRET.removeprefix("whsec_") not in text
        assert repr(KEY) not in text
