"""Another try for functions that failed: `retry`, `fallback`, and `collect_errors` for those who use tenacity."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar, cast, overload

from ._async.retries import async_retried, async_with_fallbacks
from ._sync.retries import retried, with_fallbacks
from .core.colours import is_async_function
from .core.fallbacks import Caught, Fallback, FallbackError, Fallbacks
from .core.retrying import After, RetriesExhausted, Retrying, RetryOn, RetryState, collect_errors

__all__ = [
    "Fallback",
    "FallbackError",
    "RetriesExhausted",
    "RetryState",
    "collect_errors",
    "fallback",
    "retry",
]

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


@overload
def retry(function: FunctionT, /) -> FunctionT: ...
@overload
def retry(
    *,
    max_retries: int = 3,
    initial_delay: float = 0.5,
    max_delay: float = 60.0,
    backoff_multiplier: float = 2.0,
    jitter: float = 0.0,
    retry_on: RetryOn | None = None,
    fallback_models: Sequence[Any] = (),
    after: After | None = None,
) -> Callable[[FunctionT], FunctionT]: ...
def retry(function: Any = None, /, **options: Any) -> Any:
    """Have a function tried again when it fails, plain or async: `@retry`, or `@retry(max_retries=5)`.

    Worth another try are, unless `retry_on` says otherwise, failed connections, timeouts, busy and broken servers
    (408, 409, 429, 500 and above), and answers that do not fit (`pydantic.ValidationError`). The latter are passed to
    a parameter called `errors`, if the function has one: all that came so far, in their order. What is wrong in the
    program is not tried again. A server that says when to come back is obeyed, up to `max_delay`.

    When all tries failed, each of `fallback_models` is asked as often. Raises `RetriesExhausted` in the end, and what
    is not worth another try at once.
    """
    if function is not None and (options or not callable(function)):
        raise TypeError("retry is used as @retry, or as @retry(max_retries=...) with names for all arguments")
    known = [each.name for each in fields(Retrying) if each.init]
    if unknown := [name for name in options if name not in known]:
        raise TypeError(f"retry has no {unknown[0]!r}; it has {', '.join(known)}")
    policy = Retrying(**options)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        _check(function, "retry")
        if is_async_function(function):

            @wraps(function)
            async def tried_async(*positional: Any, **named: Any) -> Any:
                return await async_retried(policy.begin(function, positional, named))

            return tried_async

        @wraps(function)
        def tried(*positional: Any, **named: Any) -> Any:
            return retried(policy.begin(function, positional, named))

        return tried

    return decorate if function is None else decorate(function)


def fallback(catch: Caught, fallbacks: Iterable[Fallback]) -> Callable[[FunctionT], FunctionT]:
    """Have other models asked when a function fails with one of these errors, plain or async.

    Each of `fallbacks` is a mapping with `provider` and `model`, or `model="provider/model"`; it may have
    `call_params`, `client`, and the errors after which the next one is asked, `catch`. The errors that were caught are
    in `response._caught`. Raises `FallbackError` when all failed, and what is not to be caught at once.
    """
    ways = Fallbacks(catch, fallbacks)

    def decorate(function: FunctionT) -> FunctionT:
        _check(function, "fallback")
        if is_async_function(function):

            @wraps(function)
            async def called_async(*positional: Any, **named: Any) -> Any:
                return await async_with_fallbacks(function, ways, positional, named)

            return cast(FunctionT, called_async)

        @wraps(function)
        def called(*positional: Any, **named: Any) -> Any:
            return with_fallbacks(function, ways, positional, named)

        return cast(FunctionT, called)

    return decorate


def _check(function: Any, name: str) -> None:
    if not callable(function):
        raise TypeError(f"{name} decorates functions, not {type(function).__name__}")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{name} cannot try {function.__name__} again: a generator has given its first pieces by then")
