"""What may go wrong: a provider that nobody knows, no key, a server that refuses."""

from __future__ import annotations

import asyncio
import os

from antiphon import APIStatusError
from antiphon.llm import acompletion

MESSAGES = [{"role": "user", "content": "Hello"}]


async def main() -> None:
    for model in ("nowhere/gpt-3.5-turbo", "openai/gpt-3.5-turbo"):
        try:
            await acompletion(model=model, messages=MESSAGES, max_retries=0)
        except ValueError as error:
            print("ValueError:", str(error).partition(" (")[0])
        except APIStatusError as error:
            print("refused:", error.status_code)
    del os.environ["OPENAI_API_KEY"]
    try:
        await acompletion(model="openai/gpt-3.5-turbo", messages=MESSAGES)
    except RuntimeError as error:
        print("RuntimeError:", str(error).partition(":")[0])


if __name__ == "__main__":
    asyncio.run(main())
