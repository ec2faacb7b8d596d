"""A FastAPI application with one client for all requests: made at import, closed when the application ends.

uvicorn fastapi_app:app
curl 'localhost:8000/ask?question=Hello'
curl 'localhost:8000/stream?question=Hello'
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse

import antiphon
from antiphon import AsyncClient

MODEL = "gpt-5.4-mini"

# No event loop runs here yet; the client needs none.
client = AsyncClient()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    yield
    await client.close()


app = FastAPI(lifespan=lifespan)


@app.get("/ask")
async def ask(question: str) -> dict[str, str | None]:
    try:
        completion = await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
    except antiphon.APIStatusError as error:
        raise HTTPException(502, f"the model's server refused: {error.status_code}") from error
    return {"answer": completion.choices[0].message.content}


@app.get("/stream")
async def stream(question: str) -> StreamingResponse:
    chunks = await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}], stream=True
    )

    async def text() -> AsyncIterator[str]:
        # If the visitor goes away, leaving this block ends the upstream request as well.
        async with chunks:
            async for chunk in chunks:
                if chunk.choices:
                    yield chunk.choices[0].delta.content or ""

    return StreamingResponse(text(), media_type="text/plain")
