"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from typing import Any

from ...runtime import is_given
from ...types.responses import Response
from ..core.formats import format_of
from ..core.formats import text_format_param as type_to_text_format_param
from ..core.function_tools import FunctionParsers, listed
from ..core.parsed_responses import ParsedResponse
from ..core.response_parsing import parse_response as _parse
from ..core.type_variables import TextFormatT

__all__ = ["TextFormatT", "parse_response", "type_to_text_format_param"]


def parse_response(*, text_format: Any, input_tools: Any, response: Response) -> ParsedResponse[Any]:
    """What `responses.parse` makes of a response; it raises what that does."""
    format = format_of(text_format) if is_given(text_format) and text_format is not None else None
    return _parse(response, format=format, functions=FunctionParsers(listed(input_tools)))
