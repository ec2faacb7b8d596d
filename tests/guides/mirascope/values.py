"""Values in place of answers: models, built-in types, parsers, values that grow."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import Literal

from pydantic import BaseModel

from antiphon import llm


class Book(BaseModel):
    title: str
    author: str


class Mood(Enum):
    HAPPY = "happy"
    SAD = "sad"


@llm.call(provider="openai", model="gpt-5.4-mini", response_model=Book)
async def extract_book(text: str) -> str:
    return f"Extract {text}"


@llm.call(provider="openai", model="gpt-5.4-mini", response_model=list[str], json_mode=True)
async def list_books(genre: str) -> str:
    return f"List {genre} books"


@llm.call(provider="openai", model="gpt-5.4-mini", response_model=Mood)
async def mood_of(text: str) -> str:
    return text


@llm.call(provider="openai", model="gpt-5.4-mini", response_model=Literal["yes", "no"])
async def decide(question: str) -> str:
    return question


@llm.call(provider="openai", model="gpt-5.4-mini", response_model=Book, stream=True)
async def grow_book(text: str) -> str:
    return f"Extract {text}"


def in_words(response: llm.CallResponse) -> list[str]:
    return response.content.split()


@llm.call(provider="openai", model="gpt-5.4-mini", output_parser=in_words)
async def words(text: str) -> str:
    return text


async def main() -> None:
    book = await extract_book("The Name of the Wind by Patrick Rothfuss")
    print(type(book).__name__, type(book.title).__name__)
    print({type(title).__name__ for title in await list_books("fantasy")})
    print(await mood_of("What a day!") in Mood, await decide("Is it?") in ("yes", "no"))
    print(await words("a b"))
    last = None
    async for last in await grow_book("anything"):
        assert isinstance(last, Book)
    print(type(last) is Book)


if __name__ == "__main__":
    asyncio.run(main())
