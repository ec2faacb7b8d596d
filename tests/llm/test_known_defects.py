"""Where well-known packages go wrong, by number; and that each has a test in both colours which shows ours right.

The tests are called `test_defect_<number>_...`, unless they are named below. Those in `_async` have a mirror; here is
what one colour has alone.
"""

from __future__ import annotations

import ast
import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from antiphon import AsyncOpenAI, OpenAI
from antiphon.llm.models import AsyncModel, Model
from antiphon.mock import MockServer, serve

from ..runtime.colours import async_reached
from ..runtime.transports.servers import BOUND, Peer, RawServer, answer
from .colours import slowly
from .scripts import calling, giving, saying

DEFECTS = {
    1: "an async tool in a sync chain fails inside a running loop",
    2: "the async conversation drops its tools in prompts",
    3: "plain tools block the event loop",
    4: "attachments are fetched with a blocking client",
    5: "a tool without a function raises in one colour and is told to the model in the other",
    6: "a pause stops at the paused call in one colour and lets the others end in the other",
    7: "a client for each prompt, so that no connection is used again",
    8: "a reply forces the answer in one colour and raises in the other",
    9: "overrides leak into other tasks",
    10: "a client for each call, never closed",
    11: "the client that one call returns is used by later ones",
    12: "one colour of a stream does not tell when it began and ended",
    13: "a kit of tools must have one colour",
    14: "calls hold each other up, and streams are collected first",
    15: "parsing waits in one view of an async response and not in the other",
    16: "an async client fails in a second `asyncio.run`",
}
UNDER_OTHER_NAMES = {
    9: "test_a_context_holds_for_nobody_else",
    10: "test_calls_share_one_connection",
    11: "test_a_client_of_one_call_is_for_that_call_alone",
    12: "test_when_a_stream_began_and_ended",
    13: "test_a_toolkit_has_tools_of_both_colours_for_functions_of_both",
}
"""Those of decorated functions stand among the other tests of them."""
FOLDER = Path(__file__).parent


def named_functions() -> Iterator[tuple[str, str]]:
    """The folders and names of tests in this layer."""
    for path in FOLDER.rglob("test_*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                yield path.parent.name, node.name


@pytest.mark.parametrize("number", DEFECTS)
def test_each_has_a_test_in_both_colours(number: int) -> None:
    begun = UNDER_OTHER_NAMES.get(number, f"test_defect_{number:02}_")
    found = [folder for folder, name in named_functions() if name.startswith(begun)]
    assert {"_async", "_sync"} <= set(found), DEFECTS[number]


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


async def test_defect_01_an_async_tool_in_a_sync_chain_inside_a_running_loop(server: MockServer) -> None:
    giving(server, (calling(("slowly", '{"a": 1}')), saying("Done")))
    model = Model("openai/m", base_url=server.url, api_key="no-secret")
    assert asyncio.get_running_loop().is_running()
    assert model.chain("x", tools=[slowly]).text() == "Done"
    assert server.requests[-1].body["messages"][-1]["content"] == "slowly 1"


async def test_defect_03_a_plain_tool_does_not_hold_the_loop(server: MockServer) -> None:
    loop, begun, reached = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def blocking() -> bool:
        loop.call_soon_threadsafe(begun.set)
        return reached.wait(BOUND)

    giving(server, (calling(("blocking", "{}")), saying("Done")))
    model = AsyncModel("openai/m", base_url=server.url, api_key="no-secret")
    running = asyncio.create_task(model.chain("x", tools=[blocking]).text())
    await begun.wait()
    reached.set()  # not reached if the tool held the loop
    assert await running == "Done"
    assert server.requests[-1].body["messages"][-1]["content"] == "true"


async def test_defect_04_a_fetch_does_not_hold_the_loop(server: MockServer) -> None:
    gone_on = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        files.reached.release()
        assert gone_on.wait(BOUND)
        peer.send(answer(b"%PDF-1", "content-type: application/pdf"))

    with RawServer(script) as files:
        model = AsyncModel("openai/m", base_url=server.url, api_key="no-secret")
        reading = asyncio.create_task(model.prompt("Look", attachments=[files.url("/a")]).text())
        assert await async_reached(files.reached)
        gone_on.set()  # not reached if the fetch held the loop
        assert await reading


def test_defect_16_one_async_client_in_run_after_run(server: MockServer) -> None:
    client = AsyncOpenAI(base_url=server.url, api_key="key")
    model = AsyncModel("openai/m", base_url=server.url, api_key="key")

    async def used() -> tuple[str, str]:
        return (await client.models.retrieve("m")).id, await model.prompt("x").text()

    for _ in range(3):
        assert asyncio.run(used()) == ("m", "You said: x")
    asyncio.run(client.close())


def test_defect_16_one_sync_client_in_thread_after_thread(server: MockServer) -> None:
    client = OpenAI(base_url=server.url, api_key="key")
    ids: list[str] = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: ids.append(client.models.retrieve("m").id))
        thread.start()
        thread.join()
    client.close()
    assert ids == ["m"] * 3
