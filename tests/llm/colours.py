"""What tests of this layer need in both colours, side by side. The mirror drops `async_` from the names."""

from __future__ import annotations

import asyncio

from antiphon.llm._async.tool_calls import async_run_round
from antiphon.llm._sync.tool_calls import run_round
from antiphon.llm.core.tools import Toolbox

__all__ = ["Both", "Store", "async_run_round", "run_round", "slowly"]


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
