"""The functions can be wrapped like any others: here by something that writes down what was asked."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from antiphon.llm import acompletion, completion

P = ParamSpec("P")
T = TypeVar("T")


def traced(function: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(function)
    def wrapper(*positional: P.args, **named: P.kwargs) -> T:
        print(function.__name__, inspect.iscoroutinefunction(function), sorted(named))
        return function(*positional, **named)

    return wrapper


async def main() -> None:
    messages = [{"role": "user", "content": "Hello"}]
    response = await traced(acompletion)(model="openai/gpt-3.5-turbo", messages=messages)
    print(response["choices"][0]["message"]["content"])
    response = traced(completion)(model="openai/gpt-3.5-turbo", messages=messages)
    print(response["choices"][0]["message"]["content"])


if __name__ == "__main__":
    asyncio.run(main())
