"""The calls of a round: made side by side, in whichever colour the tools are; errors are told to the model."""

from __future__ import annotations

import contextvars
import threading
from typing import Any

import pytest

from antiphon.llm.core.tool_loop import CancelToolCall, ChainLimitError, PauseChain, Round, ToolLoop
from antiphon.llm.core.toolboxes import Toolbox, ToolLike, tools_of
from antiphon.llm.core.tools import Tool, ToolCall, ToolResult, tool

from ..colours import Store, async_run_round, slowly

BOUND = 20.0


def calls(*texts: str) -> list[ToolCall]:
    """Calls from texts such as `name {"a": 1}`."""
    split = [text.partition(" ") for text in texts]
    return [ToolCall.parsed(name, sent, f"call_{number}") for number, (name, _, sent) in enumerate(split)]


def round_of(tools: list[ToolLike], *texts: str) -> Round:
    return Round(tools_of(tools), calls(*texts))


def outputs(results: list[ToolResult]) -> list[str]:
    return [result.output for result in results]


def add(a: int, b: int = 1) -> int:
    return a + b


def failing() -> None:
    raise OSError("no disk")


def silent() -> None:
    raise LookupError


async def test_tools_of_both_colours_keep_the_order() -> None:
    made = round_of([add, slowly], 'slowly {"a": 1}', 'add {"a": 1}', 'slowly {"a": 2}')
    results = await async_run_round(made)
    assert outputs(results) == ["slowly 1", "2", "slowly 2"]
    assert [result.tool_call_id for result in results] == ["call_0", "call_1", "call_2"]


async def test_what_goes_wrong_is_told_to_the_model() -> None:
    without = {"name": "defined", "parameters": {"type": "object"}}
    texts = ["failing", "silent", "ad {}", "add {", "add {}", "defined {}"]
    results = await async_run_round(round_of([add, failing, silent, without], *texts))
    assert outputs(results) == [
        "Error: no disk",
        "Error: LookupError",
        'Error: tool "ad" does not exist; the tools are: add, failing, silent, defined',
        'Error: the arguments of "add" do not fit: the arguments are no JSON: Expecting property name enclosed in '
        "double quotes: line 1 column 2 (char 1)",
        'Error: the arguments of "add" do not fit: a: is missing',
        'Error: tool "defined" has no implementation',
    ]
    assert isinstance(results[0].exception, OSError)
    assert all(result.exception is not None for result in results)


async def test_calls_run_at_the_same_time() -> None:
    gate = threading.Barrier(3, timeout=BOUND)

    def meet(name: str) -> str:
        gate.wait()
        return name

    results = await async_run_round(round_of([meet], *(f'meet {{"name": "{name}"}}' for name in "abc")))
    assert outputs(results) == ["a", "b", "c"]


async def test_a_fast_tool_stays_in_the_thread_and_others_leave_it() -> None:
    here = threading.get_ident()
    seen: dict[str, bool] = {}

    @tool(fast=True)
    def quick() -> None:
        seen["quick"] = threading.get_ident() == here

    def other() -> None:
        seen["other"] = threading.get_ident() == here

    await async_run_round(round_of([quick, other], "quick", "other", "other"))
    assert seen == {"quick": True, "other": False}


VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


async def test_tools_see_the_context_variables_of_the_caller() -> None:
    def plain() -> str:
        return VARIABLE.get()

    token = VARIABLE.set("set")
    try:
        results = await async_run_round(round_of([plain], "plain", "plain"))
    finally:
        VARIABLE.reset(token)
    assert outputs(results) == ["set", "set"]


async def test_what_is_told_before_and_after() -> None:
    heard: list[object] = []

    def before(of: Tool | None, call: ToolCall) -> None:
        heard.append(("before", of and of.name, call.name))
        if call.arguments.get("a") == 2:
            raise CancelToolCall("not two")

    def after(of: Tool | None, call: ToolCall, result: ToolResult) -> None:
        heard.append(("after", call.tool_call_id, result.output))

    made = round_of([add], 'add {"a": 1}', 'add {"a": 2}', "none {}")
    results = await async_run_round(made, before_call=before, after_call=after)
    assert outputs(results)[1] == "Cancelled: not two"
    assert heard == [
        ("before", "add", "add"),
        ("before", "add", "add"),
        ("before", None, "none"),
        ("after", "call_0", "2"),
    ]


async def test_an_error_of_a_callback_is_the_callers() -> None:
    def before(*_: object) -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await async_run_round(round_of([add], 'add {"a": 1}'), before_call=before)


async def test_a_pause_lets_the_other_calls_end() -> None:
    done: list[str] = []

    def pausing() -> None:
        raise PauseChain("ask first")

    def other() -> str:
        done.append("other")
        return "done"

    with pytest.raises(PauseChain, match="ask first") as caught:
        await async_run_round(round_of([pausing, other], "other", "pausing", "other"))
    assert done == ["other", "other"]
    assert caught.value.tool_call is not None
    assert caught.value.tool_call.tool_call_id == "call_1"
    assert [result.tool_call_id for result in caught.value.tool_results] == ["call_0", "call_2"]


async def test_a_toolbox_is_made_ready_once() -> None:
    store = Store()
    for _ in range(2):
        assert outputs(await async_run_round(round_of([store], "Store_count", "Store_waiting"))) == ["1", "1"]


async def test_a_toolbox_that_cannot_be_made_ready() -> None:
    class Broken(Toolbox):
        def prepare(self) -> None:
            raise OSError("no database")

        def count(self) -> int:
            raise AssertionError

    assert outputs(await async_run_round(round_of([Broken()], "Broken_count"))) == ["Error: no database"]


@pytest.mark.parametrize(("limit", "answers"), [(1, 1), (3, 3), (25, 25)])
async def test_the_limit_of_answers(limit: int, answers: int) -> None:
    loop = ToolLoop(tools_of([add]), limit=limit)
    asking = calls('add {"a": 1}')
    for _ in range(answers - 1):
        made = loop.answered(asking)
        assert made is not None
        await async_run_round(made)
    with pytest.raises(ChainLimitError, match=rf"Chain limit of {limit} exceeded\.") as caught:
        loop.answered(asking)
    assert isinstance(caught.value, ValueError)
    assert "chain_limit=" in caught.value.__notes__[0]


@pytest.mark.parametrize("limit", [None, 0])
def test_no_limit(limit: int | None) -> None:
    loop = ToolLoop({}, limit=limit)
    for _ in range(100):
        assert loop.answered(calls("x")) is not None
    assert loop.answered([]) is None


@pytest.mark.parametrize("limit", [-1, True, "5"])
def test_what_is_no_limit(limit: Any) -> None:
    with pytest.raises(ValueError, match="chain_limit"):
        ToolLoop({}, limit=limit)
