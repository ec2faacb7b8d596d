"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from ._completions import ResponseFormatT, parse_chat_completion, type_to_response_format_param

__all__ = ["ResponseFormatT", "parse_chat_completion", "type_to_response_format_param"]
