"""Many calls at once, three ways: `gather`, a `TaskGroup`, and a semaphore over coroutines that nobody awaits yet.

One client serves them all; it keeps the connections.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from antiphon import AsyncClient
from antiphon.types.chat import ChatCompletion

MODEL = "gpt-5.4-mini"
T = TypeVar("T")


def text_of(completion: ChatCompletion) -> str:
    return completion.choices[0].message.content or ""


class Limiter:
    """Lets so many things happen at once, and makes the others wait."""

    def __init__(self, at_once: int) -> None:
        self._semaphore = asyncio.Semaphore(at_once)

    async def execute(self, call: Awaitable[T]) -> T:
        async with self._semaphore:
            return await call


async def main() -> None:
    async with AsyncClient() as client:

        def ask(prompt: str) -> Awaitable[ChatCompletion]:
            # A coroutine: nothing is sent before it is awaited.
            return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": prompt}])

        prompts = [f"Name a thing number {number}" for number in range(1, 6)]
        answers = await asyncio.gather(*(ask(prompt) for prompt in prompts))
        print("gather:    ", [text_of(answer) for answer in answers])

        async with asyncio.TaskGroup() as group:
            first = group.create_task(
                client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Say one"}])
            )
            second = group.create_task(
                client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Say two"}])
            )
        print("task group:", text_of(first.result()), "|", text_of(second.result()))

        limiter = Limiter(2)
        waiting = [limiter.execute(ask(prompt)) for prompt in prompts]
        print("semaphore: ", [text_of(answer) for answer in await asyncio.gather(*waiting)])


if __name__ == "__main__":
    asyncio.run(main())
