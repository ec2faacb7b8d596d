"""Other arguments of `call`: for a function by `override`, for what is called in a `with` by `context`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Literal, ParamSpec, TypeVar, Unpack, overload

from ._async.call_streams import AsyncStream
from ._sync.call_streams import Stream
from .calling import CallOptions, Params, Tools, like
from .core.calling.plans import ASKING, Asking
from .core.calling.settings import Changes, StreamConfig, changes_of, in_context, mark_overridden, under
from .core.colours import is_async_function

__all__ = ["context", "override"]

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


@overload
def override(
    function: Callable[P, R],
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: None = None,
    response_model: None = None,
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> Callable[P, R]: ...
@overload
def override(  # pyright: ignore[reportOverlappingOverload]  async functions come first
    function: Callable[P, Awaitable[Any]],
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: Literal[True] | StreamConfig,
    response_model: None = None,
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> Callable[P, Coroutine[Any, Any, AsyncStream]]: ...
@overload
def override(
    function: Callable[P, Any],
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: Literal[True] | StreamConfig,
    response_model: None = None,
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> Callable[P, Stream]: ...
@overload
def override(
    function: Callable[P, Awaitable[Any]],
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: Literal[False] | None = None,
    response_model: type[T],
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> Callable[P, Coroutine[Any, Any, T]]: ...
@overload
def override(
    function: Callable[P, Any],
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: Literal[False] | None = None,
    response_model: type[T],
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> Callable[P, T]: ...
@overload
def override(
    function: Callable[P, Any],
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: bool | StreamConfig | None = None,
    response_model: Any = None,
    output_parser: Callable[..., Any] | None = None,
    tools: Tools | None = None,
    json_mode: bool | None = None,
    client: Any = None,
    call_params: Params | None = None,
) -> Callable[P, Any]: ...
def override(
    function: Callable[..., Any],
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: bool | StreamConfig | None = None,
    tools: Tools | None = None,
    response_model: Any = None,
    output_parser: Callable[..., Any] | None = None,
    json_mode: bool | None = None,
    client: Any = None,
    call_params: Params | None = None,
) -> Any:
    """The function with other arguments of `call`, in place of those it was decorated with. It stays what it is itself.

    Raises ValueError when a provider is given without a model, or a model without a provider.
    """
    changes = changes_of(
        provider=provider,
        model=model,
        stream=stream,
        tools=tools,
        response_model=response_model,
        output_parser=output_parser,
        json_mode=json_mode,
        client=client,
        call_params=call_params,
    )
    function, changes = under(changes, function)
    asking: object = getattr(function, ASKING, None)
    if isinstance(asking, Asking):
        asking.settings.changed(changes)  # says at once what does not fit together
    if is_async_function(function):

        async def async_changed(*args: Any, **kwargs: Any) -> Any:
            with in_context(changes):
                return await function(*args, **kwargs)

        return _overridden(function, async_changed, changes)

    def changed(*args: Any, **kwargs: Any) -> Any:
        with in_context(changes):
            return function(*args, **kwargs)

    return _overridden(function, changed, changes)


def _overridden(function: Callable[..., Any], made: Callable[..., Any], changes: Changes) -> Any:
    mark_overridden(like(function, made, None), function, changes)
    return made


def context(
    *,
    provider: str | None = None,
    model: str | None = None,
    stream: bool | StreamConfig | None = None,
    tools: Tools | None = None,
    response_model: Any = None,
    output_parser: Callable[..., Any] | None = None,
    json_mode: bool | None = None,
    client: Any = None,
    call_params: Params | None = None,
) -> AbstractContextManager[None]:
    """Other arguments of `call` for every decorated function that is called, or awaited, inside the `with`.

    It holds in this task and in what is started from it, and nowhere else; a `with` inside changes what it names.
    Raises ValueError when a provider is given without a model, or a model without a provider.
    """
    changes: Changes = changes_of(
        provider=provider,
        model=model,
        stream=stream,
        tools=tools,
        response_model=response_model,
        output_parser=output_parser,
        json_mode=json_mode,
        client=client,
        call_params=call_params,
    )
    return in_context(changes)
