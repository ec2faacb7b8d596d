"""The third of four ways to ask: models, with lazy answers, conversations and tools. Sync, then async."""

import asyncio

from antiphon import llm

MODEL = "openai/gpt-5.4-mini"
QUESTION = "What is an antiphon?"
TOPICS = ["a canon", "a motet", "a fugue"]


def multiply(a: int, b: int) -> int:
    """Multiply two numbers."""
    return a * b


async def population(city: str) -> int:
    """How many people live in a city."""
    await asyncio.sleep(0)  # as a call to a database would wait
    return 1000 * len(city)


def told(tool: llm.Tool, call: llm.ToolCall, result: llm.ToolResult) -> None:
    print(call.name, dict(call.arguments), "->", result.output)


def main() -> None:
    model = llm.get_model(MODEL)
    print(model.prompt(QUESTION).text())
    for piece in model.prompt("Count to five"):
        print(piece, end="", flush=True)
    print()
    # The model calls functions, of either colour, and answers in the end.
    print(model.chain("What is 12 * 34?", tools=[multiply, population], after_call=told).text())


async def main_async() -> None:
    model = llm.get_async_model(MODEL)
    responses = [model.prompt(f"What is {topic}?") for topic in TOPICS]  # nothing is sent yet
    for text in await asyncio.gather(*(response.text() for response in responses)):
        print(text)
    conversation = model.conversation(tools=[multiply, population])
    async for piece in conversation.chain("How many people live in Rome?"):
        print(piece, end="", flush=True)
    print()
    print(await conversation.prompt("And what did I ask first?", tools=[]).text())


if __name__ == "__main__":
    main()
    asyncio.run(main_async())
