"""What the events of a response mean: the same events with what came before, and the response in the end."""

from __future__ import annotations

from functools import partial
from typing import Any, Generic, cast

from ...runtime import is_given
from ...types.responses import Response
from .finish_errors import MISSHAPEN, StreamStateError, misshapen
from .formats import format_of
from .function_tools import FunctionParsers, listed
from .parsed_responses import ParsedResponse
from .response_accumulator import BEGUN, ITEMS, ResponseAccumulator
from .response_events import (
    RawResponseStreamEvent,
    ResponseCompletedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from .response_parsing import is_answer, parse_response
from .retyped import retyped
from .type_variables import TextFormatT

__all__ = ["ResponseStreamState"]


class ResponseStreamState(Generic[TextFormatT]):
    """Turns the events of the server into those of the helper; it reads from nowhere and waits for nothing."""

    def __init__(self, *, input_tools: Any, text_format: Any) -> None:
        self._format = format_of(text_format) if is_given(text_format) and text_format is not None else None
        self._functions = FunctionParsers(listed(input_tools))
        self._accumulator = ResponseAccumulator()
        self._parsed: ParsedResponse[TextFormatT] | None = None

    @property
    def current_response_snapshot(self) -> ParsedResponse[Any]:
        """The response so far; nothing in it is parsed before it is whole.

        Raises `StreamStateError` before the first event.
        """
        if self._parsed is not None:
            return self._parsed
        if not self._accumulator.is_begun:
            raise StreamStateError("The stream has not had an event yet, so there is no response.")
        return parse_response(self._accumulator.assemble(), format=None, functions=FunctionParsers(None))

    @property
    def _completed_response(self) -> ParsedResponse[TextFormatT] | None:
        """The response once it is whole. Programs that trace streams look for it here."""
        return self._parsed

    def get_final_response(self) -> ParsedResponse[TextFormatT]:
        """The response, parsed.

        Raises `StreamStateError` when the stream ended before the response had, `LengthFinishReasonError` and
        `ContentFilterFinishReasonError` where something was to be parsed and the response ended early.
        """
        if self._parsed is None:
            final = self._accumulator.final
            if final is None:
                raise StreamStateError("The stream ended before the response was complete.")
            self._parsed = parse_response(final, format=self._format, functions=self._functions)
        return self._parsed

    def handle_event(self, event: RawResponseStreamEvent) -> list[ResponseStreamEvent[TextFormatT]]:
        """Take an event over, and say what happened.

        Raises `pydantic.ValidationError` for whole text, or whole arguments, that do not fit, and `StreamStateError`
        for an event that contradicts those before it.
        """
        try:
            text = self._accumulator.add(event)
        except MISSHAPEN as error:
            raise misshapen(event, error) from error
        made: Any = event
        if text is not None and event.type == "response.output_text.delta":
            made = ResponseTextDeltaEvent.made_from(event, {"snapshot": partial(text.text, text.length)})
        elif text is not None and event.type == "response.function_call_arguments.delta":
            snapshot = partial(text.text, text.length)
            made = ResponseFunctionCallArgumentsDeltaEvent.made_from(event, {"snapshot": snapshot})
        elif event.type == "response.output_text.done":
            format = self._format if is_answer(self._accumulator.phase(event.output_index)) else None
            parsed = None if format is None else format.parse(event.text)
            made = cast(Any, ResponseTextDoneEvent).made_from(event, {"parsed": lambda: parsed})
        elif event.type == "response.completed":
            made = cast(Any, ResponseCompletedEvent).made_from(event, {})
            made.__dict__["response"] = self.get_final_response()
        elif event.type == "response.failed" or event.type == "response.incomplete":
            made = retyped(type(event), event, response=self._accumulator.final)
        elif event.type in ITEMS and getattr(event, "item", None) is None:
            return []  # some servers keep a place free for an item
        elif event.type in BEGUN and (begun := getattr(event, "response", None)) is not None and begun.output is None:
            made = retyped(type(event), event, response=retyped(Response, begun, output=[]))
        return [made]
