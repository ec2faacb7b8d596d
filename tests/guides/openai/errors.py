"""What may go wrong, from the special to the general."""

from __future__ import annotations

import asyncio

import antiphon
from antiphon import AsyncClient

client = AsyncClient(max_retries=0)


async def create_job(training_file: str) -> None:
    try:
        job = await client.fine_tuning.jobs.create(model="gpt-4o-mini", training_file=training_file)
        print("created", job.object)
    except antiphon.APIConnectionError as error:
        print("The server could not be reached:", type(error.__cause__).__name__)
    except antiphon.RateLimitError as error:
        print("A 429 was received; slow down:", error.status_code)
    except antiphon.APIStatusError as error:
        print("Another status was received:", error.status_code, error.message)


async def main() -> None:
    for number in range(3):
        await create_job(f"file-{number}")
    unreachable = client.with_options(base_url="http://127.0.0.1:9/v1")
    try:
        await unreachable.models.list()
    except antiphon.APIConnectionError as error:
        print("no connection:", error.message)


if __name__ == "__main__":
    asyncio.run(main())
