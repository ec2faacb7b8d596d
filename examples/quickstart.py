"""One question, asked twice: by the sync client, and by the async one.

Needs OPENAI_API_KEY; OPENAI_BASE_URL points it at another server, such as `antiphon mock`.
"""

import asyncio

from antiphon import AsyncClient, Client

MODEL = "gpt-5.4-mini"


def ask(question: str) -> str | None:
    with Client() as client:
        completion = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
    return completion.choices[0].message.content


async def ask_async(question: str) -> str | None:
    async with AsyncClient() as client:
        completion = await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
    return completion.choices[0].message.content


if __name__ == "__main__":
    print("sync: ", ask("What is an antiphon?"))
    print("async:", asyncio.run(ask_async("What is an antiphon?")))
