"""Tries that are cancelled, while they run and while they wait; colours that are not what they seem."""

from __future__ import annotations

import asyncio
import functools
import inspect

import pytest

from antiphon import APIConnectionError
from antiphon.llm import RetriesExhausted, call, fallback, retry


async def test_a_cancelled_call_is_not_tried_again() -> None:
    tries: list[int] = []
    begun = asyncio.Event()

    @retry(initial_delay=0, retry_on=Exception)
    async def ask() -> None:
        tries.append(1)
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(ask())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(tries) == 1


async def test_the_wait_before_the_next_try_can_be_cancelled() -> None:
    failed = asyncio.Event()

    @retry(initial_delay=3600, max_delay=3600)
    async def ask() -> None:
        failed.set()
        raise APIConnectionError(request=None)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ask()
    assert failed.is_set()


async def test_a_call_with_fallbacks_can_be_cancelled() -> None:
    begun = asyncio.Event()

    @fallback(Exception, [{"provider": "openai", "model": "other"}])
    async def ask() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(ask())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_many_wait_side_by_side() -> None:
    waiting = 0
    together = asyncio.Event()

    @retry(max_retries=1, initial_delay=0)
    async def ask() -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 20:
            together.set()
        await together.wait()
        raise APIConnectionError(request=None)

    outcomes = await asyncio.gather(*(ask() for _ in range(20)), return_exceptions=True)
    assert {type(each) for each in outcomes} == {RetriesExhausted}
    assert waiting == 40


def test_the_colour_stays() -> None:
    async def later(text: str) -> str:
        return text

    @functools.wraps(later)
    def wrapped(text: str) -> object:
        return later(text)

    for decorated in (retry(later), retry(call("openai", "m")(later)), fallback(OSError, [])(later), retry(wrapped)):
        assert inspect.iscoroutinefunction(decorated)
        assert list(inspect.signature(decorated).parameters) == ["text"]

    def plain() -> str:
        return "plain"

    assert not inspect.iscoroutinefunction(retry(plain))
    assert retry(plain)() == "plain"
