"""A FastAPI application that receives webhooks: it checks the signature, answers at once, and works afterwards.

OPENAI_WEBHOOK_SECRET=whsec_... uvicorn webhook_receiver:app
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request

from antiphon import AsyncClient, InvalidWebhookPayloadError, InvalidWebhookSignatureError

client = AsyncClient()  # the secret is read from OPENAI_WEBHOOK_SECRET
log = logging.getLogger(__name__)
texts: dict[str, str] = {}
seen: set[str] = set()  # a program of several processes keeps these where all of them look


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    yield
    await client.close()


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks", status_code=204)
async def receive(request: Request, afterwards: BackgroundTasks) -> None:
    body = await request.body()  # as it came: the signature is that of the bytes
    try:
        event = client.webhooks.unwrap(body, request.headers)
    except (InvalidWebhookSignatureError, InvalidWebhookPayloadError) as error:
        raise HTTPException(400, str(error)) from error
    message = request.headers["webhook-id"]
    if message in seen:  # the server sends again what was not answered in time
        return
    seen.add(message)
    if event.type == "response.completed":
        afterwards.add_task(fetch, event.data.id)
    elif event.type == "response.failed":
        log.warning("the response %s failed", event.data.id)


async def fetch(response_id: str) -> None:
    response = await client.responses.retrieve(response_id)
    texts[response_id] = response.output_text


@app.get("/texts")
async def all_texts() -> dict[str, str]:
    return texts
