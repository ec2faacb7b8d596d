"""One client of the module, in one `asyncio.run` after the other."""

from __future__ import annotations

import asyncio

from antiphon import AsyncClient

client = AsyncClient()


async def ask(question: str) -> None:
    completion = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    print(completion.choices[0].message.content)


def main() -> None:
    for question in ("First?", "Second?", "Third?"):
        asyncio.run(ask(question))
    asyncio.run(client.close())


if __name__ == "__main__":
    main()
