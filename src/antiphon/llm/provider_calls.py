"""`call` for one provider each: `from antiphon.llm import groq`, then `@groq.call("llama-3.3-70b-versatile")`.

They are made of what is known of providers, also of those that a program registers itself: `provider_calls.mine`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeVar, Unpack, overload

from . import calling as _calling
from ._async.call_responses import AsyncCallAnswer
from ._async.call_streams import AsyncStream, AsyncStructuredStream
from ._sync.call_responses import CallAnswer
from ._sync.call_streams import Stream, StructuredStream
from .calling import CallDecorator, CallOptions, FurtherOptions, Tools
from .core.base_tools import BaseTool, ToolConfig
from .core.calling.answers import CallResponse, CallResponseChunk
from .core.calling.asked import BaseDynamicConfig
from .core.calling.messages import BaseMessageParam
from .core.calling.settings import CommonCallParams, StreamConfig
from .providers.profile import Provider
from .providers.registry import known

__all__ = ["ProviderCalls"]

R = TypeVar("R")
T = TypeVar("T")

_NAMES: Mapping[str, object] = {
    "CallResponse": CallResponse,
    "CallResponseChunk": CallResponseChunk,
    "CallParams": CommonCallParams,
    "DynamicConfig": BaseDynamicConfig,
    "MessageParam": BaseMessageParam,
    "Stream": Stream,
    "Tool": BaseTool,
    "ToolConfig": ToolConfig,
}
"""What modules of providers have under the provider's own name: `groq.GroqCallResponse`."""


class ProviderCalls:
    """The decorators of one provider."""

    def __init__(self, provider: Provider) -> None:
        self._name = provider.name
        self._title = provider.title
        self._titles = {provider.title.lower().replace(" ", ""), *provider.names}
        self.__name__ = f"{__name__}.{provider.name}"

    @property
    def provider(self) -> Provider:
        """What is known of the provider."""
        return known.get(self._name)

    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[False] = False,
        response_model: None = None,
        output_parser: None = None,
        **options: Unpack[CallOptions],
    ) -> CallDecorator[AsyncCallAnswer, CallAnswer]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[True] | StreamConfig,
        response_model: None = None,
        output_parser: None = None,
        **options: Unpack[CallOptions],
    ) -> CallDecorator[AsyncStream, Stream]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[False] = False,
        tools: Tools,
        response_model: type[R],
        output_parser: Callable[[R], Awaitable[T]] | Callable[[R], T],
        **options: Unpack[FurtherOptions],
    ) -> CallDecorator[T | AsyncCallAnswer, T | CallAnswer]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[False] = False,
        tools: Tools,
        response_model: type[T],
        output_parser: None = None,
        **options: Unpack[FurtherOptions],
    ) -> CallDecorator[T | AsyncCallAnswer, T | CallAnswer]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[False] = False,
        response_model: type[R],
        output_parser: Callable[[R], Awaitable[T]] | Callable[[R], T],
        **options: Unpack[CallOptions],
    ) -> CallDecorator[T, T]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[False] = False,
        response_model: None = None,
        output_parser: Callable[[CallResponse], T] | Callable[[AsyncCallAnswer], Awaitable[T]],
        **options: Unpack[CallOptions],
    ) -> CallDecorator[T, T]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[False] = False,
        response_model: type[T],
        output_parser: None = None,
        **options: Unpack[CallOptions],
    ) -> CallDecorator[T, T]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: Literal[True] | StreamConfig,
        response_model: type[T],
        output_parser: None = None,
        **options: Unpack[CallOptions],
    ) -> CallDecorator[AsyncStructuredStream[T], StructuredStream[T]]: ...
    @overload
    def call(
        self,
        model: str,
        *,
        stream: bool | StreamConfig = False,
        response_model: Any = None,
        output_parser: Callable[..., Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> CallDecorator[Any, Any]: ...
    def call(self, model: str, **arguments: Any) -> Any:
        """As `antiphon.llm.call`, with this provider."""
        decorate: Callable[..., Any] = _calling.call
        return decorate(self._name, model, **arguments)

    def __getattr__(self, name: str) -> Any:
        for ending in sorted(_NAMES, key=len, reverse=True):
            title = name.removesuffix(ending)
            if title != name and title.lower() in self._titles:
                return _NAMES[ending]
        raise AttributeError(f"{self._name} has no {name!r}; it has call and provider")

    def __repr__(self) -> str:
        return f"<the decorators of {self._title}>"


# Made when they are used.
anthropic: ProviderCalls
azure: ProviderCalls
bedrock: ProviderCalls
cerebras: ProviderCalls
cohere: ProviderCalls
deepseek: ProviderCalls
fireworks: ProviderCalls
gemini: ProviderCalls
google: ProviderCalls
groq: ProviderCalls
litellm: ProviderCalls
llamacpp: ProviderCalls
lmstudio: ProviderCalls
mistral: ProviderCalls
ollama: ProviderCalls
openai: ProviderCalls
openrouter: ProviderCalls
perplexity: ProviderCalls
together: ProviderCalls
vertex: ProviderCalls
vllm: ProviderCalls
xai: ProviderCalls

_made: dict[str, ProviderCalls] = {}


def __getattr__(name: str) -> ProviderCalls:
    provider = known.find(name)
    if provider is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _made.setdefault(provider.name, ProviderCalls(provider))
