"""Another model for one function, or for everything inside a `with`; other tasks keep their own."""

from __future__ import annotations

import asyncio

from antiphon import llm


@llm.call(provider="openai", model="gpt-5.4-mini")
async def recommend_book(genre: str) -> str:
    return f"Recommend a {genre} book"


async def main() -> None:
    other = llm.override(recommend_book, provider="anthropic", model="claude-sonnet-5", call_params={"max_tokens": 64})
    with llm.context(provider="groq", model="llama-3.3-70b-versatile"):
        task = asyncio.create_task(recommend_book("poetry"))
        inside, named = await recommend_book("fantasy"), await other("fantasy")
    outside = await recommend_book("fantasy")
    for response in (inside, named, outside, await task):
        print(response.provider, response.model)
    try:
        llm.override(recommend_book, model="gpt-5.4")
    except ValueError as error:
        print(error)


if __name__ == "__main__":
    asyncio.run(main())
