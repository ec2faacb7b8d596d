"""How many connections are opened: one pool for each address and key lies under every way of asking."""

from __future__ import annotations

from typing import Any

import pytest

from antiphon import AsyncClient
from antiphon.llm import AsyncModel, aclose_all, acompletion, aresponses, call
from antiphon.runtime.waiting import AsyncMethod

from ...runtime.colours import async_reached, async_together
from ...runtime.transports.servers import Peer
from ..local import Local, completion_body, events, said, whole

PROMPTS = 100
ASKED: list[Any] = [{"role": "user", "content": "Hi"}]
ANSWER = completion_body() | {"output": list[Any]()}


class Counting(Local):
    """Says so when a connection is closed by the client."""

    def _answer(self, peer: Peer) -> None:
        super()._answer(peer)
        self.given_up.release()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    with Counting(whole(ANSWER)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url("/v1"))
        monkeypatch.setenv("OPENAI_API_KEY", "key")
        yield server


@call("openai", "m")
async def asked_by_call(text: str) -> str:
    return text


async def by_function() -> object:
    return await acompletion("openai/m", ASKED)


async def by_responses() -> object:
    return await aresponses("openai/m", "Hi")


async def by_model() -> object:
    return await AsyncModel("openai/m").prompt("Hi", stream=False).text()


async def by_call() -> object:
    return await asked_by_call("Hi")


WAYS: list[AsyncMethod[[], object]] = [by_function, by_responses, by_model, by_call]
NAMES = [way.__name__ for way in WAYS]


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
async def test_one_connection_for_prompts_one_after_the_other(way: AsyncMethod[[], object], server: Counting) -> None:
    for _ in range(PROMPTS):
        await way()
    assert (server.connections, len(server.requests)) == (1, PROMPTS)


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
async def test_prompts_at_once_leave_connections_for_the_next(way: AsyncMethod[[], object], server: Counting) -> None:
    for outcome in await async_together([way] * PROMPTS):
        assert not isinstance(outcome, BaseException), outcome
    opened = server.connections
    assert opened <= PROMPTS
    for _ in range(PROMPTS):
        await way()
    assert (server.connections, len(server.requests)) == (opened, 2 * PROMPTS)


async def test_all_ways_share_one_connection(server: Counting) -> None:
    for _ in range(5):
        for way in WAYS:
            await way()
    assert server.connections == 1


async def test_the_client_has_its_own(server: Counting) -> None:
    async with AsyncClient() as client:
        for _ in range(PROMPTS):
            await client.chat.completions.create(model="m", messages=ASKED)
        assert server.connections == 1
        for outcome in await async_together(
            [lambda: client.chat.completions.create(model="m", messages=ASKED)] * PROMPTS
        ):
            assert not isinstance(outcome, BaseException), outcome
        assert server.connections <= PROMPTS
    for _ in range(server.connections):
        assert await async_reached(server.given_up)


async def test_each_key_has_its_own(server: Counting) -> None:
    for _ in range(3):
        for key in ("a", "b", "c"):
            await acompletion("openai/m", ASKED, api_key=key)
    assert server.connections == 3


async def test_streams_that_are_read_to_their_end_leave_the_connection(server: Counting) -> None:
    with Counting(events(said("Hel"), said("lo"))) as streaming:
        for _ in range(10):
            stream = await acompletion("openai/m", ASKED, stream=True, base_url=streaming.url("/v1"))
            assert [chunk async for chunk in stream]
            model = AsyncModel("openai/m", base_url=streaming.url("/v1"))
            assert await model.prompt("Hi").text() == "Hello"
        assert streaming.connections == 1


async def test_everything_can_be_closed_and_goes_on_after_that(server: Counting) -> None:
    await async_together(WAYS * 5)
    opened = server.connections
    await aclose_all()
    for _ in range(opened):
        assert await async_reached(server.given_up)
    await aclose_all()
    for way in WAYS:
        await way()
    assert server.connections == opened + 1
    await aclose_all()
    assert await async_reached(server.given_up)
