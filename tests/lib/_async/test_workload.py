"""Workload identity: the exchange, how long its token is used, who waits for whom, and what a refusal leads to."""

from __future__ import annotations

import json
import pickle
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from antiphon import AsyncClient, AuthenticationError, InternalServerError, OAuthError, SDKError
from antiphon.auth import AsyncWorkloadIdentityAuth, SubjectTokenProviderError, x509_workload_identity
from antiphon.lib.core.workload import TokenCache, token_of
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, Drop

from ...runtime.colours import async_together

URL = "https://auth.openai.com/oauth/token"
GOOD = Answer(200, {"object": "list", "data": []})
REFUSED = Answer(401, {"error": {"message": "expired"}})


def token(text: str, seconds: float = 3600) -> Answer:
    return Answer(200, {"access_token": text, "expires_in": seconds, "token_type": "Bearer"})


def identity(get_token: Any = lambda: "subject", **more: Any) -> Any:
    provider = {"token_type": "jwt", "get_token": get_token}
    return {"identity_provider_id": "idp", "service_account_id": "sa", "provider": provider, **more}


def client_for(*steps: Any, **options: Any) -> tuple[AsyncClient, AsyncScriptedTransport]:
    transport = AsyncScriptedTransport(steps)
    options.setdefault("workload_identity", identity())
    return AsyncClient(http_client=transport, **options), transport


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    monkeypatch.setenv("OPENAI_API_KEY", "not-this")
    now = [1000.0]
    driver = sys.modules[AsyncWorkloadIdentityAuth.__module__]
    monkeypatch.setattr(driver, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def tokens(transport: AsyncScriptedTransport) -> list[str | None]:
    return [each.headers.get("authorization") for each in transport.requests]


async def test_one_exchange_serves_many_calls() -> None:
    client, transport = client_for(token("t1"), GOOD, GOOD, GOOD, default_headers={"x-mine": "1"}, organization="o")
    await client.models.list()
    await client.models.list()
    await client.with_options(timeout=3).models.list()
    assert tokens(transport) == [None, "Bearer t1", "Bearer t1", "Bearer t1"]
    exchange = transport.requests[0]
    assert (exchange.method, exchange.url) == ("POST", URL)
    assert json.loads(exchange.content) == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "subject",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "identity_provider_id": "idp",
        "service_account_id": "sa",
    }
    assert "x-mine" not in exchange.headers
    assert "openai-organization" not in exchange.headers


async def test_async_functions_and_errors_of_the_function() -> None:
    async def get_token() -> str:
        return "later"

    client, transport = client_for(token("t1"), GOOD, workload_identity=identity(get_token))
    await client.models.list()
    assert json.loads(transport.requests[0].content)["subject_token"] == "later"

    def broken() -> str:
        raise OSError("no file")

    for function, error, text in (
        (broken, OSError, "no file"),
        (lambda: "", SubjectTokenProviderError, "empty"),
        (lambda: 5, TypeError, "get_token"),
    ):
        client, transport = client_for(workload_identity=identity(function))
        with pytest.raises(error, match=text):
            await client.models.list()
        assert transport.requests == []


async def test_a_token_is_replaced_before_it_expires(clock: list[float]) -> None:
    client, transport = client_for(token("t1"), GOOD, GOOD, token("t2", 100), GOOD, token("t3"), GOOD)
    await client.models.list()
    clock[0] += 2399
    await client.models.list()
    clock[0] += 1  # 1200 seconds before the end
    await client.models.list()
    clock[0] += 51  # half of the life of a short one
    await client.models.list()
    assert tokens(transport) == [None, "Bearer t1", "Bearer t1", None, "Bearer t2", None, "Bearer t3"]


async def test_a_token_that_still_holds_is_used_when_no_other_can_be_had(clock: list[float]) -> None:
    bad = Answer(400, {"error": "invalid_grant"})
    client, transport = client_for(token("t1"), GOOD, bad, GOOD, GOOD, bad, GOOD, bad)
    await client.models.list()
    clock[0] += 3000
    await client.models.list()
    await client.models.list()  # not asked again at once
    clock[0] += 31
    await client.models.list()
    assert tokens(transport)[-1] == "Bearer t1"
    clock[0] += 600
    with pytest.raises(OAuthError):
        await client.models.list()


async def test_a_refused_token_is_replaced_once() -> None:
    client, transport = client_for(
        token("t1"), REFUSED, token("t2"), GOOD, REFUSED, token("t3"), REFUSED, max_retries=0
    )
    await client.models.list()
    assert tokens(transport) == [None, "Bearer t1", None, "Bearer t2"]
    with pytest.raises(AuthenticationError, match="expired"):
        await client.models.list()
    assert tokens(transport)[4:] == ["Bearer t2", None, "Bearer t3"]


async def test_a_key_that_is_text_is_not_tried_twice() -> None:
    client, transport = client_for(REFUSED, workload_identity=None, api_key="k")
    with pytest.raises(AuthenticationError):
        await client.models.list()
    assert len(transport.requests) == 1


async def test_those_who_wait_share_one_exchange() -> None:
    client, transport = client_for(token("t1"), *[GOOD] * 8)
    assert not [each for each in await async_together([client.models.list] * 8) if isinstance(each, BaseException)]
    assert tokens(transport).count(None) == 1


async def test_what_the_exchange_may_answer() -> None:
    refused = Answer(403, {"error": "access_denied", "error_description": "not you"})
    client, _ = client_for(refused)
    with pytest.raises(OAuthError, match="not you") as caught:
        await client.models.list()
    assert (caught.value.error, caught.value.status_code) == ("access_denied", 403)
    assert isinstance(caught.value, AuthenticationError)
    for answer in (
        Answer(200, {"expires_in": 5}),
        Answer(200, {"access_token": "t"}),
        Answer(200, {"access_token": "t", "expires_in": -1}),
        Answer(200, {"access_token": "t", "expires_in": 10**400}),
        Answer(200, {"access_token": "t\r\nx: y", "expires_in": 5}),
        Answer(200, {"access_token": "t", "expires_in": 5, "token_type": "DPoP"}),
        Answer(200, {"access_token": "t", "expires_in": 5, "token_type": None}),
        Answer(200, b"<html>"),
    ):
        client, _ = client_for(answer)
        with pytest.raises(SDKError):
            await client.models.list()
    client, transport = client_for(Answer(500, {}, {"retry-after-ms": "1"}), Drop(), token("t1"), GOOD)
    await client.models.list()
    assert len(transport.requests) == 4
    client, _ = client_for(*[Answer(500, {}, {"retry-after-ms": "1"})] * 3)
    with pytest.raises(InternalServerError):
        await client.models.list()


async def test_what_is_done_to_an_identity_later_changes_nothing() -> None:
    given: Any = identity()
    client, transport = client_for(token("t1"), GOOD, workload_identity=given)
    given["service_account_id"] = "another"
    given["provider"]["get_token"] = lambda: "another"
    await client.models.list()
    body = json.loads(transport.requests[0].content)
    assert (body["service_account_id"], body["subject_token"]) == ("sa", "subject")


async def test_certificates() -> None:
    given = x509_workload_identity(identity_provider_id="idp", service_account_id="sa", refresh_buffer_seconds=5)
    client, transport = client_for(token("t1"), GOOD, workload_identity=given)
    await client.models.list()
    assert [each.url.host for each in transport.requests] == ["mtls.auth.openai.com", "mtls.api.openai.com"]
    body = json.loads(transport.requests[0].content)
    assert body["subject_token_type"] == "urn:openai:params:oauth:token-type:x509"
    assert "subject_token" not in body


def test_one_way_of_saying_who_calls() -> None:
    with pytest.raises(SDKError, match="mutually exclusive"):
        client_for(api_key="k")
    client, _ = client_for()
    assert client.copy(api_key="k").api_key == "k"
    assert client.copy(api_key="k").workload_identity is None
    keyed, _ = client_for(workload_identity=None, api_key="k")
    assert callable(keyed.copy(workload_identity=identity()).api_key)
    plain = AsyncClient(workload_identity=x509_workload_identity(identity_provider_id="i", service_account_id="s"))
    assert callable(pickle.loads(pickle.dumps(plain)).api_key)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ("text", "dict"),
        ({}, "identity_provider_id"),
        (identity() | {"service_account_id": ""}, "service_account_id"),
        (identity() | {"provider": {}}, "get_token"),
        (identity() | {"provider": {"token_type": "saml", "get_token": str}}, "token_type"),
        (identity(refresh_buffer_seconds=-1), "refresh_buffer_seconds"),
    ],
)
def test_identities_that_cannot_be_used(wrong: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match=text):
        client_for(workload_identity=wrong)


def test_data_residency() -> None:
    client, _ = client_for(workload_identity=None, api_key="k", data_residency="eu")
    assert client.base_url == "https://eu.api.openai.com/v1/"
    assert client.copy(timeout=3).base_url == client.base_url
    assert client.copy(data_residency="us").base_url == "https://us.api.openai.com/v1/"
    assert client.copy(base_url="http://a").base_url == "http://a/"
    for options, text in (
        ({"data_residency": "mars"}, "one of"),
        ({"data_residency": "eu", "base_url": "http://a"}, "excl"),
    ):
        with pytest.raises(ValueError, match=text):
            client_for(workload_identity=None, api_key="k", **options)


def test_sessions_stay_where_data_is_to_stay() -> None:
    client, _ = client_for(workload_identity=None, api_key="k", websocket_base_url="wss://far.example/v1")
    assert client.copy(timeout=3).websocket_base_url == "wss://far.example/v1"
    moved = client.copy(data_residency="eu")
    assert (moved.websocket_base_url, moved.copy(timeout=3).websocket_base_url) == (None, None)
    both: Any = {"data_residency": "eu", "websocket_base_url": "wss://far.example/v1"}
    with pytest.raises(ValueError, match="exclusive"):
        client.copy(**both)
    with pytest.raises(ValueError, match="exclusive"):
        client_for(workload_identity=None, api_key="k", **both)


def test_the_cache_says_who_asks() -> None:
    cache: TokenCache[str] = TokenCache()
    assert cache.enter("a")
    assert not cache.enter("b")
    assert cache.leave() == ["b"]
    cache.keep(token_of({"access_token": "t", "expires_in": 100}, {}, 0.0))
    assert cache.current(49.0) == "t"
    assert cache.current(51.0) is None
    assert cache.enter("a")
    assert cache.current(51.0) == "t"  # another one asks already
    cache.drop({"authorization": "Bearer other"})
    assert cache.current(51.0) == "t"
    cache.drop({"authorization": "Bearer t"})
    assert cache.current(51.0) is None
