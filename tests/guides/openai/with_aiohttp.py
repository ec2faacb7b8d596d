"""aiohttp under the client: `pip install antiphon[aiohttp]`."""

from __future__ import annotations

import asyncio
import sys

from antiphon import AsyncClient, DefaultAioHttpClient


async def main() -> None:
    async with AsyncClient(http_client=DefaultAioHttpClient()) as client:
        completion = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Say this is a test"}]
        )
        print("aiohttp is used:", "aiohttp" in sys.modules)
        print(completion.choices[0].message.content)


if __name__ == "__main__":
    asyncio.run(main())
