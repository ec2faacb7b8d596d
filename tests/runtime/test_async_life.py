"""What only async clients meet: cancellation, several event loops, task groups."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from antiphon.runtime import APIConnectionError, BadRequestError, InternalServerError
from antiphon.runtime.transports._async.direct import AsyncDirectTransport
from antiphon.runtime.transports._async.pool import AsyncConnectionPool
from antiphon.runtime.transports.pools import AsyncPools

from ._async.sdk import AsyncClient
from .colours import async_dropped, async_pooled, async_reached, async_settled
from .transports.servers import STREAM, Peer, RawServer, answer, chunk, serve_ok

EVENT: Final = chunk(b'data: {"id": "1"}\n\n')
DONE: Final = chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def client_of(server: RawServer, **arguments: Any) -> AsyncClient:
    given: dict[str, Any] = {"api_key": "k", "base_url": server.url("/v1"), "max_retries": 0, **arguments}
    return AsyncClient(**given)


def pool_of(client: AsyncClient) -> AsyncConnectionPool:
    transport: Any = client._transport  # pyright: ignore[reportPrivateUsage]  what is open is the point
    pools: AsyncPools = transport.pools
    pool = pools.current()
    assert pool is not None
    return pool


def answers(peer: Peer) -> None:
    """Streams and plain answers, in several pieces."""
    while asked := peer.request():
        if b"/events" in asked:
            peer.send(STREAM)
            peer.send(EVENT)
            peer.send(EVENT)
            peer.send(DONE)
        else:
            body = answer(b'{"id": "ok"}')
            peer.send(body[:20])
            peer.send(body[20:])


async def _a_call(client: AsyncClient) -> None:
    await client.things.create(text="x")


async def _a_stream(client: AsyncClient) -> None:
    async for _ in await client.things.events():
        pass


async def _a_list(client: AsyncClient) -> None:
    async for _ in client.things.list():
        pass


async def _an_open_response(client: AsyncClient) -> None:
    async with client.things.with_streaming_response.create() as response:
        await response.parse()


async def _an_upload(client: AsyncClient) -> None:
    await client.things.upload(file=(b"x" * 10 for _ in range(3)))


KINDS: Final = {kind.__name__.strip("_"): kind for kind in (_a_call, _a_stream, _a_list, _an_open_response, _an_upload)}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
async def test_a_task_cancelled_at_any_step_leaves_the_pool_usable(
    kind: Callable[[AsyncClient], Awaitable[None]],
) -> None:
    with RawServer(answers) as server:
        client = client_of(server, http_client=async_pooled(2))
        async with client:
            await client.things.create()
            ended = False
            steps = 0
            while not ended:
                task = asyncio.ensure_future(kind(client))
                for _ in range(steps):
                    await asyncio.sleep(0)
                ended = task.done()
                task.cancel()
                outcome = (await asyncio.gather(task, return_exceptions=True))[0]
                assert outcome is None or isinstance(outcome, asyncio.CancelledError)
                await async_settled()
                assert pool_of(client).busy_connections == 0
                assert pool_of(client).open_connections <= 2
                steps += 1
            assert steps > 3
            await asyncio.gather(*(client.things.create() for _ in range(5)))


async def test_cancelled_before_it_began() -> None:
    with RawServer(serve_ok) as server:
        async with client_of(server) as client:
            task = asyncio.ensure_future(client.things.create())
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert server.connections == 0


async def test_cancelled_while_it_waits_for_its_turn() -> None:
    with RawServer(answers) as server:
        async with client_of(server, http_client=async_pooled(1)) as client:
            stream = await client.things.events()
            waiting = [asyncio.ensure_future(client.things.create()) for _ in range(4)]
            await async_dropped()
            waiting[0].cancel()
            waiting[2].cancel()
            await stream.close()
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
            assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False, True, False]
            assert pool_of(client).busy_connections == 0


async def test_cancelled_in_the_moment_a_turn_comes() -> None:
    with RawServer(answers) as server:
        async with client_of(server, http_client=async_pooled(1)) as client:
            stream = await client.things.events()
            waiting = asyncio.ensure_future(client.things.create())
            await async_dropped()
            await stream.close()  # hands the turn over; the task has not run yet
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await async_dropped()
            assert pool_of(client).busy_connections == 0
            assert (await client.things.create()).id == "ok"


async def test_a_timeout_around_a_call() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.until_closed()

    with RawServer(script) as server:
        async with client_of(server) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await client.things.create()
            assert pool_of_default(client).open_connections == 0
            assert await async_reached(server.given_up)


def pool_of_default(client: AsyncClient) -> AsyncConnectionPool:
    default: Any = client._transport  # pyright: ignore[reportPrivateUsage]  what is open is the point
    transport: AsyncDirectTransport = default._direct
    pool = transport.pools.current()
    assert pool is not None
    return pool


async def test_one_failing_task_of_a_group_ends_the_other() -> None:
    def script(peer: Peer) -> None:
        asked = peer.request()
        if b"/things/bad" in asked:
            peer.server.reached.acquire(timeout=20)  # the other call is under way
            peer.send(answer(b"{}", status="400 Bad Request"))
        else:
            peer.server.reached.release()
            peer.until_closed()

    with RawServer(script) as server:
        async with client_of(server) as client:

            async def together() -> None:
                async with asyncio.TaskGroup() as group:
                    group.create_task(client.things.create())
                    group.create_task(client.things.retrieve("bad"))

            with pytest.raises(ExceptionGroup) as caught:
                await together()
            assert caught.group_contains(BadRequestError)
            assert await async_reached(server.given_up)
            assert pool_of_default(client).busy_connections == 0


async def test_a_stream_read_to_its_mark_leaves_nothing_to_finish() -> None:
    """For each generator that is left before its end, an event loop makes a task."""
    with RawServer(answers) as server:
        async with client_of(server) as client:
            left: list[object] = []
            stream = await client.things.events()
            hooks = sys.get_asyncgen_hooks()
            sys.set_asyncgen_hooks(finalizer=left.append)
            try:
                while await anext(stream, None) is not None:
                    pass
                del stream
                gc.collect()
            finally:
                sys.set_asyncgen_hooks(*hooks)
    assert left == []


async def test_calls_are_coroutines_that_wait_for_their_await() -> None:
    with RawServer(serve_ok) as server:
        async with client_of(server) as client:
            calls = [client.things.create() for _ in range(10)]
            assert all(asyncio.iscoroutine(call) for call in calls)
            await async_dropped()
            assert server.requests == []
            limiter = asyncio.Semaphore(2)

            async def limited(call: Awaitable[Any]) -> Any:
                async with limiter:
                    return await call

            await asyncio.gather(*map(limited, calls))
            assert server.connections <= 2


async def test_results_come_in_the_order_of_the_calls() -> None:
    def script(peer: Peer) -> None:
        while asked := peer.request():
            name = asked.split(b" ")[1].rpartition(b"/")[2]
            peer.send(answer(b'{"role": "user", "content": "%s"}' % name))

    with RawServer(script) as server:
        async with client_of(server) as client:
            values = await asyncio.gather(*(client.things.retrieve(str(number)) for number in range(50)))
    assert [value.content for value in values] == [str(number) for number in range(50)]


# --- event loops ---


def test_one_client_in_several_runs() -> None:
    with RawServer(answers) as server:
        client = client_of(server)  # made where no loop is, as at import

        async def work() -> list[str]:
            await client.things.create()
            return [item.id async for item in await client.things.events()]

        for _ in range(3):
            assert asyncio.run(work()) == ["1", "1"]
        asyncio.run(client.close())
        assert server.connections == 3


def test_one_client_in_loops_of_several_threads() -> None:
    with RawServer(answers) as server:
        client = client_of(server)
        outcomes: list[Any] = []

        async def work() -> None:
            outcomes.extend(await asyncio.gather(*(client.things.create() for _ in range(5)), return_exceptions=True))

        threads = [threading.Thread(target=lambda: asyncio.run(work())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [outcome.id for outcome in outcomes] == ["ok"] * 20


def test_a_loop_that_is_run_piece_by_piece() -> None:
    with RawServer(answers) as server:
        client = client_of(server, http_client=async_pooled(1))
        loop = asyncio.new_event_loop()
        try:
            for _ in range(3):
                stream = loop.run_until_complete(client.things.events())
                del stream  # while the loop does not run
                assert loop.run_until_complete(client.things.create()).id == "ok"
            loop.run_until_complete(client.close())
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


def test_a_stream_of_a_loop_that_is_gone() -> None:
    def script(peer: Peer) -> None:
        if b"/events" in peer.request():
            peer.send(STREAM + EVENT)
            peer.until_closed()
        else:
            peer.send(answer(b'{"id": "ok"}'))

    with RawServer(script) as server:
        client = client_of(server)
        stream = asyncio.run(client.things.events())

        async def go_on() -> None:
            with pytest.raises(APIConnectionError):
                [item async for item in stream]
            assert (await client.things.create()).id == "ok"

        asyncio.run(go_on())


def test_uvloop() -> None:
    uvloop: Any = pytest.importorskip("uvloop")
    with RawServer(answers) as server:
        client = client_of(server)

        async def work() -> list[str]:
            await asyncio.gather(*(client.things.create() for _ in range(5)))
            stream = await client.things.events()
            await anext(stream)
            return [item.id async for item in await client.things.events()]

        for _ in range(2):
            assert uvloop.run(work()) == ["1", "1"]


async def test_blocking_things_do_not_block_the_loop() -> None:
    """The source of an upload waits for the loop to go on: were it read in the loop, nothing would ever happen."""
    loop_went_on = threading.Event()

    def slow() -> Any:
        yield b"first"
        assert loop_went_on.wait(20)
        yield b"second"

    with RawServer(serve_ok) as server:
        async with client_of(server) as client:
            task = asyncio.ensure_future(client.things.send(slow()))
            while not server.requests and not task.done():
                await asyncio.sleep(0.001)
                loop_went_on.set()
            await task
        assert b"first" in server.requests[0]
        assert b"second" in server.requests[0]


async def test_a_server_error_in_many_tasks_at_once() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"{}", "connection: close", status="500 Oops"))

    with RawServer(script) as server:
        async with client_of(server, http_client=async_pooled(3)) as client:
            outcomes = await asyncio.gather(*(client.things.create() for _ in range(30)), return_exceptions=True)
            assert all(isinstance(outcome, InternalServerError) for outcome in outcomes)
            assert pool_of(client).busy_connections == 0
