"""What tests of this layer need in both colours, side by side. The mirror drops `async_` from the names."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from antiphon.llm import BasePrompt
from antiphon.llm._async.tool_calls import async_run_round
from antiphon.llm._sync.tool_calls import run_round
from antiphon.llm.core.tool_kits import BaseToolKit, toolkit_tool
from antiphon.llm.core.toolboxes import Toolbox

__all__ = [
    "Both",
    "Kit",
    "Store",
    "async_delayed",
    "async_run_prompt",
    "async_run_round",
    "call_colour",
    "delayed",
    "run_prompt",
    "run_round",
    "slowly",
]


async def slowly(a: int) -> str:
    """An async tool."""
    await asyncio.sleep(0)
    return f"slowly {a}"


class Store(Toolbox):
    """Is made ready by an async method, and has tools of both colours."""

    made = 0

    async def prepare_async(self) -> None:
        await asyncio.sleep(0)
        self.made += 1

    def count(self) -> int:
        return self.made

    async def waiting(self) -> int:
        await asyncio.sleep(0)
        return self.made


class Both(Toolbox):
    """Can be made ready in either colour."""

    ways = 0

    def prepare(self) -> None:
        self.ways += 1

    async def prepare_async(self) -> None:
        self.ways += 1

    def count(self) -> int:
        return self.ways


async def async_delayed(text: str) -> str:
    """The text, after others had their turn."""
    for _ in range(3):
        await asyncio.sleep(0)
    return text


def delayed(text: str) -> str:
    """The text."""
    return text


def call_colour(function: object) -> bool:
    """Whether a function is async."""
    return inspect.iscoroutinefunction(function)


class Kit(BaseToolKit):
    """Has tools of both colours."""

    @toolkit_tool
    def quick(self, text: str) -> str:
        """A plain one."""
        return f"quick {text}"

    @toolkit_tool
    async def slow(self, text: str) -> str:
        """An async one."""
        await asyncio.sleep(0)
        return f"slow {text}"


async def async_run_prompt(prompt: BasePrompt, *decorators: Any) -> Any:
    """What a model answers to a prompt."""
    return await prompt.run_async(*decorators)


def run_prompt(prompt: BasePrompt, *decorators: Any) -> Any:
    """What a model answers to a prompt."""
    return prompt.run(*decorators)
