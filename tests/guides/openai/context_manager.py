"""A client for one block: it is closed at the end of it."""

from __future__ import annotations

import asyncio

import antiphon
from antiphon import AsyncClient


async def main() -> None:
    async with AsyncClient() as client:
        response = await client.responses.create(model="gpt-4o-mini", input="Name a river")
        print(response.output_text)
    print("closed:", client.is_closed())
    try:
        await client.responses.create(model="gpt-4o-mini", input="And another")
    except antiphon.SDKError as error:
        print("closed" in str(error))
    await client.close()  # again does nothing


if __name__ == "__main__":
    asyncio.run(main())
