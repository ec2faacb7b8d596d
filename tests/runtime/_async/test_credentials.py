"""Which credential goes with which call, where it comes from, and that nobody else sees it."""

from __future__ import annotations

import logging
import pickle
import traceback
from typing import Any

import httpx
import pytest

from antiphon.runtime import APIError, AuthenticationError, CredentialsError, SDKError, omit
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, Drop, Stall

from ..samples import SECRET
from ..transports.servers import RawServer, answer, unused_port
from .sdk import AsyncClient, scripted

GOOD = Answer(200, {"role": "user", "id": "a"})
BUSY = Answer(503)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEMO_API_KEY", "DEMO_ADMIN_KEY", "DEMO_APP_ID"):
        monkeypatch.delenv(name, raising=False)


def test_missing_credentials_fail_where_the_client_is_made() -> None:
    with pytest.raises(CredentialsError, match="pass api_key to the client, or set DEMO_API_KEY"):
        AsyncClient()
    with pytest.raises(SDKError):
        AsyncClient()
    AsyncClient(_enforce_credentials=False)


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
def test_a_header_of_the_users_own_is_enough(name: str) -> None:
    AsyncClient(default_headers={name: "mine"})
    AsyncClient(default_headers={name: omit})


def test_credentials_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_API_KEY", " from-env\n")
    assert AsyncClient().api_key == "from-env"
    assert AsyncClient(api_key="given").api_key == "given"
    monkeypatch.setenv("DEMO_API_KEY", "  ")
    with pytest.raises(CredentialsError):
        AsyncClient()


@pytest.mark.parametrize("key", [f"{SECRET}\n", f"\u201c{SECRET}\u201d", f"{SECRET}\0", f"a\r\nb: {SECRET}", " "])
def test_keys_that_cannot_be_sent_are_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="api_key") as caught:
        AsyncClient(api_key=key)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(ValueError, match="x-a") as caught:
        AsyncClient(api_key="k", default_headers={"X-A": SECRET + "\n"})
    assert SECRET not in str(caught.value)


async def test_a_key_that_goes_bad_later_is_not_sent_and_not_retried() -> None:
    client, transport = scripted(GOOD)
    client.api_key = f"{SECRET}\n"
    await client.things.public()
    transport.requests.clear()
    with pytest.raises(ValueError, match="api_key") as caught:
        await client.things.create()
    assert SECRET not in str(caught.value)
    assert transport.requests == []


async def test_a_changed_key_is_used() -> None:
    client, transport = scripted(GOOD, GOOD)
    await client.things.retrieve("x")
    client.api_key = "second"
    await client.things.retrieve("x")
    assert [sent.headers["authorization"] for sent in transport.requests] == [f"Bearer {SECRET}", "Bearer second"]


async def test_each_call_takes_its_own_credential() -> None:
    client, transport = scripted(GOOD, GOOD, GOOD, GOOD, admin_key="adm", app_id="app/1")
    await client.things.retrieve("x")
    await client.things.admin()
    await client.things.app()
    await client.things.public()
    assert [sent.headers.get("authorization") for sent in transport.requests] == [
        f"Bearer {SECRET}",
        "Bearer adm",
        None,
        None,
    ]
    assert transport.requests[2].url == "https://demo.test/v1/app?appid=app%2F1"


async def test_the_wrong_kind_of_credential_fails_at_the_call() -> None:
    client, transport = scripted()
    with pytest.raises(TypeError, match="admin_key"):
        await client.things.admin()
    with pytest.raises(CredentialsError, match="app_id"):
        await client.things.app()
    only_admin, _ = scripted(api_key=None, admin_key="adm")
    with pytest.raises(CredentialsError, match="api_key"):
        await only_admin.things.retrieve("x")
    assert transport.requests == []


async def test_headers_of_the_callers_own_win() -> None:
    client, transport = scripted(GOOD, GOOD, BUSY, GOOD, default_headers={"authorization": "client"})
    await client.things.retrieve("x")
    await client.things.create(extra_headers={"AUTHORIZATION": "call"})
    await client.things.create(extra_headers={"Authorization": omit})
    assert [sent.headers.get("authorization") for sent in transport.requests] == ["client", "call", None, None]


async def test_a_function_is_asked_before_each_attempt() -> None:
    asked: list[str] = []

    async def key() -> str:
        asked.append(f"key{len(asked)}")
        return asked[-1]

    client, transport = scripted(BUSY, Drop(), GOOD, GOOD, GOOD, api_key=key, admin_key="adm")
    await client.things.retrieve("x")
    assert [sent.headers["authorization"] for sent in transport.requests] == [
        "Bearer key0",
        "Bearer key1",
        "Bearer key2",
    ]
    await client.things.admin()
    await client.things.public()
    assert len(asked) == 3  # other calls do not need it
    assert transport.requests[-1].headers.get("authorization") is None


async def test_a_plain_function() -> None:
    client, transport = scripted(GOOD, GOOD, api_key=lambda: "plain")
    assert client.auth_headers == {}
    await client.things.retrieve("x")
    assert transport.requests[0].headers["authorization"] == "Bearer plain"
    assert client.auth_headers == {"authorization": "Bearer plain"}
    other = client.with_options(api_key=lambda: "other")
    await other.things.retrieve("x")
    assert transport.requests[1].headers["authorization"] == "Bearer other"


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (None, TypeError, "api_key must give text, not NoneType"),
        (5, TypeError, "api_key must give text, not int"),
        ("", ValueError, "api_key is empty"),
        (f"{SECRET}\n", ValueError, "api_key"),
    ],
)
async def test_what_a_function_gives_is_checked(given: Any, error: type[Exception], text: str) -> None:
    client, transport = scripted(api_key=lambda: given)
    with pytest.raises(error, match=text) as caught:
        await client.things.retrieve("x")
    assert SECRET not in str(caught.value)
    assert transport.requests == []


async def test_what_a_function_raises_reaches_the_caller() -> None:
    def key() -> str:
        raise LookupError("no vault")

    client, transport = scripted(api_key=key)
    with pytest.raises(LookupError, match="no vault"):
        await client.things.retrieve("x")
    assert transport.requests == []


async def test_a_refused_credential_is_asked_for_once_more() -> None:
    class Renewing:
        def __init__(self) -> None:
            self.number = 0

        def __call__(self) -> str:
            return f"key{self.number}"

        def refused(self, fields: Any, /) -> None:
            assert fields["authorization"] == f"Bearer key{self.number}"
            self.number += 1

    refusal = Answer(401, {"error": {"message": "expired"}})
    client, transport = scripted(refusal, GOOD, refusal, refusal, api_key=Renewing(), max_retries=0)
    await client.things.retrieve("x")
    with pytest.raises(AuthenticationError):
        await client.things.retrieve("x")
    sent = [each.headers["authorization"] for each in transport.requests]
    assert sent == ["Bearer key0", "Bearer key1", "Bearer key1", "Bearer key2"]


async def test_a_function_for_a_query_credential() -> None:
    asked: list[str] = []

    def app() -> str:
        asked.append(f"app{len(asked)}")
        return asked[-1]

    client, transport = scripted(BUSY, GOOD, app_id=app)
    await client.things.app()
    assert [str(sent.url)[-4:] for sent in transport.requests] == ["app0", "app1"]


@pytest.mark.parametrize("value", [None, 5, "", "a\nb"])
async def test_a_function_that_gives_nothing_usable(value: Any) -> None:
    client, transport = scripted(api_key=lambda: value)
    with pytest.raises((TypeError, ValueError), match="api_key"):
        await client.things.retrieve("x")
    assert transport.requests == []


async def test_what_a_function_raises_is_passed_on() -> None:
    def broken() -> str:
        raise LookupError("vault is sealed")

    client, transport = scripted(api_key=broken)
    with pytest.raises(LookupError, match="vault is sealed"):
        await client.things.retrieve("x")
    assert transport.requests == []


@pytest.mark.parametrize(
    "steps",
    [
        [GOOD],
        [Answer(401, {"error": {"message": "bad key"}})],
        [BUSY, BUSY, BUSY],
        [BUSY, Drop(), GOOD],
        [Drop(), Drop(), Drop()],
        [Stall(), Stall(), Stall()],
        [Answer(200, b"<html>")],
        [Answer(200, b"")],
        [Answer(200, b"x", {"content-encoding": "gzip"})],
        [Answer(302, headers={"location": "ftp://x"})],
        [Answer(302, headers={"location": "https://elsewhere.test/"}), GOOD],
        [Answer(200, [b"x", Drop()])] * 3,
    ],
)
async def test_no_secret_is_shown_on_any_path(steps: list[Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client, _ = scripted(
        *steps, api_key=SECRET, app_id=SECRET, default_headers={"X-Other-Token": SECRET, "Cookie": f"s={SECRET}"}
    )
    shown = [repr(client), repr(client.default_headers)]
    try:
        response = await client.things.with_raw_response.create(extra_headers={"X-Secret": SECRET})
        shown += [
            repr(response),
            repr(response.http_request),
            repr(response.http_request.headers),
            repr(response.headers),
        ]
        shown += [repr(response.http_response), str(pickle.dumps(response.http_response))]
    except APIError as error:
        shown += [str(error), repr(error), repr(error.args), str(pickle.dumps(error)), repr(error.__dict__)]
        shown += traceback.format_exception(error)
        cause: BaseException | None = error
        while cause is not None:
            shown += [repr(cause), repr(cause.args), repr(cause.__dict__), repr(getattr(cause, "__notes__", ""))]
            cause = cause.__cause__ or cause.__context__
    shown += [repr(record.__dict__) for record in caplog.records]
    assert caplog.records
    assert all(SECRET not in text for text in shown)


async def test_a_secret_in_the_query_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client, _ = scripted(Drop(), Answer(401), app_id=SECRET)
    with pytest.raises(AuthenticationError) as caught:
        await client.things.app()
    error = caught.value
    assert SECRET not in caplog.text
    assert SECRET not in str(error) + repr(error) + repr(error.request) + repr(error.response) + str(
        pickle.dumps(error)
    )


async def test_the_transport_gets_the_key_itself() -> None:
    transport = AsyncScriptedTransport([GOOD])
    await AsyncClient(api_key=SECRET, http_client=transport).things.retrieve("x")
    assert transport.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def made_with(http_client: Any, base_url: str, key: Any) -> AsyncClient:
    headers = {"X-Other-Token": SECRET}
    arguments: dict[str, Any] = {"api_key": key, "default_headers": headers, "max_retries": 1, "timeout": 10}
    return AsyncClient(base_url=base_url, http_client=http_client, **arguments)


def the_key() -> str:
    return SECRET


@pytest.mark.parametrize("library", [None, httpx])
@pytest.mark.parametrize("as_function", [False, True])
async def test_no_secret_is_among_the_variables_that_a_traceback_shows(library: Any, as_function: bool) -> None:
    refused = answer(b"<html>", status="400 Bad Request")
    with RawServer(lambda peer: (peer.request(), peer.send(refused))) as server:
        for base_url in (server.url("/v1"), f"http://127.0.0.1:{unused_port()}"):
            http_client = None if library is None else library.AsyncClient(trust_env=False)
            async with made_with(http_client, base_url, the_key if as_function else the_key()) as client:
                with pytest.raises(APIError) as caught:
                    await client.things.create()
            shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            assert SECRET not in "".join(shown.format())


@pytest.mark.parametrize(
    "options", [{"extra_headers": {"x": "a\nb"}}, {"timeout": -1}, {"extra_query": {"x": object()}}]
)
async def test_no_secret_is_shown_for_a_request_that_cannot_be_made(options: dict[str, Any]) -> None:
    client = made_with(AsyncScriptedTransport([]), "https://demo.test/v1", the_key())
    with pytest.raises((TypeError, ValueError)) as caught:
        await client.things.create(**options)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert SECRET not in "".join(shown.format())


async def test_none_for_a_header_leaves_the_credentials_alone() -> None:
    nothing: Any = {"Authorization": None}
    client, transport = scripted(GOOD, GOOD, default_headers=nothing)
    await client.things.retrieve("x")
    await client.things.create(extra_headers=nothing)
    assert [sent.headers["authorization"] for sent in transport.requests] == [f"Bearer {SECRET}"] * 2


TOLD = f"Bearer {SECRET} and other-{SECRET} are no keys of this server"
SSE = {"content-type": "text/event-stream"}


@pytest.mark.parametrize(
    ("answer_with_it", "streamed"),
    [
        (Answer(401, {"error": {"message": TOLD}}), False),
        (Answer(401, {"error": TOLD}), False),
        (Answer(401, TOLD), False),
        (Answer(200, TOLD), False),
        (Answer(200, {"error": {"message": TOLD}}), False),
        (Answer(200, {"error": {"message": TOLD}}, {"content-type": "application/json"}), True),
        (Answer(200, f'data: {{"error": {{"message": "{TOLD}"}}}}\n\n', SSE), True),
        (Answer(200, f"data: {TOLD}\n\n", SSE), True),
    ],
)
async def test_a_server_that_repeats_the_key_does_not_get_it_into_errors(
    answer_with_it: Answer, streamed: bool
) -> None:
    client, _ = scripted(answer_with_it, max_retries=0, app_id=f"other-{SECRET}")

    async def use() -> None:
        if streamed:
            async for _ in await client.things.events():
                pass
        else:
            await client.things.create()

    with pytest.raises(APIError) as caught:
        await use()
    error = caught.value
    shown = f"{error} {error!r} {error.message} {''.join(traceback.format_exception_only(error))}"
    assert SECRET not in shown
    assert "<redacted>" in shown


async def test_a_placeholder_in_place_of_a_key_is_no_secret() -> None:
    client, _ = scripted(Answer(404, {"error": {"message": "no model ollama/x"}}), max_retries=0, api_key="ollama")
    with pytest.raises(APIError, match="no model ollama/x"):
        await client.things.create()
