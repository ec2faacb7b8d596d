"""Tools as classes and as functions, with `call` async or plain; what they give goes back to the model."""

from __future__ import annotations

import asyncio

from antiphon import llm
from antiphon.llm import BaseTool, Messages


class FormatBook(BaseTool):
    """Gives title and author in the form of the library."""

    title: str
    author: str

    async def call(self) -> str:
        await asyncio.sleep(0)
        return f"{self.title} by {self.author}"


def count_letters(text: str) -> int:
    """Count the letters of a text.

    Args:
        text: The text.
    """
    return len(text)


async def look_up(title: str) -> str:
    """Look up a book.

    Args:
        title: What the book is called.
    """
    await asyncio.sleep(0)
    return f"{title} is on the shelf"


@llm.call(provider="openai", model="gpt-5.4-mini", tools=[FormatBook])
async def identify_book(book: str) -> str:
    return f"Who wrote {book}?"


@llm.call(provider="openai", model="gpt-5.4-mini", tools=[count_letters, look_up])
async def research(question: str, history: list[Messages.Type] | None = None) -> Messages.Type:
    return [*(history or []), Messages.User(question)]


async def main() -> None:
    response = await identify_book("The Name of the Wind")
    if tool := response.tool:
        print(type(tool).__name__, isinstance(tool, FormatBook), sorted(tool.args))
        if isinstance(tool, FormatBook):
            print(await tool.call())
    else:
        print(response.content)

    answer = await research("How long is it, and where?")
    outputs = [
        (tool, await tool.call() if type(tool).__name__ == "look_up" else tool.call()) for tool in answer.tools or []
    ]
    history = [*answer.messages, answer.message_param, *answer.tool_message_params(outputs)]
    print(len(outputs), [message.role for message in history])
    print((await research("Thank you", history)).content)

    again = await research("How long is it, and where?")
    print((await again.resume(await again.execute_tools())).content.partition(":")[0])


if __name__ == "__main__":
    asyncio.run(main())
