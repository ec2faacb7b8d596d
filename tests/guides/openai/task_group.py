"""Two calls in a task group; when one fails, the other is cancelled."""

from __future__ import annotations

import asyncio

import antiphon
from antiphon import AsyncClient

client = AsyncClient()


async def ask(question: str, fault: str | None = None) -> str | None:
    completion = await client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": question}],
        extra_headers={} if fault is None else {"x-mock-fault": fault},  # what the server is to do
    )
    return completion.choices[0].message.content


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        # The coroutine of `create` itself can be a task.
        first = group.create_task(
            client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "A story about a fox"}]
            )
        )
        second = group.create_task(ask("A story about a crow"))
    print(first.result().choices[0].message.content)
    print(second.result())
    slow: asyncio.Task[str | None] | None = None
    try:
        async with asyncio.TaskGroup() as group:
            slow = group.create_task(ask("Slow", "stall"))
            group.create_task(ask("Bad", "delay=0.05; status=400"))
    except* antiphon.BadRequestError as errors:
        print("failed:", len(errors.exceptions), "cancelled:", slow is not None and slow.cancelled())
    print(await ask("Still there?"))


if __name__ == "__main__":
    asyncio.run(main())
