"""Tools that share an object, plain and async ones side by side, and a loop that calls what the model wants."""

from __future__ import annotations

import asyncio
import inspect
from typing import Literal

from pydantic import Field

from antiphon import llm
from antiphon.llm import BaseDynamicConfig, BaseToolKit, Messages, toolkit_tool


class BookTools(BaseToolKit):
    __namespace__ = "book_tools"

    reading_level: Literal["beginner", "intermediate", "advanced"]
    seen: list[str] = Field(default_factory=list[str])

    @toolkit_tool
    def suggest_book(self, title: str, author: str) -> str:
        """Suggests a book that a {self.reading_level} reader may like.

        Args:
            title: The title.
            author: Who wrote it.
        """
        self.seen.append(title)
        return f"{title} by {author}"

    @toolkit_tool
    async def look_up(self, title: str) -> str:
        """Says where a book stands."""
        await asyncio.sleep(0)
        return f"{title}: shelf {len(self.seen)}"


@llm.call(provider="openai", model="gpt-5.4-mini")
async def recommend(genre: str, history: list[llm.BaseMessageParam], tools: BookTools) -> BaseDynamicConfig:
    question = history or [Messages.User(f"Recommend a {genre} book")]
    return {"messages": question, "tools": [*tools.create_tools()]}


async def main() -> None:
    kit = BookTools(reading_level="beginner")
    response = await recommend("fantasy", [], kit)
    while tools := response.tools:
        outputs: list[tuple[llm.BaseTool, object]] = []
        for tool in tools:
            output = tool.call()
            outputs.append((tool, await output if inspect.isawaitable(output) else output))
        print([output for _, output in outputs])
        history = [*response.messages, response.message_param, *response.tool_message_params(outputs)]
        response = await recommend("fantasy", history, kit)
    print(response.content)


if __name__ == "__main__":
    asyncio.run(main())
