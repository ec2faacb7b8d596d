"""`@llm.call`: functions that a model answers, in both colours."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, ParamSpec, Protocol, TypeAlias, TypedDict, TypeVar, Unpack, cast, overload

from ._async.call_responses import AsyncCallAnswer
from ._async.call_streams import AsyncStream, AsyncStructuredStream
from ._async.calls import async_asked
from ._sync.call_responses import CallAnswer
from ._sync.call_streams import Stream, StructuredStream
from ._sync.calls import asked
from .core.calling.answers import CallResponse
from .core.calling.messages import PromptLike
from .core.calling.plans import ASKING, Asking, is_decorated
from .core.calling.settings import (
    CallSettings,
    CommonCallParams,
    StreamConfig,
)
from .core.colours import is_async_function
from .core.tool_classes import ToolClassLike

__all__ = ["CallDecorator", "CallOptions", "Params", "Tools", "call", "like"]

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
AsyncT = TypeVar("AsyncT", covariant=True)
SyncT = TypeVar("SyncT", covariant=True)


class CallDecorator(Protocol[AsyncT, SyncT]):
    """Makes a function one that a model answers, with the same parameters and in the same colour."""

    # Plain functions come first, so that one which gives nobody knows what counts as plain.
    @overload
    def __call__(self, function: Callable[P, PromptLike], /) -> Callable[P, SyncT]: ...
    @overload
    def __call__(self, function: Callable[P, Awaitable[Any]], /) -> Callable[P, Coroutine[Any, Any, AsyncT]]: ...
    @overload
    def __call__(self, function: Callable[P, Any], /) -> Callable[P, SyncT]: ...


Tools: TypeAlias = "Sequence[ToolClassLike | Any]"
"""What can be passed in `tools=`: functions, `BaseTool` classes, toolkits, and what else is a tool of a chain."""
Params: TypeAlias = "CommonCallParams | Mapping[str, Any]"
"""What can be passed as `call_params=`."""


class FurtherOptions(TypedDict, total=False):
    """The arguments of `call` that leave the type of what comes out as it is, whatever it is."""

    json_mode: bool
    """Have the answer be JSON."""
    client: Any
    """Ask by this client."""
    call_params: Params | None
    """Parameters of the request."""


class CallOptions(FurtherOptions, total=False):
    """The same, and what leaves it so where no value is asked for."""

    tools: Tools | None
    """Functions, `BaseTool` classes and toolkits that the model may call."""


@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[False] = False,
    response_model: None = None,
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> CallDecorator[AsyncCallAnswer, CallAnswer]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[True] | StreamConfig,
    response_model: None = None,
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> CallDecorator[AsyncStream, Stream]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[False] = False,
    tools: Tools,
    response_model: type[R],
    output_parser: Callable[[R], Awaitable[T]] | Callable[[R], T],
    **options: Unpack[FurtherOptions],
) -> CallDecorator[T | AsyncCallAnswer, T | CallAnswer]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[False] = False,
    tools: Tools,
    response_model: type[T],
    output_parser: None = None,
    **options: Unpack[FurtherOptions],
) -> CallDecorator[T | AsyncCallAnswer, T | CallAnswer]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[False] = False,
    response_model: type[R],
    output_parser: Callable[[R], Awaitable[T]] | Callable[[R], T],
    **options: Unpack[CallOptions],
) -> CallDecorator[T, T]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[False] = False,
    response_model: None = None,
    output_parser: Callable[[CallResponse], T] | Callable[[AsyncCallAnswer], Awaitable[T]],
    **options: Unpack[CallOptions],
) -> CallDecorator[T, T]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[False] = False,
    response_model: type[T],
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> CallDecorator[T, T]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: Literal[True] | StreamConfig,
    response_model: type[T],
    output_parser: None = None,
    **options: Unpack[CallOptions],
) -> CallDecorator[AsyncStructuredStream[T], StructuredStream[T]]: ...
@overload
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: bool | StreamConfig = False,
    response_model: Any = None,
    output_parser: Callable[..., Any] | None = None,
    **options: Unpack[CallOptions],
) -> CallDecorator[Any, Any]: ...
def call(
    provider: str,
    model: str | None = None,
    *,
    stream: bool | StreamConfig = False,
    tools: Tools | None = None,
    response_model: Any = None,
    output_parser: Callable[..., Any] | None = None,
    json_mode: bool = False,
    client: Any = None,
    call_params: Params | None = None,
) -> Any:
    """Makes a function one that a model answers: what it returns is the prompt, what its caller gets is the answer.

    The model is `call("provider", "model")` or `call("provider/model")`. Async functions stay async; nothing is sent
    before the function is called, and with async ones awaited.

    Args:
        stream: Give the answer in pieces; `{"partial_tools": True}` gives tools while they grow.
        tools: Functions, `BaseTool` classes and toolkits that the model may call. It is you who calls them.
        response_model: The type of the value to get in place of the answer.
        output_parser: Makes what the caller gets of the answer, or of the value.
        json_mode: Have the answer be JSON.
        client: Ask by this client: `Client` or `AsyncClient`, one of `openai`, or anything shaped so.
        call_params: Parameters of the request: `temperature`, `max_tokens`, ...

    Raises `UnknownProviderError`, ValueError and TypeError for arguments that cannot be used.
    """
    settings = CallSettings.of(
        provider,
        model,
        stream=stream,
        tools=tools,
        response_model=response_model,
        output_parser=output_parser,
        json_mode=json_mode,
        client=client,
        call_params=call_params,
    )
    return functools.partial(_decorated, settings)


def _decorated(settings: CallSettings, function: Any) -> Any:
    if isinstance(function, (staticmethod, classmethod)):
        return type(cast("Any", function))(_decorated(settings, cast("Any", function).__func__))
    if not callable(function):
        raise TypeError(f"call decorates functions, not {type(function).__name__}")
    if is_decorated(function):
        raise TypeError(f"{function} is decorated with call already; llm.override changes what it was told")
    asking = Asking(function, settings)
    if is_async_function(function):

        async def async_answered(*args: Any, **kwargs: Any) -> Any:
            return await async_asked(asking, args, kwargs)

        return like(function, async_answered, asking)

    def answered(*args: Any, **kwargs: Any) -> Any:
        return asked(asking, args, kwargs)

    return like(function, answered, asking)


def like(function: Callable[..., Any], made: Callable[..., Any], asking: Asking | None) -> Any:
    """The made function under the name and with the parameters of another; what it returns is something else."""
    functools.update_wrapper(made, function)
    made.__annotations__ = {name: said for name, said in made.__annotations__.items() if name != "return"}
    made.__dict__[ASKING] = asking
    with contextlib.suppress(TypeError, ValueError):  # a function without a signature stays one
        made.__dict__["__signature__"] = inspect.signature(function).replace(return_annotation=inspect.Signature.empty)
    return made
