"""What the ways of asking add to a call of the client: both in one process, in turns, over the same server."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from .subjects import Subject

__all__ = ["added", "added_async"]

_MODEL: Final = "gpt-5.4-mini"
_TEXT: Final = "Hello!"
_MESSAGES: Final[list[Any]] = [{"role": "user", "content": _TEXT}]
_CALLS: Final = 200
_ROUNDS: Final = 12


def added(way: str) -> Callable[[Subject, str], float]:
    """Microseconds of CPU that a way of asking takes more than the client does."""
    return lambda subject, url: _added(way, subject, url)


def added_async(way: str) -> Callable[[Subject, str], float]:
    """The same for the async half, one call after the other."""
    return lambda subject, url: asyncio.run(_added_async(way, subject, url))


def _ways(url: str) -> dict[str, Callable[[], object]]:
    os.environ.update(OPENAI_BASE_URL=url, OPENAI_API_KEY="sk-bench")
    from antiphon import llm

    model = llm.get_model(_MODEL)

    @llm.call("openai", _MODEL)
    def called(text: str) -> str:
        return text

    return {
        "completion": lambda: llm.completion(_MODEL, _MESSAGES),
        "prompt": lambda: model.prompt(_TEXT, stream=False).text(),
        "call": lambda: called(_TEXT),
    }


def _async_ways(url: str) -> dict[str, Callable[[], Awaitable[object]]]:
    os.environ.update(OPENAI_BASE_URL=url, OPENAI_API_KEY="sk-bench")
    from antiphon import llm

    model = llm.get_async_model(_MODEL)

    @llm.call("openai", _MODEL)
    async def called(text: str) -> str:
        return text

    return {
        "completion": lambda: llm.acompletion(_MODEL, _MESSAGES),
        "prompt": lambda: model.prompt(_TEXT, stream=False).text(),
        "call": lambda: called(_TEXT),
    }


def _added(way: str, subject: Subject, url: str) -> float:
    client = subject.sync_client(url)
    bare, layered = lambda: client.chat.completions.create(model=_MODEL, messages=_MESSAGES), _ways(url)[way]
    found: dict[Callable[[], object], list[float]] = {bare: [], layered: []}
    for _ in range(_ROUNDS):
        for call, seen in found.items():
            start = time.process_time()
            for _ in range(_CALLS):
                call()
            seen.append(time.process_time() - start)
    return _difference(found[bare], found[layered])


async def _added_async(way: str, subject: Subject, url: str) -> float:
    async with subject.async_client(url) as client:

        def bare() -> Awaitable[object]:
            return client.chat.completions.create(model=_MODEL, messages=_MESSAGES)

        layered = _async_ways(url)[way]
        found: dict[Callable[[], Awaitable[object]], list[float]] = {bare: [], layered: []}
        for _ in range(_ROUNDS):
            for call, seen in found.items():
                start = time.process_time()
                for _ in range(_CALLS):
                    await call()
                seen.append(time.process_time() - start)
        return _difference(found[bare], found[layered])


def _difference(bare: list[float], layered: list[float]) -> float:
    return (min(layered) - min(bare)) / _CALLS * 1e6
