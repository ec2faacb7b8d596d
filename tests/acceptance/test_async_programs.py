"""Async programs: many calls at the same time, several event loops, cancelled calls."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
import pytest

from antiphon import APITimeoutError, AsyncOpenAI, BadRequestError, DefaultAioHttpClient
from antiphon.mock import MockServer

from ..runtime.transports.servers import Peer, RawServer, answer

MANY: Final = 100
STALL: Final = {"x-mock-fault": "stall"}
TRANSPORTS: Final[dict[str, Callable[[], httpx.AsyncClient | None]]] = {
    "httpx": lambda: None,
    "aiohttp": DefaultAioHttpClient,
}
transports = pytest.mark.parametrize("transport", TRANSPORTS.values(), ids=TRANSPORTS.keys())


def ask(client: AsyncOpenAI, text: str) -> Awaitable[Any]:
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])


def said(completion: Any) -> str:
    return completion.choices[0].message.content.removeprefix("You said: ")


@transports
async def test_a_hundred_calls_are_under_way_at_the_same_time(
    transport: Callable[[], httpx.AsyncClient | None],
) -> None:
    """The server answers nobody before all have asked."""
    all_have_asked = threading.Barrier(MANY, timeout=20)

    def script(peer: Peer) -> None:
        asked = json.loads(peer.request().partition(b"\r\n\r\n")[2])
        all_have_asked.wait()
        message = {"role": "assistant", "content": asked["messages"][0]["content"]}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        peer.send(answer(json.dumps({"id": "c", "choices": [choice], "created": 1, "model": "m"}).encode()))

    with RawServer(script) as server:
        async with AsyncOpenAI(base_url=server.url("/v1"), http_client=transport(), max_retries=0) as client:
            answers = await asyncio.gather(*(ask(client, f"number {number}") for number in range(MANY)))
    assert [said(each) for each in answers] == [f"number {number}" for number in range(MANY)]


@transports
async def test_a_hundred_streams_side_by_side(transport: Callable[[], httpx.AsyncClient | None]) -> None:
    async with AsyncOpenAI(http_client=transport()) as client:

        async def one(number: int) -> str:
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": f"number {number}"}], stream=True
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

        assert await asyncio.gather(*map(one, range(MANY))) == [f"You said: number {number}" for number in range(MANY)]


def test_one_client_in_run_after_run(server: MockServer) -> None:
    client = AsyncOpenAI()

    async def streamed() -> str:
        stream = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "a b c"}], stream=True
        )
        return (await anext(stream)).choices[0].delta.role or ""  # left open when the loop ends

    for turn in range(3):
        assert said(asyncio.run(ask_once(client, str(turn)))) == str(turn)
        assert asyncio.run(streamed()) == "assistant"
    asyncio.run(client.close())
    assert len(server.requests) == 6


async def ask_once(client: AsyncOpenAI, text: str) -> Any:
    return await ask(client, text)


def test_one_client_in_the_loops_of_many_threads() -> None:
    client = AsyncOpenAI()
    answers: dict[int, str] = {}

    async def work(number: int) -> str:
        return " ".join(map(said, await asyncio.gather(*(ask(client, f"{number}.{turn}") for turn in range(5)))))

    def run(number: int) -> None:
        answers[number] = asyncio.run(work(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(client.close())
    assert answers == {number: " ".join(f"{number}.{turn}" for turn in range(5)) for number in range(8)}


async def _timeout(call: Awaitable[Any]) -> None:
    async with asyncio.timeout(0.05):
        await call


async def _wait_for(call: Awaitable[Any]) -> None:
    await asyncio.wait_for(call, 0.05)


async def _cancelled(call: Awaitable[Any]) -> None:
    task = asyncio.ensure_future(call)
    _, pending = await asyncio.wait([task], timeout=0.05)
    assert pending == {task}
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        raise TimeoutError from None


@transports
@pytest.mark.parametrize("given_up", [_timeout, _wait_for, _cancelled], ids=["timeout", "wait_for", "cancel"])
@pytest.mark.parametrize("fault", ["stall", "stall-body", "delay=60"])
async def test_a_call_that_is_given_up_leaves_the_client_usable(
    given_up: Callable[[Awaitable[Any]], Awaitable[None]],
    fault: str,
    transport: Callable[[], httpx.AsyncClient | None],
) -> None:
    async with AsyncOpenAI(http_client=transport()) as client:
        call = client.models.retrieve("m", extra_headers={"x-mock-fault": fault})
        with pytest.raises(TimeoutError):
            await given_up(call)
        assert (await client.models.retrieve("next")).id == "next"


async def test_a_timeout_of_ones_own_is_no_error_of_the_sdk() -> None:
    async with AsyncOpenAI(max_retries=0) as client:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.05):
                await client.models.retrieve("m", extra_headers=STALL)
        assert not isinstance(caught.value, APITimeoutError)
        with pytest.raises(APITimeoutError):
            await client.models.retrieve("m", extra_headers=STALL, timeout=0.05)


async def test_a_stream_that_is_given_up() -> None:
    async with AsyncOpenAI() as client:
        seen: list[str | None] = []

        async def read() -> None:
            stream = await client.chat.completions.create(
                model="m",
                messages=[{"role": "user", "content": "a b c"}],
                stream=True,
                extra_headers={"x-mock-fault": "stall-body"},
            )
            async for chunk in stream:
                seen.append(chunk.choices[0].delta.content)

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read(), 0.2)
        assert seen
        assert said(await ask(client, "next")) == "next"


async def test_one_failing_task_of_a_group_cancels_the_other() -> None:
    fault = {"x-mock-fault": "delay=0.05; status=400"}
    async with AsyncOpenAI() as client:

        async def both() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(client.models.retrieve("m", extra_headers=STALL))
                group.create_task(client.models.retrieve("m", extra_headers=fault))

        with pytest.raises(ExceptionGroup) as caught:
            await both()
        assert caught.group_contains(BadRequestError)
        assert said(await ask(client, "next")) == "next"


async def test_nothing_is_sent_before_the_await(server: MockServer) -> None:
    async with AsyncOpenAI() as client:
        calls = [client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])]
        pages = client.files.list(limit=2)
        await asyncio.sleep(0)
        assert server.requests == []
        assert all(map(asyncio.iscoroutine, calls))
        await asyncio.gather(*calls)
        assert len((await pages).data) == 2
