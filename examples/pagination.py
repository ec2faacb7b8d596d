"""A list that comes in pages: all items in one loop, page by page, and one page at a time."""

import asyncio

from antiphon import AsyncClient, Client


def all_items() -> int:
    with Client() as client:
        return sum(1 for _ in client.fine_tuning.jobs.list(limit=20))


async def all_items_async() -> list[str]:
    async with AsyncClient() as client:
        # No `await`: the call is made when the loop begins, and again for every further page.
        return [job.id async for job in client.fine_tuning.jobs.list(limit=20)]


async def by_page() -> list[int]:
    async with AsyncClient() as client:
        page = await client.fine_tuning.jobs.list(limit=20)
        sizes = [len(page.data)]
        while page.has_next_page():
            page = await page.get_next_page()
            sizes.append(len(page.data))
        return sizes


if __name__ == "__main__":
    print("jobs:", all_items())
    print("jobs, async:", len(asyncio.run(all_items_async())))
    print("page sizes:", asyncio.run(by_page()))
