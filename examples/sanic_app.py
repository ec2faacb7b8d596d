"""A Sanic application with one client for all requests: made at import, closed before the server stops.

sanic sanic_app:app --single-process
curl 'localhost:8000/ask?question=Hello'
curl 'localhost:8000/stream?question=Hello'
"""

from typing import Any

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

import antiphon
from antiphon import AsyncClient

MODEL = "gpt-5.4-mini"

app: Sanic[Any, Any] = Sanic("antiphon_example")

# No event loop runs here yet; the client needs none.
client = AsyncClient()


@app.before_server_stop
async def close_client(*_: Any) -> None:
    await client.close()


@app.get("/ask")
async def ask(request: Request[Any, Any]) -> HTTPResponse:
    question = request.args.get("question", "")
    try:
        completion = await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
    except antiphon.APIStatusError as error:
        return json({"error": f"the model's server refused: {error.status_code}"}, status=502)
    return json({"answer": completion.choices[0].message.content})


@app.get("/stream")
async def stream(request: Any) -> None:
    question = request.args.get("question", "")
    chunks = await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}], stream=True
    )
    response = await request.respond(content_type="text/plain")
    async with chunks:
        async for chunk in chunks:
            if chunk.choices:
                await response.send(chunk.choices[0].delta.content or "")
    await response.eof()
