"""Streams: with `for`, also over the one of async code, left when the model is done; and with `async for`."""

from __future__ import annotations

import asyncio

from antiphon.llm import acompletion, completion

MODEL = "openai/gpt-3.5-turbo"


async def plain() -> None:
    response = await acompletion(model=MODEL, messages=[{"role": "user", "content": "Write a short poem"}], stream=True)
    for chunk in response:
        if "choices" in chunk and len(chunk["choices"]) > 0:
            delta = chunk["choices"][0].get("delta", {})
            if content := delta.get("content", ""):
                print(content, end="", flush=True)
            if chunk["choices"][0].get("finish_reason") == "stop":
                break
    print()


async def asynchronous() -> None:
    async for chunk in await acompletion(model=MODEL, messages=[{"role": "user", "content": "Count"}], stream=True):
        print(chunk["choices"][0].get("delta", {}).get("content") or "", end="|")
    print()


def main() -> None:
    for chunk in completion(model=MODEL, messages=[{"role": "user", "content": "Hello there"}], stream=True):
        print(chunk["choices"][0].get("delta", {}).get("content") or "", end="")
        if chunk["choices"][0].get("finish_reason") == "stop":
            break
    print()
    asyncio.run(plain())
    asyncio.run(asynchronous())


if __name__ == "__main__":
    main()
