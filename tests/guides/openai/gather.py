"""Many prompts at the same time, with one client that was made at import."""

from __future__ import annotations

import asyncio

from antiphon import AsyncClient

client = AsyncClient()  # no event loop is running yet


async def ask(prompt: str) -> str | None:
    completion = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}]
    )
    return completion.choices[0].message.content


async def main() -> None:
    prompts = [f"Say something about the number {number}" for number in range(20)]
    answers = await asyncio.gather(*[ask(prompt) for prompt in prompts])
    for prompt, answer in zip(prompts, answers, strict=True):
        print(f"{prompt}: {answer}")


if __name__ == "__main__":
    asyncio.run(main())
