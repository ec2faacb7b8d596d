"""Functions that are tried again, and functions with fallbacks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from ...runtime.waiting import async_sleep
from ..core.fallbacks import FallbackError, Fallbacks, asking_by, with_caught
from ..core.retrying import Tries

__all__ = ["async_retried", "async_with_fallbacks"]


async def async_retried(tries: Tries) -> Any:
    """What a function gives in the end. Raises what `Tries.failed` raises; a cancelled call is not tried again."""
    while True:
        function, within = tries.next()
        try:
            with within:
                value = await function(*tries.positional, **tries.named)
        except Exception as error:
            seconds = tries.failed(error, random=random.random, now=time.time)
        else:
            return tries.gave(value)
        if seconds > 0:
            await async_sleep(seconds)


async def async_with_fallbacks(
    function: Callable[..., Any], fallbacks: Fallbacks, positional: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """What a function gives, asked of one model after the other. Raises `FallbackError` when all of them failed."""
    caught: list[Exception] = []
    for catch, changes in fallbacks.ways:
        asking, within = asking_by(function, changes)
        try:
            with within:
                return with_caught(await asking(*positional, **named), caught)
        except catch as error:
            caught.append(error)
    raise FallbackError(caught) from caught[-1]
