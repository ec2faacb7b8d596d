"""What the two colours do not share: a sync chain inside a running loop, a loop that goes on, cancellation."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading

import pytest

from antiphon.llm.core.tool_loop import Round
from antiphon.llm.core.toolboxes import tools_of
from antiphon.llm.core.tools import ToolCall
from antiphon.llm.pairs.running import AsyncLock, async_lock

from .colours import async_run_round, run_round

BOUND = 20.0
LOOPS: list[asyncio.AbstractEventLoop] = []


async def waiting() -> str:
    LOOPS.append(asyncio.get_running_loop())
    await asyncio.sleep(0)
    return "waited"


def one(name: str) -> Round:
    return Round(tools_of([waiting]), [ToolCall(name, {}, "id")])


async def test_an_async_tool_in_a_sync_chain_inside_a_running_loop() -> None:
    LOOPS.clear()
    assert [result.output for result in run_round(one("waiting"))] == ["waited"]
    assert [result.output for result in run_round(one("waiting"))] == ["waited"]
    assert LOOPS[0] is LOOPS[1]  # what the first call opened is good in the second
    assert LOOPS[0] is not asyncio.get_running_loop()


VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


def test_an_async_tool_sees_the_context_variables_of_the_caller() -> None:
    async def plain() -> str:
        return VARIABLE.get()

    made = Round(tools_of([plain]), [ToolCall("plain", {}, str(number)) for number in range(2)])
    token = VARIABLE.set("set")
    try:
        assert [result.output for result in run_round(made)] == ["set", "set"]
    finally:
        VARIABLE.reset(token)


def test_an_async_callback_in_a_sync_chain() -> None:
    async def before(*_: object) -> None: ...

    with pytest.raises(TypeError, match="async"):
        run_round(one("waiting"), before_call=before)


async def test_a_sync_tool_does_not_block_the_loop() -> None:
    reached = threading.Event()

    def blocking() -> bool:
        return reached.wait(BOUND)

    made = Round(tools_of([blocking]), [ToolCall("blocking", {}, "id")])
    running = asyncio.create_task(async_run_round(made))
    await asyncio.sleep(0)
    reached.set()  # not reached if the tool held the loop
    assert [result.output for result in await running] == ["true"]


async def test_async_callbacks_in_an_async_chain() -> None:
    heard: list[str] = []

    async def after(*arguments: object) -> None:
        await asyncio.sleep(0)
        heard.append(str(len(arguments)))

    await async_run_round(one("waiting"), after_call=after)
    assert heard == ["3"]


async def test_cancelling_ends_async_tools() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    made = Round(tools_of([endless]), [ToolCall("endless", {}, str(number)) for number in range(3)])
    task = asyncio.create_task(async_run_round(made))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


def test_nothing_is_left_at_the_end_of_a_program() -> None:
    program = """
from antiphon.llm._sync.tool_calls import run_round
from antiphon.llm.core.tool_loop import Round
from antiphon.llm.core.tools import ToolCall
from antiphon.llm.core.toolboxes import tools_of
from antiphon.llm.pairs.running import AsyncLock, async_lock
async def waiting(): return "waited"
print(run_round(Round(tools_of([waiting]), [ToolCall("waiting", {}, "id")]))[0].output)
"""
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("waited\n", "")


class TestLock:
    """The lock of async answers."""

    async def _hold(self, held: AsyncLock, order: list[object], name: object) -> None:
        async with held:
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)

    def test_one_after_the_other(self) -> None:
        async def main() -> list[object]:
            held, order = async_lock(), list[object]()
            await asyncio.gather(*(self._hold(held, order, number) for number in range(5)))
            return order

        assert asyncio.run(main()) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]

    def test_who_is_cancelled_hands_the_turn_on(self) -> None:
        async def main() -> list[object]:
            held, order = async_lock(), list[object]()
            async with held:
                tasks = [asyncio.create_task(self._hold(held, order, name)) for name in "abc"]
                await asyncio.sleep(0)
                tasks[1].cancel()
            tasks[0].cancel()  # whose turn it is by now
            await asyncio.wait(tasks, timeout=BOUND)
            return order

        assert asyncio.run(main()) == ["c", "c"]

    def test_who_holds_it_cannot_wait_for_it(self) -> None:
        async def main() -> None:
            held = async_lock()
            async with held, held:
                raise AssertionError

        with pytest.raises(RuntimeError, match="waits for what it is doing itself"):
            asyncio.run(main())
