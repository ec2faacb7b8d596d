"""One function: a model with its provider before it, and messages."""

from __future__ import annotations

import json

from antiphon.llm import completion


def main() -> None:
    response = completion(
        model="openai/gpt-3.5-turbo",
        messages=[
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": "What is the capital of France?"},
        ],
        temperature=0.7,
        max_tokens=50,
    )
    print(response["choices"][0]["message"]["content"])
    print(response["usage"]["total_tokens"] > 0, "usage" in response, response.get("nothing", "no such entry"))
    print(json.loads(json.dumps(response))["model"])


if __name__ == "__main__":
    main()
