"""Several questions at once."""

from __future__ import annotations

import asyncio

from antiphon.llm import acompletion


async def ask(question: str) -> str:
    response = await acompletion(
        model="openai/gpt-4o-mini",
        messages=[{"role": "user", "content": question}],
        temperature=0.7,
        max_tokens=100,
    )
    return response["choices"][0]["message"]["content"]


async def main() -> None:
    questions = ["What is a comet?", "What is a moon?", "What is a star?"]
    answers = await asyncio.gather(*(ask(question) for question in questions))
    for question, answer in zip(questions, answers, strict=True):
        print(f"{question} -> {answer}")


if __name__ == "__main__":
    asyncio.run(main())
