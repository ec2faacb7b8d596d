"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from ..core.formats import response_format_param as type_to_response_format_param
from ..core.type_variables import ResponseFormatT

__all__ = ["ResponseFormatT", "type_to_response_format_param"]
