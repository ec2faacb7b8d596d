"""Makes the calls of a round: side by side, with the results in their order."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from ...lib.concurrency import async_each
from ...runtime.waiting import async_answered
from ..core.colours import is_async
from ..core.tool_loop import AfterCall, BeforeCall, CancelToolCall, PauseChain, Round, Step
from ..core.toolboxes import is_prepared, with_prepared
from ..core.tools import Tool, ToolResult
from ..pairs.running import async_prepared, async_run

__all__ = ["AfterCall", "BeforeCall", "async_prepared_tools", "async_run_round"]

_AT_ONCE = 32


async def async_run_round(
    calls: Round, *, before_call: BeforeCall | None = None, after_call: AfterCall | None = None
) -> list[ToolResult]:
    """The results of a round, in the order of its calls.

    `before_call` hears of all of them, in their order, before the first is made; `after_call` of those that were made,
    when all are done. What a tool raises is told to the model. Raises `PauseChain`, and what the two functions raise.
    """
    for step in calls.steps:
        if before_call is not None:
            try:
                await async_answered(before_call(step.tool, step.call))
            except (CancelToolCall, PauseChain) as error:
                step.failed(error)
        step.bind()
    await _make_ready(calls)
    others: list[Step] = []
    for step in calls.steps:
        if step.must_run and _is_inline(step):
            await _make(step)
        elif step.must_run:
            others.append(step)
    await async_each(iter(others), _make, limit=min(len(others), _AT_ONCE))
    if after_call is not None:
        for step in calls.steps:
            if (made := step.made) is not None:
                await async_answered(after_call(*made))
    return calls.results()


def _is_inline(step: Step) -> bool:
    tool = step.tool
    return tool is not None and tool.fast and tool.implementation is not None and not is_async(tool.implementation)


async def _make(step: Step) -> None:
    tool, bound = step.tool, step.bound
    if tool is None or tool.implementation is None or bound is None:
        return
    call = partial(tool.implementation, *bound.positional, **bound.named)
    try:
        output = await async_run(call, blocking=not (tool.fast or is_async(tool.implementation)))
    except Exception as error:
        step.failed(error)
    else:
        step.gave(output)


async def async_prepared_tools(tools: Mapping[str, Tool]) -> dict[str, Tool]:
    """The tools, with what their toolboxes add when they are made ready. What goes wrong there is told later."""
    for made in tools.values():
        if made.prepare is not None and not is_prepared(made.prepare):
            with suppress(Exception):
                await async_prepared(made.prepare)
    return with_prepared(tools)


async def _make_ready(calls: Round) -> None:
    """Prepare each toolbox once; what goes wrong there is told to the model for each of its tools."""
    for step in calls.steps:
        box = step.tool.prepare if step.tool is not None and step.must_run else None
        if box is not None and not is_prepared(box):
            try:
                await async_prepared(box)
            except Exception as error:
                step.failed(error)
