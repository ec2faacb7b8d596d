"""Whether functions are async, as far as one can tell without calling them."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any, cast

__all__ = ["is_async", "is_async_function"]


def is_async(function: object) -> bool:
    """Whether calling this gives an awaitable: an async function, or an object with an async `__call__`."""
    call = getattr(type(function), "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def is_async_function(function: object) -> bool:
    """Whether a function is async, or is wrapped around one that is."""
    seen: set[int] = set()
    while function is not None and id(function) not in seen:
        seen.add(id(function))
        if isinstance(function, (staticmethod, classmethod)):
            function = cast("Any", function).__func__
        elif isinstance(function, partial):
            function = cast("partial[Any]", function).func
        elif is_async(function):
            return True
        else:
            function = getattr(function, "__wrapped__", None)
    return False
