"""Whatever else a server understands, as JSON text or as a mapping."""

from __future__ import annotations

import asyncio
import json

from antiphon.llm import acompletion, completion

MESSAGES = [{"role": "user", "content": "Hello"}]
MODEL = "openai/gpt-3.5-turbo"


async def main() -> None:
    await acompletion(MODEL, MESSAGES, additional_params=json.dumps({"top_p": 0.9, "seed": 7}))
    await acompletion(MODEL, MESSAGES, additional_params={"presence_penalty": 0.5})
    completion(MODEL, MESSAGES, temperature=1, additional_params='{"temperature": 0}')
    try:
        await acompletion(MODEL, MESSAGES, additional_params="{seed: 7}")
    except ValueError as error:
        print(str(error)[:33])


if __name__ == "__main__":
    asyncio.run(main())
