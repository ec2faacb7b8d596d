"""The same in async code."""

from __future__ import annotations

import asyncio

from antiphon.llm import acompletion


async def main() -> None:
    response = await acompletion(
        model="openai/gpt-3.5-turbo",
        messages=[{"role": "user", "content": "Tell me a joke"}],
        temperature=0.8,
    )
    print("Response:", response["choices"][0]["message"]["content"])


if __name__ == "__main__":
    asyncio.run(main())
