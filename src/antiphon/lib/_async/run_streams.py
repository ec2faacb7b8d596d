"""Runs of assistants that are started, or continued, and streamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from typing_extensions import deprecated

from ... import types as _types
from ...runtime import (
    AsyncAPIResource,
    Call,
    HeaderTypes,
    NotGiven,
    Omit,
    TimeoutTypes,
    fill_path,
    not_given,
    omit,
)
from ..core.beta import ASSISTANTS

if TYPE_CHECKING:
    from .assistant_streams import AsyncAssistantEventHandlerT, AsyncAssistantStreamManager

__all__ = ["AsyncRunStreams", "AsyncThreadRunStreams"]


class AsyncRunStreams(AsyncAPIResource):
    """Starts runs and continues them, event by event."""

    @deprecated("`stream` is deprecated by the API.")
    def stream(
        self,
        *,
        thread_id: str,
        assistant_id: str,
        include: Iterable[_types.beta.threads.runs.RunStepInclude] | Omit = omit,
        model: str | _types.shared.ChatModel | Omit | None = omit,
        reasoning_effort: _types.shared.ReasoningEffort | Omit = omit,
        instructions: str | Omit | None = omit,
        additional_instructions: str | Omit | None = omit,
        additional_messages: Iterable[_types.beta.threads.runs_params.run.RunCreateParamsAdditionalMessage]
        | Omit
        | None = omit,
        tools: Iterable[_types.beta.AssistantToolParam] | Omit | None = omit,
        metadata: _types.shared.Metadata | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        max_prompt_tokens: int | Omit | None = omit,
        max_completion_tokens: int | Omit | None = omit,
        truncation_strategy: _types.beta.threads.runs_params.run.RunCreateParamsTruncationStrategy | Omit | None = omit,
        tool_choice: _types.beta.AssistantToolChoiceOptionParam | Omit | None = omit,
        parallel_tool_calls: bool | Omit = omit,
        response_format: _types.beta.AssistantResponseFormatOptionParam | Omit | None = omit,
        event_handler: AsyncAssistantEventHandlerT | None = None,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandlerT]:
        """A run of a thread, streamed.

        The arguments are those of `create`, and `event_handler`, whose hooks are called; entering the
        context manager sends the request and gives the handler. Raises TypeError for a handler of the other colour.
        """
        from .assistant_streams import AsyncAssistantStreamManager

        call = Call(
            "POST",
            fill_path("/threads/{thread_id}/runs", thread_id=thread_id),
            query={"include": include},
            headers=ASSISTANTS,
            body={
                "assistant_id": assistant_id,
                "model": model,
                "reasoning_effort": reasoning_effort,
                "instructions": instructions,
                "additional_instructions": additional_instructions,
                "additional_messages": additional_messages,
                "tools": tools,
                "metadata": metadata,
                "temperature": temperature,
                "top_p": top_p,
                "stream": True,
                "max_prompt_tokens": max_prompt_tokens,
                "max_completion_tokens": max_completion_tokens,
                "truncation_strategy": truncation_strategy,
                "tool_choice": tool_choice,
                "parallel_tool_calls": parallel_tool_calls,
                "response_format": response_format,
            },
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        return AsyncAssistantStreamManager(self._client, call, event_handler)

    @deprecated("`create_and_stream` is deprecated by the API.")
    def create_and_stream(
        self,
        *,
        thread_id: str,
        assistant_id: str,
        model: str | _types.shared.ChatModel | Omit | None = omit,
        reasoning_effort: _types.shared.ReasoningEffort | Omit = omit,
        instructions: str | Omit | None = omit,
        additional_instructions: str | Omit | None = omit,
        additional_messages: Iterable[_types.beta.threads.runs_params.run.RunCreateParamsAdditionalMessage]
        | Omit
        | None = omit,
        tools: Iterable[_types.beta.AssistantToolParam] | Omit | None = omit,
        metadata: _types.shared.Metadata | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        max_prompt_tokens: int | Omit | None = omit,
        max_completion_tokens: int | Omit | None = omit,
        truncation_strategy: _types.beta.threads.runs_params.run.RunCreateParamsTruncationStrategy | Omit | None = omit,
        tool_choice: _types.beta.AssistantToolChoiceOptionParam | Omit | None = omit,
        parallel_tool_calls: bool | Omit = omit,
        response_format: _types.beta.AssistantResponseFormatOptionParam | Omit | None = omit,
        event_handler: AsyncAssistantEventHandlerT | None = None,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandlerT]:
        """The same as `stream`, under its older name.

        The arguments are those of `create`, and `event_handler`, whose hooks are called; entering the
        context manager sends the request and gives the handler. Raises TypeError for a handler of the other colour.
        """
        from .assistant_streams import AsyncAssistantStreamManager

        call = Call(
            "POST",
            fill_path("/threads/{thread_id}/runs", thread_id=thread_id),
            headers=ASSISTANTS,
            body={
                "assistant_id": assistant_id,
                "model": model,
                "reasoning_effort": reasoning_effort,
                "instructions": instructions,
                "additional_instructions": additional_instructions,
                "additional_messages": additional_messages,
                "tools": tools,
                "metadata": metadata,
                "temperature": temperature,
                "top_p": top_p,
                "stream": True,
                "max_prompt_tokens": max_prompt_tokens,
                "max_completion_tokens": max_completion_tokens,
                "truncation_strategy": truncation_strategy,
                "tool_choice": tool_choice,
                "parallel_tool_calls": parallel_tool_calls,
                "response_format": response_format,
            },
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        return AsyncAssistantStreamManager(self._client, call, event_handler)

    @deprecated("`submit_tool_outputs_stream` is deprecated by the API.")
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str,
        thread_id: str,
        tool_outputs: Iterable[_types.beta.threads.runs_params.run.RunSubmitToolOutputsParamsToolOutput],
        event_handler: AsyncAssistantEventHandlerT | None = None,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandlerT]:
        """The rest of a run that waited for the results of tools, streamed.

        The arguments are those of `submit_tool_outputs`, and `event_handler`, whose hooks are called; entering the
        context manager sends the request and gives the handler. Raises TypeError for a handler of the other colour.
        """
        from .assistant_streams import AsyncAssistantStreamManager

        call = Call(
            "POST",
            fill_path("/threads/{thread_id}/runs/{run_id}/submit_tool_outputs", thread_id=thread_id, run_id=run_id),
            headers=ASSISTANTS,
            body={
                "tool_outputs": tool_outputs,
                "stream": True,
            },
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        return AsyncAssistantStreamManager(self._client, call, event_handler)


class AsyncThreadRunStreams(AsyncAPIResource):
    """Starts a thread together with its first run, event by event."""

    @deprecated("`create_and_run_stream` is deprecated by the API.")
    def create_and_run_stream(
        self,
        *,
        assistant_id: str,
        thread: _types.beta.threads_params.thread.ThreadCreateAndRunParamsThread | Omit = omit,
        model: str | _types.shared.ChatModel | Omit | None = omit,
        instructions: str | Omit | None = omit,
        tools: Iterable[_types.beta.AssistantToolParam] | Omit | None = omit,
        tool_resources: _types.beta.threads_params.thread.ThreadCreateAndRunParamsToolResources | Omit | None = omit,
        metadata: _types.shared.Metadata | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        max_prompt_tokens: int | Omit | None = omit,
        max_completion_tokens: int | Omit | None = omit,
        truncation_strategy: _types.beta.threads_params.thread.ThreadCreateAndRunParamsTruncationStrategy
        | Omit
        | None = omit,
        tool_choice: _types.beta.AssistantToolChoiceOptionParam | Omit | None = omit,
        parallel_tool_calls: bool | Omit = omit,
        response_format: _types.beta.AssistantResponseFormatOptionParam | Omit | None = omit,
        event_handler: AsyncAssistantEventHandlerT | None = None,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandlerT]:
        """The first run of a new thread, streamed.

        The arguments are those of `create_and_run`, and `event_handler`, whose hooks are called; entering the
        context manager sends the request and gives the handler. Raises TypeError for a handler of the other colour.
        """
        from .assistant_streams import AsyncAssistantStreamManager

        call = Call(
            "POST",
            "/threads/runs",
            headers=ASSISTANTS,
            body={
                "assistant_id": assistant_id,
                "thread": thread,
                "model": model,
                "instructions": instructions,
                "tools": tools,
                "tool_resources": tool_resources,
                "metadata": metadata,
                "temperature": temperature,
                "top_p": top_p,
                "stream": True,
                "max_prompt_tokens": max_prompt_tokens,
                "max_completion_tokens": max_completion_tokens,
                "truncation_strategy": truncation_strategy,
                "tool_choice": tool_choice,
                "parallel_tool_calls": parallel_tool_calls,
                "response_format": response_format,
            },
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        return AsyncAssistantStreamManager(self._client, call, event_handler)
