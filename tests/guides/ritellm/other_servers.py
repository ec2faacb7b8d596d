"""A server of one's own: `base_url` is where it answers, with the path of the call or without."""

from __future__ import annotations

import asyncio
import os

from antiphon.llm import acompletion, completion

SERVER = os.environ["SERVER"]


def main() -> None:
    for base_url in (f"{SERVER}/chat/completions", SERVER, f"{SERVER}/"):
        response = completion(
            model="openai/local-model", messages=[{"role": "user", "content": "Hello"}], base_url=base_url
        )
        print(response["choices"][0]["message"]["content"])
    response = asyncio.run(
        acompletion(
            model="openai/local-model",
            messages=[{"role": "user", "content": "Bye"}],
            base_url=f"{SERVER}/chat/completions",
        )
    )
    print(response["choices"][0]["message"]["content"])


if __name__ == "__main__":
    main()
