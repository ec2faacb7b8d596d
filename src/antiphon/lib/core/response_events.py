"""What happens in the stream of a response, with what came before."""

from __future__ import annotations

from typing import Generic, TypeAlias

from ...types.responses import ResponseCompletedEvent as RawResponseCompletedEvent
from ...types.responses import (
    ResponseFunctionCallArgumentsDeltaEvent as RawResponseFunctionCallArgumentsDeltaEvent,
)
from ...types.responses import ResponseStreamEvent as RawResponseStreamEvent
from ...types.responses import ResponseTextDeltaEvent as RawResponseTextDeltaEvent
from ...types.responses import ResponseTextDoneEvent as RawResponseTextDoneEvent
from .late import LateModel
from .parsed_responses import ParsedResponse
from .type_variables import TextFormatT

__all__ = [
    "ResponseCompletedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseStreamEvent",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
]

# Fields that are inherited are understood where their class is written: so before there are subclasses elsewhere.
for _base in (
    RawResponseCompletedEvent,
    RawResponseFunctionCallArgumentsDeltaEvent,
    RawResponseTextDeltaEvent,
    RawResponseTextDoneEvent,
):
    _base.model_rebuild()


class ResponseTextDeltaEvent(LateModel, RawResponseTextDeltaEvent):
    """More text."""

    snapshot: str
    """The text of this part so far."""


class ResponseTextDoneEvent(LateModel, RawResponseTextDoneEvent, Generic[TextFormatT]):
    """The text of a part is whole."""

    parsed: TextFormatT | None = None


class ResponseFunctionCallArgumentsDeltaEvent(LateModel, RawResponseFunctionCallArgumentsDeltaEvent):
    """More of the arguments of a call."""

    snapshot: str
    """The JSON text so far."""


class ResponseCompletedEvent(LateModel, RawResponseCompletedEvent, Generic[TextFormatT]):
    """The response is whole."""

    response: ParsedResponse[TextFormatT]  # pyright: ignore[reportIncompatibleVariableOverride]  parsed, in addition


ResponseStreamEvent: TypeAlias = (
    ResponseTextDeltaEvent
    | ResponseTextDoneEvent[TextFormatT]
    | ResponseFunctionCallArgumentsDeltaEvent
    | ResponseCompletedEvent[TextFormatT]
    | RawResponseStreamEvent
)
