"""The fourth of four ways to ask: functions of your own that a model answers, typed. Sync, then async."""

import asyncio

from pydantic import BaseModel

from antiphon import llm

MODEL = "gpt-5.4-mini"
TOPICS = ["a canon", "a motet", "a fugue"]


class Book(BaseModel):
    title: str
    author: str


@llm.call("openai", MODEL)
def explain(topic: str) -> str:
    return f"What is {topic}?"  # what a function returns is what the model is asked


@llm.call("openai", MODEL, response_model=Book)
def recommend(genre: str) -> str:
    return f"Recommend a {genre} book"


@llm.call("openai", MODEL)
async def explain_async(topic: str) -> str:
    return f"What is {topic}?"


@llm.call("openai", MODEL, stream=True)
async def count_async(to: int) -> str:
    return f"Count to {to}"


def main() -> None:
    print(explain("an antiphon").content)
    book = recommend("fantasy")  # a Book, for type checkers too
    print(f"{book.title} by {book.author}")


async def main_async() -> None:
    for answer in await asyncio.gather(*(explain_async(topic) for topic in TOPICS)):
        print(answer.content)
    async for chunk, _ in await count_async(5):
        print(chunk.content, end="", flush=True)
    print()


if __name__ == "__main__":
    main()
    asyncio.run(main_async())
