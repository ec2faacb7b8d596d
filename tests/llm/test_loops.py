"""Programs with several loops, threads and processes: connections belong where they were opened, and none is left."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

import pytest

from antiphon.llm import aclose_all, acompletion, close_all, completion

from .local import Local, completion_body, events, said, whole
from .test_program import run

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]
OK = whole(completion_body())


async def several(url: str, count: int = 10) -> None:
    for _ in range(count):
        await acompletion("openai/m", ASKED, base_url=url, api_key="key")


def test_loops_one_after_the_other() -> None:
    with Local(OK) as server:
        for _ in range(5):
            asyncio.run(several(server.url("/v1")))
        assert (server.connections, len(server.requests)) == (5, 50)


def test_loops_in_threads() -> None:
    with Local(OK) as server:
        url = server.url("/v1")
        threads = [threading.Thread(target=asyncio.run, args=(several(url),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (server.connections, len(server.requests)) == (8, 80)


def test_both_colours_beside_each_other() -> None:
    with Local(OK) as server:
        url = server.url("/v1")

        async def main() -> None:
            for _ in range(5):
                await acompletion("openai/m", ASKED, base_url=url, api_key="key")
                await asyncio.to_thread(completion, "openai/m", ASKED, base_url=url, api_key="key")
            await aclose_all()

        asyncio.run(main())
        close_all()
        assert (server.connections, len(server.requests)) == (2, 10)


def test_closing_in_another_loop() -> None:
    with Local(OK) as server:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(several(server.url("/v1")))
        asyncio.run(aclose_all())
        loop.run_until_complete(several(server.url("/v1")))
        loop.run_until_complete(aclose_all())
        loop.close()
        assert server.connections == 2


FORKED = """
import asyncio, os, sys
from antiphon.llm import acompletion, completion

asked = "openai/m", [{"role": "user", "content": "Hi"}]

async def several():
    for _ in range(2):
        await acompletion(*asked)

completion(*asked)
asyncio.run(several())
child = os.fork()
completion(*asked)
asyncio.run(several())
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_child_opens_its_own() -> None:
    # In a process of its own: the one that runs the tests has threads, which a fork leaves behind in the middle of it.
    with Local(OK) as server:
        done = run(FORKED, OPENAI_BASE_URL=server.url("/v1"), OPENAI_API_KEY="key")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        # Of the sync colour one in each process, used again in the parent; of the other one for each loop.
        assert (server.connections, len(server.requests)) == (5, 9)


PROGRAM = """
import asyncio
from antiphon.llm import AsyncModel, Model, acompletion, aclose_all, call, close_all, completion

asked = "openai/m", [{"role": "user", "content": "Hi"}]

@call("openai", "m")
def sync_call(text: str) -> str:
    return text

@call("openai", "m")
async def async_call(text: str) -> str:
    return text

@call("openai", "m", stream=True)
def sync_stream(text: str) -> str:
    return text

@call("openai", "m", stream=True)
async def async_stream(text: str) -> str:
    return text

async def main():
    asyncio.get_running_loop().slow_callback_duration = 60  # that modules are loaded is no news here
    await asyncio.gather(*(acompletion(*asked, stream=True) for _ in range(5)))
    async for _ in await acompletion(*asked, stream=True):
        break
    for _ in await acompletion(*asked, stream=True):
        break
    async for _ in AsyncModel("openai/m").prompt("Hi"):
        break
    await AsyncModel("openai/m").prompt("Hi").text()
    async for _, _ in await async_stream("Hi"):
        break
    unread = await acompletion(*asked, stream=True)
    CLOSE_ASYNC

for _ in range(2):
    asyncio.run(main())
for _ in completion(*asked, stream=True):
    break
for _ in Model("openai/m").prompt("Hi"):
    break
Model("openai/m").prompt("Hi").text()
for _, _ in sync_stream("Hi"):
    break
unread = completion(*asked, stream=True)
CLOSE_SYNC
"""


@pytest.mark.parametrize("closes", [False, True])
def test_a_program_that_leaves_everything_open_ends_quietly(closes: bool) -> None:
    program = PROGRAM.replace("CLOSE_ASYNC", "await aclose_all()" if closes else "")
    program = program.replace("CLOSE_SYNC", "close_all()" if closes else "")
    with Local(events(said("Hel"), said("lo"))) as server:
        done = run(program, OPENAI_BASE_URL=server.url("/v1"), OPENAI_API_KEY="key", PYTHONDEVMODE="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
