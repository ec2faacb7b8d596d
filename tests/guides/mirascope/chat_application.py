"""A chat that remembers, streams its answers and uses tools."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from antiphon import llm
from antiphon.llm import BaseMessageParam, BaseTool, Messages


class Search(BaseTool):
    """Search the library."""

    query: str

    async def call(self) -> str:
        await asyncio.sleep(0)
        return "found"


class Librarian(BaseModel):
    history: list[BaseMessageParam] = []

    @llm.call(provider="openai", model="gpt-5.4-mini", stream=True, tools=[Search])
    async def _stream(self, query: str) -> Messages.Type:
        asked = [Messages.User(query)] if query else []
        return [Messages.System("You are the world's greatest librarian"), *self.history, *asked]

    async def _answer(self, query: str) -> None:
        stream = await self._stream(query)
        outputs: list[tuple[BaseTool, object]] = []
        async for chunk, tool in stream:
            if tool:
                print(f"[{type(tool).__name__}]", end=" ", flush=True)
                outputs.append((tool, await tool.call()))
            else:
                print(chunk.content, end="", flush=True)
        if stream.user_message_param and query:
            self.history.append(stream.user_message_param)
        self.history.append(stream.message_param)
        if outputs:
            self.history += stream.tool_message_params(outputs)
            await self._answer("")

    async def run(self, questions: list[str]) -> None:
        for question in questions:
            print("(User):", question)
            print("(Assistant):", end=" ", flush=True)
            await self._answer(question)
            print()


async def main() -> None:
    librarian = Librarian()
    await librarian.run(["What is on the shelf?", "Thank you"])
    print([message.role for message in librarian.history])


if __name__ == "__main__":
    asyncio.run(main())
