"""Handlers of a web application that share a client made when their module was imported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from antiphon import AsyncOpenAI

from .test_async_programs import ask, said


def application() -> tuple[FastAPI, AsyncOpenAI]:
    client = AsyncOpenAI()  # made when the module is imported: no loop is running
    app = FastAPI()

    @app.get("/ask")
    async def answered(question: str) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]  a route
        return {"answer": said(await ask(client, question))}

    @app.get("/stream")
    async def streamed(question: str) -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]  a route
        async def pieces() -> AsyncIterator[str]:
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": question}], stream=True
            )
            async for chunk in stream:
                yield chunk.choices[0].delta.content or ""

        return StreamingResponse(pieces(), media_type="text/plain")

    return app, client


def test_a_web_application_whose_every_request_has_a_loop_of_its_own() -> None:
    app, client = application()
    visitor = TestClient(app)  # without `with`, each request runs in another loop
    assert [visitor.get("/ask", params={"question": text}).json()["answer"] for text in "abc"] == list("abc")
    assert visitor.get("/stream", params={"question": "a b"}).text == "You said: a b"
    asyncio.run(client.close())


async def test_a_web_application_with_many_visitors() -> None:
    app, client = application()
    async with client, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as visitor:
        answers = await asyncio.gather(*(visitor.get("/ask", params={"question": str(n)}) for n in range(50)))
        assert [answer.json()["answer"] for answer in answers] == [str(n) for n in range(50)]
        streams = await asyncio.gather(*(visitor.get("/stream", params={"question": f"a {n}"}) for n in range(20)))
        assert [stream.text for stream in streams] == [f"You said: a {n}" for n in range(20)]
