"""One question, asked in the four forms that a prompt may have; async, and then in plain functions."""

from __future__ import annotations

import asyncio

from antiphon import llm
from antiphon.llm import BaseMessageParam, Messages, prompt_template


@llm.call(provider="openai", model="gpt-5.4-mini")
async def as_text(genre: str) -> str:
    return f"Recommend a {genre} book"


@llm.call(provider="openai", model="gpt-5.4-mini")
async def as_messages(genre: str) -> Messages.Type:
    return [Messages.System("You are a librarian"), Messages.User(f"Recommend a {genre} book")]


@llm.call(provider="openai", model="gpt-5.4-mini")
@prompt_template(
    """
    SYSTEM: You are a librarian
    USER: Recommend a {genre} book
    """
)
async def as_template(genre: str): ...


@llm.call(provider="openai", model="gpt-5.4-mini")
async def as_parameters(genre: str) -> list[BaseMessageParam]:
    return [
        BaseMessageParam(role="system", content="You are a librarian"),
        BaseMessageParam(role="user", content=f"Recommend a {genre} book"),
    ]


async def main() -> None:
    for asked in (as_text, as_messages, as_template, as_parameters):
        response = await asked("fantasy")
        print(response.content)
    print(response)


@llm.call(provider="openai", model="gpt-5.4-mini")
def plain(genre: str) -> str:
    return f"Recommend a {genre} book"


if __name__ == "__main__":
    asyncio.run(main())
    print(plain("horror"))
