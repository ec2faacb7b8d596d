"""What a function says of its own call: parameters, values for its template, tools, notes."""

from __future__ import annotations

import asyncio

from antiphon import llm
from antiphon.llm import BaseDynamicConfig, Messages, prompt_template


def shelf(title: str) -> str:
    """Where a book is.

    Args:
        title: What it is called.
    """
    return f"{title}: row 3"


@llm.call(provider="openai", model="gpt-5.4-mini", call_params={"temperature": 0})
async def recommend_book(genre: str, creativity: float) -> BaseDynamicConfig:
    return {
        "messages": [Messages.User(f"Recommend a {genre} book")],
        "call_params": {"temperature": creativity},
        "metadata": {"tags": {"version:0001"}},
    }


@llm.call(provider="openai", model="gpt-5.4-mini")
@prompt_template("Recommend a {genre} book of at most {pages} pages, but none of:\n{known:list}")
async def recommend_short_book(genre: str, known: list[str]) -> BaseDynamicConfig:
    await asyncio.sleep(0)
    return {"computed_fields": {"pages": 100 * len(genre)}}


@llm.call(provider="openai", model="gpt-5.4-mini")
async def find(title: str, *, closely: bool) -> BaseDynamicConfig:
    return {"messages": f"Where is {title}?", "tools": [shelf] if closely else []}


async def main() -> None:
    response = await recommend_book("fantasy", 0.9)
    print(response.call_kwargs["temperature"], response.metadata, response.fn_args)
    print((await recommend_short_book("fantasy", ["Dune", "Emma"])).content)
    for closely in (True, False):
        found = await find("Emma", closely=closely)
        print(found.content if found.tool is None else type(found.tool).__name__)


if __name__ == "__main__":
    asyncio.run(main())
