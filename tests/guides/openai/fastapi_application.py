"""A FastAPI application with one client, which is closed when the application shuts down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from antiphon import AsyncClient

client = AsyncClient()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    yield
    await client.close()
    print("client closed:", client.is_closed())


app = FastAPI(lifespan=lifespan)


@app.post("/chat")
async def chat(message: str) -> dict[str, str | None]:
    completion = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": message}]
    )
    return {"reply": completion.choices[0].message.content}


@app.get("/stream")
async def stream(message: str) -> StreamingResponse:
    async def text() -> AsyncIterator[str]:
        chunks = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": message}], stream=True
        )
        async for chunk in chunks:
            yield chunk.choices[0].delta.content or "" if chunk.choices else ""

    return StreamingResponse(text(), media_type="text/plain")


async def main() -> None:
    """Serve the application, be its visitor, and shut it down."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  it has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as visitor:
        replies = await asyncio.gather(*(visitor.post("/chat", params={"message": str(n)}) for n in range(5)))
        print([reply.json()["reply"] for reply in replies])
        print((await visitor.get("/stream", params={"message": "piece by piece"})).text)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main())
