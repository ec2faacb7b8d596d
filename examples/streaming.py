"""An answer as it is written, token by token; then the typed events of a response."""

import asyncio

from antiphon import AsyncClient, Client

MODEL = "gpt-5.4-mini"


def stream_chat() -> None:
    with Client() as client:
        stream = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Count to five"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        # As a context manager the stream gives its connection back, however the block is left.
        with stream:
            for chunk in stream:
                if chunk.choices:
                    print(chunk.choices[0].delta.content or "", end="", flush=True)
                if chunk.usage:
                    print(f"\n({chunk.usage.total_tokens} tokens)")


async def stream_response() -> None:
    async with AsyncClient() as client:
        stream = await client.responses.create(model=MODEL, input="Count to five", stream=True)
        async for event in stream:
            if event.type == "response.output_text.delta":
                print(event.delta, end="", flush=True)
            elif event.type == "response.completed":
                print(f"\n({event.response.status})")


if __name__ == "__main__":
    stream_chat()
    asyncio.run(stream_response())
