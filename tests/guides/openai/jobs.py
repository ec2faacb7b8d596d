"""All items of a list, page after page; and one page of them."""

from __future__ import annotations

import asyncio

from antiphon import AsyncClient

client = AsyncClient()


async def main() -> None:
    jobs: list[str] = []
    async for job in client.fine_tuning.jobs.list(limit=20):
        jobs.append(job.id)
    print(len(jobs), "jobs,", len(set(jobs)), "of them different")
    page = await client.fine_tuning.jobs.list(limit=20)
    print(len(page.data), "on the first page; more:", page.has_next_page())


if __name__ == "__main__":
    asyncio.run(main())
