"""Many questions at once."""

from __future__ import annotations

import asyncio

from antiphon import llm
from antiphon.llm import prompt_template


@llm.call(provider="openai", model="gpt-5.4-mini")
@prompt_template("Recommend a {genre} book")
async def recommend_book(genre: str): ...


async def main() -> None:
    genres = ["fantasy", "science fiction", "mystery", "romance"]
    for genre, response in zip(genres, await asyncio.gather(*map(recommend_book, genres)), strict=True):
        print(f"{genre}: {response.content}")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(recommend_book(genre)) for genre in genres]
    print(sum(task.result().output_tokens or 0 for task in tasks) > 0)


if __name__ == "__main__":
    asyncio.run(main())
