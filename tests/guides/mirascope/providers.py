"""The same function for one provider after the other, by the decorator each of them has."""

from __future__ import annotations

import asyncio

from antiphon.llm import (
    Messages,
    anthropic,
    azure,
    deepseek,
    groq,
    litellm,
    mistral,
    ollama,
    openai,
    prompt_template,
    together,
    vllm,
    xai,
)


@openai.call("gpt-5.4-mini")
async def by_openai(genre: str) -> str:
    return f"Recommend a {genre} book"


@anthropic.call("claude-sonnet-5", call_params={"max_tokens": 512})
async def by_anthropic(genre: str) -> Messages.Type:
    return Messages.User(f"Recommend a {genre} book")


@mistral.call("mistral-large-latest")
@prompt_template("Recommend a {genre} book")
async def by_mistral(genre: str): ...


@groq.call("llama-3.3-70b-versatile")
async def by_groq(genre: str) -> str:
    return f"Recommend a {genre} book"


@xai.call("grok-4")
async def by_xai(genre: str) -> str:
    return f"Recommend a {genre} book"


@litellm.call("gpt-5.4-mini")
async def by_litellm(genre: str) -> str:
    return f"Recommend a {genre} book"


@azure.call("gpt-5.4-mini")
async def by_azure(genre: str) -> str:
    return f"Recommend a {genre} book"


@deepseek.call("deepseek-chat")
async def by_deepseek(genre: str) -> str:
    return f"Recommend a {genre} book"


@together.call("meta-llama/Llama-3.3-70B-Instruct-Turbo")
async def by_together(genre: str) -> str:
    return f"Recommend a {genre} book"


@ollama.call("llama3.2")
async def by_ollama(genre: str) -> str:
    return f"Recommend a {genre} book"


@vllm.call("llama3.2")
async def by_vllm(genre: str) -> str:
    return f"Recommend a {genre} book"


EVERY = (
    *(by_openai, by_anthropic, by_mistral, by_groq, by_xai, by_litellm),
    *(by_azure, by_deepseek, by_together, by_ollama, by_vllm),
)


async def main() -> None:
    for response in await asyncio.gather(*(asked("fantasy") for asked in EVERY)):
        print(response.provider, response.model, response.content)


if __name__ == "__main__":
    asyncio.run(main())
