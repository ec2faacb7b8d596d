"""Videos: waiting until one is made."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import deprecated

from ... import types as _types
from ...runtime import (
    AsyncAPIResource,
    Call,
    FileTypes,
    HeaderTypes,
    Multipart,
    NotGiven,
    Omit,
    TimeoutTypes,
    fill_path,
    not_given,
    omit,
)
from ..core.polling import VIDEO, Pace, pace
from .polling import async_polled

__all__ = ["AsyncVideoPolling"]


class AsyncVideoPolling(AsyncAPIResource):
    """Orders videos and waits until they are made."""

    @deprecated("`poll` is deprecated by the API.")
    async def poll(
        self,
        video_id: str,
        *,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.Video:
        """The video when its making has ended, well or not: see its `status` and `error`.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`.

        Args:
            video_id: ID of the video.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            timeout: Seconds, or a `Timeout`, for each request.
        """
        return await self._polled(
            video_id,
            pace(poll_interval_ms, max_wait_seconds),
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )

    @deprecated("`create_and_poll` is deprecated by the API.")
    async def create_and_poll(
        self,
        *,
        prompt: str,
        model: _types.VideoModel | Omit = omit,
        input_reference: FileTypes | _types.ImageInputReferenceParam | Omit = omit,
        seconds: _types.VideoSeconds | Omit = omit,
        size: _types.VideoSize | Omit = omit,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.Video:
        """Order a video and wait until its making has ended, well or not.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`; the making goes on.

        Args:
            prompt: What the video shows.
            model: The model that makes it.
            input_reference: An image to start from: a file, or the ID or URL of one.
            seconds: How long the video is.
            size: Width and height in pixels.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            extra_body: Entries merged over the body of the order.
            timeout: Seconds, or a `Timeout`, for each request.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
        call = Call(
            "POST",
            "/videos",
            body={
                "prompt": prompt,
                "model": model,
                "input_reference": input_reference,
                "seconds": seconds,
                "size": size,
            },
            encoding=Multipart(files=frozenset(["input_reference"])),
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        video = await self._client.request_value(call, _types.Video)
        return await self._polled(
            video.id, wanted, extra_headers=extra_headers, extra_query=extra_query, timeout=timeout
        )

    async def _polled(
        self,
        video_id: str,
        pace: Pace,
        *,
        extra_headers: HeaderTypes | None,
        extra_query: Mapping[str, object] | None,
        timeout: TimeoutTypes | NotGiven,
    ) -> _types.Video:
        call = Call(
            "GET",
            fill_path("/videos/{video_id}", video_id=video_id),
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )
        return await async_polled(
            self._client, call, _types.Video, subject=VIDEO, id=video_id, pace=pace, sleep=self._sleep
        )
