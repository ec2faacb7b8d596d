"""Two requests at a time, whatever the number of questions."""

from __future__ import annotations

import asyncio

from antiphon.llm import acompletion


async def ask(semaphore: asyncio.Semaphore, number: int) -> str:
    async with semaphore:
        response = await acompletion(
            model="openai/gpt-3.5-turbo", messages=[{"role": "user", "content": f"Question {number}"}]
        )
        return response["choices"][0]["message"]["content"]


async def main() -> None:
    semaphore = asyncio.Semaphore(2)
    results = await asyncio.gather(*(ask(semaphore, number) for number in range(6)))
    for result in results:
        print(result)


if __name__ == "__main__":
    asyncio.run(main())
