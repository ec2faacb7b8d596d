"""Functions that are called when an answer is complete."""

from __future__ import annotations

import asyncio

from antiphon import llm


async def done(response: llm.AsyncResponse) -> None:
    usage = await response.usage()
    print("async:", await response.text(), usage.output is not None)


def shown(response: llm.AsyncResponse) -> None:
    print("plain:", response.text_or_raise())


async def main() -> None:
    model = llm.get_async_model("gpt-4o-mini")
    response = model.prompt("A name for a boat")
    await response.on_done(done)
    await response.on_done(shown)
    print("asked nothing yet")
    print(await response.text())
    await response.on_done(lambda response: print("at once:", response.text_or_raise()))
    sync_response = llm.get_model("gpt-4o-mini").prompt("A name for a train")
    sync_response.on_done(lambda response: print("sync:", response.text()))
    sync_response.text()


if __name__ == "__main__":
    asyncio.run(main())
