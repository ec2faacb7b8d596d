"""Nothing is sent before an answer is wanted; then it can be read again and again."""

from __future__ import annotations

import asyncio

from antiphon import llm


async def main() -> None:
    model = llm.get_async_model("gpt-4o-mini")
    response = model.prompt("Describe a dog", system="Answer in one line", temperature=0.3)
    print(response)
    try:
        response.text_or_raise()
    except ValueError as error:
        print(error)
    print(await response is response)
    print(response)
    print(response.text_or_raise())
    print([chunk async for chunk in response])
    sync_model = llm.get_model("gpt-4o-mini")
    answer = sync_model.prompt("Describe a cat")
    print(repr(answer))
    for chunk in answer:
        print(chunk, end="|")
    print()
    print(answer)


if __name__ == "__main__":
    asyncio.run(main())
