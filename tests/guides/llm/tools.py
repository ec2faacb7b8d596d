"""Tools of both colours, in chains of both colours."""

from __future__ import annotations

import asyncio

from antiphon import llm


def upper(text: str) -> str:
    """Make a text upper case."""
    return text.upper()


async def reversed_text(text: str) -> str:
    """Turn a text round."""
    await asyncio.sleep(0)
    return text[::-1]


async def before_call(tool: llm.Tool | None, tool_call: llm.ToolCall) -> None:
    print("calling", tool and tool.name, dict(tool_call.arguments))


async def main() -> None:
    model = llm.get_async_model("gpt-4o-mini")
    chain = model.chain("Turn 'panda' round", tools=[upper, reversed_text], before_call=before_call, after_call=print)
    print(await chain.text())

    async for chunk in model.chain("Say 'panda' loud", tools=[upper], system="Use tools"):
        print(chunk, end="", flush=True)
    print()

    response = model.prompt("Make 'owl' upper case", tools=[upper])
    for tool_call in await response.tool_calls():
        print(tool_call.name)
    for result in await response.execute_tool_calls():
        print(result.output)

    # An async tool in a sync chain, although an event loop is running here.
    print(llm.get_model("gpt-4o-mini").chain("Turn 'owl' round", tools=[reversed_text]).text())


if __name__ == "__main__":
    asyncio.run(main())
