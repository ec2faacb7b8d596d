"""An answer as it arrives, async and in a plain function."""

from __future__ import annotations

import asyncio

from antiphon import llm


@llm.call(provider="openai", model="gpt-5.4-mini", stream=True)
async def recommend_book(genre: str) -> str:
    return f"Recommend a {genre} book"


@llm.call(provider="openai", model="gpt-5.4-mini", stream=True)
def plain(genre: str) -> str:
    return f"Recommend a {genre} book"


async def main() -> None:
    stream = await recommend_book("fantasy")
    async for chunk, _ in stream:
        print(chunk.content, end="|", flush=True)
    print()
    print(stream.content)
    print(stream.message_param["role"], stream.cost, stream.finish_reasons)
    print(stream.end_time is not None and stream.end_time >= stream.start_time)
    async for chunk, _ in await recommend_book("horror"):
        if chunk.content:
            print("enough:", chunk.content)
            break


if __name__ == "__main__":
    asyncio.run(main())
    for chunk, _ in plain("poetry"):
        print(chunk.content, end="", flush=True)
    print()
