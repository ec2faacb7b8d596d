"""No more than three requests at a time: calls are made first, and awaited behind a semaphore."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from antiphon import AsyncClient

T = TypeVar("T")
client = AsyncClient()


class Limiter:
    """Lets a number of calls run at the same time."""

    def __init__(self, most: int) -> None:
        self._semaphore = asyncio.Semaphore(most)
        self._running = 0
        self.peak = 0

    async def execute(self, call: Awaitable[T]) -> T:
        async with self._semaphore:
            self._running += 1
            self.peak = max(self.peak, self._running)
            try:
                return await call
            finally:
                self._running -= 1


async def main() -> None:
    limiter = Limiter(3)
    calls = [
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": f"Task {number}"}])
        for number in range(10)
    ]  # nothing is sent yet
    answers = await asyncio.gather(*(limiter.execute(call) for call in calls))
    for answer in answers:
        print(answer.choices[0].message.content)
    print("at most", limiter.peak)


if __name__ == "__main__":
    asyncio.run(main())
