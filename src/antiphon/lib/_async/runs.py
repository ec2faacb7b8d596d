"""Runs of assistants: started, and waited for until they end or want something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from typing_extensions import deprecated

from ... import types as _types
from ...runtime import (
    AsyncAPIClient,
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
from ...runtime.waiting import AsyncMethod
from ..core.beta import ASSISTANTS
from ..core.polling import RUN, Pace, pace
from .polling import async_polled

__all__ = ["AsyncRunPolling", "AsyncThreadRunPolling"]


class AsyncRunPolling(AsyncAPIResource):
    """Starts runs, continues them, and waits for them."""

    @deprecated("`poll` is deprecated by the API.")
    async def poll(
        self,
        run_id: str,
        thread_id: str,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
        poll_interval_ms: int | Omit = omit,
        *,
        max_wait_seconds: float | Omit | None = omit,
    ) -> _types.beta.threads.Run:
        """The run when it has ended, well or not, or waits for the results of tools: see its `status`.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`.

        Args:
            run_id: ID of the run.
            thread_id: ID of its thread.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            extra_body: A body for every request this sends.
            timeout: Seconds, or a `Timeout`, for each request.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
        """
        return await _async_polled_run(
            self._client,
            self._sleep,
            run_id,
            thread_id,
            pace(poll_interval_ms, max_wait_seconds),
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )

    @deprecated("`create_and_poll` is deprecated by the API.")
    async def create_and_poll(
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
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.beta.threads.Run:
        """Start a run and wait until it has ended, well or not, or waits for the results of tools.

        The arguments are those of `create`, except `stream`. Raises `PollingTimeoutError` when the run takes longer
        than `max_wait_seconds`; it goes on.

        Args:
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_body: Entries merged over the body of the request that starts the run.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
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
                "stream": False,
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
        run = await self._client.request_value(call, _types.beta.threads.Run)
        return await _async_polled_run(
            self._client,
            self._sleep,
            run.id,
            thread_id,
            wanted,
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )

    @deprecated("`submit_tool_outputs_and_poll` is deprecated by the API.")
    async def submit_tool_outputs_and_poll(
        self,
        *,
        run_id: str,
        thread_id: str,
        tool_outputs: Iterable[_types.beta.threads.runs_params.run.RunSubmitToolOutputsParamsToolOutput],
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.beta.threads.Run:
        """Hand in the results of tools and wait until the run has ended, well or not, or wants results again.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`; the run goes on.

        Args:
            run_id: ID of the run that asked for them.
            thread_id: ID of its thread.
            tool_outputs: A result for every call that the run asked for.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            extra_body: Entries merged over the body of the request that hands in the results.
            timeout: Seconds, or a `Timeout`, for each request.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
        call = Call(
            "POST",
            fill_path("/threads/{thread_id}/runs/{run_id}/submit_tool_outputs", thread_id=thread_id, run_id=run_id),
            headers=ASSISTANTS,
            body={"tool_outputs": tool_outputs, "stream": False},
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        run = await self._client.request_value(call, _types.beta.threads.Run)
        return await _async_polled_run(
            self._client,
            self._sleep,
            run.id,
            thread_id,
            wanted,
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )


class AsyncThreadRunPolling(AsyncAPIResource):
    """Starts a thread together with its first run, and waits for that."""

    @deprecated("`create_and_run_poll` is deprecated by the API.")
    async def create_and_run_poll(
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
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.beta.threads.Run:
        """Create a thread, start a run on it, and wait until that has ended or waits for the results of tools.

        The arguments are those of `create_and_run`, except `stream`. Raises `PollingTimeoutError` when the run takes
        longer than `max_wait_seconds`; it goes on.

        Args:
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_body: Entries merged over the body of the request that starts the run.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
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
                "stream": False,
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
        run = await self._client.request_value(call, _types.beta.threads.Run)
        return await _async_polled_run(
            self._client,
            self._sleep,
            run.id,
            run.thread_id,
            wanted,
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )


async def _async_polled_run(
    client: AsyncAPIClient,
    sleep: AsyncMethod[[float], None],
    run_id: str,
    thread_id: str,
    pace: Pace,
    *,
    extra_headers: HeaderTypes | None,
    extra_query: Mapping[str, object] | None,
    extra_body: object | None = None,
    timeout: TimeoutTypes | NotGiven,
) -> _types.beta.threads.Run:
    call = Call(
        "GET",
        fill_path("/threads/{thread_id}/runs/{run_id}", thread_id=thread_id, run_id=run_id),
        headers=ASSISTANTS,
        extra_headers=extra_headers,
        extra_query=extra_query,
        extra_body=extra_body,
        timeout=timeout,
    )
    return await async_polled(client, call, _types.beta.threads.Run, subject=RUN, id=run_id, pace=pace, sleep=sleep)
