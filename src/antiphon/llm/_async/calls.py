"""Carries out the calls of decorated functions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pydantic

from ...runtime.waiting import async_answered
from ..core.calling.asked import asked_of
from ..core.calling.plans import Asking, Plan, planned
from ..core.calling.settings import current_changes
from ..core.extraction import Extraction, RefusalError, with_response
from .call_responses import AsyncCallAnswer
from .call_streams import AsyncStream, AsyncStructuredStream
from .loading import async_loaded
from .own_clients import async_sent

__all__ = ["async_asked", "async_carried_out"]

_NOTHING: Final[Mapping[str, Any]] = {}


async def async_asked(asking: Asking, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a decorated function gives: it is called for its prompt, and the model for the answer."""
    prompt: Any = asking.function(*positional, **named)
    if not isinstance(prompt, str):  # which is nothing to wait for
        prompt = await async_answered(prompt)
    plan = planned(asking, asked_of(prompt, asking.name), current_changes(), positional, named)
    return await async_carried_out(plan)


async def async_carried_out(plan: Plan) -> Any:
    """What comes of a plan: an answer, a stream, a value, or what a parser makes of it."""
    attached = await async_loaded([each.attachment for each in plan.media]) if plan.media else ()
    messages = plan.said(attached)
    extraction, parser = plan.settings.extraction, plan.settings.output_parser
    given = _NOTHING
    if extraction is not None and extraction.from_call:
        given = extraction.of_call(plan.asking.name, plan.asking.arguments(*plan.arguments))
    is_streamed = plan.settings.is_streamed
    began = time.time() * 1000
    answer, raw = await async_sent(plan, messages, stream=is_streamed)
    if is_streamed:
        stream = AsyncStream(plan, messages, answer, began)
        return stream if extraction is None else AsyncStructuredStream[Any](stream, extraction, given)
    response = AsyncCallAnswer(plan, messages, answer, raw=raw, start_time=began, end_time=time.time() * 1000)
    if extraction is None:
        value: Any = response
    elif plan.tools and extraction.is_beside(response.message, [each._name() for each in plan.tools]):  # pyright: ignore[reportPrivateUsage]
        return response
    else:
        value = _read(extraction, response, given)
    return value if parser is None else await async_answered(parser(value))


def _read(extraction: Extraction, response: AsyncCallAnswer, given: Mapping[str, Any]) -> Any:
    reasons = response.finish_reasons
    try:
        value = extraction.read(response.message, finish_reason=reasons[0] if reasons else None, given=given)
    except (pydantic.ValidationError, RefusalError) as error:
        raise with_response(error, response) from None
    return with_response(value, response)
