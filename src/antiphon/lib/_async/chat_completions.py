"""Chat completions whose answers are parsed, and streams of them that are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from ... import types as _types
from ...runtime import (
    AsyncAPIResource,
    HeaderTypes,
    NotGiven,
    Omit,
    SequenceNotStr,
    TimeoutTypes,
    not_given,
    omit,
)

if TYPE_CHECKING:
    from ..core.parsed_chat import ParsedChatCompletion
    from ..core.type_variables import ResponseFormatT
    from .chat_streams import AsyncChatCompletionStreamManager

__all__ = ["AsyncStructuredCompletions"]


class AsyncStructuredCompletions(AsyncAPIResource):
    """Makes completions of the type that is asked for."""

    async def parse(
        self,
        *,
        messages: Iterable[_types.chat.ChatCompletionMessageParam],
        model: str | _types.shared.ChatModel,
        metadata: _types.shared.Metadata | Omit | None = omit,
        top_logprobs: int | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        user: str | Omit = omit,
        safety_identifier: str | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        prompt_cache_options: _types.chat.completions_params.completion.CompletionCreateParamsPromptCacheOptions
        | Omit = omit,
        service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | Omit | None = omit,
        modalities: Iterable[Literal["text", "audio"]] | Omit | None = omit,
        verbosity: Literal["low", "medium", "high"] | Omit | None = omit,
        reasoning_effort: _types.shared.ReasoningEffort | Omit = omit,
        max_completion_tokens: int | Omit | None = omit,
        frequency_penalty: float | Omit | None = omit,
        presence_penalty: float | Omit | None = omit,
        web_search_options: _types.chat.completions_params.completion.CompletionCreateParamsWebSearchOptions
        | Omit = omit,
        response_format: type[ResponseFormatT]
        | _types.shared_params.ResponseFormatText
        | _types.shared_params.ResponseFormatJSONSchema
        | _types.shared_params.ResponseFormatJSONObject
        | Omit = omit,
        audio: _types.chat.ChatCompletionAudioParam | Omit | None = omit,
        store: bool | Omit | None = omit,
        moderation: _types.chat.completions_params.completion.CompletionCreateParamsModeration | Omit | None = omit,
        stop: str | SequenceNotStr[str] | Omit | None = omit,
        logit_bias: Mapping[str, int] | Omit | None = omit,
        logprobs: bool | Omit | None = omit,
        max_tokens: int | Omit | None = omit,
        n: int | Omit | None = omit,
        prediction: _types.chat.ChatCompletionPredictionContentParam | Omit | None = omit,
        seed: int | Omit | None = omit,
        stream_options: _types.chat.ChatCompletionStreamOptionsParam | Omit | None = omit,
        tools: Iterable[_types.chat.ChatCompletionToolUnionParam] | Omit = omit,
        tool_choice: _types.chat.ChatCompletionToolChoiceOptionParam | Omit = omit,
        parallel_tool_calls: bool | Omit = omit,
        function_call: Literal["none", "auto"] | _types.chat.ChatCompletionFunctionCallOptionParam | Omit = omit,
        functions: Iterable[_types.chat.completions_params.completion.CompletionCreateParamsFunction] | Omit = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> ParsedChatCompletion[ResponseFormatT]:
        """A completion whose content is an object of `response_format`, in `choices[0].message.parsed`.

        Raises `LengthFinishReasonError` and `ContentFilterFinishReasonError` for an answer that ended early,
        `pydantic.ValidationError` for one that does not fit, ValueError for tools that are not strict functions, and
        TypeError for a type that strict schemas cannot describe.

        Args:
            response_format: A pydantic model, a dataclass or a `TypedDict`. The model is held to its schema. A dict is
                sent as it is, and then nothing is parsed.
            tools: Functions made with `pydantic_function_tool`, whose arguments are parsed too, or others that are
                strict.

        The other parameters are those of `create`.
        """
        from ..core.chat_calls import chat_parsing

        body: dict[str, object] = {
            "messages": messages,
            "model": model,
            "metadata": metadata,
            "top_logprobs": top_logprobs,
            "temperature": temperature,
            "top_p": top_p,
            "user": user,
            "safety_identifier": safety_identifier,
            "prompt_cache_key": prompt_cache_key,
            "prompt_cache_retention": prompt_cache_retention,
            "prompt_cache_options": prompt_cache_options,
            "service_tier": service_tier,
            "modalities": modalities,
            "verbosity": verbosity,
            "reasoning_effort": reasoning_effort,
            "max_completion_tokens": max_completion_tokens,
            "frequency_penalty": frequency_penalty,
            "presence_penalty": presence_penalty,
            "web_search_options": web_search_options,
            "response_format": response_format,
            "audio": audio,
            "store": store,
            "moderation": moderation,
            "stop": stop,
            "logit_bias": logit_bias,
            "logprobs": logprobs,
            "max_tokens": max_tokens,
            "n": n,
            "prediction": prediction,
            "seed": seed,
            "stream_options": stream_options,
            "tools": tools,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "function_call": function_call,
            "functions": functions,
        }
        call, finish = chat_parsing(body)
        call = call.replaced(
            extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
        )
        into = cast("type[ParsedChatCompletion[ResponseFormatT]]", _types.chat.ChatCompletion)  # `finish` makes it one
        return await self._request(call, into, finish=finish)

    def stream(
        self,
        *,
        messages: Iterable[_types.chat.ChatCompletionMessageParam],
        model: str | _types.shared.ChatModel,
        metadata: _types.shared.Metadata | Omit | None = omit,
        top_logprobs: int | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        user: str | Omit = omit,
        safety_identifier: str | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        prompt_cache_options: _types.chat.completions_params.completion.CompletionCreateParamsPromptCacheOptions
        | Omit = omit,
        service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | Omit | None = omit,
        modalities: Iterable[Literal["text", "audio"]] | Omit | None = omit,
        verbosity: Literal["low", "medium", "high"] | Omit | None = omit,
        reasoning_effort: _types.shared.ReasoningEffort | Omit = omit,
        max_completion_tokens: int | Omit | None = omit,
        frequency_penalty: float | Omit | None = omit,
        presence_penalty: float | Omit | None = omit,
        web_search_options: _types.chat.completions_params.completion.CompletionCreateParamsWebSearchOptions
        | Omit = omit,
        response_format: type[ResponseFormatT]
        | _types.shared_params.ResponseFormatText
        | _types.shared_params.ResponseFormatJSONSchema
        | _types.shared_params.ResponseFormatJSONObject
        | Omit = omit,
        audio: _types.chat.ChatCompletionAudioParam | Omit | None = omit,
        store: bool | Omit | None = omit,
        moderation: _types.chat.completions_params.completion.CompletionCreateParamsModeration | Omit | None = omit,
        stop: str | SequenceNotStr[str] | Omit | None = omit,
        logit_bias: Mapping[str, int] | Omit | None = omit,
        logprobs: bool | Omit | None = omit,
        max_tokens: int | Omit | None = omit,
        n: int | Omit | None = omit,
        prediction: _types.chat.ChatCompletionPredictionContentParam | Omit | None = omit,
        seed: int | Omit | None = omit,
        stream_options: _types.chat.ChatCompletionStreamOptionsParam | Omit | None = omit,
        tools: Iterable[_types.chat.ChatCompletionToolUnionParam] | Omit = omit,
        tool_choice: _types.chat.ChatCompletionToolChoiceOptionParam | Omit = omit,
        parallel_tool_calls: bool | Omit = omit,
        function_call: Literal["none", "auto"] | _types.chat.ChatCompletionFunctionCallOptionParam | Omit = omit,
        functions: Iterable[_types.chat.completions_params.completion.CompletionCreateParamsFunction] | Omit = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> AsyncChatCompletionStreamManager[ResponseFormatT]:
        """A stream of typed events with the answer so far, as a context manager; the request is sent on entering it.

        ```python
        async with client.chat.completions.stream(model="gpt-4o", messages=messages) as stream:
            async for event in stream:
                if event.type == "content.delta":
                    print(event.delta, end="")
            completion = await stream.get_final_completion()
        ```

        Raises ValueError for tools that are not strict functions, and TypeError for a type that strict schemas cannot
        describe; the parameters are those of `parse`.
        """
        from ..core.chat_calls import chat_body
        from .chat_streams import AsyncChatCompletionStreamManager

        body: dict[str, object] = {
            "messages": messages,
            "model": model,
            "metadata": metadata,
            "top_logprobs": top_logprobs,
            "temperature": temperature,
            "top_p": top_p,
            "user": user,
            "safety_identifier": safety_identifier,
            "prompt_cache_key": prompt_cache_key,
            "prompt_cache_retention": prompt_cache_retention,
            "prompt_cache_options": prompt_cache_options,
            "service_tier": service_tier,
            "modalities": modalities,
            "verbosity": verbosity,
            "reasoning_effort": reasoning_effort,
            "max_completion_tokens": max_completion_tokens,
            "frequency_penalty": frequency_penalty,
            "presence_penalty": presence_penalty,
            "web_search_options": web_search_options,
            "response_format": response_format,
            "audio": audio,
            "store": store,
            "moderation": moderation,
            "stream": True,
            "stop": stop,
            "logit_bias": logit_bias,
            "logprobs": logprobs,
            "max_tokens": max_tokens,
            "n": n,
            "prediction": prediction,
            "seed": seed,
            "stream_options": stream_options,
            "tools": tools,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "function_call": function_call,
            "functions": functions,
        }
        sent, tools_listed = chat_body(body)
        options = {"extra_headers": extra_headers, "extra_query": extra_query, "extra_body": extra_body}
        given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
        resource: Any = self  # its `create` is what tracers replace
        return AsyncChatCompletionStreamManager(
            partial(resource.create, **sent, **given, timeout=timeout),
            response_format=response_format,
            input_tools=tools_listed,
        )
