"""Responses whose text is parsed, and streams of them that are put together."""

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
    TimeoutTypes,
    not_given,
    omit,
)

if TYPE_CHECKING:
    from ..core.parsed_responses import ParsedResponse
    from ..core.type_variables import TextFormatT
    from .response_streams import AsyncResponseStreamManager

__all__ = ["AsyncStructuredResponses"]


class AsyncStructuredResponses(AsyncAPIResource):
    """Makes responses of the type that is asked for."""

    async def parse(
        self,
        *,
        metadata: _types.shared.Metadata | Omit | None = omit,
        top_logprobs: int | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        user: str | Omit = omit,
        safety_identifier: str | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        prompt_cache_options: _types.responses.responses_params.create.ResponseCreateParamsPromptCacheOptions
        | Omit = omit,
        previous_response_id: str | Omit | None = omit,
        model: _types.shared.ResponsesModel | Omit = omit,
        background: bool | Omit | None = omit,
        max_tool_calls: int | Omit | None = omit,
        text: _types.responses.ResponseTextConfigParam | Omit = omit,
        tools: Iterable[_types.responses.ToolParam | _types.chat.ChatCompletionFunctionToolParam] | Omit = omit,
        tool_choice: _types.responses.ToolChoiceOptions
        | _types.responses.ToolChoiceAllowedParam
        | _types.responses.ToolChoiceTypesParam
        | _types.responses.ToolChoiceFunctionParam
        | _types.responses.ToolChoiceMcpParam
        | _types.responses.ToolChoiceCustomParam
        | _types.responses.responses_params.create.ResponseCreateParamsToolChoiceSpecificProgrammaticToolCallingParam
        | _types.responses.ToolChoiceApplyPatchParam
        | _types.responses.ToolChoiceShellParam
        | Omit = omit,
        prompt: _types.responses.ResponsePromptParam | Omit | None = omit,
        service_tier: _types.responses.ServiceTier | Omit = omit,
        truncation: Literal["auto", "disabled"] | Omit | None = omit,
        reasoning: _types.shared_params.Reasoning | Omit | None = omit,
        input: str | _types.responses.ResponseInputParam | Omit = omit,
        include: Iterable[_types.responses.ResponseIncludable] | Omit | None = omit,
        parallel_tool_calls: bool | Omit | None = omit,
        store: bool | Omit | None = omit,
        instructions: str | Omit | None = omit,
        moderation: _types.responses.responses_params.create.ResponseCreateParamsModeration | Omit | None = omit,
        stream: Literal[False] | Omit | None = omit,
        stream_options: _types.responses.responses_params.create.ResponseCreateParamsStreamOptions | Omit | None = omit,
        conversation: str | _types.responses.ResponseConversationParamParam | Omit | None = omit,
        context_management: Iterable[_types.responses.responses_params.create.ResponseCreateParamsContextManagement]
        | Omit
        | None = omit,
        max_output_tokens: int | Omit | None = omit,
        access_programs: _types.responses.responses_params.create.ResponseCreateParamsAccessPrograms | Omit = omit,
        image: _types.responses.responses_params.create.ResponseCreateParamsImage | Omit = omit,
        text_format: type[TextFormatT] | Omit = omit,
        parse_as: type[TextFormatT] | Omit | None = omit,
        verbosity: Literal["low", "medium", "high"] | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> ParsedResponse[TextFormatT]:
        """A response whose text is an object of `text_format`, in `output_parsed`.

        Raises `LengthFinishReasonError` and `ContentFilterFinishReasonError` for a response that ended early,
        `pydantic.ValidationError` for text that does not fit, and TypeError for a type that strict schemas cannot
        describe.

        Args:
            text_format: A pydantic model, a dataclass or a `TypedDict`. The model is held to its schema.
            parse_as: What the text is parsed as, in place of `text_format`; it asks nothing of the model. None means
                that nothing is parsed.
            verbosity: The same as in `text`.
            tools: Functions made with `pydantic_responses_function_tool` or `pydantic_function_tool`, whose arguments
                are parsed too; those of other strict functions come as plain data.

        The other parameters are those of `create`.
        """
        from ..core.response_calls import response_parsing

        body: dict[str, object] = {
            "metadata": metadata,
            "top_logprobs": top_logprobs,
            "temperature": temperature,
            "top_p": top_p,
            "user": user,
            "safety_identifier": safety_identifier,
            "prompt_cache_key": prompt_cache_key,
            "prompt_cache_retention": prompt_cache_retention,
            "prompt_cache_options": prompt_cache_options,
            "previous_response_id": previous_response_id,
            "model": model,
            "background": background,
            "max_tool_calls": max_tool_calls,
            "text": text,
            "tools": tools,
            "tool_choice": tool_choice,
            "prompt": prompt,
            "service_tier": service_tier,
            "truncation": truncation,
            "reasoning": reasoning,
            "input": input,
            "include": include,
            "parallel_tool_calls": parallel_tool_calls,
            "store": store,
            "instructions": instructions,
            "moderation": moderation,
            "stream": stream,
            "stream_options": stream_options,
            "conversation": conversation,
            "context_management": context_management,
            "max_output_tokens": max_output_tokens,
            "access_programs": access_programs,
            "image": image,
        }
        call, finish = response_parsing(body, text_format, parse_as, verbosity)
        call = call.replaced(
            extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
        )
        into = cast("type[ParsedResponse[TextFormatT]]", _types.responses.Response)  # `finish` makes it one
        return await self._request(call, into, finish=finish)

    def stream(
        self,
        *,
        response_id: str | Omit = omit,
        starting_after: int | Omit = omit,
        metadata: _types.shared.Metadata | Omit | None = omit,
        top_logprobs: int | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        user: str | Omit = omit,
        safety_identifier: str | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        prompt_cache_options: _types.responses.responses_params.create.ResponseCreateParamsPromptCacheOptions
        | Omit = omit,
        previous_response_id: str | Omit | None = omit,
        model: _types.shared.ResponsesModel | Omit = omit,
        background: bool | Omit | None = omit,
        max_tool_calls: int | Omit | None = omit,
        text: _types.responses.ResponseTextConfigParam | Omit = omit,
        tools: Iterable[_types.responses.ToolParam | _types.chat.ChatCompletionFunctionToolParam] | Omit = omit,
        tool_choice: _types.responses.ToolChoiceOptions
        | _types.responses.ToolChoiceAllowedParam
        | _types.responses.ToolChoiceTypesParam
        | _types.responses.ToolChoiceFunctionParam
        | _types.responses.ToolChoiceMcpParam
        | _types.responses.ToolChoiceCustomParam
        | _types.responses.responses_params.create.ResponseCreateParamsToolChoiceSpecificProgrammaticToolCallingParam
        | _types.responses.ToolChoiceApplyPatchParam
        | _types.responses.ToolChoiceShellParam
        | Omit = omit,
        prompt: _types.responses.ResponsePromptParam | Omit | None = omit,
        service_tier: _types.responses.ServiceTier | Omit = omit,
        truncation: Literal["auto", "disabled"] | Omit | None = omit,
        reasoning: _types.shared_params.Reasoning | Omit | None = omit,
        input: str | _types.responses.ResponseInputParam | Omit = omit,
        include: Iterable[_types.responses.ResponseIncludable] | Omit | None = omit,
        parallel_tool_calls: bool | Omit | None = omit,
        store: bool | Omit | None = omit,
        instructions: str | Omit | None = omit,
        moderation: _types.responses.responses_params.create.ResponseCreateParamsModeration | Omit | None = omit,
        stream_options: _types.responses.responses_params.create.ResponseCreateParamsStreamOptions | Omit | None = omit,
        conversation: str | _types.responses.ResponseConversationParamParam | Omit | None = omit,
        context_management: Iterable[_types.responses.responses_params.create.ResponseCreateParamsContextManagement]
        | Omit
        | None = omit,
        max_output_tokens: int | Omit | None = omit,
        access_programs: _types.responses.responses_params.create.ResponseCreateParamsAccessPrograms | Omit = omit,
        image: _types.responses.responses_params.create.ResponseCreateParamsImage | Omit = omit,
        text_format: type[TextFormatT] | Omit = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> AsyncResponseStreamManager[TextFormatT]:
        """A stream of typed events with what came before, as a context manager; it asks on being entered.

        ```python
        async with client.responses.stream(model="gpt-4o", input="Say hello.") as stream:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    print(event.delta, end="")
            response = await stream.get_final_response()
        ```

        Raises TypeError for a type that strict schemas cannot describe, and ValueError for parameters that do not go
        together; the other parameters are those of `parse`.

        Args:
            response_id: A response that there is already, made with `background` and `stream`: its events are given
                again.
            starting_after: The `sequence_number` of the last event of that response you have had: the events after it
                are given.
        """
        from ..core.response_calls import is_existing_response, response_body
        from .response_streams import AsyncResponseStreamManager

        body: dict[str, object] = {
            "metadata": metadata,
            "top_logprobs": top_logprobs,
            "temperature": temperature,
            "top_p": top_p,
            "user": user,
            "safety_identifier": safety_identifier,
            "prompt_cache_key": prompt_cache_key,
            "prompt_cache_retention": prompt_cache_retention,
            "prompt_cache_options": prompt_cache_options,
            "previous_response_id": previous_response_id,
            "model": model,
            "background": background,
            "max_tool_calls": max_tool_calls,
            "text": text,
            "tools": tools,
            "tool_choice": tool_choice,
            "prompt": prompt,
            "service_tier": service_tier,
            "truncation": truncation,
            "reasoning": reasoning,
            "input": input,
            "include": include,
            "parallel_tool_calls": parallel_tool_calls,
            "store": store,
            "instructions": instructions,
            "moderation": moderation,
            "stream": True,
            "stream_options": stream_options,
            "conversation": conversation,
            "context_management": context_management,
            "max_output_tokens": max_output_tokens,
            "access_programs": access_programs,
            "image": image,
        }
        sent, tools_listed = response_body(body, text_format)
        options = {"extra_headers": extra_headers, "extra_query": extra_query, "extra_body": extra_body}
        given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
        resource: Any = self  # its `create` and `retrieve` are what tracers replace
        if is_existing_response(response_id, starting_after, body):
            request = partial(resource.retrieve, response_id, include=include, stream=True, **given, timeout=timeout)
        else:
            request = partial(resource.create, **sent, **given, timeout=timeout)
        return AsyncResponseStreamManager(
            request,
            text_format=text_format,
            input_tools=tools_listed,
            starting_after=starting_after,
        )
