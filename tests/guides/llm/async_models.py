"""Models that are asked in async code: piece by piece, at once, side by side."""

from __future__ import annotations

import asyncio

from antiphon import llm


async def main() -> None:
    model = llm.get_async_model("gpt-4o-mini")
    async for chunk in model.prompt("Five names for a pelican"):
        print(chunk, end="", flush=True)
    print()
    response = model.prompt("Five names for a badger")
    print(await response.text())
    usage = await response.usage()
    print(usage.input, "tokens in,", usage.output, "out")
    topics = ["rain", "snow", "fog"]
    poems = await asyncio.gather(*(model.prompt(f"A line about {topic}").text() for topic in topics))
    for poem in poems:
        print(poem)
    print("gpt-4o-mini" in [each.model_id for each in llm.get_async_models()])
    try:
        llm.get_async_model("no-such-model")
    except llm.UnknownModelError as error:
        print(error.args[0].partition(" (")[0])


if __name__ == "__main__":
    asyncio.run(main())
