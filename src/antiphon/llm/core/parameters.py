"""The keywords of the functions that ask, for type checkers and for the check of what was passed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, TypedDict

from ...runtime import HeaderTypes, TimeoutTypes
from .credentials import Key, KeyFunction

__all__ = [
    "CompletionParameters",
    "EmbeddingParameters",
    "Fallback",
    "MessageInput",
    "MockResponse",
    "ResponseParameters",
    "Settings",
]

MessageInput: TypeAlias = Mapping[str, object]
"""A message in OpenAI's format; messages of earlier answers fit too."""

Fallback: TypeAlias = str | Mapping[str, object]
"""A model to ask when the one before failed; as a mapping, what is to differ: another `model`, another `api_key`."""

MockResponse: TypeAlias = str | Mapping[str, Any] | Exception
"""What a test wants as the answer: its text, all of it, or an error."""


class Settings(TypedDict, total=False):
    """Keywords that say how to ask; None is as good as leaving one out."""

    api_key: Key | None
    """A key, or the name of one that is kept; a function that gives one before each attempt; or what signs requests."""
    azure_ad_token: str | None
    """A token of Microsoft Entra ID, in place of a key of Azure's."""
    azure_ad_token_provider: KeyFunction | None
    """Gives such tokens."""
    base_url: str | None
    api_base: str | None
    """Another name for `base_url`."""
    api_version: str | None
    provider: str | None
    """The provider's name, where the model's name does not say it."""
    custom_llm_provider: str | None
    """Another name for `provider`."""
    timeout: TimeoutTypes | None
    max_retries: int | None
    num_retries: int | None
    """Another name for `max_retries`."""
    fallbacks: Sequence[Fallback] | None
    drop_params: bool | None
    """Leave out what the provider does not support, instead of telling."""
    additional_params: Mapping[str, object] | str | None
    """Entries merged over the body; a mapping, or JSON text."""
    extra_headers: HeaderTypes | None
    extra_query: Mapping[str, object] | None
    extra_body: Mapping[str, object] | None
    """Entries merged over the body."""
    mock_response: MockResponse | None
    """The answer, with nothing being sent: for tests."""


class CompletionParameters(Settings, total=False):
    """The keywords of `completion` and `acompletion`."""

    audio: Mapping[str, object] | None
    frequency_penalty: float | None
    function_call: str | Mapping[str, object] | None
    functions: Iterable[Mapping[str, object]] | None
    logit_bias: Mapping[str, int] | None
    logprobs: bool | None
    max_completion_tokens: int | None
    max_tokens: int | None
    metadata: Mapping[str, str] | None
    modalities: Sequence[str] | None
    moderation: Mapping[str, object] | None
    n: int | None
    parallel_tool_calls: bool | None
    prediction: Mapping[str, object] | None
    presence_penalty: float | None
    prompt_cache_key: str | None
    prompt_cache_options: Mapping[str, object] | None
    prompt_cache_retention: str | None
    reasoning_effort: str | None
    response_format: Mapping[str, object] | type[Any] | None
    """A format as it is sent, or a type that the answer is to fit: a pydantic model, a dataclass, a `TypedDict`."""
    safety_identifier: str | None
    seed: int | None
    service_tier: str | None
    stop: str | Sequence[str] | None
    store: bool | None
    stream_options: Mapping[str, object] | None
    temperature: float | None
    tool_choice: str | Mapping[str, object] | None
    tools: Iterable[Mapping[str, object] | Callable[..., Any]] | None
    """Tools as they are sent, or functions, which are described as those of models are."""
    top_logprobs: int | None
    top_p: float | None
    user: str | None
    verbosity: Literal["low", "medium", "high"] | str | None
    web_search_options: Mapping[str, object] | None


class ResponseParameters(Settings, total=False):
    """The keywords of `responses` and `aresponses`."""

    access_programs: Any
    background: bool | None
    context_management: Any
    conversation: str | Mapping[str, object] | None
    image: Any
    include: Sequence[str] | None
    instructions: str | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    metadata: Mapping[str, str] | None
    moderation: Mapping[str, object] | None
    parallel_tool_calls: bool | None
    previous_response_id: str | None
    prompt: Mapping[str, object] | None
    prompt_cache_key: str | None
    prompt_cache_options: Mapping[str, object] | None
    prompt_cache_retention: str | None
    reasoning: Mapping[str, object] | None
    safety_identifier: str | None
    service_tier: str | None
    store: bool | None
    stream_options: Mapping[str, object] | None
    temperature: float | None
    text: Mapping[str, object] | None
    tool_choice: str | Mapping[str, object] | None
    tools: Iterable[Mapping[str, object]] | None
    top_logprobs: int | None
    top_p: float | None
    truncation: str | None
    user: str | None


class EmbeddingParameters(Settings, total=False):
    """The keywords of `embedding` and `aembedding`."""

    dimensions: int | None
    encoding_format: Literal["float", "base64"] | None
    user: str | None


SETTINGS: Final = frozenset(Settings.__annotations__)
OF_COMPLETIONS: Final = frozenset(CompletionParameters.__annotations__) - SETTINGS
OF_RESPONSES: Final = frozenset(ResponseParameters.__annotations__) - SETTINGS
OF_EMBEDDINGS: Final = frozenset(EmbeddingParameters.__annotations__) - SETTINGS
