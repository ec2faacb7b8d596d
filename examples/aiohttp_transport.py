"""The same client over aiohttp, which costs less when many calls are under way: `pip install 'antiphon[aiohttp]'`."""

import asyncio

from antiphon import AsyncClient, DefaultAioHttpClient

MODEL = "gpt-5.4-mini"


async def main() -> None:
    async with AsyncClient(http_client=DefaultAioHttpClient()) as client:
        calls = (
            client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": f"Call {number}"}])
            for number in range(20)
        )
        answers = await asyncio.gather(*calls)
        print(len(answers), "answers, the last one:", answers[-1].choices[0].message.content)

        stream = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Count to three"}], stream=True
        )
        async for chunk in stream:
            print(chunk.choices[0].delta.content or "", end="", flush=True)
        print()


if __name__ == "__main__":
    asyncio.run(main())
