"""The first of four ways to ask: the SDK, with every parameter and every endpoint of the API. Sync, then async.

The same question is asked by `way_2_functions.py`, `way_3_models.py` and `way_4_decorated_functions.py`.
"""

import asyncio

from antiphon import AsyncClient, Client

MODEL = "gpt-5.4-mini"
QUESTION = "What is an antiphon?"
TOPICS = ["a canon", "a motet", "a fugue"]


def main() -> None:
    with Client() as client:
        completion = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}])
        print(completion.choices[0].message.content)

        stream = client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Count to five"}], stream=True
        )
        for chunk in stream:
            print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="", flush=True)
        print()


async def main_async() -> None:
    async with AsyncClient() as client:
        completions = await asyncio.gather(
            *(
                client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": f"What is {topic}?"}])
                for topic in TOPICS
            )
        )
        for completion in completions:
            print(completion.choices[0].message.content)

        stream = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Count to five"}], stream=True
        )
        async for chunk in stream:
            print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
    asyncio.run(main_async())
