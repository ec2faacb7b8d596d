"""The main job, end to end, in both colours: calls, streams, structured output, errors, lists, webhooks."""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import os
import sys
import time
from collections.abc import Callable

from pydantic import BaseModel

import antiphon
from antiphon import AsyncClient, Client, DefaultAioHttpClient
from antiphon.mock import serve

MODEL = "gpt-5.4-mini"
SECRET = base64.b64encode(b"secret of the endpoint").decode()


class Voice(BaseModel):
    """What the model is asked to describe."""

    name: str
    range: list[str]


def heading(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}")


def sync_half(client: Client) -> None:
    heading("sync: a chat call")
    completion = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "In one short sentence: what is an antiphon?"}]
    )
    print(completion.choices[0].message.content)

    heading("sync: a stream, token by token")
    stream = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Count from one to five, in words"}], stream=True
    )
    for chunk in stream:
        if chunk.choices:
            print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()

    heading("sync: an answer of a type")
    parsed = client.chat.completions.parse(
        model=MODEL, messages=[{"role": "user", "content": "Describe the alto voice"}], response_format=Voice
    )
    print(repr(parsed.choices[0].message.parsed))

    heading("sync: an error, typed")
    try:
        client.chat.completions.create(model=MODEL, messages=[])
    except antiphon.BadRequestError as error:
        print(f"{type(error).__name__}: {error.message}")

    heading("sync: a list over several pages")
    page = client.files.list(limit=20)
    pages = 0
    items = 0
    for each in page.iter_pages():
        pages += 1
        items += len(each.data)
        if pages == 5:
            break
    print(f"{items} files on {pages} pages")


async def async_half(client: AsyncClient, name: str) -> None:
    heading(f"async ({name}): three calls at once")
    started = time.perf_counter()
    questions = ["Name a river", "Name a mountain", "Name a city"]
    calls = (
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": each}]) for each in questions
    )
    for question, completion in zip(questions, await asyncio.gather(*calls), strict=True):
        print(f"{question}: {completion.choices[0].message.content}")
    print(f"({(time.perf_counter() - started) * 1000:.0f} ms)")

    heading(f"async ({name}): typed events of a response")
    async with client.responses.stream(model=MODEL, input="Say hello") as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                print(event.delta, end="", flush=True)
        response = await stream.get_final_response()
    print(f"\n({response.id} is {response.status}: {response.output_text!r})")

    heading(f"async ({name}): an error, typed")
    try:
        await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Hello"}], temperature=9
        )
    except antiphon.BadRequestError as error:
        print(f"{type(error).__name__}, status {error.status_code}, about {error.param}")

    heading(f"async ({name}): a list, item by item")
    count = 0
    async for _ in client.files.list(limit=20):
        count += 1
        if count == 100:
            break
    print(f"{count} files")


def webhook_half(client: Client) -> None:
    """Receives a message as the API signs them, and one that somebody else signed."""
    body = b'{"id": "evt_1", "type": "response.completed", "created_at": 1760000000, "data": {"id": "resp_1"}}'
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(time.time()))}
    signed = f"msg_1.{headers['webhook-timestamp']}.".encode() + body

    heading("a webhook, verified")
    digest = base64.b64encode(hmac.digest(base64.b64decode(SECRET), signed, hashlib.sha256)).decode()
    event = client.webhooks.unwrap(body, {**headers, "webhook-signature": f"v1,{digest}"})
    print(f"{type(event).__name__}: {event.type}")
    try:
        client.webhooks.unwrap(body, {**headers, "webhook-signature": f"v1,{digest[::-1]}"})
    except antiphon.InvalidWebhookSignatureError as error:
        print(f"another one: {error}")


async def both_transports(client: Callable[..., AsyncClient]) -> None:
    async with client() as by_default:
        await async_half(by_default, "default")
    async with client(http_client=DefaultAioHttpClient()) as over_aiohttp:
        await async_half(over_aiohttp, "aiohttp")


def run() -> None:
    with Client(webhook_secret=f"whsec_{SECRET}") as client:
        sync_half(client)
        webhook_half(client)
    asyncio.run(both_transports(AsyncClient))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--live", action="store_true", help="call the real API; needs OPENAI_API_KEY")
    if parser.parse_args().live:
        if not os.environ.get("OPENAI_API_KEY"):
            print("--live needs OPENAI_API_KEY", file=sys.stderr)
            return 2
        run()
        return 0
    with serve() as server:
        print(f"The embedded server answers at {server.url}")
        os.environ["OPENAI_BASE_URL"] = server.url
        os.environ["OPENAI_API_KEY"] = "demo"
        run()
    heading("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
