"""Clients of one's own for every provider: address, key and headers are the client's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

from antiphon import AsyncClient, AsyncOpenAI, Client
from antiphon.llm import (
    AsyncCallAnswer,
    BaseDynamicConfig,
    ProviderCalls,
    anthropic,
    azure,
    bedrock,
    cohere,
    google,
    groq,
    mistral,
    openai,
    vertex,
    xai,
)

URL = os.environ["OPENAI_BASE_URL"]


@openai.call("gpt-5.4-mini", client=AsyncOpenAI(base_url=URL, default_headers={"x-team": "books"}))
async def by_openai(genre: str) -> str:
    return f"Recommend a {genre} book"


def by(provider: ProviderCalls, key: str) -> Callable[[str], Coroutine[Any, Any, AsyncCallAnswer]]:
    @provider.call("some-model", client=AsyncClient(base_url=URL, api_key=key, default_headers={"x-team": key}))
    async def asked(genre: str) -> str:
        return f"Recommend a {genre} book"

    return asked


@openai.call("gpt-5.4-mini")
async def with_the_client_of_this_call(genre: str, key: str) -> BaseDynamicConfig:
    return {
        "messages": f"Recommend a {genre} book",
        "client": AsyncClient(base_url=URL, api_key=key, default_headers={"x-team": key}),
    }


@openai.call("gpt-5.4-mini", client=Client(base_url=URL, api_key="plain-key", default_headers={"x-team": "plain-key"}))
def plain(genre: str) -> str:
    return f"Recommend a {genre} book"


async def main() -> None:
    print((await by_openai("fantasy")).content)
    for provider in (anthropic, mistral, google, groq, xai, cohere, azure, vertex, bedrock):
        response = await by(provider, f"{provider.provider.name}-key")("fantasy")
        print(response.provider, response.content)
    print((await with_the_client_of_this_call("fantasy", "own-key")).content)


if __name__ == "__main__":
    asyncio.run(main())
    print(plain("fantasy"))
