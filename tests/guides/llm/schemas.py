"""Answers of a form: a pydantic model, a JSON schema, a short text."""

from __future__ import annotations

import asyncio
import json

from pydantic import BaseModel

from antiphon import llm


class Dog(BaseModel):
    name: str
    age: int


async def main() -> None:
    model = llm.get_async_model("gpt-4o-mini")
    dog = Dog.model_validate_json(await model.prompt("Invent a dog", schema=Dog).text())
    print(type(dog.name).__name__, type(dog.age).__name__)
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    print(sorted(json.loads(await model.prompt("Invent a cat", schema=schema).text())))
    several = llm.schema_dsl("name, age int, bio: one line", multi=True)
    animals = json.loads(llm.get_model("gpt-4o-mini").prompt("Invent animals", schema=several).text())
    print(all(sorted(animal) == ["age", "bio", "name"] for animal in animals["items"]))


if __name__ == "__main__":
    asyncio.run(main())
