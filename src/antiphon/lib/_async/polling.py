"""The loop of polling: asks, sleeps, asks again, as the engine in `core` says."""

from __future__ import annotations

import logging
import time
from typing import TypeVar, cast

from ...runtime import APITimeoutError, AsyncAPIClient, AsyncRawResponse, Call
from ...runtime.waiting import AsyncMethod
from ..core.polling import Pace, Polling, Subject

__all__ = ["async_polled"]

T = TypeVar("T")


async def async_polled(
    client: AsyncAPIClient,
    call: Call,
    into: type[T],
    *,
    subject: Subject,
    id: str,
    pace: Pace,
    sleep: AsyncMethod[[float], None],
) -> T:
    """What `call` answers with when the thing has come to its end; `sleep` waits between two looks.

    Raises `PollingTimeoutError` when that takes longer than the pace allows, and what the call itself raises.
    """
    polling = Polling(subject, id, pace, now=time.monotonic)
    settings = client.settings
    while True:
        question = polling.question(call, settings.timeout, settings.max_retries)
        try:
            answer = await client.request_value(question, into, mode="raw")
        except APITimeoutError as error:
            if polling.is_over:
                raise polling.expired() from error
            raise
        response = cast("AsyncRawResponse[T]", answer)  # as `mode` says
        value = response.parse()
        delay = polling.answered(value, response.headers)
        if delay is None:
            if polling.surprise is not None:
                logging.getLogger(settings.name).warning("%s", polling.surprise)
            return value
        await sleep(delay)
