"""Connections over WebSockets: what is sent and received, how they end, and how they are replaced."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from antiphon import (
    APIConnectionError,
    APIError,
    AsyncClient,
    AuthenticationError,
    ClientClosedError,
    ReconnectingEvent,
    ReconnectingOverrides,
    WebSocketConnectionClosedError,
    WebSocketQueueFullError,
    omit,
)
from antiphon.lib.azure import AsyncAzureOpenAI
from antiphon.resources.realtime import AsyncRealtimeConnection, AsyncRealtimeConnectionManager
from antiphon.resources.realtime.realtime import AsyncRealtimeConnection as AsyncSameConnection
from antiphon.types.beta import BetaResponseTextDeltaEvent
from antiphon.types.realtime import SessionCreatedEvent
from antiphon.types.responses import ResponseTextDeltaEvent

from ...runtime.transports.servers import unused_port
from ..events import Break, Close, Refuse, Take, events

CREATED: dict[str, Any] = {
    "type": "session.created",
    "event_id": "e1",
    "session": {"type": "realtime", "object": "realtime.session"},
}
DELTA: dict[str, Any] = {
    "type": "response.output_text.delta",
    "event_id": "e2",
    "response_id": "r",
    "item_id": "i",
    "output_index": 0,
    "content_index": 0,
    "delta": "hi",
}
SECRET = "sk-very-secret"


def client_for(url: str, **options: Any) -> AsyncClient:
    return AsyncClient(api_key=SECRET, base_url=url, **options)


async def test_events_go_both_ways() -> None:
    with events([CREATED, Take(2), DELTA, Close()]) as server:
        client = client_for(server.url, organization="org")
        seen: list[str] = []
        async with client.realtime.connect(model="gpt-rt", extra_query={"a": "b"}, extra_headers={"X-A": "1"}) as link:
            assert isinstance(link, AsyncRealtimeConnection)
            await link.session.update(session={"type": "realtime", "instructions": "é"}, event_id="mine")
            await link.conversation.item.create(
                item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}
            )
            async for event in link:
                seen.append(str(event.type))
                if event.type == "session.created":
                    assert isinstance(event, SessionCreatedEvent)
                    assert event.session.type == "realtime"
        assert seen == ["session.created", "response.output_text.delta"]
        assert server.paths == ["/v1/realtime?model=gpt-rt&a=b"]
        sent = server.headers[0]
        assert (sent["authorization"], sent["openai-organization"], sent["x-a"]) == (f"Bearer {SECRET}", "org", "1")
        assert sent["user-agent"] == client.user_agent
        assert not [name for name in sent if name.startswith("x-stainless") or name in ("accept", "content-length")]
        assert server.messages == [
            {"type": "session.update", "session": {"type": "realtime", "instructions": "é"}, "event_id": "mine"},
            {
                "type": "conversation.item.create",
                "item": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]},
            },
        ]
    assert AsyncSameConnection is AsyncRealtimeConnection


@pytest.mark.parametrize("beta", [False, True])
async def test_events_of_responses_are_those_of_a_stream_as_well(beta: bool) -> None:
    told: dict[str, Any] = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0}
    event: dict[str, Any] = {**told, "delta": "hi", "logprobs": [], "sequence_number": 3, "stream_id": "s"}
    with events([event, Close()]) as server:
        client = client_for(server.url)
        async with (client.beta.responses if beta else client.responses).connect() as link:
            found = await link.recv()
    assert isinstance(found, BetaResponseTextDeltaEvent if beta else ResponseTextDeltaEvent)
    assert (found.delta, found.to_dict()) == ("hi", event)


async def test_every_resource_with_a_connection() -> None:
    scripts: list[list[dict[str, Any]]] = [[]] * 8
    with events(*scripts) as server:
        client = client_for(server.url)
        managers: list[Any] = [
            client.realtime.connect(call_id="c1"),
            client.realtime.translations.connect(model="t"),
            client.beta.realtime.connect(model="m"),
            client.responses.connect(),
            client.beta.responses.connect(),
            client.live.connect(),
            client.live.forks.connect(session_id="s/1"),
            client.live.sideband.connect(session_id="s2", graceful_close=True),
        ]
        for manager in managers:
            link: Any = await manager.enter()
            await link.close()
        assert server.paths == [
            "/v1/realtime?call_id=c1",
            "/v1/realtime/translations?model=t",
            "/v1/realtime?model=m",
            "/v1/responses",
            "/v1/responses",
            "/v1/live/sessions",
            "/v1/live/sessions/s%2F1/fork",
            "/v1/live/sessions/s2/attach?graceful_close=true",
        ]
        assert server.headers[2]["openai-beta"] == "realtime=v1"
        with pytest.raises(ValueError, match="session_id"):
            client.live.forks.connect(session_id="..")


async def test_senders_follow_from_the_types_of_events() -> None:
    with events([Take(4), DELTA], [Take(2), DELTA]) as server:
        client = client_for(server.url)
        async with client.live.connect() as live:
            await live.session.input_audio.append(audio="AAAA")
            await live.session.input_audio.mute()
            await live.session.output_audio.fixture.play(audio="AAAA")
            await live.decision.item.delete(item_id="i")
            await live.recv()
        async with client.realtime.connect(model="m") as link:
            await link.input_audio_buffer.append(audio="AAAA")
            await link.response.create()
            await link.recv()
        assert [message["type"] for message in server.messages] == [
            "session.input_audio.append",
            "session.input_audio.mute",
            "session.output_audio.fixture.play",
            "decision.item.delete",
            "input_audio_buffer.append",
            "response.create",
        ]


async def test_a_model_and_a_mapping_can_be_sent_and_other_things_cannot() -> None:
    with events([Take(2), DELTA]) as server:
        async with client_for(server.url).realtime.connect(model="m") as link:
            await link.send({"type": "response.create", "event_id": omit, "later": {"x": 1}})
            await link.send_raw("[1]")
            assert (await link.recv()).type == "response.output_text.delta"
            nonsense: Any = 5
            with pytest.raises(TypeError, match="dict or a model"):
                await link.send(nonsense)
        assert server.messages == [{"type": "response.create", "later": {"x": 1}}, [1]]


async def test_what_nobody_knows_yet_is_usable_and_what_is_no_event_is_an_error() -> None:
    with events([{"type": "brand.new", "x": {"y": 1}}, "no json", "[1]", DELTA]) as server:
        async with client_for(server.url).realtime.connect(model="m") as link:
            event: Any = await link.recv()
            assert event.type == "brand.new"
            assert event.x == {"y": 1}
            for _ in range(2):
                with pytest.raises(APIError, match="no event"):
                    await link.recv()
            data = await link.recv_bytes()
            assert link.parse_event(data).type == "response.output_text.delta"


async def test_closing() -> None:
    with events([Close(4000, "enough")], [Take()], []) as server:
        client = client_for(server.url)
        async with client.realtime.connect(model="m") as link:
            with pytest.raises(WebSocketConnectionClosedError, match="enough") as caught:
                await link.recv()
            assert caught.value.code == 4000
            with pytest.raises(WebSocketConnectionClosedError) as caught:
                await link.response.create()
            assert caught.value.unsent_messages == ['{"type":"response.create"}']
        async with client.realtime.connect(model="m") as link:
            await link.close(code=4001, reason="bye")
            await link.close()
            assert [event async for event in link] == []
            for code, reason in ((1005, ""), (999, ""), (1000, "x" * 124)):
                with pytest.raises(ValueError, match=r"code|reason"):
                    await link.close(code=code, reason=reason)
        manager = client.realtime.connect(model="m")
        await client.close()
        with pytest.raises(ClientClosedError):
            await manager.enter()


async def test_refusals_are_the_usual_errors_and_show_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refusals = (
        Refuse(401, '{"error": {"message": "wrong key"}}'),
        Refuse(302, "", (("location", "http://127.0.0.1:1"),)),
    )
    with events(*refusals) as server:
        client = client_for(server.url)
        with pytest.raises(AuthenticationError, match="wrong key") as caught:
            async with client.realtime.connect(model="m"):
                pass
        assert SECRET not in "".join(traceback.format_exception(caught.value))
        with pytest.raises(APIError, match="302"):
            await client.realtime.connect(model="m").enter()
        assert len(server.paths) == 2
    with pytest.raises(APIConnectionError) as failed:
        await client_for(f"http://127.0.0.1:{unused_port()}").realtime.connect(model="m").enter()
    ours = [record.getMessage() for record in caplog.records if record.name != "websockets.server"]
    assert len(ours) >= 3
    assert SECRET not in repr(failed.value) + "".join(ours)


async def test_a_broken_connection_is_replaced_if_that_is_wanted() -> None:
    told: list[ReconnectingEvent] = []

    def on_reconnecting(event: ReconnectingEvent) -> ReconnectingOverrides:
        told.append(event)
        return {"extra_query": {"resume": str(event.attempt)}}

    with events([CREATED, Break()], Refuse(503), [DELTA, Close()]) as server:
        client = client_for(server.url)
        opening = client.realtime.connect(model="m", on_reconnecting=on_reconnecting, initial_delay=0.001)
        async with opening as link:
            assert [event.type async for event in link] == ["session.created", "response.output_text.delta"]
        assert server.paths == [
            "/v1/realtime?model=m",
            "/v1/realtime?model=m&resume=1",
            "/v1/realtime?model=m&resume=2",
        ]
        assert [event.attempt for event in told] == [1, 2]
        assert told[0].close_code == 1006
        assert 0 < told[0].delay <= 0.001


async def test_without_being_asked_to_nothing_is_replaced() -> None:
    with events([CREATED, Break()]) as server:
        async with client_for(server.url).realtime.connect(model="m") as link:
            with pytest.raises(WebSocketConnectionClosedError) as caught:
                assert [event async for event in link] == ["never"]
            assert caught.value.code == 1006
        assert len(server.paths) == 1


async def test_giving_up() -> None:
    with events([CREATED, Break()], Refuse(503), Refuse(503), [CREATED, Break()], [CREATED, Close(1012)]) as server:
        client = client_for(server.url)
        options: dict[str, Any] = {"model": "m", "initial_delay": 0.001, "max_retries": 2}
        async with client.realtime.connect(**options, on_reconnecting=lambda event: None) as link:
            with pytest.raises(WebSocketConnectionClosedError):
                assert [event async for event in link] == ["never"]
        assert len(server.paths) == 3
        async with client.realtime.connect(**options, on_reconnecting=lambda event: {"abort": True}) as link:
            with pytest.raises(WebSocketConnectionClosedError):
                assert [event async for event in link] == ["never"]
        assert len(server.paths) == 4
    mistakes: list[dict[str, Any]] = [{"max_retries": -1}, {"initial_delay": 9.0}, {"max_queue_size": -1}]
    for wrong in mistakes:
        with pytest.raises(ValueError, match=r"max_|initial"):
            client.realtime.connect(model="m", **wrong)


async def test_what_is_sent_before_there_is_a_connection_waits() -> None:
    with events([Take(2), DELTA]) as server:
        manager = client_for(server.url).realtime.connect(model="m", max_queue_size=60)
        assert isinstance(manager, AsyncRealtimeConnectionManager)
        manager.send({"type": "response.create"})
        manager.send({"type": "response.cancel"})
        with pytest.raises(WebSocketQueueFullError):
            manager.send({"type": "response.create"})
        async with manager as link:
            await link.recv()
            with pytest.raises(RuntimeError, match="connection is open"):
                manager.send({"type": "response.create"})
        assert [message["type"] for message in server.messages] == ["response.create", "response.cancel"]


async def test_handlers() -> None:
    error = {"type": "error", "event_id": "e", "error": {"type": "t", "message": "bad audio"}}
    with events([CREATED, DELTA, DELTA, Close()], [error]) as server:
        client = client_for(server.url)
        seen: list[str] = []
        manager = client.realtime.connect(model="m")
        manager.once("response.output_text.delta", lambda event: seen.append(f"once {event.delta}"))

        @manager.on("event")
        def every(event: Any) -> None:
            seen.append(event.type)

        def never(event: Any) -> None:
            seen.append("never")

        async with manager as link:
            link.on("session.created", never).off("session.created", never).off("session.created", never)
            await link.dispatch_events()
        assert seen == [
            "session.created",
            "once hi",
            "response.output_text.delta",
            "response.output_text.delta",
        ]
        async with client.realtime.connect(model="m") as link:
            with pytest.raises(APIError, match="bad audio"):
                await link.dispatch_events()


async def test_another_address_for_websockets() -> None:
    with events([]) as server:
        client = AsyncClient(api_key="k", websocket_base_url=f"ws://127.0.0.1:{server.port}/ws")
        async with client.with_options(timeout=3).realtime.connect(model="m"):
            pass
        assert server.paths == ["/ws/realtime?model=m"]
    with pytest.raises(ValueError, match="websocket_base_url"):
        await AsyncClient(api_key="k", websocket_base_url="ftp://a").realtime.connect(model="m").enter()


@pytest.mark.parametrize("deployment", [None, "dep"])
async def test_azure(deployment: str | None) -> None:
    with events([], []) as server:
        endpoint = f"http://127.0.0.1:{server.port}"
        client = AsyncAzureOpenAI(
            api_key="k", azure_endpoint=endpoint, azure_deployment=deployment, api_version="v", default_query={"q": "1"}
        )
        async with client.realtime.connect(model="m"):
            pass
        async with client.with_options(azure_ad_token="t").realtime.connect(model="m"):
            pass
        query = f"api-version=v&q=1&deployment={deployment or 'm'}"
        assert server.paths == [f"/openai/realtime?{query}"] * 2
        assert [(sent.get("api-key"), sent.get("authorization")) for sent in server.headers] == [
            ("k", None),
            (None, "Bearer t"),
        ]
