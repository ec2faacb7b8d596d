"""Answers as objects of your own types: whole, while they are written, and as arguments of a tool."""

import asyncio

from pydantic import BaseModel, Field, ValidationError

from antiphon import (
    AsyncClient,
    Client,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    pydantic_function_tool,
)
from antiphon.types.chat import ChatCompletionMessageParam

MODEL = "gpt-5.4-mini"


class Ingredient(BaseModel):
    name: str
    grams: float


class Recipe(BaseModel):
    title: str
    ingredients: list[Ingredient]
    minutes: int | None = Field(description="How long it takes, if that is known")


class OrderGroceries(BaseModel):
    """Orders what a recipe needs."""

    names: list[str]


def ask(client: Client, text: str, most: int | None = None) -> str:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": text}]
    try:
        completion = client.chat.completions.parse(
            model=MODEL, messages=messages, response_format=Recipe, max_completion_tokens=most
        )
    except LengthFinishReasonError as error:
        return f"too long; it began with {error.completion.choices[0].message.content!r}"
    except ContentFilterFinishReasonError:
        return "held back by a filter"
    except ValidationError as error:
        return f"not a recipe: {error.error_count()} errors"
    message = completion.choices[0].message
    if message.parsed is None:
        return f"refused: {message.refusal}"
    return f"{message.parsed.title}, {len(message.parsed.ingredients)} ingredients"


async def watch(client: AsyncClient, text: str) -> Recipe | None:
    """Shows the recipe as it grows, and gives it when it is whole."""
    async with client.responses.stream(model=MODEL, input=text, text_format=Recipe) as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                print(event.delta, end="", flush=True)
        print()
        return (await stream.get_final_response()).output_parsed


def order(client: Client, text: str) -> list[str]:
    completion = client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": text}],
        tools=[pydantic_function_tool(OrderGroceries)],
    )
    calls = completion.choices[0].message.tool_calls or []
    orders = [call.function.parsed_arguments for call in calls]
    return [name for each in orders if isinstance(each, OrderGroceries) for name in each.names]


async def main() -> None:
    with Client() as client:
        print("whole:    ", ask(client, "A recipe for pancakes"))
        print("cut off:  ", ask(client, "A recipe for pancakes", most=2))
        print("a tool:   ", order(client, "Order the groceries for pancakes"))
    async with AsyncClient() as async_client:
        recipe = await watch(async_client, "A recipe for dumplings")
        print("in the end:", recipe.title if recipe else "no recipe")


if __name__ == "__main__":
    asyncio.run(main())
