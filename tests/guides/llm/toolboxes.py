"""A class whose methods are tools: what the object holds, they share."""

from __future__ import annotations

import asyncio

from antiphon import llm


class Memory(llm.Toolbox):
    """Remembers texts under names."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.opened = 0

    async def prepare_async(self) -> None:
        await asyncio.sleep(0)
        self.opened += 1
        self.add_tool(forget, pass_self=True)

    def keep(self, name: str, text: str) -> str:
        """Keep a text under a name."""
        self.kept[name] = text
        return f"kept {name}"

    async def names(self) -> list[str]:
        """The names there are."""
        return sorted(self.kept)


def forget(memory: Memory, name: str) -> str:
    """Forget a text."""
    return memory.kept.pop(name, "nothing")


async def main() -> None:
    memory = Memory()
    model = llm.get_async_model("gpt-4o-mini")
    conversation = model.conversation(tools=[memory])
    print(await conversation.chain("Keep 'blue' as the colour").text())
    print(await conversation.chain("What do you know?").text())
    print(await conversation.chain("Forget the colour").text())
    print(memory.opened, memory.kept)
    print(sorted(tool.name for tool in memory.tools()))


if __name__ == "__main__":
    asyncio.run(main())
