"""The second of four ways to ask: functions, for any provider, with no client to make or close. Sync, then async."""

import asyncio

from antiphon.llm import acompletion, completion

MODEL = "openai/gpt-5.4-mini"  # or "groq/...", "anthropic/...", "ollama/..."
QUESTION = "What is an antiphon?"
TOPICS = ["a canon", "a motet", "a fugue"]


def main() -> None:
    response = completion(MODEL, [{"role": "user", "content": QUESTION}])
    print(response["choices"][0]["message"]["content"])

    for chunk in completion(MODEL, [{"role": "user", "content": "Count to five"}], stream=True):
        print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="", flush=True)
    print()


async def main_async() -> None:
    responses = await asyncio.gather(
        *(acompletion(MODEL, [{"role": "user", "content": f"What is {topic}?"}]) for topic in TOPICS)
    )
    for response in responses:
        print(response.choices[0].message.content)

    async for chunk in await acompletion(MODEL, [{"role": "user", "content": "Count to five"}], stream=True):
        print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="", flush=True)
    print()


if __name__ == "__main__":
    main()
    asyncio.run(main_async())
