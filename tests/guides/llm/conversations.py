"""Conversations, and tools that go with all of their prompts."""

from __future__ import annotations

import asyncio

from antiphon import llm


def look_up_population(country: str) -> int:
    """The number of people in a country."""
    return len(country)


async def main() -> None:
    model = llm.get_async_model("gpt-4o-mini")
    conversation = model.conversation()
    print(await conversation.prompt("Five facts about pelicans", system="Be brief").text())
    print(await conversation.prompt("Now about penguins").text())
    print(len(conversation.responses), "answers")

    with_tools = model.conversation(tools=[look_up_population])
    print(await with_tools.chain("How many people live in Crumpet?").text())
    response = with_tools.prompt("And in Strudel?")
    print([tool_call.name for tool_call in await response.tool_calls()])
    followed = await response.reply("Use what you found")
    print(followed.text_or_raise())

    sync_conversation = llm.get_model("gpt-4o-mini").conversation(tools=[look_up_population])
    print([tool_call.name for tool_call in sync_conversation.prompt("In Scone?").tool_calls()])


if __name__ == "__main__":
    asyncio.run(main())
