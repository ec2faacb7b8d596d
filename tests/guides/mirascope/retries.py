"""Another try: with what went wrong in the next prompt, with other models, with hand-written collecting of errors."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ValidationError

from antiphon import RateLimitError, llm
from antiphon.llm import retries


def is_upper(value: str) -> str:
    if not value.isupper():
        raise ValueError("Must be upper")
    return value


class Book(BaseModel):
    title: Annotated[str, AfterValidator(is_upper)]
    author: str


@llm.retry(max_retries=3, initial_delay=0.01, after=llm.collect_errors(ValidationError))
@llm.call(provider="openai", model="gpt-5.4-mini", response_model=Book)
async def identify_book(quote: str, *, errors: list[ValidationError] | None = None) -> str:
    previous = f"Earlier errors: {len(errors)} of {errors[0].errors()[0]['loc'][0]}\n\n" if errors else ""
    return f"{previous}Which book says {quote}?"


@llm.fallback(
    catch=[RateLimitError],
    fallbacks=[{"catch": [RateLimitError], "provider": "anthropic", "model": "claude-haiku-4-5"}],
)
@llm.call(provider="openai", model="gpt-5.4-mini", call_params={"max_retries": 0})
async def answer(question: str) -> str:
    return f"Answer {question}"


@llm.retry(max_retries=1, initial_delay=0.01, fallback_models=["anthropic/claude-haiku-4-5"])
@llm.call(provider="openai", model="gpt-5.4-mini", call_params={"max_retries": 0})
def answer_plainly(question: str) -> str:
    return f"Answer {question}"


async def main() -> None:
    print(await identify_book("All happy families are alike"))
    response: Any = await answer("who")
    print(response.provider, [type(error).__name__ for error in response._caught])
    print((await answer("when")).provider)
    print(answer_plainly("where").provider)
    try:
        answer_plainly("why")
    except retries.RetriesExhausted as error:
        print(len(error.failures))


if __name__ == "__main__":
    asyncio.run(main())
