"""Tools in a stream: when they are complete, and while their arguments arrive."""

from __future__ import annotations

import asyncio

from antiphon import llm
from antiphon.llm import BaseTool


class FormatBook(BaseTool):
    """Gives title and author in the form of the library."""

    title: str
    author: str

    async def call(self) -> str:
        return f"{self.title} by {self.author}"


@llm.call(provider="openai", model="gpt-5.4-mini", stream=True, tools=[FormatBook])
async def recommend_books(genre: str) -> str:
    return f"Recommend two {genre} books"


@llm.call(provider="openai", model="gpt-5.4-mini", stream={"partial_tools": True}, tools=[FormatBook])
async def recommend_book(genre: str) -> str:
    return f"Recommend a {genre} book"


async def main() -> None:
    stream = await recommend_books("fantasy")
    outputs: list[tuple[BaseTool, object]] = []
    async for chunk, tool in stream:
        if tool:
            outputs.append((tool, await tool.call()))
        elif chunk.content:
            print(chunk.content)
    print([output for _, output in outputs])
    print([message["content"] for message in stream.tool_message_params(outputs)])

    async for _, tool in await recommend_book("fantasy"):
        if isinstance(tool, FormatBook):
            print("complete" if tool.delta is None else tool.delta, tool.title, tool.author)


if __name__ == "__main__":
    asyncio.run(main())
