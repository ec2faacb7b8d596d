"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from ._completions import ResponseFormatT, type_to_response_format_param

__all__ = ["ResponseFormatT", "type_to_response_format_param"]
